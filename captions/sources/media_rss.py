"""Read the pictures of a feed's item from Media RSS, with their captions, credits and rights at every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from captions.page.structured import PictureData
from captions.page.structured.picture_data import of_pairs
from captions.sources.keys import key
from captions.sources.record_pictures import RecordPicture, completed, line_of, table
from captions.sources.xml_stream import first, markup, text_of
from captions.text import match_key, tidy

# Elements that some feeds give a picture in, with its caption and credit in elements inside.
_PLAIN = frozenset(("image", "photo", "picture", "thumbnail", "enclosure"))
# Texts of an item that are also written as those of its picture.
_OWN_TEXTS = ("title", "description", "summary")


def pictures_of(item: Element) -> list[RecordPicture]:
    """Return the pictures of an item that have a caption, a credit or a notice.

    Facts about an item or a group apply to each picture in it that has no facts of its own; the contents of a
    group are one picture in several sizes, unless they have captions or credits of their own.
    """
    outer = _data(item)
    own = {match_key(first(item, tag)) for tag in _OWN_TEXTS}
    if match_key(outer.caption) in own:
        outer = replace(outer, caption="")
    found: list[PictureData] = []
    for group in item.iterfind("media-group"):
        found += _of_group(group, completed(_data(group), outer))
    for content in item.iterfind("media-content"):
        if _is_picture(content):
            found.append(completed(_content(content), outer))
    found += _plain(item, outer)
    if not found and (outer.caption or outer.has_rights):
        addresses = (each.get("url", "") for each in item.iterfind("media-thumbnail"))
        found = [replace(outer, addresses=tuple(filter(None, addresses)))]
    if len(found) > 1 and outer.caption:
        found = [replace(each, caption="") if each.caption == outer.caption else each for each in found]
    return [RecordPicture(each) for each in found]


def _of_group(group: Element, outer: PictureData) -> Iterator[PictureData]:
    contents = sorted((each for each in group.iterfind("media-content") if _is_picture(each)), key=_width, reverse=True)
    found = [_content(each) for each in contents]
    if any(each.caption or each.has_rights for each in found):
        yield from (completed(each, outer) for each in found)
    elif found:
        yield replace(outer, addresses=tuple(address for each in found for address in each.addresses))


def _content(content: Element) -> PictureData:
    thumbnails = (each.get("url", "") for each in content.iterfind("media-thumbnail"))
    return replace(_data(content), addresses=tuple(filter(None, (content.get("url", ""), *thumbnails))))


def _plain(item: Element, outer: PictureData) -> Iterator[PictureData]:
    """Yield pictures in elements without a namespace: ``<image><url>..</url><credit>..</credit></image>``."""
    for element in item:
        if element.tag not in _PLAIN or (element.tag == "enclosure" and not _is_picture(element)):
            continue
        data = of_pairs({**element.attrib, **{child.tag: text_of(child) for child in element}})
        if data.caption or data.has_rights or (element.tag == "enclosure" and outer.has_rights):
            address = element.get("url") or element.get("href") or first(element, "url", "src", "href", "link")
            yield replace(completed(data, outer), addresses=(address,) if address else ())


def _is_picture(content: Element) -> bool:
    return content.get("medium", "image") == "image" and content.get("type", "image").startswith("image")


def _width(content: Element) -> int:
    width = content.get("width", "")
    return int(width) if width.isdigit() and len(width) < 7 else 0


def _data(element: Element) -> PictureData:
    """Return what the Media RSS elements directly in an element say."""
    creators, agencies, others = _credits(element)
    license_ = element.find("media-license")
    return PictureData(
        caption=_text(element, "media-description") or _text(element, "media-text") or _text(element, "media-title"),
        line=line_of((*creators, *others, *agencies)),
        notice=first(element, "media-copyright"),
        license=(license_.get("href") or text_of(license_)) if license_ is not None else "",
        terms=tuple(_restrictions(element)),
    )


def _credits(element: Element) -> tuple[list[str], list[str], list[str]]:
    """Return the creators, the agencies, and the credits without a known role."""
    roles = table()["media_roles"]
    creators: list[str] = []
    agencies: list[str] = []
    others: list[str] = []
    for credit in element.iterfind("media-credit"):
        role = key(credit.get("role", ""))
        if role not in roles["other"]:
            place = creators if role in roles["creator"] else agencies if role in roles["agency"] else others
            place.append(text_of(credit))
    return creators, agencies, others


def _text(element: Element, tag: str) -> str:
    """Return a text without its markup."""
    found = next((each for each in element.iterfind(tag) if text_of(each)), None)
    if found is None:
        return ""
    text = markup(found) if len(found) else found.text or ""
    return tidy(of_pairs({"caption": text}).caption or text_of(found))


def _restrictions(element: Element) -> Iterator[str]:
    """Yield ``media:restriction`` in words: ``not in de at``, ``only in us``, ``no sharing``."""
    for each in element.iterfind("media-restriction"):
        what, allowed = text_of(each), each.get("relationship") == "allow"
        if each.get("type") == "sharing" and not allowed:
            yield "no sharing"
        elif what and what != ("all" if allowed else "none"):
            yield f"{'only' if allowed else 'not'} in {what}"
