"""Licenses of single pictures: add, list and undo them. None is deleted, so that an auditor can see who decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, select

from captions_db import models as m
from captions_db import settling
from captions_db.bulk import insert_dated
from captions_db.connection import writing
from captions_db.records import AddResult, DecisionRecord
from captions_db.rows import Row, json_list, optional, record_of, storable
from captions_db.undo import undo


@dataclass(frozen=True, slots=True)
class LicenseRecord(DecisionRecord):
    """The license of one picture; see ``captions_db.models.decisions``. None in ``starts`` or ``ends``: no limit."""

    invoice: str
    starts: date | None = None
    ends: date | None = None
    scopes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    archive_years: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    address: str | None = None
    asset: str | None = None
    file_hash: str | None = None
    dhash: int | None = None
    phash: int | None = None
    caption: str | None = None
    caption_key: str | None = None
    note: str | None = None
    added_by: str | None = None


_NOT_TERMS: dict[str, Any] = dict.fromkeys(("id", "added", "added_by", "undone", "undone_by", "undone_reason"))
"""The fields of a record that are not terms of the license, with None for each."""
_TEXTS = ("currency", "address", "asset", "file_hash", "caption", "caption_key", "note", "added_by")


def add_licenses(engine: Engine, records: Sequence[LicenseRecord]) -> list[AddResult]:
    """Store licenses, all or none; return the existing number of a license with the same terms."""
    out: list[AddResult] = []
    with writing(engine) as connection:
        known = {_terms(record): record.id for record in read_licenses(connection) if record.undone is None}
        for record in records:
            cleaned = _clean(record)
            terms = _terms(cleaned)
            known_id = known.get(terms)
            number = insert_dated(connection, m.license_, _row(cleaned)) if known_id is None else known_id
            known[terms] = number
            out.append(AddResult(number, new=known_id is None))
            if known_id is None:
                settling.mark_terms(connection, f"license {number}")
    return out


def licenses(engine: Engine, *, undone: bool = False) -> list[LicenseRecord]:
    """Return the licenses in the order in which they end, or with ``undone`` those that were undone."""
    with engine.connect() as connection:
        found = [record for record in read_licenses(connection) if (record.undone is not None) is undone]
    return sorted(found, key=lambda it: (it.ends or date.max, it.id or 0))


def undo_license(engine: Engine, number: int, who: str, reason: str) -> LicenseRecord:
    """Undo a license, so that it no longer applies; return it. Raise ValueError if it is missing or already undone."""
    with writing(engine) as connection:
        undo(connection, m.license_, number, who, reason)
        settling.mark_terms(connection, f"license {number}")
        return next(record for record in read_licenses(connection) if record.id == number)


def read_licenses(connection: Connection) -> list[LicenseRecord]:
    """Return all licenses, undone ones included, by number."""
    return [_record(row) for row in connection.execute(select(m.license_).order_by(m.license_.c.id))]


def _record(row: Any) -> LicenseRecord:
    lists = {name: tuple(json.loads(getattr(row, name))) for name in ("scopes", "territories")}
    hashes = {name: None if getattr(row, name) is None else int(getattr(row, name), 16) for name in ("dhash", "phash")}
    price = None if row.price is None else Decimal(row.price)
    return record_of(LicenseRecord, row, price=price, **lists, **hashes)


def _clean(record: LicenseRecord) -> LicenseRecord:
    """Return a record as the database will return it."""
    texts: dict[str, Any] = {name: optional(getattr(record, name)) for name in _TEXTS}
    return replace(record, invoice=storable(record.invoice), **texts)


def _terms(record: LicenseRecord) -> LicenseRecord:
    return replace(record, **_NOT_TERMS)


def _row(record: LicenseRecord) -> Row:
    return {
        "invoice": record.invoice,
        "starts": record.starts,
        "ends": record.ends,
        "scopes": json_list(record.scopes),
        "territories": json_list(record.territories),
        "archive_years": record.archive_years,
        # Never through a float; "120.50" keeps the digits that were written.
        "price": None if record.price is None else format(record.price, "f"),
        "dhash": None if record.dhash is None else f"{record.dhash:016x}",
        "phash": None if record.phash is None else f"{record.phash:064x}",
        **{name: getattr(record, name) for name in _TEXTS},
    }
