"""List the uses of a supplier or freelancer in a period, with the verdicts of the audit on each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, literal, null, or_, select

from captions_db import models as m
from captions_db.audit import work_tables as t
from captions_db.audit.statements import published_within
from captions_db.bulk import in_chunks

_PAGE = 5_000


class AccountedUse(NamedTuple):
    """A use, and what the agreements and licenses say about it."""

    use_id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    used_on: date | None
    published_in: str
    """The month or year of publication if the day is unknown; empty if that is unknown too."""
    position: int
    caption: str
    credit_id: int
    group_id: int | None
    """The group of its credit in the audit; None without a supplier or freelancer."""
    agreement_id: int | None
    remark: str | None
    """Why no agreement covers it."""
    own: bool
    """Whether the supplier is the publication itself, so that it needs no agreement."""
    license_id: int | None


class PartyUses:
    """The uses of a supplier or freelancer; call it once the audit has stored its verdicts."""

    def __init__(self, connection: Connection, supplier_ids: Collection[int], since: date | None, until: date | None):
        """Choose suppliers by number, or without any the freelancers that the audit judged."""
        self._connection = connection
        self._ids = sorted(supplier_ids)
        self._since, self._until = since, until

    def dated(self) -> Iterator[AccountedUse]:
        """Yield the uses on a day of the period, by day, source and position."""
        coverage = t.coverage.c
        on = coverage.within.is_(None) & m.use.c.used_on.between(coverage.first, coverage.last)
        yield from self._rows(self._theirs(), self._on(), _verdict(on))

    def without_day(self) -> Iterator[AccountedUse]:
        """Yield all uses without a day, by source and position."""
        within = t.coverage.c.within == published_within()
        yield from self._rows(self._theirs(), m.use.c.used_on.is_(None), _verdict(within))

    def unclear(self, credit_ids: Collection[int]) -> Iterator[AccountedUse]:
        """Yield the uses of these credits on a day of the period or without a day, by day, source and position."""
        for chunk in in_chunks(sorted(credit_ids)):
            chosen = m.use.c.credit_id.in_(chunk)
            yield from self._rows(chosen, or_(self._on(), m.use.c.used_on.is_(None)), None)

    def _on(self) -> ColumnElement[bool]:
        day = m.use.c.used_on
        bounds: list[ColumnElement[bool]] = [day.is_not(None)]
        bounds += [] if self._since is None else [day >= self._since]
        bounds += [] if self._until is None else [day <= self._until]
        return and_(*bounds)

    def _theirs(self) -> ColumnElement[bool]:
        if self._ids:
            return m.use.c.supplier_id.in_(self._ids)
        return m.use.c.credit_id.in_(select(t.member.c.credit_id))

    def _rows(
        self, chosen: ColumnElement[bool], when: ColumnElement[bool], verdict: ColumnElement[bool] | None
    ) -> Iterator[AccountedUse]:
        use, article, coverage, of = m.use.c, m.article.c, t.coverage.c, t.member.c
        source: FromClause = m.use.join(m.article, article.id == use.article_id)
        source = source.outerjoin(m.caption, m.caption.c.id == use.caption_id)
        source = source.outerjoin(t.licensed, t.licensed.c.use_id == use.id)
        judged: Sequence[ColumnElement[Any]] = (null(), null(), null(), literal(0))
        if verdict is not None:
            source = source.outerjoin(t.member, of.credit_id == use.credit_id).outerjoin(t.coverage, verdict)
            source = source.outerjoin(t.remark, t.remark.c.id == coverage.remark_id)
            at_home = (t.own.c.group_id == of.group_id) & (t.own.c.publication == use.publication)
            own = select(func.count()).select_from(t.own).where(at_home).correlate_except(t.own).scalar_subquery()
            judged = (of.group_id, coverage.agreement_id, t.remark.c.text, own)
        sqlite = self._connection.dialect.name == "sqlite"
        by_source = article.source if sqlite else article.source.collate("C")
        statement: Select[Any] = (
            select(
                use.id, article.source, article.url, article.headline, use.publication, use.used_on,
                published_within(), use.position, func.coalesce(m.caption.c.text, ""), use.credit_id, *judged,
                t.licensed.c.license_id,
            )
            .select_from(source)
            .where(chosen, when)
            .order_by(use.used_on.is_(None), use.used_on, by_source, use.position)
        )  # fmt: skip
        for page in self._connection.execute(statement.execution_options(yield_per=_PAGE)).partitions():
            for row in page:
                yield AccountedUse._make((*row[:13], bool(row[13]), row[14]))


def _verdict(within: ColumnElement[bool]) -> ColumnElement[bool]:
    return (t.coverage.c.group_id == t.member.c.group_id) & within


def uses_of_parties(
    supplier_ids: Collection[int], named: Collection[int], role: str, use_id: int | None = None
) -> ColumnElement[bool]:
    """Return a condition on table ``use``: from one of the suppliers, or without one but naming a party in a role.

    A use with ``use_id`` meets it in any case.
    """
    of_use = [] if use_id is None else [m.use.c.id == use_id]
    credit_ids = _without_supplier(named, role)
    return or_(m.use.c.supplier_id.in_(sorted(supplier_ids)), m.use.c.credit_id.in_(credit_ids), *of_use)


def unclear_credits(connection: Connection, named: Collection[int], role: str) -> list[int]:
    """Return the credits that name one of some parties in a role, but neither a supplier nor a judged freelancer."""
    judged = select(t.member.c.credit_id)
    found = _without_supplier(named, role).where(m.credit.c.id.not_in(judged)).distinct()
    return sorted(connection.execute(found).scalars())


def _without_supplier(named: Collection[int], role: str) -> Select[int]:
    chain, credit = m.credit_party.c, m.credit.c
    return (
        select(credit.id)
        .select_from(m.credit_party.join(m.credit, credit.id == chain.credit_id))
        .where(chain.party_id.in_(sorted(named)), chain.role == role, credit.supplier_id.is_(None))
    )


def beyond_quota(connection: Connection, rank: int) -> dict[int, str]:
    """Return the reported uses beyond a quota, with what the audit says: ``use 501 of 500 in 2026 ...``."""
    found = t.found.c
    rows = connection.execute(
        select(found.use_id, t.remark.c.text, found.number)
        .select_from(t.found.join(t.remark, t.remark.c.id == found.remark_id))
        .where(found.rank == rank)
    )
    return {use_id: text.replace("{n}", str(number), 1) for use_id, text, number in rows}
