"""The reported findings, in pages, each with its use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from captions_db import models as m
from captions_db.audit import work_tables as t

_PAGE = 1_000


class ReportedFinding(NamedTuple):
    """A finding with its use."""

    number: int | None
    text: str
    clear: str | None
    use_id: int
    position: int
    occurrences: int
    used_on: date | None
    credit_id: int | None
    caption: str | None
    match_key: str | None
    source: str
    url: str | None
    headline: str | None
    publication: str | None


def listed(connection: Connection, first: int, last: int) -> Iterator[ReportedFinding]:
    """Yield the findings from one place in the list to another, inclusive."""
    use, remark, caption, article = m.use.c, t.remark.c, m.caption.c, m.article.c
    statement = (
        select(
            t.listed.c.number,
            *(remark.text, remark.clear),
            *(use.id, use.position, use.occurrences, use.used_on, use.credit_id),
            *(caption.text, caption.match_key),
            *(article.source, article.url, article.headline, article.publication),
        )
        .select_from(
            t.listed.join(t.remark, remark.id == t.listed.c.remark_id)
            .join(m.use, use.id == t.listed.c.use_id)
            .join(m.article, article.id == use.article_id)
            .outerjoin(m.caption, caption.id == use.caption_id)
        )
        .where(t.listed.c.n.between(bindparam("first"), bindparam("last")))
        .order_by(t.listed.c.n)
    )
    for start in range(first, last + 1, _PAGE):
        page = {"first": start, "last": min(start + _PAGE - 1, last)}
        yield from map(ReportedFinding._make, connection.execute(statement, page))
