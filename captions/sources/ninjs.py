"""Read ninjs 1, 2 and 3, IPTC's news format in JSON, with the captions and credits of its associations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from captions.page.structured import PictureData
from captions.page.structured.picture_data import plain
from captions.sources import to_page
from captions.sources.keys import key
from captions.sources.record_pictures import RecordPicture, line_of, with_pictures
from captions.sources.records import RecordNames, day_of, language_of, make
from captions.sources.source import Facts, Source, Unread

_OWN = frozenset(("associations", "headlines", "bodies", "descriptions", "infosources", "renditions", "versioncreated"))
_BODY = frozenset(("bodies", "bodytext", "bodyhtml", "bodyxhtml", "associations"))
_ADDRESSES = ("url", "canonicalurl", "uri")
_PICTURES = frozenset(("picture", "graphic", "image", "photo"))


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Return whether a record is ninjs: it has an identifier and fields with names that only ninjs uses."""
    keys = {key(str(name)) for name in record}
    return bool(keys & {"uri", "guid", "standard"}) and bool(keys & _BODY) and bool(keys & _OWN)


def source_of(record: Mapping[str, Any], named: RecordNames, place: int, at: str) -> Source | Unread:
    """Return the article of a ninjs item, with its pictures as figures before the text."""
    item = _lower(record)
    headline = _best(item, "headline", "main")
    pictures = [RecordPicture(_data(picture)) for picture in _associated(item)]
    if _text(item.get("type")) in _PICTURES:
        pictures.append(RecordPicture(_data(item)))
    body = with_pictures(_body(item), pictures)
    if not body:
        return Unread(at, "no article in it: the ninjs item has neither body nor picture")
    facts = Facts(
        url=next((url for name in _ADDRESSES if (url := _text(item.get(name))).startswith("http")), None),
        headline=headline or None,
        published=day_of(item.get("firstcreated"))
        or day_of(item.get("contentcreated"))
        or day_of(item.get("versioncreated")),
        publication=_sources(item) or None,
        language=language_of(_text(item.get("language"))),
    )
    html = to_page.page(body, headline, facts.language)
    return make(html, facts, facts.url or _text(item.get("uri") or item.get("guid")) or None, named, place, at)


def _lower(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item with normalized names, whose case, hyphens and underscores differ between versions."""
    return {key(str(name)): inner for name, inner in value.items()}


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, or in ninjs 1's object of named members."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [_lower(each) for each in inner if isinstance(each, Mapping)]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _best(item: Mapping[str, Any], name: str, *roles: str) -> str:
    """Return a text by its role from the list of ninjs 2 and 3, or the single text of ninjs 1."""
    values = _objects(item.get(f"{name}s"))
    for role in (*roles, ""):
        for each in values:
            if _text(each.get("value")) and (not role or role in _text(each.get("role")).casefold()):
                return _text(each["value"])
    return next((found for n in (name, f"{name}text") if (found := _text(item.get(n)))), "")


def _body(item: Mapping[str, Any]) -> str:
    bodies = [body for body in _objects(item.get("bodies")) if _text(body.get("value"))]
    bodies.sort(key=lambda body: "html" not in _text(body.get("contenttype")))
    html = _text(item.get("bodyxhtml")) or _text(item.get("bodyhtml"))
    text = _text(bodies[0]["value"]) if bodies else html or _text(item.get("bodytext"))
    return to_page.of_any(text)


def _associated(item: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the pictures associated with an item, and those of its galleries."""
    for inner in _objects(item.get("associations")) if depth < 3 else ():
        if _text(inner.get("type")) in _PICTURES:
            yield inner
        yield from _associated(inner, depth + 1)


def _data(item: Mapping[str, Any]) -> PictureData:
    """Return what an item says about its picture: caption, credit line or the names in its place, rights."""
    creators = [_text(item.get("byline")), _best(item, "by", "byline"), *_names(item, "bylines", "people", "creators")]
    creditline = _text(item.get("creditline"))
    holder = _text(item.get("copyrightholder")) or next(_names(item, "copyrightholders"), "")
    named = line_of((*creators[:1], *creators[1:])) if any(creators) else ""
    agency = creditline or _sources(item) or holder
    terms = (_best(item, "usageterm"), _text(item.get("usageterms")), _text(item.get("ednote")))
    return PictureData(
        caption=plain(_best(item, "description", "caption")) or plain(_best(item, "headline", "main")),
        line=line_of((named, agency)),
        notice=_text(item.get("copyrightnotice")),
        license=_text(item.get("license")),
        terms=tuple(dict.fromkeys(filter(None, (*terms, *_rights(item))))),
        addresses=tuple(filter(None, (_href(item),))),
    )


def _names(item: Mapping[str, Any], *fields: str) -> Iterator[str]:
    """Yield the names in lists of objects; of people, only those who made the picture."""
    for field in fields:
        for each in _objects(item.get(field)):
            role = f"{_text(each.get('role'))} {_text(each.get('rel'))}".casefold()
            is_creator = field != "people" or "photograph" in role or "creator" in role
            name = _text(each.get("name")) or _text(each.get("byline")) or _text(each.get("value"))
            if name and is_creator:
                yield name


def _rights(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield the usage terms of ``rightsinfo``, which some deliveries nest."""
    value = item.get("rightsinfo")
    for each in (_lower(value),) if isinstance(value, Mapping) else _objects(value):
        yield from (text for name in ("usageterms", "usageterm", "copyrightnotice") if (text := _text(each.get(name))))


def _sources(item: Mapping[str, Any]) -> str:
    named = (_text(each.get("name")) for each in _objects(item.get("infosources")))
    return next((name for name in named if name), _text(item.get("source")))


def _href(item: Mapping[str, Any]) -> str:
    hrefs = (_text(each.get("href")) for each in _objects(item.get("renditions")))
    return next((href for href in hrefs if href), "")
