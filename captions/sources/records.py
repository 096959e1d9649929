"""Records with named fields -> sources: what stands in which field, by usual names or by the user's own."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from itertools import islice
from typing import Any

from captions.dates import leading
from captions.decoding import is_page
from captions.errors import InputError
from captions.lexicon import tables
from captions.sources import source, to_page
from captions.sources.source import STDIN, Facts, Options, Source, Unread, digest_of_record
from captions.text import tidy

PARTS = ("text", "html", "url", "headline", "published", "publication", "language", "id")
"""What a field can hold."""
_SIGNS = str.maketrans("", "", "-_ :.")
# Parts of a value that is a thing of its own: {"rendered": "<p>Rain"}, {"name": "Harbor Echo"}.
_INNER = ("value", "rendered", "html", "text", "name", "title", "href", "$oid", "$date", "#text")
# Names of fields up to this length are remembered, for they come over and over.
_SHORT = 40
# Records with more fields than this are too odd to be remembered.
_FEW_FIELDS = 100
# From so many names on, those of one file are remembered by bits, 4 MB of them: of a million one in 1,000 is mistaken
# for another, and gets a place behind it that it would not need.
_FEW, _BITS = 2000, 1 << 25
_PLACES = struct.Struct(">3I")


def parse_map(told: list[str]) -> tuple[tuple[str, str], ...]:
    """The user's own names: ``["text=body,url=link"]`` gives ``(("text", "body"), ("url", "link"))``.

    Raises InputError for what is none.
    """
    pairs = []
    for one in ",".join(told).split(","):
        if not one.strip():
            continue
        part, equals, field = (piece.strip() for piece in one.partition("="))
        if not equals or not field or part not in PARTS:
            raise InputError(f"--map {one.strip()}: write PART=FIELD, with PART one of {', '.join(PARTS)}")
        pairs.append((part, field))
    return tuple(pairs)


@lru_cache(maxsize=1)
def names() -> dict[str, tuple[str, ...]]:
    """The usual names of each part."""
    read = tables.load("fields.toml")
    read.only({*PARTS, "records"})
    return {part: read.texts(part) for part in (*PARTS, "records")}


@lru_cache(maxsize=200)
def _places(fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For each part the fields of a record that may hold it, the most usual name first; records of a file have the
    same fields. Of two fields that are one by :func:`key`, the first counts."""
    by_key: dict[str, str] = {}
    for name in fields:
        by_key.setdefault(key(str(name)), name)
    return {part: tuple(by_key[name] for name in usual if name in by_key) for part, usual in names().items()}


def places(record: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The fields of a record by what their usual names say they hold: of ``{"Body_Text": ""}``, ``["text"]`` gives
    ``("Body_Text",)``."""
    fields = tuple(record)
    return (_places if len(fields) <= _FEW_FIELDS else _places.__wrapped__)(fields)


def key(name: str) -> str:
    """By what names are compared: ``"Body_Text"`` gives ``"bodytext"``."""
    return _key(name) if len(name) <= _SHORT else name.casefold().translate(_SIGNS)


@lru_cache(maxsize=1000)
def _key(name: str) -> str:
    return name.casefold().translate(_SIGNS)


class Names:
    """The names of a file's records: each record one, and the same when the file is read again.

    A record with the name of another but other content is told apart by its place. Memory stays the same for a million.
    """

    def __init__(self, file: str) -> None:
        """Takes the file's name."""
        self._file = file
        self._few: set[bytes] = set()
        self._bits = bytearray()

    def of(self, ident: str | None, place: int, digest: str) -> str:
        """The name of a record with this id, or none, in this place."""
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
            for one in self._few:
                self._set(one)
        return self._set(hashed)

    def _set(self, hashed: bytes) -> bool:
        """Sets the bits of a name; whether they all were set before."""
        seen, bits = True, self._bits
        for number in _PLACES.unpack(hashed):
            byte, bit = (number % _BITS) >> 3, 1 << (number & 7)
            if not bits[byte] & bit:
                seen = False
                bits[byte] |= bit
        return seen


def source_of(record: Mapping[str, Any], names_: Names, place: int, at: str, options: Options) -> Source | Unread:
    """The article of a record. ``place`` is its line or number; ``at`` the name under which it fails."""
    fields = _Fields(record, options)
    html, text = fields.text("html"), fields.text("text")
    if not html and not text:
        return Unread(at, _no_text(record, options))
    headline = fields.word("headline")
    told = Facts(
        url=fields.word("url"),
        headline=tidy(unescape(re.sub(r"<[^<>]*>", "", headline))) or None if headline else None,
        published=day_of(fields.value("published")),
        publication=fields.word("publication"),
        language=language_of(fields.word("language")),
    )
    return make(html or text, told, told.url or fields.word("id"), names_, place, at)


def make(
    body: str, told: Facts, ident: str | None, names_: Names, place: int, at: str, notes: tuple[str, ...] = ()
) -> Source | Unread:
    """The source of an article whose parts are known: ``body`` is a page, HTML of an editor, or text."""
    if len(body) > source.LARGEST:
        return Unread(at, source.too_large())
    if not any(char.isalpha() for char in body):
        return Unread(at, "no article in it: not one letter")
    page = True
    head = body[:4096]
    if "<" not in head or not is_page(head.encode("utf-8", "replace")):
        page = to_page.is_markup(body)
        body = to_page.page(to_page.of_editor(body), told.headline, told.language) if page else body
    digest = digest_of_record(body, page, told)
    return Source(names_.of(ident, place, digest), body, digest, notes, page, told)


def language_of(text: str | None) -> str | None:
    """``"en-US"`` gives ``"en"``; None of what is no code of a language."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", text or "")
    return found[1].lower() if found else None


def day_of(value: object) -> date | None:
    """The day in a value, of ISO, of e-mail, or counted in seconds; None where there is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            seconds = value / 1000 if value > 1e11 else value  # no article is of the year 5138
            return datetime.fromtimestamp(seconds, UTC).date() if seconds > 0 else None
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(value, str):
        return None
    if (found := leading(value[:200].replace("/", "-"))) is not None:
        return found
    try:
        return parsedate_to_datetime(value[:100]).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class _Fields:
    """The fields of one record by what they hold."""

    def __init__(self, record: Mapping[str, Any], options: Options) -> None:
        self._record, self._own, self._places = record, options.names, places(record)

    def value(self, part: str) -> Any:
        """The first value that is there, by the user's name, else by the usual ones."""
        if self._own:
            own = [field for told, field in self._own if told == part]
            if own:
                return next((v for field in own if (v := at_path(self._record, field)) not in (None, "")), None)
            if part in ("html", "text") and any(told in ("html", "text") for told, _ in self._own):
                return None  # whoever says where the text is means that it is nowhere else
        for name in self._places[part]:
            if (value := self._record[name]) not in (None, ""):
                return value
        return None

    def text(self, part: str) -> str:
        """A value that may be a list of paragraphs."""
        value = self.value(part)
        return value.strip() if isinstance(value, str) else "\n\n".join(_texts(value, 0)).strip()

    def word(self, part: str) -> str | None:
        """A value of one line."""
        value = self.value(part)
        if value is None:
            return None
        return next((word for one in _texts(value, 0) if (word := tidy(one))), None)


def at_path(record: Any, path: str) -> Any:
    """The value at a path: ``a.b`` of ``{"a": {"b": "Rain"}}`` gives ``"Rain"``; a name with dots in it comes first."""
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


def _texts(value: Any, depth: int) -> Iterator[str]:
    """The texts in a value: itself, its inner one, or those of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or depth > 4:
        return
    elif isinstance(value, (int, float)):
        yield str(value)
    elif isinstance(value, Mapping):
        yield from islice((t for name in _INNER if name in value for t in _texts(value[name], depth + 1)), 1)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one, depth + 1)


def _no_text(record: Mapping[str, Any], options: Options) -> str:
    if any(part in ("text", "html") for part, _ in options.names):
        return "no article in it: the field named with --map is not there, or empty"
    there = ", ".join(tidy(str(name))[:40] for name in islice(record, 8)) or "none"
    return f"no article in it: no field with a text; its fields are {there}; name one with --map text=FIELD"
