"""Read picture data from elements: data attributes, microdata and RDFa."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from captions.page.structured.hydration import of_object
from captions.page.structured.jsonld import of_item
from captions.page.structured.picture_data import PictureData, of_pairs, role_of, stems
from captions.text import tidy

# Attributes that mean something else under such names, or whose text is not a caption, such as `alt`.
_OTHERS = frozenset(
    (
        "class",
        "id",
        "style",
        "alt",
        "title",
        "aria-label",
        "aria-description",
        "src",
        "href",
        "content",
        "name",
        "label",
    )
)
# In characters: a longer attribute is not parsed as JSON.
_LONGEST = 20_000
_SURE = ("caption", "credit", "creator")
_MOST_SCOPES, _MOST_PROPERTIES = 60, 60
_SCOPES = '[itemtype$="/ImageObject"], [typeof$="ImageObject"]'
_LISTED = ("creator", "author", "copyrightHolder", "provider")


def of_element(attributes: Mapping[str, str | None]) -> PictureData | None:
    """Return the data that an element's attributes give about the picture in it; None if they give none.

    ``<img data-caption="A dog." data-credit="Jo Reed/AP">`` gives caption and credit line. A title or an alternative
    text is not enough.
    """
    pairs: dict[str, str] = {}
    nested: PictureData | None = None
    for name, value in attributes.items():
        if not isinstance(value, str) or len(value) < 2 or name in _OTHERS:
            continue
        if value[0] in "{[" and len(value) <= _LONGEST and any(stem in value for stem in stems()):
            nested = nested or _of_json(value)
            continue
        bare = name.removeprefix("data-")
        role = role_of(bare)
        if role and (bare != name or role in _SURE):
            pairs[bare] = value
    if pairs:
        picture_data = of_pairs(pairs)
        if picture_data.caption or picture_data.has_rights:
            return picture_data
    return nested


def of_scopes(page: LexborHTMLParser) -> list[PictureData]:
    """Return the data in each ``itemscope`` (or ``typeof``) element that is an ImageObject, visible or not."""
    out = []
    for scope in page.css(_SCOPES)[:_MOST_SCOPES]:
        item: dict[str, Any] = {}
        addresses: list[str] = []
        for node in scope.css("[itemprop], [property], img")[:_MOST_PROPERTIES]:
            attributes = node.attributes
            if node.tag == "img" and (address := attributes.get("src")):
                addresses.append(address)
            for name in (attributes.get("itemprop") or attributes.get("property") or "").split():
                name = name.rpartition(":")[2]
                value = _value(node)
                if name in ("contentUrl", "url", "thumbnailUrl", "embedUrl"):
                    addresses.append(value)
                elif name in _LISTED:
                    item.setdefault(name, []).append(value)
                elif name != "name":  # usually a creator's or a publisher's name, not the picture's
                    item.setdefault(name, value)
        picture_data = of_item(item, {})
        picture_data.addresses = tuple(dict.fromkeys(a for a in addresses if a and not a.startswith("data:")))
        if picture_data.has_rights:
            out.append(picture_data)
    return out


def _value(node: LexborNode) -> str:
    """Return the value of a property: its content, its address, the name of the thing inside it, or its text."""
    attributes = node.attributes
    if content := attributes.get("content"):
        return content
    if node.tag in ("link", "a", "img", "source") and (address := attributes.get("href") or attributes.get("src")):
        text = tidy(node.text()) if node.tag == "a" else ""
        return text if text and "itemprop" in attributes and attributes["itemprop"] not in _ADDRESSES else address
    named = node.css_first('[itemprop="name"], [property="name"], [property="schema:name"]')
    if named is not None:
        return named.attributes.get("content") or tidy(named.text())
    return tidy(node.text())


_ADDRESSES = ("license", "acquireLicensePage", "contentUrl", "url", "thumbnailUrl")


def _of_json(value: str) -> PictureData | None:
    try:
        data = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, list):
        data = next((item for item in data if isinstance(item, dict)), None)
    return of_object(data) if isinstance(data, dict) else None
