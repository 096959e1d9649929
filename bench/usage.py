"""Measure the queries of ``captions usage`` on a million uses and 300 agreements, next to their limit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import captions_db as db
from captions_db.rollups import count_uses
from sqlalchemy import Engine

from bench import store
from bench.timing import best, line
from captions.lexicon.vocabulary import default
from captions.licensing.usage import accounts, scope_spans

USES, AGREEMENTS = 1_000_000, 300
LIMIT = 200
"""Milliseconds."""


def run() -> None:
    """Print milliseconds for each query on each engine."""
    with tempfile.TemporaryDirectory() as folder, store.places(Path(folder)) as places:
        for name, place in places:
            store.make(place, USES, AGREEMENTS)
            ask(name, place)


def ask(engine_name: str, place: str) -> None:
    """Print milliseconds for each query on a store."""
    engine = db.open_store(place)
    if engine.dialect.name == "postgresql":
        # The server does this itself some minutes after so many rows are written.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    words = default()
    before, after = (date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))

    def by(*groups: str) -> Callable[[], object]:
        return lambda: db.agency_usage(engine, groups, counts=(), limit=20)

    def by_scope(*groups: str) -> Callable[[], object]:
        return lambda: db.agency_usage(engine, groups, counts=(), spans=scope_spans(engine, words))

    questions: dict[str, Callable[[], object]] = {
        name: by(*name.split(" by "))
        for name in (
            "supplier", "agency", "creator", "publication", "month", "quarter", "year", "supplier by month",
            "supplier by year", "supplier by publication", "publication by month", "agency by month", "creator by year",
            "creator by month", "creator by agency",
        )
    } | {
        "creator, all of them": lambda: db.agency_usage(engine, ("creator",), counts=()),
        "agency from within a month": lambda: db.agency_usage(engine, ("agency",), since=date(2021, 1, 2), counts=()),
        "month by scope": by_scope("month", "scope"),
        "scope": by_scope("scope"),
        "uncredited": lambda: db.agency_usage(engine, ("publication",), counts=(), uncredited=True),
        "compare two years": lambda: db.usage_changes(engine, ("supplier",), before, after),
        "agreements": lambda: accounts(engine, words, date(2025, 6, 15)),
    }  # fmt: skip
    try:
        for name, question in questions.items():
            line(f"usage, {engine_name}, {name}", best(question, 3) * 1000, "ms", "limit", LIMIT)
        few(engine, engine_name)
    finally:
        engine.dispose()


def few(engine: Engine, engine_name: str) -> None:
    """Print milliseconds for writing ten more articles, and for updating the counts."""
    if engine.dialect.name == "postgresql":
        # The store was written with explicit IDs.
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('use', 'id'), (SELECT max(id) FROM use))")
    lines = [db.CreditRecord(f"Jo Reed {n}/Reuters", (f"Jo Reed {n}",), ("Reuters",), "Reuters") for n in range(3)]
    uses = tuple(db.UseRecord(n, f"A boat {n}", f"a boat {n}", line) for n, line in enumerate(lines))
    for what in ("new", "changed"):
        articles = [db.ArticleRecord(f"few/{n}", what, published=store.DAY, uses=uses) for n in range(10)]
        run = db.start_run(engine, "bench")
        written = best(lambda: db.write_articles(engine, run, articles), 1)  # noqa: B023 - called at once
        counted = best(lambda: count_uses(engine), 1)
        line(f"usage, {engine_name}, write ten {what} articles", written * 1000, "ms", "update counts", counted * 1000)
