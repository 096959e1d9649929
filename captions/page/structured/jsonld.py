"""Read picture data from an ImageObject in JSON-LD; the names are schema.org's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from captions.page.structured.picture_data import PictureData, names, text_of


def of_item(item: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> PictureData:
    """Return the data in an ``ImageObject``: caption, creditText, creator, ...; ``known`` resolves ``@id``.

    A picture's ``author`` is its creator, and its ``provider`` is its agency.
    """

    def listed(*keys: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for key in keys if item.get(key) for n in names(item[key], known)))

    addresses = (item.get(key) for key in ("contentUrl", "url", "@id", "thumbnailUrl", "embedUrl"))
    return PictureData(
        caption=text_of(item.get("caption")),
        hints=tuple(text for key in ("description", "name", "alternateName") if (text := text_of(item.get(key)))),
        line=text_of(item.get("creditText")),
        creators=listed("creator") or listed("author"),
        agencies=listed("copyrightHolder", "provider"),
        notice=text_of(item.get("copyrightNotice")),
        license=text_of(item.get("license")) or _address(item.get("license")),
        licensor_url=text_of(item.get("acquireLicensePage")) or _address(item.get("acquireLicensePage")),
        terms=tuple(names(item.get("usageInfo"))) + tuple(names(item.get("conditionsOfAccess"))),
        addresses=tuple(a for a in addresses if isinstance(a, str) and a),
    )


def _address(value: Any) -> str:
    """Return the address in a value that is an object: ``{"@type": "CreativeWork", "url": ...}``."""
    found = (value.get("url") or value.get("@id")) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
