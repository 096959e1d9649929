"""Searching captions, creators and credit lines for words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, select

from db import models as m
from db.border import storable
from db.queries.filters import agency_ids, use_filters
from db.search import fold


@dataclass(frozen=True, slots=True)
class FoundUse:
    """Where a picture was used; ``caption`` is "" and ``line`` None where there is none."""

    use_id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    used_on: date | None
    position: int
    caption: str
    line: str | None


@dataclass(frozen=True, slots=True)
class FoundUses:
    """The uses found, latest first, and how many there are in all, whatever the limit."""

    uses: tuple[FoundUse, ...]
    total: int


def find(
    engine: Engine,
    words: str,
    *,
    since: date | None = None,
    until: date | None = None,
    publication: str | None = None,
    agency: str | None = None,
    limit: int | None = None,
) -> FoundUses:
    """Find uses whose caption, credit line or names have all the words, or words that they are part of.

    ``"gaza ÁLVAREZ"`` finds ``Smoke over Gaza City`` with credit ``A. Alvarez/Reuters``: case and accents do
    not matter, and signs part words. Of nothing but signs nothing is found. Latest first, then by source.
    """
    wanted = fold(storable(words)).split()
    if not wanted:
        return FoundUses((), 0)
    use, article, caption, credit = m.use.c, m.article.c, m.caption.c, m.credit.c
    with engine.connect() as connection:
        parties = None if agency is None else agency_ids(connection, agency)
        where = use_filters(parties, since, until, publication)
        for word in dict.fromkeys(wanted):
            # Folded words hold neither % nor _; escaped all the same, lest `fold` change one day.
            where.append(
                func.coalesce(caption.search_text, "").contains(word, autoescape=True)
                | func.coalesce(credit.search_text, "").contains(word, autoescape=True)
            )
        source = (
            m.use.join(m.article, article.id == use.article_id)
            .outerjoin(m.caption, caption.id == use.caption_id)
            .outerjoin(m.credit, credit.id == use.credit_id)
        )
        total = connection.execute(select(func.count()).select_from(source).where(*where)).scalar_one()
        found = connection.execute(
            select(
                use.id,
                article.source,
                article.url,
                article.headline,
                use.publication,
                use.used_on,
                use.position,
                func.coalesce(caption.text, ""),
                credit.line,
            )
            .select_from(source)
            .where(*where)
            .order_by(use.used_on.is_(None), use.used_on.desc(), article.source, use.position)
            .limit(limit)
        )
        return FoundUses(tuple(FoundUse(*row) for row in found), total)
