"""Read the media library of a WordPress export: each attachment's caption, credit and rights, by its number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.lexicon import tables
from captions.page.image_urls import keys_of
from captions.page.structured import PictureData
from captions.page.structured.picture_data import of_pairs, plain
from captions.sources.record_pictures import RecordPicture, completed, figure, line_of, numbers_in
from captions.sources.shortcodes import attributes
from captions.sources.xml_stream import elements, first

_EXPORT = b"wordpress.org/export"
# A text in PHP's notation: s:6:"credit";s:10:"Jo Reed/AP";
_PHP = re.compile(r's:\d{1,4}:"([\w-]{1,60})";s:(\d{1,5}):"')
_GALLERY = re.compile(r"\[gallery\b([^\[\]]*+)\]", re.IGNORECASE)
_ADDRESS = re.compile(r"\bsrc\s*+=\s*+[\"']([^\"'<>]++)", re.IGNORECASE)
_ROLES = ("caption", "credit", "creator", "agency", "license", "serialized", "")
# The names of roles in structured.toml that differ.
_NAMES = {"creator": "photographer"}
# Names in PHP's notation that structured.toml does not know, or knows in another sense.
_PHP_NAMES = {"caption_text": "caption", "source_text": "credit", "copyright": "copyright-notice"}


def is_export(head: bytes) -> bool:
    """Return whether a feed is a WordPress export."""
    return _EXPORT in head


class Library:
    """The attachments of an export that have an address, a caption or a credit."""

    def __init__(self) -> None:
        """Start without attachments."""
        self._known: dict[str, PictureData] = {}
        self._by_key: dict[str, str] = {}
        self._below: dict[str, list[str]] = {}
        self._users: dict[str, str] = {}

    def read(self, stream: BinaryIO) -> None:
        """Read all attachments and users of an export."""
        for tag, element in elements(stream, frozenset(("item", "author"))):
            if tag == "author":
                self._users[first(element, "author_id")] = first(element, "author_display_name", "author_login")
            elif first(element, "post_type") == "attachment":
                self._add(element)

    def _add(self, item: Element) -> None:
        number = first(item, "post_id")
        data = _of_meta(item, self._users)
        data.caption = _text(item, "excerpt-encoded") or _text(item, "content-encoded") or data.caption
        data.addresses = tuple(filter(None, (first(item, "attachment_url") or first(item, "guid"),)))
        if not number or not (data.caption or data.has_rights or data.addresses):
            return
        self._known[number] = data
        self._below.setdefault(first(item, "post_parent"), []).append(number)
        for address in data.addresses:
            for key in keys_of(address):
                self._by_key.setdefault(key, number)

    def pictures_of(self, item: Element, body: str) -> list[RecordPicture]:
        """Return the featured picture of a post, and those that its HTML names by number or address."""
        meta = _meta(item)
        featured = meta.get("_thumbnail_id", "").strip()
        found: dict[str, RecordPicture] = {}
        if data := self._known.get(featured):
            found[featured] = RecordPicture(completed(_of_meta(item, {}), data), featured)
        elif (own := _of_meta(item, {})).caption:
            found["featured"] = RecordPicture(own)
        keys = [key for address in _ADDRESS.findall(body) for key in keys_of(address)]
        for number in (*numbers_in(body), *(self._by_key[key] for key in keys if key in self._by_key)):
            if number not in found and (known := self._known.get(number)):
                found[number] = RecordPicture(known, number, listed=False)
        return list(found.values())

    def with_galleries(self, item: Element, body: str) -> str:
        """Return a post's HTML with figures in place of ``[gallery ids="71,72"]``."""
        return _GALLERY.sub(lambda code: self._gallery(code, first(item, "post_id")), body) if "[" in body else body

    def _gallery(self, code: re.Match[str], post: str) -> str:
        pairs = attributes(code[1])
        listed = pairs.get("ids") or pairs.get("include") or ""
        numbers = re.findall(r"\d+", listed) or self._below.get(pairs.get("id") or post, [])
        figures = (figure(self._known[number]) for number in numbers if number in self._known)
        return "".join(f"\n\n{each}\n\n" for each in figures if each)


def _text(item: Element, tag: str) -> str:
    return plain(first(item, tag))


def _meta(item: Element) -> dict[str, str]:
    """Return the fields that WordPress and its plugins store with a post or an attachment."""
    return {first(each, "meta_key"): (each.findtext("meta_value") or "") for each in item.iterfind("postmeta")}


def _of_meta(item: Element, users: Mapping[str, str]) -> PictureData:
    """Return what the fields of a post or an attachment say about its picture; a number may be that of a user."""
    known = roles()
    pairs: dict[str, str] = {}
    inner: dict[str, str] = {}
    is_attachment = first(item, "post_type") == "attachment"
    for name, value in _meta(item).items():
        role = known.get(name.lower())
        if role == "serialized":
            inner |= dict(_php(value))
        elif role is None:
            if is_attachment:
                pairs[name.strip("_")] = value
        elif role and value.strip():
            pairs.setdefault(_NAMES.get(role, role), users.get(value.strip(), value))
    data = of_pairs(pairs)
    if data.line and data.agencies:
        data.line = line_of((data.line, *data.agencies))
    return completed(data, of_pairs(inner))


def _php(value: str) -> Iterator[tuple[str, str]]:
    for found in _PHP.finditer(value[:200_000]):
        text = value[found.end() : found.end() + int(found[2])].split('";', 1)[0]
        if text and found[1] in ("caption", "credit", "copyright", "caption_text", "source_text"):
            yield _PHP_NAMES.get(found[1], found[1]), text


@lru_cache(maxsize=1)
def roles() -> dict[str, str]:
    """Return the roles of fields by name."""
    read = tables.load("picture_records.toml")
    rows: dict[str, str] = {}
    for row in read.rows("meta"):
        row.only(("name", "role", "for"))
        row.text("for")
        if row.text("name") in rows:
            raise row.error("'name' is the name of an earlier row")
        rows[row.text("name")] = row.choice("role", _ROLES)
    return rows
