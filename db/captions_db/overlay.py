"""Apply people's corrections and merges to the parser's readings of credit lines.

The parser's reading is stored too (``credit.parsed``), and still competes with other readings: the stored credit
depends on the best reading and the current correction, whichever came first. Undoing a correction leaves no trace in
the credit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.records import DecisionRecord
from captions_db.rows import Row, chain_rows, digest, json_list, record_of, storable
from captions_db.search import search_text

RULE = "correction"
"""The rule of a credit that a person corrected."""

_ROLES = ("creator", "agency", "supplier")
_NOT_READING = ("line", "line_digest", "version", "reading", "parsed")
"""Columns of a credit that are not part of the line's reading."""


@dataclass(frozen=True, slots=True)
class CorrectionRecord(DecisionRecord):
    """A person's reading of a line. None keeps the parser's value; ``()`` or ``""`` means that there is none."""

    line: str
    creators: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    supplier: str | None = None
    qualifiers: tuple[str, ...] | None = None
    license: str | None = None
    reason: str = ""
    who: str = ""

    @property
    def meaning(self) -> tuple[object, ...]:
        """Return the reading without the person and the reason."""
        return (self.line, self.creators, self.agencies, self.supplier, self.qualifiers, self.license)


def current_corrections(connection: Connection, lines: Collection[str]) -> dict[str, CorrectionRecord]:
    """Return the current correction of each line that has one: the latest that is not undone."""
    column = m.correction.c
    if not lines or connection.execute(select(column.id).where(column.undone.is_(None)).limit(1)).first() is None:
        return {}
    return {
        row.line: correction_record(row)
        for chunk in in_chunks({digest(line) for line in lines})
        for row in connection.execute(
            select(m.correction).where(column.line_digest.in_(chunk), column.undone.is_(None)).order_by(column.id)
        )
    }


def apply_correction(row: Row, correction: CorrectionRecord) -> Row:
    """Return a row of ``credit_row`` as a correction changes it, with the parser's reading under ``parsed``."""
    read = {role: [name for other, _, name in row["parties"] if other == role] for role in ("creator", "agency")}
    creators = read["creator"] if correction.creators is None else list(correction.creators)
    agencies = read["agency"] if correction.agencies is None else list(correction.agencies)
    supplier = correction.supplier
    if supplier is None:
        supplier = next((name for role, _, name in row["parties"] if role == "supplier"), None)
        if correction.agencies is not None and supplier not in agencies:
            # As in any line, a single agency is the supplier.
            supplier = agencies[0] if len(agencies) == 1 else None
    elif supplier and supplier not in agencies:
        agencies.append(supplier)
    parties = chain_rows(creators, agencies, supplier or None)
    new = row | {
        "qualifiers": row["qualifiers"] if correction.qualifiers is None else json_list(correction.qualifiers),
        "rule": RULE,
        "confidence": 1.0,
        "search_text": search_text(" ".join((row["line"], *creators, *agencies))),
        "parties": parties,
        "parsed": _as_json({**_reading_of(row), "reading": row["reading"]}),
    }
    if correction.license is not None and correction.license != (row["license"] or ""):
        new |= {"license": correction.license or None, "license_url": None}
    return new | {"reading": digest(_as_json(_reading_of(new)))}


def apply_merges(
    row: Row, merges: Mapping[str, str], people: Mapping[str, str], *, supplier_corrected: bool = False
) -> Row:
    """Return a row with its agencies and creators under their current names, each once.

    If the row has no supplier and all its agencies are merged into one, that agency is the supplier, unless a person
    corrected the supplier (``supplier_corrected``). The parser's reading is stored under ``parsed``, as by
    ``apply_correction``, unless it is there already.
    """
    if not any(name in (people if role == "creator" else merges) for role, _, name in row["parties"]):
        return row
    read = {role: [name for other, _, name in row["parties"] if other == role] for role in _ROLES}
    creators = list(dict.fromkeys(people.get(name, name) for name in read["creator"]))
    agencies = list(dict.fromkeys(merges.get(name, name) for name in read["agency"]))
    supplier = next((merges.get(name, name) for name in read["supplier"]), None)
    if supplier is None and not supplier_corrected and len(agencies) == 1 < len(read["agency"]):
        supplier = agencies[0]
    new: Row = {
        "parsed": _as_json({**_reading_of(row), "reading": row["reading"]}),
        **row,
        "parties": chain_rows(creators, agencies, supplier),
        "search_text": search_text(" ".join((row["line"], *creators, *agencies))),
    }
    return new | {"reading": digest(_as_json(_reading_of(new)))}


def current_merges(connection: Connection, kind: str = "agency") -> dict[str, str]:
    """Return the names of merged agencies, or of another kind, with their current names."""
    merges: dict[str, str] = {row.name: row.merged_into for row in merge_rows(connection, kind)}
    for name in merges:
        seen = {name}
        while merges[name] in merges and merges[name] not in seen:
            seen.add(merges[name])
            merges[name] = merges[merges[name]]
    return merges


def merge_rows(connection: Connection, kind: str) -> Sequence[Any]:
    """Return the merges of a kind that are not undone, in the order in which they were added."""
    column = m.party_merge.c
    statement = select(column.id, column.name, column.merged_into).where(column.undone.is_(None), column.kind == kind)
    return connection.execute(statement.order_by(column.id)).all()


def parser_reading(row: Row) -> Row:
    """Return a stored row with the parser's reading, without corrections and merges."""
    if row["parsed"] is None:
        return {key: value for key, value in row.items() if key != "parsed"}
    read: Row = json.loads(row["parsed"])
    stored = {key: row[key] for key in row if key != "parsed"}
    return stored | read | {"parties": [tuple(party) for party in read["parties"]]}


def _reading_of(row: Row) -> Row:
    reading = {key: value for key, value in row.items() if key not in _NOT_READING}
    # Sorted, because the database returns the parties in another order than the parser.
    return reading | {"parties": sorted(row["parties"])}


def _as_json(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def correction_record(row: Any) -> CorrectionRecord:
    """Return a row of table ``correction`` as a record."""
    lists = {name: _names_or_none(getattr(row, name)) for name in ("creators", "agencies", "qualifiers")}
    return record_of(CorrectionRecord, row, **lists)


def _names_or_none(stored: str) -> tuple[str, ...] | None:
    names = json.loads(stored)
    return None if names is None else tuple(names)


def correction_row(record: CorrectionRecord) -> Row:
    """Return the row of table ``correction``, without its number and times."""

    def names(values: tuple[str, ...] | None) -> str:
        return "null" if values is None else json_list(dict.fromkeys(map(storable, values)))

    return {
        "line": storable(record.line),
        "line_digest": digest(storable(record.line)),
        "creators": names(record.creators),
        "agencies": names(record.agencies),
        "supplier": None if record.supplier is None else storable(record.supplier),
        "qualifiers": names(None if record.qualifiers is None else tuple(sorted(record.qualifiers))),
        "license": None if record.license is None else storable(record.license),
        "reason": storable(record.reason),
        "who": storable(record.who),
    }
