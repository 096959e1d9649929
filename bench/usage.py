"""How long `captions usage` waits for the database on a million uses and 300 agreements, beside what it may take."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import db
from bench import store
from bench.timing import best, line
from captions.accounts import accounts, scope_spans
from captions.vocabulary import default

USES, AGREEMENTS = 1_000_000, 300
LIMIT = 200
"""Milliseconds."""


def run() -> None:
    """Prints milliseconds for each question, in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store.make(path, USES, AGREEMENTS)
        ask(path)


def ask(path: Path) -> None:
    """Prints milliseconds for each question to a store."""
    engine = db.open_store(str(path))
    words = default()
    before, after = (date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))

    def by(*groups: str) -> Callable[[], object]:
        return lambda: db.agency_usage(engine, groups, counts=(), limit=20)

    questions: dict[str, Callable[[], object]] = {
        name: by(*name.split(" by "))
        for name in (
            "supplier", "agency", "creator", "publication", "month", "quarter", "year", "supplier by month",
            "supplier by year", "supplier by publication", "publication by month",
        )
    } | {
        "scope": lambda: db.agency_usage(engine, ("scope",), counts=(), spans=scope_spans(engine, words)),
        "uncredited": lambda: db.agency_usage(engine, ("publication",), counts=(), uncredited=True),
        "compare two years": lambda: db.usage_changes(engine, ("supplier",), before, after),
        "agreements": lambda: accounts(engine, words, date(2025, 6, 15)),
    }  # fmt: skip
    try:
        for name, question in questions.items():
            line(f"usage, {name}", best(question, 3) * 1000, "ms", "may take", LIMIT)
    finally:
        engine.dispose()
