"""Count uses by supplier, agency, creator, publication, period and scope, in any combination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Engine, FromClause, Subquery, distinct, func, select

from captions_db import models as m
from captions_db.queries.date_spans import DateSpan, span_table
from captions_db.queries.filters import agency_ids, creator_ids, names_of
from captions_db.queries.grouping import CHAIN, TIMES, UNCLEAR, UsageFilter, UsageGroup, inner_columns, outer_columns
from captions_db.queries.usage_rollups import CountedGroups, count_from_rollups

GROUPS = ("supplier", "agency", "creator", "publication", *TIMES, "scope")
"""Groupings of ``agency_usage``. A month is ``2023-10``, a quarter ``2023-Q4``, a year ``2023``."""

COUNTS = ("articles", "creators", "days")
"""Optional counts of ``agency_usage``; on a million uses each takes up to seconds."""

_PARTIES = frozenset({"supplier", *CHAIN})


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A group of uses; ``values`` in the requested order, None if unknown."""

    values: tuple[str | None, ...]
    uses: int
    articles: int | None
    """The number of articles; None if not requested."""
    creators: int | None
    """The number of creators in the credits; None if not requested."""
    first: date | None
    """The first day of use; None, like ``last``, if unknown or not requested."""
    last: date | None
    unclear: str | None = None
    """Why the supplier is unclear: one of UNCREDITED, PHOTOGRAPHER_ONLY and AMBIGUOUS, if that was requested."""


@dataclass(frozen=True, slots=True)
class UsageTable:
    """Groups of uses, most used first. ``total`` and ``groups`` (their number) are complete, whatever the limit."""

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
    supplier: str | None = None,
    creator: str | None = None,
    uncredited: bool = False,
    unclear: bool = False,
    limit: int | None = None,
    counts: Iterable[str] = COUNTS,
    spans: Sequence[DateSpan] = (),
) -> UsageTable:
    """Count uses in groups: ``by=("supplier", "month")`` -> rows like ``(("Reuters", "2023-10"), 412, ...)``.

    ``agency`` is a name or an alias in any case: only lines that name it count, and grouping by agency shows only it.
    ``since`` and ``until`` are the first and last day and exclude undated uses; ``uncredited`` counts only uses without
    a credit. A use counts once for each agency and each creator in its line, once in the total. ``spans`` give the
    scope of a use and must not overlap. ``supplier`` and ``creator`` are names or aliases. With ``unclear``, a group
    without a supplier is split by the reason (``UsageRow.unclear``). Raise ValueError for a group not in GROUPS.
    """
    by = tuple(by)
    if not by or len(set(by)) != len(by) or not set(by) <= set(GROUPS):
        raise ValueError(f"by must be some of {', '.join(GROUPS)}, each once; not {by}")
    asked = frozenset(counts)
    with engine.connect() as connection:
        parties = None if agency is None else agency_ids(connection, agency)
        suppliers = None if supplier is None else agency_ids(connection, supplier)
        creators = None if creator is None else creator_ids(connection, creator)
        only = UsageFilter(parties, since, until, publication, uncredited, suppliers, creators)
        most = None if limit is None else max(limit, 0)
        split: list[UsageRow] = []
        if unclear and "supplier" in by and suppliers is None:
            split = _split(connection, by, only, spans, asked)
        whole = len({row.values for row in split})
        # Groups that are split leave places to others.
        rows, counted = _Counter(connection, by, only, spans).rows(None if most is None else most + whole, asked)
        if split:
            rows = [row for row in rows if row.values[by.index("supplier")] is not None] + split
            rows.sort(key=lambda row: by_uses(row.uses, row.values, row.unclear))
            counted = counted._replace(groups=counted.groups - whole + len(split))
        rows = rows[:most]
        if asked or set(by) & set(CHAIN):
            total = _Counter(connection, (), only, ()).rows(None, asked)[0][0]
        else:
            # Each use is in one group.
            total = UsageRow((), counted.uses, None, None, None, None)
    return UsageTable(by, tuple(rows), total, counted.groups)


def by_uses(uses: int, values: Iterable[str | None], unclear: str | None = None) -> tuple[Any, ...]:
    """Return the key that sorts groups of uses: most used first, then by their values, unknown ones last."""
    return -uses, [(value is None, value or "") for value in values], unclear or ""


def _split(
    connection: Connection,
    by: tuple[str, ...],
    only: UsageFilter,
    spans: Sequence[DateSpan],
    asked: frozenset[str],
) -> list[UsageRow]:
    """Return the groups without a supplier, split by the reason why it is unclear."""
    place = by.index("supplier")
    parts, _ = _Counter(
        connection, tuple(UNCLEAR if name == "supplier" else name for name in by), only._replace(unclear=True), spans
    ).rows(None, asked)
    return [
        replace(row, values=(*row.values[:place], None, *row.values[place + 1 :]), unclear=row.values[place])
        for row in parts
    ]


class _Counter:
    """Count the uses that meet some conditions, in groups."""

    def __init__(
        self,
        connection: Connection,
        by: tuple[str, ...],
        only: UsageFilter,
        spans: Sequence[DateSpan],
    ) -> None:
        self.connection, self.by, self.only = connection, by, only
        self.labels = sorted({span.label for span in spans if span.label is not None})
        self.spans = spans

    def rows(self, limit: int | None, counts: frozenset[str]) -> tuple[list[UsageRow], CountedGroups]:
        """Return the groups, most used first, and the complete counts, whatever the limit."""
        counted = count_from_rollups(self.connection, self.by, self.only, limit, self.spans, self.labels)
        if counted is None:
            found = self._uses()
            counted = CountedGroups(found, len(found), sum(group.uses for group in found))
        most = _most_used(counted.most, limit)
        names = self._names(most)
        named = [(group, self._named(group.values, names)) for group in most]
        named.sort(key=lambda it: by_uses(it[0].uses, it[1]))
        articles = self._articles() if "articles" in counts else None
        creators = self._creators() if "creators" in counts else None
        days = self._days() if "days" in counts else {}
        return [
            UsageRow(
                values,
                group.uses,
                None if articles is None else articles.get(group.values, 0),
                None if creators is None else creators.get(group.values, 0),
                *days.get(group.values, (None, None)),
            )
            for group, values in named[:limit]
        ], counted

    def _uses(self) -> list[UsageGroup]:
        inner = self._first_by(inner_columns(self.by), func.count().label("n"))
        keys, source, narrower = self._then_by(inner)
        statement = select(*keys, func.sum(inner.c.n)).select_from(source).where(*narrower).group_by(*keys)
        return [UsageGroup(tuple(row[:-1]), int(row[-1] or 0)) for row in self.connection.execute(statement).all()]

    def _first_by(self, columns: Sequence[ColumnElement[Any]], *counts: ColumnElement[Any]) -> Subquery:
        """Count in groups by the columns of an index, which needs no sorting; the requested groups consist of them."""
        conditions = self.only.conditions(self.by)
        return select(*columns, *counts).select_from(m.use).where(*conditions).group_by(*columns).subquery("counted")

    def _then_by(self, counted: FromClause) -> tuple[list[ColumnElement[Any]], FromClause, list[ColumnElement[bool]]]:
        """Return the requested groups, the tables to select from, and conditions; see :func:`outer_columns`."""
        return outer_columns(self.by, counted, self.only.agencies, self._span_table())

    def _span_table(self) -> CTE | None:
        return span_table(self.connection, self.spans, self.labels) if "scope" in self.by else None

    def _days(self) -> dict[tuple[Any, ...], tuple[date | None, date | None]]:
        day = m.use.c.used_on
        inner = self._first_by(inner_columns(self.by), func.min(day).label("first"), func.max(day).label("last"))
        keys, source, narrower = self._then_by(inner)
        ends = (func.min(inner.c.first), func.max(inner.c.last))
        statement = select(*keys, *ends).select_from(source).where(*narrower).group_by(*keys)
        return {tuple(row[:-2]): (row[-2], row[-1]) for row in self.connection.execute(statement)}

    def _articles(self) -> dict[tuple[Any, ...], int]:
        use, asked = m.use.c, set(self.by)
        articles = func.count(distinct(use.article_id))
        if not asked or asked & {*CHAIN, UNCLEAR, "scope"}:
            keys, source, narrower = self._then_by(m.use)
            statement = select(*keys, articles).select_from(source).where(*self.only.conditions(self.by), *narrower)
        else:
            # An article has one day and one publication, so no two of these groups of a supplier share an article.
            supplier = [use.supplier_id] if "supplier" in asked else []
            inner = self._first_by([*supplier, use.used_on, use.publication], articles.label("n"))
            keys, source, _ = self._then_by(inner)
            statement = select(*keys, func.sum(inner.c.n)).select_from(source)
        return {tuple(row[:-1]): int(row[-1]) for row in self.connection.execute(statement.group_by(*keys))}

    def _creators(self) -> dict[tuple[Any, ...], int]:
        use, credit, asked = m.use.c, m.credit.c, set(self.by)
        dated = [use.used_on] if asked & {*TIMES, "scope"} else []
        published = [use.publication] if "publication" in asked else []
        lines = self._first_by([use.credit_id, *dated, *published])
        # The index of lines has no supplier, but each line has one.
        inner = (
            select(*lines.c, credit.supplier_id)
            .select_from(lines.join(m.credit, credit.id == lines.c.credit_id))
            .subquery("supplied")
        )
        keys, source, narrower = self._then_by(inner)
        chain = m.credit_party.alias("person")
        person = (chain.c.credit_id == inner.c.credit_id) & (chain.c.role == "creator")
        statement = select(*keys, func.count(distinct(chain.c.party_id))).select_from(source.join(chain, person))
        return {tuple(row[:-1]): row[-1] for row in self.connection.execute(statement.where(*narrower).group_by(*keys))}

    def _names(self, rows: Iterable[UsageGroup]) -> dict[int, str]:
        places = [place for place, name in enumerate(self.by) if name in _PARTIES]
        return names_of(self.connection, {row.values[place] for row in rows for place in places} - {None})

    def _named(self, values: Sequence[Any], names: Mapping[int, str]) -> tuple[str | None, ...]:
        """Replace ids of parties with names, and places of labels with labels."""
        return tuple([self._word(name, value, names) for name, value in zip(self.by, values, strict=True)])

    def _word(self, name: str, value: Any, names: Mapping[int, str]) -> str | None:
        if name in _PARTIES:
            return names.get(value)
        word: str | None = self.labels[value] if name == "scope" and value is not None else value
        return word


def _most_used(rows: list[UsageGroup], limit: int | None) -> list[UsageGroup]:
    """Return the rows that may be among the first: all with at least as many uses as the last."""
    if limit is None or limit >= len(rows):
        return rows
    if limit <= 0:
        return []
    least = sorted((row.uses for row in rows), reverse=True)[limit - 1]
    return [row for row in rows if row.uses >= least]
