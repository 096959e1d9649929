"""Count a supplier's uses between two days, or label them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Date,
    Engine,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    values,
)

from captions_db import models as m
from captions_db.bulk import in_chunks


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The days of a supplier from ``first`` to ``last``, inclusive; None sets no limit."""

    supplier: str
    first: date | None
    last: date | None
    label: str | None = None
    dated: bool = True
    """False selects undated uses only."""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit line in use, with the names of its agencies."""

    id: int
    line: str
    agencies: tuple[str, ...]


def suppliers_in_use(engine: Engine) -> list[str]:
    """Return the names of all suppliers of stored uses, sorted."""
    used = select(m.use.c.id).where(m.use.c.supplier_id == m.party.c.id).exists()
    with engine.connect() as connection:
        found = connection.execute(select(m.party.c.name).where(m.party.c.kind == "agency", used)).scalars()
        return sorted(found)


def lines_of(engine: Engine, supplier: str) -> list[CreditLine]:
    """Return the credit lines of a supplier."""
    credit, chain = m.credit.c, m.credit_party.c
    with engine.connect() as connection:
        theirs = credit.supplier_id.in_(_ids(connection, [supplier]).values())
        agencies: dict[int, list[str]] = {}
        for credit_id, name in connection.execute(
            select(chain.credit_id, m.party.c.name)
            .join_from(m.credit_party, m.credit, credit.id == chain.credit_id)
            .join(m.party, m.party.c.id == chain.party_id)
            .where(theirs, chain.role == "agency")
            .order_by(chain.credit_id, chain.place)
        ):
            agencies.setdefault(credit_id, []).append(name)
        found = connection.execute(select(credit.id, credit.line).where(theirs).order_by(credit.id))
        return [CreditLine(row_id, line, tuple(agencies.get(row_id, ()))) for row_id, line in found]


def count_spans(engine: Engine, spans: Sequence[DateSpan], confined: Sequence[Sequence[int] | None] = ()) -> list[int]:
    """Count the uses in each span; ``confined`` limits a span to some credits, by id."""
    with engine.connect() as connection:
        ids = _ids(connection, {span.supplier for span in spans})
        counts = [0] * len(spans)
        plain = []
        only = [*confined, *[None] * (len(spans) - len(confined))]
        for place, (span, credit_ids) in enumerate(zip(spans, only, strict=True)):
            if span.supplier not in ids:
                continue
            if credit_ids is None:
                plain.append((place, ids[span.supplier], span))
            else:
                counts[place] = _count(connection, span, credit_ids)
        for chunk in in_chunks(plain):
            for dated in (True, False):
                for place, uses in _count_at_once(connection, [it for it in chunk if it[2].dated is dated], dated):
                    counts[place] = uses
        return counts


def _count_at_once(
    connection: Connection, spans: Sequence[tuple[int, int, DateSpan]], dated: bool
) -> Iterable[tuple[int, int]]:
    """Count the uses in spans in one statement: (place, supplier's id, span) -> (place, uses)."""
    if not spans:
        return []
    rows = [
        (supplier, (span.first or date.min).isoformat(), (span.last or date.max).isoformat(), place)
        for place, supplier, span in spans
    ]
    given = written("given", "place", rows)
    first, last = days_of(connection, given)
    on = m.use.c.used_on.between(first, last) if dated else m.use.c.used_on.is_(None)
    uses = select(func.count()).select_from(m.use).where(m.use.c.supplier_id == given.c.supplier_id, on)
    found = connection.execute(select(given.c.place, uses.correlate(given).scalar_subquery()))
    return [(int(place), int(count)) for place, count in found]


def _count(connection: Connection, span: DateSpan, credit_ids: Sequence[int]) -> int:
    statement = select(func.count()).select_from(m.use).where(*_within(span))
    return sum(
        connection.execute(statement.where(m.use.c.credit_id.in_(chunk)), _bounds(span)).scalar_one()
        for chunk in in_chunks(credit_ids)
    )


def _within(span: DateSpan) -> list[ColumnElement[bool]]:
    if not span.dated:
        return [m.use.c.used_on.is_(None)]
    return [m.use.c.used_on >= bindparam("first"), m.use.c.used_on <= bindparam("last")]


def _bounds(span: DateSpan) -> dict[str, date]:
    return {"first": span.first or date.min, "last": span.last or date.max} if span.dated else {}


def span_rows(
    connection: Connection, spans: Sequence[DateSpan], labels: Sequence[str]
) -> list[tuple[int, str, str, int]]:
    """Return for each span: supplier's id, first and last day (as text; "" if undated) and the place of its label."""
    ids = _ids(connection, {span.supplier for span in spans})
    return [
        (
            ids[span.supplier],
            (span.first or date.min).isoformat() if span.dated else "",
            (span.last or date.max).isoformat() if span.dated else "",
            labels.index(span.label),
        )
        for span in spans
        if span.label is not None and span.supplier in ids
    ]


def span_table(connection: Connection, spans: Sequence[DateSpan], labels: Sequence[str]) -> CTE:
    """Return ``span_rows`` as a table of ``supplier_id``, ``first``, ``last`` and ``label``."""
    rows = span_rows(connection, spans, labels)
    given = written("written", "label", rows or [(-1, "", "", -1)])
    rest = [given.c[name] for name in ("first", "last", "label")]
    # SQLite indexes this table only with the cast, which is ten times as fast.
    return select(cast(given.c.supplier_id, Integer).label("supplier_id"), *rest).distinct().cte("span")


def written(name: str, number: str, rows: Sequence[tuple[int, str, str, int]]) -> CTE:
    """Return a table of suppliers' ids, first and last days, and a number named ``number``.

    The values are literals, safe as numbers and days: there may be more of them than a statement allows parameters.
    """
    columns = (column("supplier_id", Integer), column("first", Text), column("last", Text), column(number, Integer))
    return values(*columns, name=f"{name}_rows", literal_binds=True).data(rows).cte(name)


def days_of(connection: Connection, table: CTE) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the first and last day of such a table, to compare with days of use."""
    sqlite = connection.dialect.name == "sqlite"
    first, last = (table.c[name] if sqlite else cast(table.c[name], Date) for name in ("first", "last"))
    return first, last


def _ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    party = m.party.c
    return {
        name: party_id
        for chunk in in_chunks(sorted(set(names)))
        for name, party_id in connection.execute(
            select(party.name, party.id).where(party.kind == "agency", party.name.in_(chunk))
        )
    }
