"""ninjs, IPTC's news in JSON (1, 2 and 3): captions and credits stand in the fields of its associations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from captions.sources import to_page
from captions.sources.records import Names, day_of, key, language_of, make
from captions.sources.source import Facts, Source, Unread

_OWN = frozenset(("associations", "headlines", "bodies", "descriptions", "infosources", "renditions", "versioncreated"))
_BODY = frozenset(("bodies", "bodytext", "bodyhtml", "bodyxhtml", "associations"))
_ADDRESSES = ("url", "canonicalurl", "uri")
_PICTURES = frozenset(("picture", "graphic", "image", "photo"))


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Whether a record is one of ninjs: it has an address and fields that only ninjs names so."""
    keys = {key(str(name)) for name in record}
    return bool(keys & {"uri", "guid", "standard"}) and bool(keys & _BODY) and bool(keys & _OWN)


def source_of(record: Mapping[str, Any], named: Names, place: int, at: str) -> Source | Unread:
    """The article of a ninjs item, its pictures as figures before the text."""
    item = _lower(record)
    headline = _best(item, "headline", "main")
    pictures = [figure for one in _associated(item) if (figure := _figure(one))]
    if _text(item.get("type")) in _PICTURES and (own := _figure(item)):
        pictures.append(own)
    body = _body(item)
    if not body and not pictures:
        return Unread(at, "no article in it: a ninjs item without a body and without a picture")
    told = Facts(
        url=next((url for name in _ADDRESSES if (url := _text(item.get(name))).startswith("http")), None),
        headline=headline or None,
        published=day_of(item.get("firstcreated"))
        or day_of(item.get("contentcreated"))
        or day_of(item.get("versioncreated")),
        publication=_sources(item) or None,
        language=language_of(_text(item.get("language"))),
    )
    html = to_page.page("\n".join((*pictures, body)), headline, told.language)
    return make(html, told, told.url or _text(item.get("uri") or item.get("guid")) or None, named, place, at)


def _lower(value: Mapping[str, Any]) -> dict[str, Any]:
    """Names without case, hyphens and underscores: they differ so from version to version."""
    return {key(str(name)): inner for name, inner in value.items()}


def _things(value: Any) -> list[dict[str, Any]]:
    """The things in a list, or in the named places of ninjs 1."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [_lower(one) for one in inner if isinstance(one, Mapping)]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _best(item: Mapping[str, Any], name: str, *roles: str) -> str:
    """A text by its role: ninjs 2 and 3 keep a list of them, ninjs 1 one text."""
    values = _things(item.get(f"{name}s"))
    for role in (*roles, ""):
        for one in values:
            if _text(one.get("value")) and (not role or role in _text(one.get("role")).casefold()):
                return _text(one["value"])
    return next((found for n in (name, f"{name}text") if (found := _text(item.get(n)))), "")


def _body(item: Mapping[str, Any]) -> str:
    bodies = [one for one in _things(item.get("bodies")) if _text(one.get("value"))]
    bodies.sort(key=lambda one: "html" not in _text(one.get("contenttype")))
    html = _text(item.get("bodyxhtml")) or _text(item.get("bodyhtml"))
    text = _text(bodies[0]["value"]) if bodies else html or _text(item.get("bodytext"))
    return to_page.of_editor(text) if to_page.is_markup(text) else to_page.of_text(text)


def _associated(item: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The pictures that an item brings with it, and those of its galleries."""
    for inner in _things(item.get("associations")) if depth < 3 else ():
        if _text(inner.get("type")) in _PICTURES:
            yield inner
        yield from _associated(inner, depth + 1)


def _figure(item: Mapping[str, Any]) -> str:
    credit = _text(item.get("creditline")) or "/".join(
        dict.fromkeys(one for one in (_best(item, "by", "byline") or _text(item.get("byline")), _sources(item)) if one)
    )
    credit = credit or _text(item.get("copyrightholder")) or _text(item.get("copyrightnotice"))
    return to_page.figure(_best(item, "description", "caption"), credit, _href(item))


def _sources(item: Mapping[str, Any]) -> str:
    named = (_text(one.get("name")) for one in _things(item.get("infosources")))
    return next((name for name in named if name), _text(item.get("source")))


def _href(item: Mapping[str, Any]) -> str:
    hrefs = (_text(one.get("href")) for one in _things(item.get("renditions")))
    return next((href for href in hrefs if href), "")
