"""Measure search times in a large archive on each engine, next to their limit."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import captions_db as db
from sqlalchemy import Engine

from bench import archive, store
from bench.timing import best

CAPTIONS = int(os.environ.get("CAPTIONS_BENCH_CAPTIONS", "1_000_000"))
LIMIT = 50.0
"""Milliseconds."""


@contextmanager
def engines(folder: Path) -> Iterator[list[tuple[str, Engine]]]:
    """Create a large store on SQLite and, if there is a server, on PostgreSQL."""
    with store.places(folder) as places:
        yield [(name, _filled(name, url)) for name, url in places]


def run() -> None:
    """Print the milliseconds that each query takes for the latest 20 uses and the total, next to the limit."""
    names = [archive.word(n) for n in range(archive.VOCABULARY)]
    questions: dict[str, dict[str, Any]] = {
        "a rare word": {"words": names[20_000]},
        "two words": {"words": f"{names[100]} {names[400]}"},
        "the beginning of a word": {"words": names[5_000][:5]},
        "a creator": {"words": f"{names[7]} {archive.word(1_010)}"},
        "a common word": {"words": names[20]},
        "a common word in a year": {"words": names[20], "since": date(2021, 1, 1), "until": date(2021, 12, 31)},
        "a common word of one publication": {"words": names[20], "publication": "Paper 3"},
        "a word from one supplier": {"words": names[100], "supplier": names[3].title()},
        "the commonest agency": {"words": names[0]},
    }
    with tempfile.TemporaryDirectory() as folder, engines(Path(folder)) as stores:
        for engine_name, engine in stores:
            for question, asked in questions.items():
                total = db.find(engine, **asked, limit=20).total
                took = best(lambda engine=engine, asked=asked: db.find(engine, **asked, limit=20), 5) * 1000  # type: ignore[misc]
                verdict = "" if took <= LIMIT else ", exceeded"
                print(
                    f"find, {engine_name}, {question} ({total:,} uses): {took:.1f} ms, limit: {LIMIT:.0f} ms{verdict}"
                )
            engine.dispose()


def _filled(name: str, url: str) -> Engine:
    engine = db.open_store(url, create=True)
    start = time.perf_counter()
    archive.fill(engine, CAPTIONS)
    print(f"created a store of {CAPTIONS:,} captions on {name} in {time.perf_counter() - start:.0f} s")
    return engine
