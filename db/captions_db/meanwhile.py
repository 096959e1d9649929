"""What people decided about one subject, so that nobody overwrites a decision without seeing it.

A screen remembers :func:`decided` as it was when a person looked; the write is refused if it has changed since.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from captions_db import models as m
from captions_db.rows import digest, optional, storable, storable_source, utc

Check = Callable[[Connection], None]
"""A function that is called in the transaction of a write, before it; what it raises cancels the write."""
DECIDED = (m.correction, m.waiver, m.agreement, m.license_, m.party_merge, m.forgotten)
"""The tables of decisions."""


@dataclass(frozen=True, slots=True)
class DecisionSubject:
    """What a decision is about: findings with a code on a credit line, a supplier or an article."""

    code: str
    line: str | None = None
    supplier: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A correction or a waiver, as it was recorded or undone."""

    kind: str
    """correction or waiver."""
    id: int
    who: str
    """Who recorded it, or who undid it."""
    when: datetime
    undone: bool


def nothing(connection: Connection) -> None:
    """Check nothing."""


def decided(connection: Connection, subject: DecisionSubject) -> tuple[PastDecision, ...]:
    """Return the corrections of the line, and the waivers of the code on it, its supplier or its article."""
    found: list[PastDecision] = []
    if subject.line is not None:
        table = m.correction.c
        line = storable(subject.line)
        where = [table.line_digest == digest(line), table.line == line]
        rows = connection.execute(
            select(table.id, table.who, table.added, table.undone, table.undone_by).where(*where).order_by(table.id)
        )
        found += [_past("correction", *row) for row in rows]
    waiver = m.waiver.c
    wanted = {
        waiver.line: optional(subject.line),
        waiver.supplier: optional(subject.supplier),
        waiver.source: None if subject.source is None else storable_source(subject.source),
    }
    statement = select(waiver.id, waiver.who, waiver.added, waiver.undone, waiver.undone_by).where(
        waiver.code == subject.code
    )
    # A waiver of something else does not concern this subject, so two people may work through one code.
    for column, value in wanted.items():
        statement = statement.where(column.is_(None) if value is None else (column.is_(None)) | (column == value))
    found += [_past("waiver", *row) for row in connection.execute(statement.order_by(waiver.id))]
    return tuple(found)


def _past(
    kind: str, number: int, who: str, added: datetime, undone: datetime | None, undone_by: str | None
) -> PastDecision:
    when = utc(added) if undone is None else utc(undone)
    assert when is not None  # noqa: S101 - every row has a time
    return PastDecision(kind, number, who if undone is None else undone_by or "", when, undone is not None)
