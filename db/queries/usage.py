"""Counting uses: by supplier, agency, creator, publication and month, in any combination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, Text, cast, distinct, func, select

from db import models as m
from db.queries.filters import agency_ids, names_of, use_filters

GROUPS = ("supplier", "agency", "creator", "publication", "month")
"""What ``agency_usage`` can group by. A month is ``2023-10``."""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A group of uses; ``values`` stand in the order asked for, None for what is not known of these uses."""

    values: tuple[str | None, ...]
    uses: int
    articles: int
    creators: int
    """How many persons the credits of these uses name."""
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Groups of uses, most used first. ``total`` and ``groups`` (how many) are whole, whatever the limit."""

    by: tuple[str, ...]
    rows: tuple[UsageRow, ...]
    total: UsageRow
    groups: int


def agency_usage(
    engine: Engine,
    by: Sequence[str] = ("supplier",),
    *,
    agency: str | None = None,
    since: date | None = None,
    until: date | None = None,
    publication: str | None = None,
    limit: int | None = None,
) -> UsageTable:
    """Count uses in groups: ``by=("supplier", "month")`` -> rows like ``(("Reuters", "2023-10"), 412, ...)``.

    ``agency`` is a name or an alias in any case: only lines that name it count, and by agency it alone is
    shown. ``until`` is the last day that counts; with a bound, uses without a day do not count. A use counts
    once for each agency and each creator in its line, once in the total. Raises ValueError for a group not in
    GROUPS.
    """
    by = tuple(by)
    if not by or len(set(by)) != len(by) or not set(by) <= set(GROUPS):
        raise ValueError(f"by must be some of {', '.join(GROUPS)}, each once; not {by}")
    with engine.connect() as connection:
        parties = None if agency is None else agency_ids(connection, agency)
        where = use_filters(parties, since, until, publication)
        columns, source, narrower = _groups(by, parties)
        found = _count(connection, columns, source, [*where, *narrower])
        total = _count(connection, [], m.use, where)[0]
        rows = _named(connection, by, found)
    rows.sort(key=lambda row: (-row.uses, [(value is None, value or "") for value in row.values]))
    return UsageTable(by, tuple(rows if limit is None else rows[:limit]), total, len(rows))


def _groups(
    by: Sequence[str], parties: Sequence[int] | None
) -> tuple[list[ColumnElement[Any]], FromClause, list[ColumnElement[bool]]]:
    """Give what to group by (parties by id), the tables that takes, and conditions on those tables."""
    source: FromClause = m.use
    columns: list[ColumnElement[Any]] = []
    narrower: list[ColumnElement[bool]] = []
    for name in by:
        if name == "supplier":
            source = source.outerjoin(m.credit, m.credit.c.id == m.use.c.credit_id)
            columns.append(m.credit.c.supplier_id)
        elif name in ("agency", "creator"):
            chain = m.credit_party.alias(name)
            source = source.outerjoin(chain, (chain.c.credit_id == m.use.c.credit_id) & (chain.c.role == name))
            columns.append(chain.c.party_id)
            if name == "agency" and parties is not None:
                narrower.append(chain.c.party_id.in_(parties))
        elif name == "publication":
            columns.append(m.use.c.publication)
        else:
            # A day is stored, or cast, as 2023-10-07 on both engines; this is all they agree on about months.
            columns.append(func.substr(cast(m.use.c.used_on, Text), 1, 7))
    return columns, source, narrower


def _count(
    connection: Connection,
    columns: list[ColumnElement[Any]],
    source: FromClause,
    where: Sequence[ColumnElement[bool]],
) -> list[UsageRow]:
    """Count the uses of each group, with the values of the columns as they are: ids of parties, not names."""
    size = len(columns)
    use = m.use.c
    counts = connection.execute(
        select(
            *columns,
            func.count(),
            func.count(distinct(use.article_id)),
            func.min(use.used_on),
            func.max(use.used_on),
        )
        .select_from(source)
        .where(*where)
        .group_by(*columns)
    ).all()
    # Each line once for a group, before it is multiplied by the persons in it.
    named = [column.label(f"group_{place}") for place, column in enumerate(columns)]
    lines = select(*named, use.credit_id).select_from(source).where(*where).distinct().subquery()
    chain = m.credit_party.alias("person")
    named_in = (chain.c.credit_id == lines.c.credit_id) & (chain.c.role == "creator")
    groups = [lines.c[f"group_{place}"] for place in range(size)]
    persons = {
        tuple(row[:size]): row[size]
        for row in connection.execute(
            select(*groups, func.count(distinct(chain.c.party_id)))
            .select_from(lines.join(chain, named_in))
            .group_by(*groups)
        )
    }
    return [
        UsageRow(tuple(row[:size]), uses, articles, persons.get(tuple(row[:size]), 0), first, last)
        for row in counts
        for uses, articles, first, last in [row[size:]]
    ]


def _named(connection: Connection, by: Sequence[str], rows: Sequence[UsageRow]) -> list[UsageRow]:
    """Put the names of parties where their ids stand."""
    places = [place for place, name in enumerate(by) if name in ("supplier", "agency", "creator")]
    ids: set[Any] = {row.values[place] for row in rows for place in places}
    names = names_of(connection, ids - {None})
    return [
        UsageRow(
            tuple(
                names.get(value, None) if place in places else value  # type: ignore[call-overload]
                for place, value in enumerate(row.values)
            ),
            row.uses,
            row.articles,
            row.creators,
            row.first,
            row.last,
        )
        for row in rows
    ]
