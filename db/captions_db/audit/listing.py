"""The reported findings, in pages, each with its use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select

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
    statement = (
        _findings(t.listed).where(t.listed.c.n.between(bindparam("first"), bindparam("last"))).order_by(t.listed.c.n)
    )
    for start in range(first, last + 1, _PAGE):
        page = {"first": start, "last": min(start + _PAGE - 1, last)}
        yield from (ReportedFinding._make(row) for row in connection.execute(statement, page))


def decided_at(connection: Connection, places: Collection[int]) -> dict[int, tuple[int, ReportedFinding]]:
    """Return the findings on uses at some places in the list by decision, each with the rank of its code."""
    found: dict[int, tuple[int, ReportedFinding]] = {}
    for chunk in in_chunks(places):
        statement = _findings(t.cause, t.cause.c.at, t.cause.c.rank).where(t.cause.c.at.in_(chunk))
        for *fields, at, rank in connection.execute(statement):
            found[at] = (rank, ReportedFinding._make(fields))
    return found


def _findings(table: Table, *more: ColumnElement[Any]) -> Select[Any]:
    """Select the findings in ``listed`` or ``cause`` as ReportedFinding, with more columns."""
    use, remark, caption, article, finding = m.use.c, t.remark.c, m.caption.c, m.article.c, table.c
    return select(
        finding.number,
        *(remark.text, remark.clear),
        *(use.id, use.position, use.occurrences, use.used_on, use.credit_id),
        *(caption.text, caption.match_key),
        *(article.source, article.url, article.headline, article.publication),
        *more,
    ).select_from(
        table.join(t.remark, remark.id == finding.remark_id)
        .join(m.use, use.id == finding.use_id)
        .join(m.article, article.id == use.article_id)
        .outerjoin(m.caption, caption.id == use.caption_id)
    )
