"""Counting in steps: from one group to the next in the order of an index, and each group as a range of it.

So a million uses are counted in a tenth of a second: nothing is sorted, and no use is looked at but to be counted.
Where the database groups, each day of each supplier is a row first, and the rows are sorted or looked up in spans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    Interval,
    ScalarSelect,
    Text,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.sql.schema import Column

from db import models as m
from db.queries.filters import use_filters
from db.queries.grouping import CHAIN, TIMES, Filter, Group
from db.queries.spans import Span, span_table


def can_step(by: Sequence[str], only: Filter) -> bool:
    """Whether an index has the order of these groups, and counting in steps is quicker than grouping."""
    plain = only.agencies is None and not only.uncredited and not set(by) & set(CHAIN)
    return plain and ("scope" in by or ("supplier" in by and bool(set(by) & set(TIMES))))


class _Cell(NamedTuple):
    """Uses counted; None for what is not known of them, and for what was not asked."""

    publication: str | None
    supplier: int | None
    month: str | None
    label: int | None
    uses: int


def step_through(
    connection: Connection, by: Sequence[str], only: Filter, spans: Sequence[Span], labels: Sequence[str]
) -> list[Group]:
    """Count the uses in groups of which ``can_step`` says yes; a label stands by its place in ``labels``."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for cell in _Steps(connection, by, only).cells(spans, labels):
        counted[tuple(_value(name, cell) for name in by)] += cell.uses
    return [Group(values, uses) for values, uses in counted.items() if uses]


def _value(name: str, cell: _Cell) -> Any:
    month = cell.month
    if name == "year":
        return month and month[:4]
    if name == "quarter":
        return month and f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
    return cell.label if name == "scope" else getattr(cell, name)


class _Steps:
    """The steps of one question."""

    def __init__(self, connection: Connection, by: Sequence[str], only: Filter) -> None:
        self._connection = connection
        use = m.use.c
        self._by_month = bool(set(by) & set(TIMES))
        self._by_scope = "scope" in by
        # In the order of an index: by publication and supplier, or by supplier alone; then by day.
        self._keys: list[Column[Any]] = [*([use.publication] if "publication" in by else []), use.supplier_id]
        self._filters = use_filters(None, None, None, only.publication)
        self._since: list[ColumnElement[Any]] = [] if only.since is None else [literal(only.since)]
        self._until: list[ColumnElement[Any]] = [] if only.until is None else [literal(only.until)]

    def cells(self, spans: Sequence[Span], labels: Sequence[str]) -> Iterator[_Cell]:
        """Count by all that is asked: first what is in a span, then what is in none, then what has no day."""
        dated = self._spans([span for span in spans if span.dated], labels)
        undated = self._spans([span for span in spans if not span.dated], labels)
        # What is not known stands in an index before all else or behind it, where no step leads.
        for unknown in product((False, True), repeat=len(self._keys)):
            within: Counter[tuple[Any, ...]] = Counter()
            if dated is not None and not unknown[-1]:
                for cell in self._count(unknown, dated):
                    within[cell[:3]] += cell.uses
                    yield cell
            for cell in self._count(unknown):
                yield cell._replace(uses=cell.uses - within[cell[:3]])
            if not self._since and not self._until:
                yield from self._count(unknown, undated, dated=False)

    def _spans(self, spans: Sequence[Span], labels: Sequence[str]) -> CTE | None:
        return span_table(self._connection, spans, labels) if self._by_scope else None

    def _count(self, unknown: Sequence[bool], spans: CTE | None = None, *, dated: bool = True) -> Iterator[_Cell]:
        """Count uses with a day or without; ``unknown`` tells which keys have no value.

        With ``spans``, only the uses on their days; of no day, all, and the label if there is one.
        """
        by_month = self._by_month and dated
        table: CTE | None = None
        for place, missing in enumerate(unknown):
            if not missing:
                table = self._each(table, unknown[:place], self._keys[place])
        if by_month:
            table = self._each_month(table, unknown)
        month: ColumnElement[Any] = cast(null(), Text) if table is None or not by_month else table.c.month
        label: ColumnElement[Any] = cast(null(), Integer)
        source: FromClause | None = table
        since, until = list(self._since), list(self._until)
        if by_month:
            begins, ends = self._month(month)
            since.append(begins)
            until.append(ends)
        if table is not None and spans is not None and not unknown[-1]:
            label = spans.c.label
            theirs = spans.c.supplier_id == table.c.supplier_id
            if dated:
                first, last = self._day(spans.c.first), self._day(spans.c.last)
                since.append(first)
                until.append(last)
                if by_month:
                    theirs = theirs & (first <= ends) & (last >= begins)
            source = table.join(spans, theirs, isouter=not dated)
        day = self._between(since, until) if dated else [m.use.c.used_on.is_(None)]
        uses = _one(func.count(), [*self._at(table, unknown), *day])
        keys: list[ColumnElement[Any]] = [
            cast(null(), key.type) if missing or table is None else table.c[key.name]
            for key, missing in zip(self._keys, unknown, strict=True)
        ]
        statement = select(*keys, month, label, uses)
        if source is not None:
            statement = statement.select_from(source)
        publication = [] if len(keys) > 1 else [None]
        for row in self._connection.execute(statement):
            yield _Cell._make((*publication, *row))

    def _at(self, table: CTE | None, unknown: Sequence[bool]) -> list[ColumnElement[bool]]:
        """Conditions on table ``use``: the keys are those of a row of ``table``, or have no value."""
        at = list(self._filters)
        for key, missing in zip(self._keys, unknown, strict=False):
            at.append(key.is_(None) if missing or table is None else key == table.c[key.name])
        return at

    def _between(
        self, since: Sequence[ColumnElement[Any]], until: Sequence[ColumnElement[Any]]
    ) -> list[ColumnElement[bool]]:
        """Conditions on the day of a use. With two bounds on one side SQLite would begin at the first of them."""
        sqlite, day = self._connection.dialect.name == "sqlite", m.use.c.used_on
        conditions: list[ColumnElement[bool]] = [] if since or until else [day.is_not(None)]
        if since:
            latest = func.max if sqlite else func.greatest
            conditions.append(day >= (latest(*since) if len(since) > 1 else since[0]))
        if until:
            earliest = func.min if sqlite else func.least
            conditions.append(day <= (earliest(*until) if len(until) > 1 else until[0]))
        return conditions

    def _each(self, table: CTE | None, unknown: Sequence[bool], key: Column[Any]) -> CTE:
        """Give the rows of ``table`` with each value that a key has there."""

        def least(at: CTE | None, beyond: ColumnElement[Any] | None) -> ScalarSelect[Any]:
            further = key.is_not(None) if beyond is None else key > beyond
            return _one(func.min(key), [*self._at(at, unknown), further])

        return _walk(table, key.name, least)

    def _each_month(self, table: CTE | None, unknown: Sequence[bool]) -> CTE:
        """Give the rows of ``table`` with each month of their uses."""
        day = m.use.c.used_on
        month = func.substr(cast(func.min(day), Text), literal_column("1"), literal_column("7"))

        def least(at: CTE | None, beyond: ColumnElement[Any] | None) -> ScalarSelect[Any]:
            if beyond is None:
                among = self._between(self._since, self._until)
            else:
                among = [day > self._month(beyond)[1], *self._between([], self._until)[: len(self._until)]]
            return _one(month, [*self._at(at, unknown), *among])

        return _walk(table, "month", least)

    def _month(self, month: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Give bounds of a month's days."""
        if self._connection.dialect.name == "sqlite":  # days are texts there
            return month.concat(literal_column("'-01'")), month.concat(literal_column("'-31'"))
        first = cast(month.concat(literal_column("'-01'")), Date)
        last = first + literal_column("interval '1 month'", Interval) - literal_column("interval '1 day'", Interval)
        return first, cast(last, Date)

    def _day(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text if self._connection.dialect.name == "sqlite" else cast(text, Date)


def _one(value: ColumnElement[Any], at: Sequence[ColumnElement[bool]]) -> ScalarSelect[Any]:
    """Give a value of the uses that meet conditions."""
    return select(value).select_from(m.use).where(*at).correlate_except(m.use).scalar_subquery()


def _walk(
    table: CTE | None, name: str, least: Callable[[CTE | None, ColumnElement[Any] | None], ScalarSelect[Any]]
) -> CTE:
    """Give the rows of ``table`` with a further column: the least value there, then the least beyond it, and so on."""
    before = [] if table is None else [column.name for column in table.c]
    first = select(*([] if table is None else table.c), least(table, None).label(name))
    if table is not None:
        first = first.select_from(table)
    steps = first.cte(f"step_{name}", recursive=True)
    following = select(*(steps.c[column] for column in before), least(steps, steps.c[name])).where(
        steps.c[name].is_not(None)
    )
    steps = steps.union_all(following)
    return select(steps).where(steps.c[name].is_not(None)).cte(f"each_{name}")
