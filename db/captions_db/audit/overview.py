"""Count an audit's uses by supplier and by day, and list them by article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from captions_db import models as m
from captions_db.audit import work_tables as t


class ReportedUse(NamedTuple):
    """A use as listed under its article in a report."""

    article_id: int
    source: str
    headline: str | None
    publication: str | None
    published: date | None
    url: str | None
    use_id: int
    position: int
    caption: str | None
    credit: str | None


def by_supplier(connection: Connection, where: Sequence[ColumnElement[bool]]) -> list[tuple[str | None, int]]:
    """Count uses by supplier, most first; None for uses without a supplier."""
    by_credit = (
        select(m.use.c.credit_id, func.count().label("uses")).where(*where).group_by(m.use.c.credit_id).subquery()
    )
    uses = func.sum(by_credit.c.uses)
    rows = connection.execute(
        select(m.party.c.name, uses)
        .select_from(
            by_credit.outerjoin(m.credit, m.credit.c.id == by_credit.c.credit_id).outerjoin(
                m.party, m.party.c.id == m.credit.c.supplier_id
            )
        )
        .group_by(m.party.c.name)
    )
    return sorted(((name, int(count)) for name, count in rows), key=lambda row: (-row[1], row[0] or ""))


def by_day(connection: Connection, where: Sequence[ColumnElement[bool]]) -> list[tuple[date | None, int, int]]:
    """Count uses, and uses without a credit, by day; None for undated uses."""
    use = m.use.c
    rows = connection.execute(
        select(use.used_on, func.count(), func.count(use.credit_id)).where(*where).group_by(use.used_on)
    )
    return [(day, count, count - credited) for day, count, credited in rows]


def uncovered(connection: Connection, ranks: Collection[int]) -> list[tuple[int | None, int | None, int]]:
    """Count the uses with findings of some codes that are not set aside.

    Count them by group of credits, None without one, and by the agreement whose quota they exceed, None if they do not.
    """
    found, group_id, agreement_id = t.found.c, t.member.c.group_id, t.period.c.agreement_id
    uses = (
        select(found.use_id, func.max(group_id).label("group_id"), func.max(agreement_id).label("agreement_id"))
        .select_from(
            t.found.outerjoin(t.member, t.member.c.credit_id == found.credit_id).outerjoin(
                t.period, t.period.c.id == found.remark_id
            )
        )
        .where(found.rank.in_(sorted(ranks)), found.suppressed_by.is_(None))
        .group_by(found.use_id)
        .subquery()
        .c
    )
    rows = connection.execute(
        select(uses.group_id, uses.agreement_id, func.count()).group_by(uses.group_id, uses.agreement_id)
    )
    return [(group, agreement, count) for group, agreement, count in rows]


def lacking_agreements(connection: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """Count the uses whose groups have coverage to check, and their suppliers.

    Leave out licensed uses and a publication's own.
    """
    use, own = m.use.c, t.own.c
    at_home = select(own.group_id).where(own.group_id == t.member.c.group_id, own.publication == use.publication)
    row = connection.execute(
        select(func.count(), func.count(use.supplier_id.distinct()))
        .select_from(m.use.join(t.member, t.member.c.credit_id == use.credit_id))
        .where(
            t.member.c.group_id.in_(select(t.coverage.c.group_id)),
            ~at_home.correlate_except(t.own).exists(),
            use.id.not_in(select(t.licensed.c.use_id)),
            *where,
        )
    ).one()
    return row[0], row[1]


def uses_by_article(
    connection: Connection, where: Sequence[ColumnElement[bool]], articles: int
) -> Iterator[ReportedUse]:
    """Yield the uses of the first articles that have any, in report order."""
    use, article = m.use.c, m.article.c
    by_source = article.source if connection.dialect.name == "sqlite" else article.source.collate("C")
    first = (
        select(article.id.label("article_id"))
        .where(article.id.in_(select(use.article_id).where(*where)))
        .order_by(by_source)
        .limit(articles)
        .subquery()
    )
    rows = connection.execute(
        select(
            article.id,
            article.source,
            article.headline,
            article.publication,
            article.published,
            article.url,
            use.id,
            use.position,
            m.caption.c.text,
            m.credit.c.line,
        )
        .select_from(
            first.join(m.article, article.id == first.c.article_id)
            .join(m.use, use.article_id == article.id)
            .outerjoin(m.caption, m.caption.c.id == use.caption_id)
            .outerjoin(m.credit, m.credit.c.id == use.credit_id)
        )
        .where(*where)
        .order_by(by_source, use.position)
    )
    yield from map(ReportedUse._make, rows)
