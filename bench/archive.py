"""Write a large store for benchmarks straight into its tables: five years, 60 agencies, 20,000 creators."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from captions_db import models as m
from captions_db.connection import writing
from captions_db.records import CreditRecord
from captions_db.rows import credit_row, digest
from captions_db.search import name_key, search_text
from sqlalchemy import Engine, Table, text

AGENCIES = 60
CREATORS = 20_000
CREDITS = 60_000
VOCABULARY = 30_000
FIRST_DAY = date(2019, 1, 1)
DAYS = 5 * 365
SYLLABLES = [a + b for a in "bdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on", "us")]

_USE_COLUMNS = (
    *("article_id", "position", "caption_id", "credit_id", "occurrences"),
    *("places", "used_on", "publication", "rule"),
)


def word(number: int) -> str:
    """Return a word of two to four syllables, different for each number."""
    parts = []
    number += len(SYLLABLES)
    while number:
        number, at = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[at])
    return "".join(parts)


def common(size: int, count: int, seed: int) -> Iterator[int]:
    """Yield numbers below ``size``, low ones more often, the way words and agencies are distributed in news."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    weights = list(accumulate(1 / (n + 3) for n in range(size)))
    for _ in range(0, count, 10_000):
        yield from draw.choices(range(size), cum_weights=weights, k=10_000)


def fill(engine: Engine, captions: int) -> None:
    """Write an archive with this many captions, each used once, five in every two articles."""
    articles = captions * 2 // 5 + 1
    parties: list[tuple[Any, ...]] = [(n + 1, word(n).title(), "agency", name_key(word(n))) for n in range(AGENCIES)]
    for n in range(CREATORS):
        name = f"{word(n % 500).title()} {word(1_000 + n // 4).title()}"
        parties.append((AGENCIES + n + 1, name + "a" * (n % 4), "creator", name_key(name + "a" * (n % 4))))
    readings, chain = _credits(parties)
    days = [FIRST_DAY + timedelta(n * DAYS // articles) for n in range(articles)]
    random.Random(1).shuffle(days)  # noqa: S311 - repeatable, no secret
    words, lines = common(VOCABULARY, captions * 12 + 12, 2), common(CREDITS, captions + 1, 3)
    _put(engine, m.party, ("id", "name", "kind", "name_key"), parties)
    names = tuple(column.name for column in m.credit.c)
    _put(engine, m.credit, names, ([row.get(name) for name in names] for row in readings))
    _put(engine, m.credit_party, ("credit_id", "role", "place", "party_id"), chain)
    _put(
        engine,
        m.article,
        ("id", "source", "headline", "publication", "published", "content_hash", "text"),
        ((n + 1, f"a/{n:07}.txt", "Headline", f"Paper {n % 7}", str(day), "h", "Text.") for n, day in enumerate(days)),
    )

    def caption_rows() -> Iterator[tuple[Any, ...]]:
        for n in range(captions):
            caption = " ".join(word(next(words)) for _ in range(12))
            yield n + 1, digest(caption, str(n)), caption, caption, search_text(caption)

    _put(engine, m.caption, ("id", "digest", "match_key", "text", "search_text"), caption_rows())
    _put(
        engine,
        m.use,
        _USE_COLUMNS,
        (
            (n * 2 // 5 + 1, n, n + 1, None if n % 50 == 0 else next(lines) + 1, 1, "[]", str(days[n * 2 // 5]),
             f"Paper {n * 2 // 5 % 7}", "figure")
            for n in range(captions)
        ),
    )  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _credits(parties: list[tuple[Any, ...]]) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    rows, chain = [], []
    agencies = common(AGENCIES, CREDITS, 4)
    for n in range(CREDITS):
        agency, creator = parties[next(agencies)], parties[AGENCIES + n % CREATORS]
        record = CreditRecord(f"{creator[1]}/{agency[1]}/{n}", (creator[1],), (agency[1],), agency[1], rule="chain")
        row = credit_row(record)
        rows.append(row | {"id": n + 1, "supplier_id": agency[0], "version": "1"})
        roles = (("creator", creator), ("agency", agency), ("supplier", agency))
        chain += [(n + 1, role, 0, party[0]) for role, party in roles]
    return rows, chain


def _put(engine: Engine, table: Table, columns: tuple[str, ...], rows: Iterable[Any]) -> None:
    with writing(engine) as connection:
        cursor: Any = connection.connection.cursor()
        names = ", ".join(columns)
        if engine.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608 - fixed names
            return

        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
