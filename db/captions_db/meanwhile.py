"""What people decided about one subject, so that nobody overwrites a decision without seeing it.

A screen remembers :func:`decided` as it was when a person looked; the write is refused if it has changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

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


def last_decision(engine: Engine, who: str) -> PastDecision | None:
    """Return the latest correction, waiver, agreement or license that a person recorded and nobody has undone."""
    found: list[PastDecision] = []
    with engine.connect() as connection:
        for kind, table, name in _by_person():
            own = (name == storable(who)) & table.c.undone.is_(None)
            latest = select(table.c.id, table.c.added).where(own).order_by(table.c.added.desc(), table.c.id.desc())
            row = connection.execute(latest.limit(1)).first()
            found += [] if row is None else [_past(kind, row.id, who, row.added, None, None)]
    return max(found, key=lambda it: (it.when, it.kind), default=None)


def decisions_since(engine: Engine, moment: datetime) -> dict[str, int]:
    """Return how many such decisions people recorded since a moment that nobody has undone, by person."""
    found: Counter[str] = Counter()
    with engine.connect() as connection:
        for _kind, table, name in _by_person():
            since = (table.c.added >= moment.astimezone(UTC)) & table.c.undone.is_(None)
            for who, number in connection.execute(select(name, func.count()).where(since).group_by(name)):
                found[who or ""] += number
    return dict(found)


def _by_person() -> tuple[tuple[str, Table, ColumnElement[str | None]], ...]:
    return (
        ("correction", m.correction, m.correction.c.who),
        ("waiver", m.waiver, m.waiver.c.who),
        ("agreement", m.agreement, m.agreement.c.added_by),
        ("license", m.license_, m.license_.c.added_by),
    )
