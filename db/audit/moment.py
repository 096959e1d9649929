"""How large a store is, and whether it changes while it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from db import models as m
from db.connection import without_transaction


class Size(NamedTuple):
    """The highest numbers that articles and uses have: told at once, where to count them takes a second."""

    articles: int
    uses: int


def size(engine: Engine) -> Size:
    """Give about how many articles and uses are stored: some numbers may be nobody's any more."""
    with engine.connect() as connection:
        highest = [func.coalesce(func.max(table.c.id), 0) for table in (m.article, m.use)]
        articles, uses = connection.execute(select(*(select(one).scalar_subquery() for one in highest))).one()
    return Size(articles, uses)


@contextmanager
def watched(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Give what tells whether anything was written since, to a store on SQLite.

    Two audits that begin while nothing is written are of one moment.
    """
    with without_transaction(engine) as connection:

        def version() -> int:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

        before = version()
        yield lambda: version() != before
