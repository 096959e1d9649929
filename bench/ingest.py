"""Measure ingest speed next to only the parser on the same cores, speed without changes, and memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import corpus, faults
from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import FORK, Spent, beyond, spent
from captions import parse_html, parse_text
from captions.cli.progress import cores

_MEMORY = 400
"""The limit in MB."""
_MOST_GROWTH = 1.05
# Texts written at a time, and texts for timing the parser.
_CHUNK, _SAMPLE = 1_000, 4_000


@dataclass(frozen=True)
class _Archive:
    """Articles in a file or folder, the parser that reads them, and some of them for timing the parser."""

    name: str
    path: Path
    articles: int
    parse: Callable[[str], object]
    sample: list[str]
    share: float
    """The target: the least share of the parser's speed."""


def run(setup: Setup) -> Iterator[Row]:
    """Yield articles per second of ``captions ingest`` into SQLite for texts and pages, and its memory."""
    one = setup.folder / "one.txt"
    one.write_text(corpus.articles(1)[0], encoding="utf-8")
    databases = [setup.folder / f"one{n}.db" for n in range(setup.sizes.runs)]
    start_up = _least([_ingested(database, one) for database in databases])
    yield Row("start-up, with one article", start_up.clock, "s")
    for archive in (_texts(setup), _pages(setup)):
        yield from _rates(archive, start_up, setup.sizes.runs)
    yield from _memory_rows(setup)


def _texts(setup: Setup) -> _Archive:
    path, number = setup.folder / "texts.jsonl", setup.sizes.ingested_texts
    _write_texts(path, number, 3_000)
    return _Archive("3 KB texts", path, number, parse_text, corpus.articles(min(number, _SAMPLE)), 0.75)


def _pages(setup: Setup) -> _Archive:
    path, number = setup.folder / "pages", setup.sizes.ingested_pages
    real = corpus.many_real_pages(number)
    pages = real or corpus.pages(number)
    path.mkdir()
    for n, page in enumerate(pages):
        (path / f"{n:05}.html").write_text(page, encoding="utf-8", errors="replace")
    return _Archive("real pages" if real else "generated pages", path, number, parse_html, pages, 0.88)


def _write_texts(path: Path, number: int, size: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for first in range(0, number, _CHUNK):
            for n, text in enumerate(corpus.articles(min(_CHUNK, number - first), size, first, first), first):
                stream.write(json.dumps({"id": str(n), "text": text}) + "\n")


def _rates(archive: _Archive, start_up: Spent, runs: int) -> Iterator[Row]:
    """Yield articles per second on the clock and of CPU time, without start-up, and how fast they are read again."""
    databases = [archive.path.with_suffix(f".{n}.db") for n in range(runs)]
    parses, ingests = [], []
    archive.parse(archive.sample[0])
    for database in databases:
        parses.append(spent(lambda: _parse_all(archive.parse, archive.sample)))
        ingests.append(_ingested(database, archive.path))
    again = _ingested(databases[0], archive.path)
    number, parser, parsed = archive.articles, archive.parse.__name__, _least(parses)
    rates, again_rates = (_rates_of(number, took, start_up) for took in (_least(ingests), again))
    for name, at, peer in (("", 0, f"{parser} on {cores()} cores"), (", of CPU time", 1, parser)):
        reference = len(archive.sample) / parsed[at]
        yield Row(f"{archive.name}{name}", rates[at], "articles/s", peer, reference, archive.share)
    yield Row(f"{archive.name} again, unchanged", again_rates[0], "articles/s", "the first time", rates[0], 10)


def _ingested(database: Path, path: Path) -> Spent:
    return spent(lambda: faults.finished(database, path))


def _least(runs: list[Spent]) -> Spent:
    return Spent(*map(min, zip(*runs, strict=True)))


def _rates_of(number: int, took: Spent, start_up: Spent) -> list[float]:
    return [number / beyond(seconds, start) for seconds, start in zip(took, start_up, strict=True)]


def _parse_all(parse: Callable[[str], object], texts: list[str]) -> None:
    """Parse texts on all cores, without reading or writing files."""
    parts = [FORK.Process(target=_parse, args=(parse, texts[at :: cores()])) for at in range(cores())]
    for part in parts:
        part.start()
    for part in parts:
        part.join()


def _parse(parse: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        parse(text)


def _memory_rows(setup: Setup) -> Iterator[Row]:
    peaks = []
    for number in setup.sizes.memory:
        path = setup.folder / f"{number}.jsonl"
        _write_texts(path, number, 600)
        peaks.append(_memory(path.with_suffix(".db"), path))
    few, many = setup.sizes.memory
    name = f"memory of a process, {many:,} articles"
    yield limited(name, peaks[1], "MB", _MEMORY)
    yield Row(name, peaks[1], "MB", f"{few:,} articles", peaks[0], most=_MOST_GROWTH)


def _memory(database: Path, path: Path) -> float:
    """Return the peak memory, in MB, of the largest process of an ingest."""
    running = faults.start(database, path)
    peak = 0.0
    while running.poll() is None:
        for pid in (running.pid, *faults.workers(running.pid)):
            peak = max(peak, peak_of(pid))
        time.sleep(0.05)
    _, err = running.communicate()
    assert running.returncode == 0, err
    return peak


def peak_of(pid: int) -> float:
    """Return the peak memory of a process so far, in MB; 0 if it has ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0
