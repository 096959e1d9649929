"""How fast articles go into a new database, beside what the parser alone does."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench import corpus
from bench.timing import line
from captions import parse_text
from captions.cli import main

COUNT = 3000


def run() -> None:
    """Prints articles a second through `captions ingest` into SQLite, beside `parse_text` over the same articles."""
    texts = corpus.articles(COUNT)
    start = time.perf_counter()
    for text in texts:
        parse_text(text)
    parsing = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for n, text in enumerate(texts):
            (articles / f"{n:05}.txt").write_text(text, encoding="utf-8")
        start = time.perf_counter()
        status = main(["ingest", "--db", str(Path(folder) / "bench.db"), str(articles)])
        took = time.perf_counter() - start
    assert status == 0
    line("ingest, 3 KB articles into SQLite", COUNT / took, "articles/s", "the parser alone", COUNT / parsing)
