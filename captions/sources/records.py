"""Turn records with named fields into sources, using common field names or the user's mapping."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from itertools import islice
from typing import Any

from captions import dates
from captions.decoding import is_page
from captions.errors import InputError
from captions.lexicon import tables
from captions.sources import shortcodes, source, to_page
from captions.sources.json_pictures import PictureFields, of_parts
from captions.sources.json_shapes import html_of_blocks
from captions.sources.keys import key
from captions.sources.record_pictures import RecordPicture, with_pictures
from captions.sources.source import STDIN, Facts, Options, Source, Unread, digest_of_record
from captions.text import tidy

PARTS = ("text", "html", "url", "headline", "published", "publication", "language", "id")
"""The parts of an article that a field can hold."""
PICTURE_PARTS = {
    "caption": "caption", "credit": "credit", "creator": "photographer", "agency": "agency",
    "copyright": "copyright-notice", "terms": "usage-terms", "image": "address",
}  # fmt: skip
"""The parts of its pictures, by names of structured.toml."""
# Where the text is if a value is an object: {"rendered": "<p>Rain"}, {"name": "Harbor Echo"}.
_INNER = ("value", "rendered", "html", "text", "name", "title", "href", "basic", "$oid", "$date", "#text")
# Fields with an article in blocks.
_BLOCKS = ("content_elements", "blocks", "body", "content")
# Records with more fields than this are too unusual to cache.
_FEW_FIELDS = 100
# Beyond this many names, a Bloom filter of 4 MB remembers them: among a million, one in 1,000 is mistaken for a repeat
# and gets a number that it does not need.
_LONGEST_NUMBER = 40
_FEW, _BITS = 2000, 1 << 25
_PLACES = struct.Struct(">3I")


def parse_map(values: list[str]) -> tuple[tuple[str, str], ...]:
    """Parse the ``--map`` option: ``["text=body,url=link"]`` gives ``(("text", "body"), ("url", "link"))``.

    Raise InputError for a pair that is not PART=FIELD.
    """
    pairs = []
    for pair in ",".join(values).split(","):
        if not pair.strip():
            continue
        part, equals, field = (piece.strip() for piece in pair.partition("="))
        if not equals or not field or part not in (*PARTS, *PICTURE_PARTS):
            known = ", ".join((*PARTS, *PICTURE_PARTS))
            raise InputError(f"--map {pair.strip()}: use PART=FIELD, where PART is one of {known}")
        pairs.append((part, field))
    return tuple(pairs)


@lru_cache(maxsize=1)
def names() -> dict[str, tuple[str, ...]]:
    """Return the common field names for each part of an article."""
    read = tables.load("fields.toml")
    read.only({*PARTS, "records"})
    return {part: read.texts(part) for part in (*PARTS, "records")}


@lru_cache(maxsize=200)
def _places(fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the fields that may hold each part, the most common name first.

    If :func:`key` makes two field names equal, the first counts.
    """
    by_key: dict[str, str] = {}
    for name in fields:
        by_key.setdefault(key(str(name)), name)
    return {part: tuple(by_key[name] for name in usual if name in by_key) for part, usual in names().items()}


def places(record: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return a record's fields by the part they may hold: ``places({"Body_Text": ""})["text"] == ("Body_Text",)``."""
    fields = tuple(record)
    return (_places if len(fields) <= _FEW_FIELDS else _places.__wrapped__)(fields)


class RecordNames:
    """Names for the records of a file that stay the same when the file is read again.

    A record that repeats an ID with different content gets its place appended. Memory is bounded.
    """

    def __init__(self, file: str) -> None:
        """Start with the file's name and no records."""
        self._file = file
        self._few: set[bytes] = set()
        self._bits = bytearray()

    def of(self, ident: str | None, place: int, digest: str) -> str:
        """Return the name of the record at this place, which may have an ID."""
        if ident is None:
            return STDIN if self._file == STDIN else f"{self._file}#{place}"
        known, same = self._is_seen(ident), self._is_seen(f"{ident}\0{digest}")
        return f"{self._file}#{ident}" + (f":{place}" if known and not same else "")

    def _is_seen(self, text: str) -> bool:
        hashed = blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
        if len(self._few) < _FEW:
            seen = hashed in self._few
            self._few.add(hashed)
            return seen
        if not self._bits:
            self._bits = bytearray(_BITS >> 3)
            for earlier in self._few:
                self._set(earlier)
        return self._set(hashed)

    def _set(self, hashed: bytes) -> bool:
        """Set the bits of a name and return whether all of them were set before."""
        seen, bits = True, self._bits
        for number in _PLACES.unpack(hashed):
            byte, bit = (number % _BITS) >> 3, 1 << (number & 7)
            if not bits[byte] & bit:
                seen = False
                bits[byte] |= bit
        return seen


def source_of(record: Mapping[str, Any], named: RecordNames, place: int, at: str, options: Options) -> Source | Unread:
    """Return the article in a record; ``place`` is its line or number, and ``at`` names it if it cannot be read."""
    fields = _RecordFields(record, options)
    html, text = fields.text("html"), fields.text("text")
    blocks = next((found for n in _BLOCKS if (found := html_of_blocks(record.get(n)))), "") if not html else ""
    if not html and not text and not blocks:
        return Unread(at, _no_text(record, options))
    facts = facts_of(record, options)
    pictures, unread = _pictures(record, options)
    notes = (_unread_note(unread),) if unread else ()
    body = html or blocks or text
    if pictures:
        body = with_pictures(
            body if is_page(body[:4096].encode("utf-8", "replace")) else to_page.of_any(body), pictures
        )
    return make(body, facts, facts.url or fields.word("id"), named, place, at, notes)


def facts_of(record: Mapping[str, Any], options: Options) -> Facts:
    """Return what the fields of a record say about its article."""
    fields = _RecordFields(record, options)
    headline = fields.word("headline")
    return Facts(
        url=fields.word("url"),
        headline=tidy(unescape(re.sub(r"<[^<>]*>", "", headline))) or None if headline else None,
        published=day_of(fields.value("published")),
        publication=fields.word("publication"),
        language=language_of(fields.word("language")),
    )


def _pictures(record: Mapping[str, Any], options: Options) -> tuple[list[RecordPicture], list[str]]:
    """Return the pictures of a record that have data, and the fields about pictures that were not read."""
    own = [(PICTURE_PARTS[part], field) for part, field in options.names if part in PICTURE_PARTS]
    if own:
        return _mapped(record, own), []
    found = PictureFields(record)
    return found.of_record(), found.unread(record)


def _mapped(record: Mapping[str, Any], fields: Iterable[tuple[str, str]]) -> list[RecordPicture]:
    """Return the pictures in the fields that the user named; the values of several lists belong together by place."""
    pairs: dict[int, dict[str, Any]] = {}
    for part, field in fields:
        for place, value in enumerate(all_at(record, field)):
            if value not in (None, "", [], {}):
                pairs.setdefault(place, {}).setdefault(part, value)
    return [RecordPicture(of_parts(parts)) for _, parts in sorted(pairs.items())]


def _unread_note(fields: Sequence[str]) -> str:
    there = ", ".join(tidy(field)[:60] for field in fields[:6]) + (f" and {len(fields) - 6} more" * (len(fields) > 6))
    return f"fields about pictures not read: {there}; choose them with --map caption=FIELD,credit=FIELD,image=FIELD"


def make(
    body: str,
    facts: Facts,
    ident: str | None,
    named: RecordNames,
    place: int,
    at: str,
    notes: tuple[str, ...] = (),
) -> Source | Unread:
    """Return the source of an article from its parts; ``body`` is a page, HTML from an editor, or text."""
    if len(body) > source.LARGEST:
        return Unread(at, source.too_large())
    if not any(char.isalpha() for char in body):
        return Unread(at, "no article in it: not one letter")
    page = True
    head = body[:4096]
    if "<" not in head or not is_page(head.encode("utf-8", "replace")):
        body = shortcodes.expand(body)
        page = to_page.is_markup(body)
        body = to_page.page(to_page.of_editor(body), facts.headline, facts.language) if page else body
    digest = digest_of_record(body, page, facts)
    return Source(named.of(ident, place, digest), body, digest, notes, page, facts)


def language_of(text: str | None) -> str | None:
    """Return the language of a tag: ``"en-US"`` gives ``"en"``; None if it is not a language tag."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", text or "")
    return found[1].lower() if found else None


def day_of(value: object) -> date | None:
    """Return the day in an ISO or email date, or in seconds since 1970; None if there is none, or an unset value."""
    if isinstance(value, datetime):
        return dates.known(value.date())
    if isinstance(value, date):
        return dates.known(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dates.of_number(value)
    if not isinstance(value, str):
        return None
    if value.strip().isdecimal():
        return dates.of_number(int(value[:_LONGEST_NUMBER]))
    if (found := dates.leading(value[:200].replace("/", "-"))) is not None:
        return found
    try:
        return dates.known(parsedate_to_datetime(value[:100]).date())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class _RecordFields:
    """The fields of a record, by the part of the article they hold."""

    def __init__(self, record: Mapping[str, Any], options: Options) -> None:
        self._record, self._own, self._places = record, options.names, places(record)

    def values(self, part: str) -> Iterator[Any]:
        """Yield the values present, under the user's name for the part or else under common ones."""
        own = [field for mapped, field in self._own if mapped == part]
        if own:
            yield from (v for field in own if (v := at_path(self._record, field)) not in (None, ""))
            return
        if part in ("html", "text") and any(mapped in ("html", "text") for mapped, _ in self._own):
            return  # a user who names the field with the text does not want another
        yield from (v for name in self._places[part] if (v := self._record[name]) not in (None, ""))

    def value(self, part: str) -> Any:
        """Return the first value present."""
        return next(self.values(part), None)

    def text(self, part: str) -> str:
        """Return the first part with a text, joining a list of paragraphs."""
        found = (v.strip() if isinstance(v, str) else "\n\n".join(_texts(v, 0)).strip() for v in self.values(part))
        return next((text for text in found if text), "")

    def word(self, part: str) -> str | None:
        """Return a part as one line, or None."""
        value = self.value(part)
        if value is None:
            return None
        return next((word for text in _texts(value, 0) if (word := tidy(text))), None)


def at_path(record: Any, path: str) -> Any:
    """Return the value at a path: ``a.b`` in ``{"a": {"b": "Rain"}}`` gives ``"Rain"``; a field named ``a.b`` wins."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    for step in path.split("."):
        if isinstance(record, Mapping):
            record = record.get(step)
        elif isinstance(record, list) and step.isdigit() and int(step) < len(record):
            record = record[int(step)]
        else:
            return None
    return record


def all_at(record: Any, path: str) -> list[Any]:
    """Return the values at a path, which may lead through lists: ``images.caption`` gives the caption of each image."""
    if (value := at_path(record, path)) is not None:
        return value if isinstance(value, list) else [value]
    first, _, rest = path.partition(".")
    inner = record.get(first) if isinstance(record, Mapping) else None
    if not rest or inner is None:
        return []
    if isinstance(inner, list):
        return [next(iter(all_at(each, rest)), None) for each in inner]
    return all_at(inner, rest)


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Yield the texts in a value, which may be a list or an object with a text inside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or depth > 4:
        return
    elif isinstance(value, (int, float)):
        yield str(value)
    elif isinstance(value, Mapping):
        yield from islice((t for name in _INNER if name in value for t in _texts(value[name], depth + 1)), 1)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each, depth + 1)


def _no_text(record: Mapping[str, Any], options: Options) -> str:
    if any(part in ("text", "html") for part, _ in options.names):
        return "no article in it: the field named with --map is missing or empty"
    there = ", ".join(tidy(str(name))[:40] for name in islice(record, 8)) or "none"
    return f"no article in it: no field holds the text; the fields are {there}; choose one with --map text=FIELD"
