"""Which uses an audit reports, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from captions_db import models as m


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """The uses to report; None sets no limit. ``suppliers`` are names of agencies as stored."""

    publication: str | None = None
    since: date | None = None
    until: date | None = None
    suppliers: tuple[str, ...] | None = None
    run: int | None = None
    """Uses in articles that this ingest run stored or last changed."""
    source: str | None = None
    """The source of the only article."""
    use: int | None = None
    """The only use."""


class OneUse(NamedTuple):
    """The only use that an audit reports on, and what may affect its findings, by ids; none for an unknown use."""

    use_id: int
    article_id: int | None = None
    caption_id: int | None = None
    credit_id: int | None = None
    structured_credit_id: int | None = None
    publication: str | None = None
    used_on: date | None = None

    @property
    def credits(self) -> list[int]:
        """Return the printed credit and that of the structured data, as far as they are known."""
        return sorted({number for number in (self.credit_id, self.structured_credit_id) if number is not None})


def read_use(connection: Connection, use_id: int) -> OneUse:
    """Return a use by its id."""
    columns = [m.use.c[name] for name in OneUse._fields[1:]]
    row = connection.execute(select(*columns).where(m.use.c.id == use_id)).first()
    return OneUse(use_id, *(row or ()))


@dataclass(frozen=True, slots=True)
class UseCounts:
    """The numbers of reported uses and their articles, of undated uses and, with a run, of uses without a run."""

    uses: int
    articles: int
    undated: int
    without_run: int = 0


def count_uses(connection: Connection, where: Sequence[ColumnElement[bool]], *, of_run: bool) -> UseCounts:
    """Count the reported uses; with ``of_run``, also the uses without a run."""
    use = m.use.c
    by_article = select(func.count().label("uses")).select_from(m.use).where(*where).group_by(use.article_id).subquery()
    uses, articles = connection.execute(select(func.sum(by_article.c.uses), func.count())).one()
    undated = select(func.count()).select_from(m.use).where(use.used_on.is_(None))
    unknown = select(m.article.c.id).where(m.article.c.run_id.is_(None))
    without_run = select(func.count()).select_from(m.use).where(use.article_id.in_(unknown))
    return UseCounts(
        int(uses or 0),
        articles,
        connection.execute(undated).scalar_one(),
        connection.execute(without_run).scalar_one() if of_run else 0,
    )
