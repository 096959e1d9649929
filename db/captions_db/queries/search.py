"""Search captions, creators and credit lines for words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from itertools import chain, islice
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    Subquery,
    bindparam,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.queries.found_filters import FoundFilters, PictureFilter, really_spelled
from captions_db.queries.recent import DAY, RecentUses
from captions_db.queries.uses import credits_by_id, images_of_page
from captions_db.queries.wordings import both_ways, but_not
from captions_db.rows import storable
from captions_db.spellings import spelled

_ALL_KEYS = 1 << 62

_FEW = 1_000
"""Hits of the last day that may be read in vain to find those that come first."""


class FoundUse(NamedTuple):
    """A found use; ``caption`` is "" and ``line`` None if there is none."""

    use_id: int
    source: str
    url: str | None
    headline: str | None
    publication: str | None
    used_on: date | None
    position: int
    caption: str
    line: str | None
    supplier: str | None = None
    creators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """The URLs of its pictures."""


COUNTED = 1_000
"""Hits counted at most with a limit: counting half a million takes longer than searching, and ``captions usage`` counts
better."""

_AT_ONCE = 5_000
"""Uses read by one query: the larger, the fewer times a page of the file is read."""

_NEWEST = 5_000
"""Latest keys to try first on PostgreSQL, whose word index is unordered: frequent words have enough hits there, and
rare words are fast anyway."""


@dataclass(frozen=True, slots=True)
class FoundUses:
    """The uses found, best first, and their total number, counted as far as :func:`find` says."""

    uses: tuple[FoundUse, ...]
    total: int
    more: bool = False
    """Whether there are more than ``total``."""


@dataclass(frozen=True, slots=True)
class UsesBeingFound:
    """The same as :class:`FoundUses`, but each use is read from the store when it is asked for."""

    uses: Iterator[FoundUse]
    total: int
    more: bool = False


def find(
    engine: Engine,
    words: str | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    publication: str | None = None,
    agency: str | None = None,
    supplier: str | None = None,
    creator: str | None = None,
    picture: PictureFilter | None = None,
    limit: int | None = None,
) -> FoundUses:
    """Find uses whose caption, credit line and names together contain all words, or words that begin with them.

    ``"gaza ÁLVAR"`` finds ``Smoke over Gaza City`` with credit ``A. Alvarez/Reuters``: case, accents and punctuation
    are ignored. Words of one or two letters match whole words only: ``AP`` does not find April. In scripts without
    spaces, any part of the text matches. ``Söder`` finds ``Soeder`` and back. Punctuation only finds nothing; without
    words, the filters decide.

    ``agency`` is named in the credit, ``supplier`` supplied the picture, ``creator`` made it; all by name or alias.

    Whole-word matches come first, then beginnings of words; latest first, then by source: the same order on every
    engine. With a limit, count at most COUNTED hits, or the limit if that is more.
    """
    filters = FoundFilters(publication, agency, supplier, creator, picture)
    with finding(engine, words, filters, since=since, until=until, limit=limit) as found:
        return FoundUses(tuple(found.uses), found.total, found.more)


@contextmanager
def finding(
    engine: Engine,
    words: str | None,
    filters: FoundFilters,
    *,
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> Iterator[UsesBeingFound]:
    """Find the same uses as :func:`find`, and read them one after the other within the block."""
    asked = spelled(storable(words or ""))
    if words is not None and not asked:
        yield UsesBeingFound(iter(()), 0)
        return
    with engine.connect() as connection:
        where = filters.conditions(connection)
        if not asked:
            yield _latest(connection, where, (since, until), limit)
            return
        hits = _Hits(connection, [*where, *really_spelled(asked)], since, until)
        whole, begun = both_ways(connection, asked)
        wordings = [whole] if begun is None else [whole, but_not(engine.dialect.name, begun, whole)]
        if limit is None:
            keys = [hits.keys(words) for words in wordings]
            in_order = chain.from_iterable(in_order_of(connection, of_words) for of_words in keys)
            yield UsesBeingFound(in_order, sum(map(len, keys)))
            return
        most = max(COUNTED, limit)
        total = hits.count(whole, most)
        # Skip beginnings of words if whole words have enough hits: they may be many more.
        if begun is not None and total <= most:
            total = hits.count(begun, most)
        more = total > most
        found = hits.first(wordings, limit) if total and limit else iter(())
        yield UsesBeingFound(found, total - more, more)


def _latest(
    connection: Connection,
    where: Sequence[ColumnElement[bool]],
    period: tuple[date | None, date | None],
    limit: int | None,
) -> UsesBeingFound:
    """Return the uses that meet the conditions, without a search for words."""
    recent = RecentUses(connection, where, *period)
    if limit is None:
        keys = recent.keys()
        return UsesBeingFound(in_order_of(connection, keys), len(keys))
    most = max(COUNTED, limit)
    total = recent.count(most)
    found = in_order_of(connection, narrowed(connection, recent.first_keys(limit), limit)) if limit else iter(())
    return UsesBeingFound(islice(found, limit), min(total, most), total > most)


_place = attrgetter("source", "position", "use_id")
"""The place of a found use among those of a day."""


def in_order_of(connection: Connection, keys: Sequence[int]) -> Iterator[FoundUse]:
    """Yield the uses with these keys, which are sorted; within a day, by source and position."""
    use, article, caption, credit = m.use.c, m.article.c, m.caption.c, m.credit.c
    source = (
        m.use.join(m.article, article.id == use.article_id)
        .outerjoin(m.caption, caption.id == use.caption_id)
        .outerjoin(m.credit, credit.id == use.credit_id)
    )
    columns = (
        use.id,
        article.source,
        article.url,
        article.headline,
        use.publication,
        use.used_on,
        use.position,
        func.coalesce(caption.text, ""),
        credit.line,
        credit.id,
    )
    # Numbers in the statement itself: it may have more of them than parameters.
    these = use.id.in_(bindparam("ids", expanding=True, literal_execute=True))
    statement = select(*columns).select_from(source).where(these)
    day, of_day = -1, list[FoundUse]()
    for start in range(0, len(keys), _AT_ONCE):
        chunk = keys[start : start + _AT_ONCE]
        rows = connection.execute(statement, {"ids": [key % DAY for key in chunk]})
        found = _with_details(connection, rows.all())
        for key in chunk:
            if key // DAY != day:
                yield from sorted(of_day, key=_place)
                day, of_day = key // DAY, []
            if key % DAY in found:
                of_day.append(found[key % DAY])
    yield from sorted(of_day, key=_place)


def _with_details(connection: Connection, rows: Sequence[Any]) -> dict[int, FoundUse]:
    """Return found uses by id, from rows whose last column is the credit's id."""
    credits_ = credits_by_id(connection, sorted({row[-1] for row in rows if row[-1] is not None}))
    images = images_of_page(connection, [row[0] for row in rows])
    found = {}
    for row in rows:
        credit = credits_.get(row[-1])
        names = (credit.supplier, credit.creators, credit.agencies) if credit else (None, (), ())
        found[row[0]] = FoundUse._make((*row[:-1], *names, tuple(images.get(row[0], ()))))
    return found


def narrowed(connection: Connection, keys: list[int], limit: int) -> list[int]:
    """Leave out keys of the last day that come after the limit: without dates, all hits are on the same day."""
    if len(keys) <= limit + _FEW:
        return keys
    earlier = [key for key in keys if key // DAY > keys[-1] // DAY]
    last = keys[len(earlier) :]
    use, article = m.use.c, m.article.c
    statement = select(article.source, use.position, use.id).select_from(
        m.use.join(m.article, article.id == use.article_id)
    )
    places = chain.from_iterable(
        connection.execute(statement.where(use.id.in_([key % DAY for key in chunk]))) for chunk in in_chunks(last)
    )
    day = last[0] - last[0] % DAY
    return earlier + [day + row[2] for row in nsmallest(limit - len(earlier), places, key=tuple)]


_Parts = tuple[ColumnElement[int], FromClause, Sequence[ColumnElement[bool]]]


class _Hits:
    """The hits of the search index within a period and other conditions."""

    def __init__(
        self,
        connection: Connection,
        where: Sequence[ColumnElement[bool]],
        since: date | None,
        until: date | None,
    ) -> None:
        self._connection = connection
        self._where = where
        sqlite = connection.dialect.name == "sqlite"
        self._index = table("use_search", column("rowid" if sqlite else "id"), column("words"))
        self._key: ColumnElement[int] = self._index.c.rowid if sqlite else self._index.c.id
        # Undated uses have keys below the first day; a period excludes them.
        bound = since is not None or until is not None
        self._from = (since or date.min).toordinal() * DAY if bound else 0
        self._before = (until.toordinal() + 1) * DAY if until is not None else _ALL_KEYS

    def count(self, wanted: str, most: int) -> int:
        """Count the hits, up to ``most`` + 1."""
        hit, source, conditions = self._hits(wanted, lazily=True)
        hits = select(hit).select_from(source).where(*conditions).limit(most + 1)
        return int(self._connection.execute(select(func.count()).select_from(hits.subquery())).scalar_one())

    def keys(self, wanted: str) -> Sequence[int]:
        """Return the keys of all hits, latest first."""
        return self._connection.execute(self._latest(*self._hits(wanted))).scalars().all()

    def first(self, wordings: Sequence[str], limit: int) -> Iterator[FoundUse]:
        """Yield the hits of each query after those of the query before, up to a limit."""
        left = limit
        for words in wordings:
            if left == 0:
                return
            for use in islice(
                in_order_of(self._connection, narrowed(self._connection, self._first_keys(words, left), left)), left
            ):
                yield use
                left -= 1

    def _first_keys(self, wanted: str, limit: int) -> list[int]:
        """Return the keys of the latest hits, complete for the last of their days."""
        if self._connection.dialect.name == "postgresql":
            newest = select(self._key.label("hit"), self._index.c.words).where(*self._inside)
            newest_hits = newest.order_by(self._key.desc()).limit(_NEWEST).subquery("newest")
            matching = self._matching(newest_hits.c.words, wanted)
            keys, is_whole = self._to_the_end_of_a_day(self._latest(*self._joined(newest_hits, matching)), limit)
            if is_whole:
                return keys
        return self._to_the_end_of_a_day(self._latest(*self._hits(wanted)), limit)[0]

    def _to_the_end_of_a_day(self, statement: Select[int], limit: int) -> tuple[list[int], bool]:
        """Return as many keys and the rest of their last day, and whether keys of another day follow."""
        keys: list[int] = []
        found = self._connection.execute(statement.execution_options(yield_per=1_000)).scalars()
        for key in found:
            if len(keys) >= limit and key // DAY != keys[limit - 1] // DAY:
                found.close()
                return keys, True
            keys.append(key)
        return keys, False

    def _latest(
        self, hit: ColumnElement[int], source: FromClause, conditions: Sequence[ColumnElement[bool]]
    ) -> Select[int]:
        return select(hit).select_from(source).where(*conditions).order_by(hit.desc())

    @property
    def _inside(self) -> list[ColumnElement[bool]]:
        return [self._key >= self._from, self._key < self._before]

    def _matching(self, words: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
        if self._connection.dialect.name == "sqlite":
            return literal_column("use_search").op("MATCH")(wanted)
        return words.op("@@")(literal(wanted).op("::")(literal_column("tsquery")))

    def _hits(self, wanted: str, *, lazily: bool = False) -> _Parts:
        """Return the key of a hit, the tables to select from, and their conditions; ``lazily`` if few are read."""
        chosen = select(self._key.label("hit")).where(self._matching(self._index.c.words, wanted), *self._inside)
        if lazily or self._connection.dialect.name == "sqlite":
            return self._joined(chosen.subquery("hits"))
        # Otherwise PostgreSQL's planner overestimates the hits and scans all uses, latest first.
        return self._joined(chosen.cte("hits").prefix_with("MATERIALIZED"))

    def _joined(self, hits: Subquery | CTE, *conditions: ColumnElement[bool]) -> _Parts:
        if not self._where:
            return hits.c.hit, hits, conditions
        number: ColumnElement[Any] = hits.c.hit.op("&")(literal(DAY - 1, literal_execute=True))
        return hits.c.hit, hits.join(m.use, m.use.c.id == number), (*conditions, *self._where)
