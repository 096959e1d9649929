"""Statements that create findings for sets of uses: each an INSERT .. SELECT into table ``found``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Subquery,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from captions_db import models as m
from captions_db.audit import suppressions
from captions_db.audit import work_tables as t

FIRST_DAY, LAST_DAY = date.min, date.max
"""Replacements for open ends, so that days can be compared."""

Which = Literal["all", "reached", "found"]


class FindingStatements:
    """The statements of one audit, limited to the reported uses."""

    def __init__(self, connection: Connection, ranks: Mapping[str, int], where: Sequence[ColumnElement[bool]]) -> None:
        """Accept the codes to report, with their order in the report, and conditions on table ``use``."""
        self._connection = connection
        self._ranks = ranks
        self._where = where

    def without_credit(self, code: str, remark_id: int) -> None:
        """Report uses without a credit."""
        self._find(literal(self._ranks[code]), literal(remark_id), m.use, m.use.c.credit_id.is_(None))

    def by_credit(self, unless_licensed: Collection[str] = ()) -> None:
        """Report uses of credits with a verdict; some codes do not apply to licensed uses."""
        source = m.use.join(t.on_credit, t.on_credit.c.credit_id == m.use.c.credit_id)
        # An index finds the uses of a few credits.
        noted: list[ColumnElement[bool]] = [m.use.c.credit_id.in_(select(t.on_credit.c.credit_id))]
        if self._has_licensed():
            ranks = [self._ranks[code] for code in unless_licensed if code in self._ranks]
            noted.append(t.on_credit.c.rank.not_in(ranks) | _unlicensed())
        self._find(t.on_credit.c.rank, t.on_credit.c.remark_id, source, *noted)

    def by_use(self) -> None:
        """Report uses with a verdict."""
        source = t.on_use.join(m.use, m.use.c.id == t.on_use.c.use_id)
        self._find(t.on_use.c.rank, t.on_use.c.remark_id, source)

    def repeated(self, code: str, remark_id: int) -> None:
        """Report uses with several occurrences; the finding's number is their count."""
        number = m.use.c.occurrences
        self._find(literal(self._ranks[code]), literal(remark_id), m.use, number > 1, number=number)

    def not_covered(self) -> None:
        """Report uses that no agreement covers on their day, and undated uses that may not be covered."""
        at_home = (t.own.c.group_id == t.member.c.group_id) & (t.own.c.publication == m.use.c.publication)
        abroad = ~select(literal(1)).select_from(t.own).where(at_home).correlate_except(t.own).exists()
        # An index finds the uses of the groups that lack coverage.
        lacking = select(t.coverage.c.group_id).where(t.coverage.c.rank.is_not(None))
        credits_ = select(t.member.c.credit_id).where(t.member.c.group_id.in_(lacking))
        lacks_coverage = [t.coverage.c.rank.is_not(None), m.use.c.credit_id.in_(credits_), abroad]
        if self._has_licensed():
            lacks_coverage.append(_unlicensed())
        for dated in (True, False):
            self._find(t.coverage.c.rank, t.coverage.c.remark_id, covered(dated=dated), *lacks_coverage)

    def license_ended(self, code: str) -> None:
        """Report uses of pictures whose license has ended, unless an agreement covers them on a later day."""
        coverage, use = t.coverage.c, m.use.c
        agreed = (
            select(literal(1))
            .select_from(t.member.join(t.coverage, coverage.group_id == t.member.c.group_id))
            .where(
                t.member.c.credit_id == use.credit_id,
                coverage.agreement_id.is_not(None),
                coverage.within.is_(None),
                use.used_on.between(coverage.first, coverage.last),
            )
            .correlate(m.use)
            .exists()
        )
        source = t.ended.join(m.use, use.id == t.ended.c.use_id)
        own = t.ended.c.after.is_(False) | ~agreed
        self._find(literal(self._ranks[code]), t.ended.c.remark_id, source, own)

    def beyond_quota(self, exceeded: str, near: str) -> None:
        """Report uses that exceed a quota, and the use at the mark of a quota that is not exceeded.

        Call it after :meth:`reach`, with the articles that it reaches in order.
        """
        use, reach, order = m.use.c, t.reach.c, t.article_order.c
        numbered = func.row_number().over(
            partition_by=reach.period_id, order_by=(use.used_on, order.place, use.position)
        )
        found = select(use.id.label("use_id"), reach.period_id, numbered.label("number"))
        if self._has_licensed():
            found = found.where(_unlicensed())
        for reached in _reached(self._connection):
            self._beyond(
                exceeded,
                near,
                found.select_from(
                    reached.join(
                        t.member, (t.member.c.credit_id == use.credit_id) & (t.member.c.group_id == reach.group_id)
                    ).join(t.article_order, order.article_id == use.article_id)
                ).subquery(),
            )

    def _beyond(self, exceeded: str, near: str, counted: Subquery) -> None:
        use, period = m.use.c, t.period.c
        source = counted.join(t.period, period.id == counted.c.period_id).join(m.use, use.id == counted.c.use_id)
        number = period.before + counted.c.number
        # One pass for both codes: numbering the uses takes longest.
        wanted = [
            (condition, self._ranks[code])
            for code, condition in (
                (exceeded, number > period.beyond),
                (near, number == period.mark),
            )
            if code in self._ranks
        ]
        rank = case(*wanted)
        self._find(rank, period.remark_id, source, or_(*(condition for condition, _ in wanted)), number=number)

    def reach(self) -> None:
        """Store which groups and days the quota periods count, so that an index finds their uses."""
        coverage, period, sqlite = t.coverage.c, t.period.c, self._connection.dialect.name == "sqlite"
        latest, earliest = (func.max, func.min) if sqlite else (func.greatest, func.least)
        # All credits of a group have the same supplier, or none if they name a freelancer.
        group = (
            select(t.member.c.group_id, func.max(m.credit.c.supplier_id).label("supplier_id"))
            .select_from(t.member.join(m.credit, m.credit.c.id == t.member.c.credit_id))
            .group_by(t.member.c.group_id)
            .subquery()
        )
        overlap = (coverage.first <= period.last) & (coverage.last >= period.first) & coverage.within.is_(None)
        rows = select(
            period.id,
            group.c.group_id,
            group.c.supplier_id,
            latest(period.first, coverage.first, type_=Date),
            earliest(period.last, coverage.last, type_=Date),
        ).select_from(
            t.period.join(t.coverage, (coverage.agreement_id == period.agreement_id) & overlap).join(
                group, group.c.group_id == coverage.group_id
            )
        )
        self._connection.execute(insert(t.reach).from_select(list(t.reach.c.keys()), rows))

    def _has_licensed(self) -> bool:
        return self._connection.execute(select(t.licensed.c.use_id).limit(1)).first() is not None

    def _find(
        self,
        rank: ColumnElement[Any],
        remark_id: ColumnElement[Any],
        source: FromClause,
        *conditions: ColumnElement[bool],
        number: ColumnElement[Any] | None = None,
    ) -> None:
        use = m.use.c
        statement = (
            select(
                rank,
                use.id,
                use.article_id,
                use.position,
                remark_id,
                null() if number is None else number,
                suppressions.tests(self._connection, rank),
                use.credit_id,
                use.supplier_id,
                use.used_on,
            )
            .select_from(source)
            .where(*conditions, *self._where)
        )
        self._connection.execute(insert(t.found).from_select(list(t.found.c.keys()), statement))


def join_members(connection: Connection) -> None:
    """Assign the other credits to the groups of their kinds, and store the suppliers with a single group."""
    credit, kind, group = m.credit.c, t.kind.c, t.member.c.group_id
    alike = (kind.supplier_id == credit.supplier_id) & (kind.qualifiers == credit.qualifiers)
    members = (
        select(credit.id, kind.group_id)
        .select_from(t.kind.join(m.credit, alike & (kind.license == func.coalesce(credit.license, ""))))
        # An index finds the credits of a few suppliers.
        .where(credit.supplier_id.in_(select(kind.supplier_id)), credit.id.not_in(select(t.member.c.credit_id)))
    )
    connection.execute(insert(t.member).from_select(["credit_id", "group_id"], members))
    single_group = (
        select(credit.supplier_id, func.min(group))
        .select_from(t.member.join(m.credit, credit.id == t.member.c.credit_id))
        .where(credit.supplier_id.is_not(None))
        .group_by(credit.supplier_id)
        .having(func.min(group) == func.max(group))
    )
    connection.execute(insert(t.single_group).from_select(["supplier_id", "group_id"], single_group))


def covered(*, dated: bool) -> FromClause:
    """Return the uses joined with the coverage of their groups, by day or by month and year of publication."""
    use, coverage = m.use.c, t.coverage.c
    uses = m.use.join(t.member, t.member.c.credit_id == use.credit_id)
    of_group = coverage.group_id == t.member.c.group_id
    if dated:
        on = coverage.within.is_(None) & use.used_on.between(coverage.first, coverage.last)
        return uses.join(t.coverage, of_group & on)
    within = use.used_on.is_(None) & (coverage.within == published_within())
    return uses.join(m.article, m.article.c.id == use.article_id).join(t.coverage, of_group & within)


def count_days(
    connection: Connection, agreement_ids: Collection[int], first: date | None, last: date | None
) -> list[tuple[int, date, int]]:
    """Count the uses that each agreement covers, by day, from a first to a last day."""
    agreement = t.coverage.c.agreement_id
    on: list[ColumnElement[bool]] = [m.use.c.used_on.is_not(None)]
    on += [] if first is None else [m.use.c.used_on >= first]
    on += [] if last is None else [m.use.c.used_on <= last]
    use, member, single_group = m.use.c, t.member.c, t.single_group.c
    # Group by supplier and day first: an index has this order, and a tenth of a million uses remains to be joined.
    of_single_group = (
        select(single_group.group_id.label("group_id"), use.used_on.label("used_on"), func.count().label("uses"))
        .select_from(t.single_group.join(m.use, use.supplier_id == single_group.supplier_id))
        .where(*on)
        .group_by(single_group.supplier_id, single_group.group_id, use.used_on)
    )
    others = member.group_id.not_in(select(single_group.group_id))
    in_other_groups = select(member.credit_id).where(others)
    of_others = (
        select(member.group_id, use.used_on, func.count())
        .select_from(t.member.join(m.use, use.credit_id == member.credit_id))
        .where(*on, others, use.credit_id.in_(in_other_groups))
        .group_by(member.group_id, use.used_on)
    )
    of_licensed = (
        select(member.group_id, use.used_on, -func.count())
        .select_from(
            t.licensed.join(m.use, use.id == t.licensed.c.use_id).join(t.member, member.credit_id == use.credit_id)
        )
        .where(*on)
        .group_by(member.group_id, use.used_on)
    )
    by_day = of_single_group.union_all(of_others, of_licensed).subquery()
    coverage, day = t.coverage.c, by_day.c.used_on
    within = (coverage.group_id == by_day.c.group_id) & day.between(coverage.first, coverage.last)
    rows = connection.execute(
        select(agreement, day, func.sum(by_day.c.uses))
        .select_from(by_day.join(t.coverage, within & coverage.within.is_(None)))
        .where(agreement.in_(sorted(agreement_ids)))
        .group_by(agreement, day)
    )
    return [(agreement_id, used_on, int(count)) for agreement_id, used_on, count in rows if count]


def count_undated(connection: Connection) -> list[tuple[int, str, int]]:
    """Count the uses without a day and without a license: group, month or year of publication or ``""``, number."""
    use, member = m.use.c, t.member.c
    within = published_within()
    rows = connection.execute(
        select(member.group_id, within, func.count())
        .select_from(
            m.use.join(t.member, member.credit_id == use.credit_id).join(m.article, m.article.c.id == use.article_id)
        )
        .where(use.used_on.is_(None), _unlicensed())
        .group_by(member.group_id, within)
        .order_by(member.group_id, within)
    )
    return [(group_id, published_in, count) for group_id, published_in, count in rows]


def published_within() -> ColumnElement[str]:
    """Return the month or year of an article's publication, ``""`` if that is unknown or a guess."""
    column = m.article.c.published_in
    return case(
        (column.like(literal_column("'%?'")), literal_column("''")), else_=func.coalesce(column, literal_column("''"))
    )


def _unlicensed() -> ColumnElement[bool]:
    return m.use.c.id.not_in(select(t.licensed.c.use_id))


def _reached(connection: Connection) -> list[FromClause]:
    """Return the uses that count toward a quota that reached its mark: those of suppliers, and of freelancers."""
    use, reach = m.use.c, t.reach.c
    on = use.used_on.between(reach.first, reach.last)
    of_suppliers = t.reach.join(m.use, (use.supplier_id == reach.supplier_id) & on)
    if connection.execute(select(reach.group_id).where(reach.supplier_id.is_(None)).limit(1)).first() is None:
        return [of_suppliers]
    paid = t.member.alias("paid")
    of_freelancers = t.reach.join(paid, (paid.c.group_id == reach.group_id) & reach.supplier_id.is_(None)).join(
        m.use, (use.credit_id == paid.c.credit_id) & on
    )
    return [of_suppliers, of_freelancers]


def order_articles(connection: Connection, which: Which) -> None:
    """Assign numbers to articles in the order of their sources, by code point on every database.

    Number all articles or, which is faster if there are few, those that a quota reaches or that have findings.
    """
    article = m.article.c
    source = article.source if connection.dialect.name == "sqlite" else article.source.collate("C")
    statement = select(article.id, func.row_number().over(order_by=source)).select_from(m.article)
    if which == "reached":
        reached = (select(m.use.c.article_id).select_from(uses) for uses in _reached(connection))
        statement = statement.where(or_(*map(article.id.in_, reached)))
    elif which == "found":
        statement = statement.where(article.id.in_(select(t.found.c.article_id)))
    connection.execute(delete(t.article_order))
    connection.execute(insert(t.article_order).from_select(["article_id", "place"], statement))


def list_found(connection: Connection, why: str | None) -> None:
    """List findings in report order: those not set aside, or those set aside by ``why``."""
    found, order = t.found.c, t.article_order.c
    by = (found.rank, order.place, found.position, found.remark_id)
    statement = (
        select(found.rank, found.use_id, found.remark_id, found.number)
        .select_from(t.found.join(t.article_order, order.article_id == found.article_id))
        .where(reported(why))
        .order_by(*by)
    )
    connection.execute(insert(t.listed).from_select(["rank", "use_id", "remark_id", "number"], statement))


def reported(why: str | None) -> ColumnElement[bool]:
    """Return the condition on the findings to report: those that nothing sets aside, or those set aside by ``why``."""
    column = t.found.c.suppressed_by
    return column.is_(None) if why is None else column == why
