"""The findings as they are reported, in pages, each with its use."""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, CursorResult, FromClause, Text, bindparam, cast, select

from db import models as m
from db.audit import tables as t
from db.bulk import in_chunks

_PAGE = 1_000
_ARTICLE = (m.article.c.source, m.article.c.url, m.article.c.headline, m.article.c.publication)


class Listed(NamedTuple):
    """A finding with its use, as it is reported."""

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


class Brief(NamedTuple):
    """A finding with what a line of its report tells of its use; the day is a text."""

    number: int | None
    remark_id: int
    use_id: int
    position: int
    used_on: str | None
    credit_id: int | None
    caption: str | None
    article_id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None


def listed(connection: Connection, first: int, last: int) -> Iterator[Listed]:
    """Give the findings from one place in the list to another, both included."""
    use, number = m.use.c, t.listed.c.number
    texts = (t.remark.c.text, t.remark.c.clear)
    captions = (m.caption.c.text, m.caption.c.match_key)
    columns = (number, *texts, use.id, use.position, use.occurrences, use.used_on, use.credit_id, *captions, *_ARTICLE)
    said = t.listed.join(t.remark, t.remark.c.id == t.listed.c.remark_id)
    for result in _results(connection, said, columns, first, last):
        yield from map(Listed._make, result)


def briefly_listed(connection: Connection, first: int, last: int) -> Iterator[Sequence[Brief]]:
    """Give the same findings in pages: a million of them in seconds. What remarks say is read apart, once."""
    use, found = m.use.c, t.listed.c
    of_use = (use.id, use.position, cast(use.used_on, Text), use.credit_id, m.caption.c.text, use.article_id)
    columns = (found.number, found.remark_id, *of_use, *_ARTICLE)
    for result in _results(connection, t.listed, columns, first, last):
        # The driver's own tuples, whose values need no translation: to make rows of them takes as long as to read them.
        rows = result.cursor.fetchall()
        result.close()
        yield typing.cast("Sequence[Brief]", rows)


def remarks(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Give what remarks say, and the commands that clear them, by id."""
    remark = t.remark.c
    return {
        row_id: (text, clear)
        for chunk in in_chunks(sorted(ids))
        for row_id, text, clear in connection.execute(
            select(remark.id, remark.text, remark.clear).where(remark.id.in_(chunk))
        )
    }


def _results(
    connection: Connection, source: FromClause, columns: Sequence[ColumnElement[Any]], first: int, last: int
) -> Iterator[CursorResult[Any]]:
    statement = (
        select(*columns)
        .select_from(
            source.join(m.use, m.use.c.id == t.listed.c.use_id)
            .join(m.article, m.article.c.id == m.use.c.article_id)
            .outerjoin(m.caption, m.caption.c.id == m.use.c.caption_id)
        )
        .where(t.listed.c.n.between(bindparam("first"), bindparam("last")))
        .order_by(t.listed.c.n)
    )
    for start in range(first, last + 1, _PAGE):
        bounds = {"first": start, "last": min(start + _PAGE - 1, last)}
        yield connection.execute(statement, bounds)
