"""The findings as they are reported, in pages, each with its use."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Text, bindparam, cast, select

from db import models as m
from db.audit import tables as t

_PAGE = 5_000
_FINDING = (t.listed.c.number, t.remark.c.text, t.remark.c.clear, m.use.c.id, m.use.c.position)
_ARTICLE = (m.article.c.source, m.article.c.url, m.article.c.headline, m.article.c.publication)


class Listed(NamedTuple):
    """A finding with its use, as it is reported."""

    number: int | None
    text: str
    clear: str | None
    use_id: int
    position: int
    printings: int
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
    text: str
    clear: str | None
    use_id: int
    position: int
    used_on: str | None
    credit_id: int | None
    caption: str | None
    source: str
    url: str | None
    headline: str | None
    publication: str | None


def listed(connection: Connection, first: int, last: int) -> Iterator[Listed]:
    """Give the findings from one place in the list to another, both included."""
    use = m.use.c
    columns: tuple[ColumnElement[Any], ...] = (
        *_FINDING,
        use.printings,
        use.used_on,
        use.credit_id,
        m.caption.c.text,
        m.caption.c.match_key,
        *_ARTICLE,
    )
    for page in _pages(connection, columns, first, last):
        yield from map(Listed._make, page)


def briefly_listed(connection: Connection, first: int, last: int) -> Iterator[Sequence[Brief]]:
    """Give the same findings in pages: a million of them in seconds."""
    use = m.use.c
    columns: tuple[ColumnElement[Any], ...] = (
        *_FINDING,
        cast(use.used_on, Text),
        use.credit_id,
        m.caption.c.text,
        *_ARTICLE,
    )
    for page in _pages(connection, columns, first, last):
        # A row is read like a tuple; to make one of each would take as long as to write its line.
        yield typing.cast("Sequence[Brief]", page)


def _pages(
    connection: Connection, columns: Sequence[ColumnElement[Any]], first: int, last: int
) -> Iterator[Sequence[Row[Any]]]:
    statement = (
        select(*columns)
        .select_from(
            t.listed.join(m.use, m.use.c.id == t.listed.c.use_id)
            .join(m.article, m.article.c.id == m.use.c.article_id)
            .join(t.remark, t.remark.c.id == t.listed.c.remark_id)
            .outerjoin(m.caption, m.caption.c.id == m.use.c.caption_id)
        )
        .where(t.listed.c.n.between(bindparam("first"), bindparam("last")))
        .order_by(t.listed.c.n)
    )
    for start in range(first, last + 1, _PAGE):
        bounds = {"first": start, "last": min(start + _PAGE - 1, last)}
        yield connection.execute(statement, bounds).all()
