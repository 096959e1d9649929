"""The reported findings, in pages, each with its use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from captions_db import models as m
from captions_db.audit import work_tables as t
from captions_db.bulk import in_chunks

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
    statement = _findings().where(t.listed.c.n.between(bindparam("first"), bindparam("last"))).order_by(t.listed.c.n)
    for start in range(first, last + 1, _PAGE):
        page = {"first": start, "last": min(start + _PAGE - 1, last)}
        yield from (ReportedFinding._make(row[1:]) for row in connection.execute(statement, page))


def listed_at(connection: Connection, places: Collection[int]) -> dict[int, tuple[int, ReportedFinding]]:
    """Return the findings at some places in the list, each with the rank of its code."""
    found: dict[int, tuple[int, ReportedFinding]] = {}
    for chunk in in_chunks(places):
        statement = _findings(t.listed.c.rank).where(t.listed.c.n.in_(chunk))
        for n, *fields, rank in connection.execute(statement):
            found[n] = (rank, ReportedFinding._make(fields))
    return found


def _findings(*more: ColumnElement[Any]) -> Select[Any]:
    use, remark, caption, article = m.use.c, t.remark.c, m.caption.c, m.article.c
    return select(
        *(t.listed.c.n, t.listed.c.number),
        *(remark.text, remark.clear),
        *(use.id, use.position, use.occurrences, use.used_on, use.credit_id),
        *(caption.text, caption.match_key),
        *(article.source, article.url, article.headline, article.publication),
        *more,
    ).select_from(
        t.listed.join(t.remark, remark.id == t.listed.c.remark_id)
        .join(m.use, use.id == t.listed.c.use_id)
        .join(m.article, article.id == use.article_id)
        .outerjoin(m.caption, caption.id == use.caption_id)
    )
