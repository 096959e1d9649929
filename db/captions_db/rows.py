"""Convert records to rows of tables and back: replace characters that no database stores, reject invalid values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from captions_db.errors import BlankStoreError
from captions_db.records import ArticleRecord, CreditRecord, UseRecord
from captions_db.search import search_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]
T = TypeVar("T", bound="DataclassInstance")
_LISTS = ("creators", "agencies")
_TYPED = {
    "supplier": "supplier",
    "applies_to": "supplier",
    "creators": "creator, or omit it",
    "agencies": "agency, or omit it",
    "name": "name",
    "merged_into": "name",
    "invoice": "number of the invoice",
    "note": "note, or omit it",
    "reason": "reason",
    "end_reason": "reason",
    "undone_reason": "reason",
}
"""What a person types into a decision, by column."""
RIGHTS = ("copyright_notice", "license", "license_url", "licensor_url")
"""The columns in which two credits with the same line may differ."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def storable(text: str) -> str:
    r"""Return a text that every database accepts: ``"a\0b"`` -> ``"a�b"``.

    NUL ends a string inside SQLite's functions, and PostgreSQL rejects it. Lone surrogates have no UTF-8 form; pairs
    are combined.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


def filled(row: Row) -> Row:
    """Return the row of a decision; raise BlankStoreError if a person left the ``…`` of a suggested command in it."""
    for column, name in _TYPED.items():
        value = row.get(column)
        texts = json.loads(value) if value and column in _LISTS else [value]
        if any(isinstance(text, str) and text.strip() in ("…", "...") for text in texts or ()):
            raise BlankStoreError(f"replace '…' with the {name}")
    return row


def storable_source(source: str) -> str:
    r"""Return a source that every database accepts, and that stays distinct from other sources.

    File names that are not UTF-8 contain surrogates: ``"a\udcff.txt"`` -> ``"a\\udcff.txt"``.
    """
    return source.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def optional(text: str | None) -> str | None:
    """Return ``storable(text)``, or None for None."""
    return None if text is None else storable(text)


@overload
def utc(moment: datetime) -> datetime: ...
@overload
def utc(moment: None) -> None: ...
def utc(moment: datetime | None) -> datetime | None:
    """Add the time zone, which SQLite drops: all stored times are UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def record_of(record: type[T], row: Any, **changed: Any) -> T:
    """Return a row as a record; its fields have the names of the columns, except those in ``changed``."""
    values = {name: getattr(row, name) for name in _names_of(record) if name not in changed}
    times = {name: utc(value) for name, value in values.items() if isinstance(value, datetime)}
    return record(**values | times | changed)


@lru_cache(maxsize=100)
def _names_of(record: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def digest(*parts: str) -> str:
    """Return a key for texts too long for an index: 32 hexadecimal digits."""
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def key_number(key: str) -> int | None:
    """Return a 64-bit number to index a match key; None for the empty key, which matches nothing."""
    if not key:
        return None
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def caption_digest(match_key: str, caption: str) -> str:
    """Return the digest under which a caption is stored; ``""`` without a caption."""
    text = storable(caption)
    return digest(storable(match_key), text) if text else ""


def json_list(items: Iterable[object]) -> str:
    """Return a JSON list as stored: ``("pool",)`` -> ``'["pool"]'``."""
    values = list(items)
    return _JSON.encode(values) if values else "[]"


def article_row(record: ArticleRecord) -> Row:
    """Return the row of table ``article``, without its id, identity, source and current publication."""
    return {
        "url": optional(record.url),
        "headline": optional(record.headline),
        "publication_read": optional(record.publication) or None,
        "published": record.published,
        "published_in": record.published_in,
        "language": optional(record.language),
        "rank": record.rank,
        "text": storable(record.text),
        "near": record.near,
    }


def caption_row(use: UseRecord) -> Row | None:
    """Return the row of table ``caption``, without its id; None if the use has no caption."""
    text, key = storable(use.caption), storable(use.match_key)
    if not text:
        return None
    return {
        "digest": digest(key, text),
        "match_key": key,
        "key_number": key_number(key),
        "text": text,
        "search_text": search_text(text),
    }


def credit_row(credit: CreditRecord) -> Row:
    """Return the row of table ``credit``, without id, supplier_id and version, plus its names under ``parties``.

    ``parties`` is a list of (role, place, name); a name appears once in each role. Raise ValueError for a confidence
    outside 0 to 1.
    """
    if not 0 <= credit.confidence <= 1:
        raise ValueError(f"confidence of a credit must be from 0 to 1, not {credit.confidence}")
    line = storable(credit.line)
    creators, agencies = _names(credit.creators), _names(credit.agencies)
    supplier = _names(() if credit.supplier is None else (credit.supplier,))
    parties = chain_rows(creators, agencies, supplier[0] if supplier else None)
    row: Row = {
        "qualifiers": json_list(map(storable, credit.qualifiers)),
        "restrictions": json_list(map(storable, credit.restrictions)),
        "copyright_notice": optional(credit.copyright_notice),
        "license": optional(credit.license),
        "license_url": optional(credit.license_url),
        "licensor_url": optional(credit.licensor_url),
        "rule": storable(credit.rule),
        "confidence": float(credit.confidence),
    }
    row["reading"] = digest(*map(str, row.values()), *(f"{role} {name}" for role, _, name in parties))
    rights = [row[name] or "" for name in RIGHTS]
    # What the line does not print is from the usage terms of this picture, and not of others with the same line.
    printed = " ".join(line.split()).casefold()
    rights += [text for text in map(storable, credit.restrictions) if text.casefold() not in printed]
    return row | {
        "line_digest": digest(line, *rights) if any(rights) else digest(line),
        "line": line,
        "search_text": search_text(" ".join((line, *creators, *agencies))),
        "parties": parties,
    }


def chain_rows(creators: Iterable[str], agencies: Iterable[str], supplier: str | None) -> list[tuple[str, int, str]]:
    """Return the parties of a credit as (role, place, name)."""
    roles = (("creator", creators), ("agency", agencies), ("supplier", () if supplier is None else (supplier,)))
    return [(role, place, name) for role, names in roles for place, name in enumerate(names)]


def use_row(use: UseRecord, article: Row, article_id: int) -> Row:
    """Return the row of table ``use``, without the ids of its caption and credit."""
    return {
        "article_id": article_id,
        "position": use.position,
        "occurrences": use.occurrences,
        "places": json_list(use.places),
        "used_on": article["published"],
        "publication": article["publication"],
        "rule": storable(use.rule),
    }


def check(record: ArticleRecord) -> None:
    """Raise ValueError for an article that would break a constraint, before anything is written."""
    positions = [use.position for use in record.uses]
    if len(set(positions)) != len(positions):
        raise ValueError(f"two uses have the same position in {record.source!r}")
    if any(use.occurrences < 1 for use in record.uses):
        raise ValueError(f"a use without an occurrence in {record.source!r}")


def _names(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in map(storable, names) if name))
