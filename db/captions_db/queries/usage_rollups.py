"""Answer usage queries from the rollups (``captions_db.models.rollups``) if they have all requested columns.

Monthly counts cannot answer for days: periods and spans that begin or end within a month are counted from the uses, as
everything is while uses are not counted yet (``captions_db.queries.usage``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    func,
    literal_column,
    select,
)

from captions_db import models as m
from captions_db.models.rollups import COUNTS, chain_of, keys_of
from captions_db.periods import period_of
from captions_db.queries.date_spans import DateSpan, days_of, span_rows, written
from captions_db.queries.grouping import TIMES, UNCLEAR, UsageFilter, UsageGroup, outer_columns
from captions_db.rollups import up_to_date
from captions_db.rows import storable

_PARTIES = {"supplier": "supplier_id", "agency": "agency_id", "creator": "creator_id"}
_LAST = date.max.isoformat()


class CountedGroups(NamedTuple):
    """The groups that may be among the first, and the total numbers of groups and uses."""

    most: list[UsageGroup]
    groups: int
    uses: int


def count_from_rollups(
    connection: Connection,
    by: Sequence[str],
    only: UsageFilter,
    limit: int | None,
    spans: Sequence[DateSpan],
    labels: Sequence[str],
) -> CountedGroups | None:
    """Count uses in groups from the rollups; None if they cannot answer. Labels are places in ``labels``."""
    table = _table(by, only)
    if table is None or not up_to_date(connection):
        return None
    if "scope" in by:
        return _by_scope(connection, table, by, only, spans, labels)
    where = _conditions(table, only)
    if not by:
        uses = connection.execute(select(func.coalesce(func.sum(table.c.uses), 0)).where(*where)).scalar_one()
        return CountedGroups([UsageGroup((), int(uses))], 1, int(uses))
    found: FromClause
    same: FromClause
    other: FromClause
    keys = [_key(name, table).label(f"group_{place}") for place, name in enumerate(by)]
    if {_PARTIES.get(name, name) for name in by} == {*keys_of(table)}:
        # Each row is a group. Repeat the query, because a CTE would be copied first.
        each = select(*keys, table.c.uses).where(*where)
        found, same, other = each.subquery(), each.subquery(), each.subquery()
    else:
        found = same = other = select(*keys, func.sum(table.c.uses).label("uses")).where(*where).group_by(*keys).cte()
    if limit is None:
        most = [UsageGroup(_known(row[:-1]), int(row[-1])) for row in connection.execute(select(found))]
        return CountedGroups(most, len(most), sum(group.uses for group in most))
    whole = select(func.count().label("groups"), func.sum(same.c.uses).label("total")).subquery("whole")
    if limit == 0:
        groups, total = connection.execute(select(whole)).one()
        return CountedGroups([], int(groups), int(total or 0))
    # Include all ties with the last row: names, which are not known here, decide which of them to print.
    least = select(other.c.uses).order_by(other.c.uses.desc()).offset(limit - 1).limit(1).scalar_subquery()
    first = found.c.uses >= func.coalesce(least, literal_column("0"))
    # One statement, so that the groups are computed once for three references.
    statement = select(*found.c, *whole.c).select_from(found.join(whole, literal_column("1 = 1"))).where(first)
    rows = connection.execute(statement).all()
    most = [UsageGroup(_known(row[: len(by)]), int(row[-3])) for row in rows]
    return CountedGroups(most, *(map(int, rows[0][-2:]) if rows else (0, 0)))


def _known(group: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value or None for value in group)


def _table(by: Sequence[str], only: UsageFilter) -> Table | None:
    """Return the rollup with all requested columns, or None."""
    if only.uncredited or only.unclear or only.agencies is not None or only.creators is not None or UNCLEAR in by:
        # An index finds lines that name an agency, and the supplier may be missing from the agencies of its line.
        return None
    needed = {_PARTIES.get(name, name) for name in by} - {"scope", *TIMES}
    if only.publication is not None:
        needed.add("publication")
    if only.suppliers is not None:
        needed.add("supplier_id")
    if "scope" in by:
        needed |= {"supplier_id", "month"}
    fine = _fineness(only)
    if fine is None:
        return None
    needed |= {*by, fine} & {*TIMES}
    chain = chain_of(sorted(needed))
    for table in COUNTS:
        keys = {*keys_of(table)}
        if chain_of(sorted(keys)) == chain and needed <= (keys | {*TIMES} if "month" in keys else keys):
            return table
    return None


def _fineness(only: UsageFilter) -> str | None:
    """Return the unit of the period's bounds: "year", "month", or "" without bounds; None for days."""
    if only.since is None and only.until is None:
        return ""
    first = only.since or date.min
    beyond = date.max if only.until is None or only.until == date.max else only.until + timedelta(days=1)
    if first.day != 1 or (beyond.day != 1 and beyond != date.max):
        return None
    return "year" if first.month == 1 and (beyond.month == 1 or beyond == date.max) else "month"


def _conditions(table: Table, only: UsageFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.publication is not None:
        # "" means uses without a publication, which no name selects.
        conditions.append(table.c.publication == (storable(only.publication) or None))
    if only.suppliers is not None:
        conditions.append(table.c.supplier_id.in_(only.suppliers))
    if only.since is not None or only.until is not None:
        name, length = ("month", 7) if "month" in table.c else ("year", 4)
        conditions.append(table.c[name] >= (only.since or date.min).isoformat()[:length])
        conditions.append(table.c[name] <= (only.until or date.max).isoformat()[:length])
    return conditions


def _key(name: str, table: Table) -> ColumnElement[Any]:
    """Return the column to group by; 0 or "" if unknown. Plain columns keep the order of the table."""
    key = _PARTIES.get(name, name)
    return table.c[key] if key in table.c else period_of(name, table.c.month)


class _Days(NamedTuple):
    """Days of a supplier with one label within a month, as text."""

    supplier: int
    first: str
    last: str
    label: int


def _by_scope(
    connection: Connection,
    table: Table,
    by: Sequence[str],
    only: UsageFilter,
    spans: Sequence[DateSpan],
    labels: Sequence[str],
) -> CountedGroups:
    """Count whole months by their label, and the uses of labeled days in other months."""
    rest = [name for name in by if name != "scope"]
    place = list(by).index("scope")
    whole, parts = _months(span_rows(connection, spans, labels))
    counted: Counter[tuple[Any, ...]] = Counter()

    def add(group: Sequence[Any], label: int | None, uses: int) -> None:
        counted[*group[:place], label, *group[place:]] += uses

    columns = [table.c.supplier_id, table.c.month, *(_key(name, table) for name in rest)]
    statement = select(*columns, func.sum(table.c.uses)).where(*_conditions(table, only)).group_by(*columns)
    seen = set()
    for supplier, month, *group, uses in connection.execute(statement):
        seen.add((supplier, month))
        add(_known(group), _label(whole.get(supplier, ()), month), int(uses))
    # Ignore days in months outside the period.
    if in_bounds := [part for part in parts if (part.supplier, part.first[:7]) in seen]:
        for label, *group, uses in _within(connection, in_bounds, rest, only):
            add(group, label, uses)
            add(group, None, -uses)
    found = [UsageGroup(group, uses) for group, uses in counted.items() if uses]
    return CountedGroups(found, len(found), sum(group.uses for group in found))


def _months(
    rows: Sequence[tuple[int, str, str, int]],
) -> tuple[dict[int, list[tuple[str, str, int]]], list[_Days]]:
    """Cut spans into labeled runs of whole months by supplier, and days in other months."""
    whole: dict[int, list[tuple[str, str, int]]] = {}
    parts: list[_Days] = []
    for supplier, first, last, label in rows:
        begins, ends = first[:7], last[:7]
        if first and (first[8:] != "01" or (begins == ends and last != _end(last))):
            parts.append(_Days(supplier, first, min(last, _end(first)), label))
            begins = _next(begins)
        if first and last != _end(last) and begins <= ends:
            parts.append(_Days(supplier, f"{ends}-01", last, label))
            ends = _before(ends)
        if begins <= ends:
            whole.setdefault(supplier, []).append((begins, ends, label))
    return whole, parts


def _label(spans: Sequence[tuple[str, str, int]], month: str) -> int | None:
    return next((label for first, last, label in spans if first <= month <= last), None)


def _within(connection: Connection, parts: Sequence[_Days], rest: Sequence[str], only: UsageFilter) -> Iterator[Any]:
    """Count the uses on some days of suppliers, by label and the other requested groups."""
    days = written("days", "label", parts)
    first, last = days_of(connection, days)
    theirs = (m.use.c.supplier_id == days.c.supplier_id) & m.use.c.used_on.between(first, last)
    keys, source, _ = outer_columns(rest, days.join(m.use, theirs), None, None, of=m.use)
    statement = select(days.c.label, *keys, func.count()).select_from(source).where(*only.conditions(rest))
    yield from connection.execute(statement.group_by(days.c.label, *keys))


def _end(day: str) -> str:
    """Return the last day of a day's month."""
    if day[:7] == _LAST[:7]:
        return _LAST
    return (date.fromisoformat(f"{_next(day[:7])}-01") - timedelta(days=1)).isoformat()


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"
