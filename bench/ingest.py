"""Measure ingest speed next to only the parser on the same cores, speed without changes, and memory.

``CAPTIONS_BENCH=full`` uses 200,000 texts, and a million for memory; it takes most of an hour.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench import corpus, faults
from bench.timing import line
from captions import parse_html, parse_text
from captions.cli.progress import cores

FULL = os.environ.get("CAPTIONS_BENCH") == "full"
TEXTS, PAGES = (200_000, 4000) if FULL else (6000, 300)
FEW, MANY = (10_000, 1_000_000) if FULL else (10_000, 40_000)
# Number of texts for timing the parser alone.
SAMPLE = 4000
_CHUNK = 1000


def run() -> None:
    """Print articles per second of ``captions ingest`` into SQLite for texts and pages, and its memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _records(folder / "texts.jsonl", TEXTS, 3000)
        texts = corpus.articles(min(TEXTS, SAMPLE))
        _rates(folder, "3 KB texts", folder / "texts.jsonl", TEXTS, "70%", len(texts) / _seconds(parse_text, texts))
        (folder / "pages").mkdir()
        pages = corpus.pages(PAGES)
        for n, page in enumerate(pages):
            (folder / "pages" / f"{n:05}.html").write_text(page, encoding="utf-8")
        _rates(folder, "pages", folder / "pages", PAGES, "85%", len(pages) / _seconds(parse_html, pages))
        peaks = []
        for count in (FEW, MANY):
            _records(folder / f"{count}.jsonl", count, 600)
            peaks.append(_memory(folder / f"{count}.db", folder / f"{count}.jsonl"))
        print(
            f"ingest, peak memory of a process: {peaks[1]:,.0f} MB for {MANY:,} articles, "
            f"{peaks[0]:,.0f} MB for {FEW:,}: {peaks[1] / peaks[0]:.2f} times (limits: 1.2 times and 400 MB)"
        )


def _records(path: Path, count: int, size: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for first in range(0, count, _CHUNK):
            for n, text in enumerate(corpus.articles(min(_CHUNK, count - first), size, first, first), first):
                stream.write(json.dumps({"id": str(n), "text": text}) + "\n")


def _seconds(parse: Callable[[str], object], texts: list[str]) -> float:
    """Return the seconds the parser takes on all cores, without reading or writing files."""
    parse(texts[0])
    context = multiprocessing.get_context("fork")  # so that the texts need not be sent
    parts = [context.Process(target=_parse_all, args=(parse, texts[at :: cores()])) for at in range(cores())]
    start = time.perf_counter()
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    return time.perf_counter() - start


def _parse_all(parse: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        parse(text)


def _rates(folder: Path, what: str, path: Path, count: int, goal: str, rate: float) -> None:
    database = folder / "rates.db"
    times = []
    for _ in range(2):
        start = time.perf_counter()
        faults.finished(database, path)
        times.append(time.perf_counter() - start)
    database.unlink()
    first, again = times
    line(f"ingest, {what} into SQLite", count / first, "articles/s", f"only the parser on {cores()} cores", rate)
    print(f"ingest, {what}: {count / first / rate:.0%} of the parser (at least {goal})")
    print(f"ingest, {what} again, unchanged: {count / again:,.0f} articles/s, {first / again:.1f} times (at least 10)")


def _memory(database: Path, path: Path) -> float:
    """Return the peak memory, in MB, of the largest process of an ingest."""
    running = faults.start(database, path)
    peak = 0.0
    while running.poll() is None:
        for pid in (running.pid, *faults.workers(running.pid)):
            peak = max(peak, _peak(pid))
        time.sleep(0.05)
    _, err = running.communicate()
    assert running.returncode == 0, err
    return peak


def _peak(pid: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0
