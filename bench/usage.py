"""Measure the queries of ``captions usage`` on each engine, next to their limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import captions_db as db
from captions_db.rollups import count_uses
from sqlalchemy import Engine

from bench import store
from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import CLOCKS, best, once
from captions.audit.balances import accounts
from captions.lexicon.vocabulary import default
from captions.licensing.usage import scope_spans

_LIMIT = 200
"""Milliseconds."""
_GROUPS = (
    "supplier", "agency", "creator", "publication", "month", "quarter", "year", "supplier by month",
    "supplier by year", "supplier by publication", "publication by month", "agency by month", "creator by year",
    "creator by month", "creator by agency",
)  # fmt: skip


def run(setup: Setup) -> Iterator[Row]:
    """Yield the milliseconds of each query, of writing ten articles, and of updating the counts."""
    for engine_name, place in setup.stores.items():
        engine = db.open_store(place)
        try:
            for name, question in _questions(engine).items():
                yield limited(
                    f"{engine_name}, {name}", best(question, setup.sizes.runs, CLOCKS[engine_name]) * 1000, "ms", _LIMIT
                )
            for row in _few(engine, CLOCKS[engine_name]):
                yield Row(f"{engine_name}, {row[0]}", row[1] * 1000, "ms")
        finally:
            engine.dispose()


def _questions(engine: Engine) -> dict[str, Callable[[], object]]:
    words = default()
    before, after = (date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))

    def by(*groups: str) -> Callable[[], object]:
        return lambda: db.agency_usage(engine, groups, counts=(), limit=20)

    def by_scope(*groups: str) -> Callable[[], object]:
        return lambda: db.agency_usage(engine, groups, counts=(), spans=scope_spans(engine, words))

    return {name: by(*name.split(" by ")) for name in _GROUPS} | {
        "creator, all of them": lambda: db.agency_usage(engine, ("creator",), counts=()),
        "agency from within a month": lambda: db.agency_usage(engine, ("agency",), since=date(2021, 1, 2), counts=()),
        "month by scope": by_scope("month", "scope"),
        "scope": by_scope("scope"),
        "uncredited": lambda: db.agency_usage(engine, ("publication",), counts=(), uncredited=True),
        "compare two years": lambda: db.usage_changes(engine, ("supplier",), before, after),
        "agreements": lambda: accounts(engine, words, date(2025, 6, 15)),
    }


def _few(engine: Engine, clock: Callable[[], float]) -> Iterator[tuple[str, float]]:
    """Yield the seconds of writing ten more articles, and of updating the counts after them."""
    lines = [db.CreditRecord(f"Jo Reed {n}/Reuters", (f"Jo Reed {n}",), ("Reuters",), "Reuters") for n in range(3)]
    uses = tuple(db.UseRecord(n, f"A boat {n}", f"a boat {n}", line) for n, line in enumerate(lines))
    for what in ("new", "changed"):
        articles = [db.ArticleRecord(f"few/{n}", what, published=store.DAY, uses=uses) for n in range(10)]
        run = db.start_run(engine, "bench")
        yield f"write ten {what} articles", once(lambda: db.write_articles(engine, run, articles), clock)  # noqa: B023 - called at once
        yield f"update counts after ten {what} articles", once(lambda: count_uses(engine), clock)
