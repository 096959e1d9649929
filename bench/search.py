"""Measure search times on each engine, next to their limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import captions_db as db

from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import CLOCKS, best

_LIMIT = 50
"""Milliseconds."""
_YEAR = {"since": date(2023, 1, 1), "until": date(2023, 12, 31)}
_QUESTIONS: dict[str, dict[str, Any]] = {
    "a rare word": {"words": "1234"},
    "the beginning of a word": {"words": "123"},
    "three common words and a rare one": {"words": "old mill number 54"},
    "a creator": {"words": "Ada Brandt"},
    "a common word": {"words": "market"},
    "two common words": {"words": "market sandbags"},
    "a common word in a year": {"words": "market", **_YEAR},
    "a common word of one publication": {"words": "market", "publication": "The Post"},
    "a common word from one supplier": {"words": "market", "supplier": "Reuters"},
}


def run(setup: Setup) -> Iterator[Row]:
    """Yield the milliseconds in which each query finds the latest 20 uses and the total."""
    for engine_name, place in setup.stores.items():
        engine = db.open_store(place)
        try:
            for question, asked in _QUESTIONS.items():
                find = partial(db.find, engine, **asked, limit=20)
                total, took = find().total, best(find, setup.sizes.runs, CLOCKS[engine_name])
                yield limited(f"{engine_name}, {question} ({total:,} uses)", took * 1000, "ms", _LIMIT)
        finally:
            engine.dispose()
