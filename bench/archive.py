"""Measure the readers of archives next to a bare pool on the same pages, their memory, and runs that are killed."""

from __future__ import annotations

import ctypes
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from bench import corpus
from bench.figures import Row
from bench.setup import Setup
from bench.timing import FORK, Spent, beyond
from captions.archive import SCHEMA
from captions.archive.rows import article_row, batch_of, page_row
from captions.cli.progress import cores
from captions.lexicon.vocabulary import default
from captions.sources import InputFile, read

_SHARDS = 8
_SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER`` of prctl(2)."""
_MOST_GROWTH = 1.05
_TARGETS = {"archive read": 1.1, "Dask": 1.3, "Spark": 1.2}


def run(setup: Setup) -> Iterator[Row]:
    """Yield CPU time per page, peak memory per process, and how many killed runs ended with the same rows."""
    sizes = setup.sizes
    many, one = setup.folder / "archive", setup.folder / "archive-one"
    real = corpus.many_real_pages(sizes.archived_pages)
    pages = real or corpus.pages(sizes.archived_pages)
    _write(many, pages, _SHARDS)
    _write(one, pages[:1], 1)
    kind = "real pages" if real else "generated pages"
    readers = {name: read_all for name, read_all in _READERS.items() if _is_measured(name, sizes.archive_engines)}
    runs: dict[str, list[tuple[Spent, Spent]]] = {name: [] for name in readers}
    for turn in range(sizes.runs):  # in turn, so that the load of the machine affects all of them
        for name, read_all in readers.items():
            out = setup.folder / f"{name}{turn}"
            runs[name].append((_spent(partial(read_all, one, out)), _spent(partial(read_all, many, out))))
    cpu = {
        name: _each([took[1].cpu for took in of], [took[0].cpu for took in of], len(pages)) for name, of in runs.items()
    }
    bare = cpu["bare pool"]
    yield Row(f"bare pool, {kind}, CPU", bare, "ms/page")
    for name, most in _TARGETS.items():
        if name in runs:
            yield Row(f"{name}, {kind}, CPU", cpu[name], "ms/page", "bare pool", bare, most=most)
            yield Row(f"{name}, start-up with one page", min(took[0].clock for took in runs[name]), "s")
    yield from _memory_rows(setup)
    yield from _killed(setup, pages[: sizes.killed_pages])


def _each(seconds: list[float], start_up: list[float], pages: int) -> float:
    """Return the milliseconds for each page, without start-up; the best of several runs."""
    return beyond(min(seconds), min(start_up)) / pages * 1000


def _write(folder: Path, pages: list[str], shards: int) -> None:
    """Write pages as WARC files."""
    folder.mkdir()
    for shard in range(min(shards, len(pages))):
        with (folder / f"{shard}.warc.gz").open("wb") as stream:
            for n in range(shard, len(pages), shards):
                stream.write(gzip.compress(_record(n, pages[n].encode("utf-8", "replace")), 1))


def _record(number: int, body: bytes) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    data = http.encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"WARC-Record-ID: <urn:uuid:{number:032x}>\r\nWARC-Date: 2024-05-18T06:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n\r\n"


def _bare(source: Path, out: Path) -> None:
    """Read the shards with the pool of the standard library, which loses everything when a page ends a process."""
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(cores(), mp_context=FORK) as pool:
        list(pool.map(_bare_shard, sorted(source.iterdir()), [out] * len(list(source.iterdir()))))


def _bare_shard(path: Path, out: Path) -> None:
    words, rows = default(), []
    with parquet.ParquetWriter(out / f"{path.name}.parquet", SCHEMA, compression="zstd") as writer:
        for number, item in enumerate(read(InputFile(path.name, path, path.stat().st_size)), 1):
            rows.append(article_row(page_row(item, path.name, number) | {"body": None}, item, words, ""))
            if len(rows) >= 64:
                writer.write_table(pa.Table.from_batches([batch_of(rows, SCHEMA)]))
                rows = []
        if rows:
            writer.write_table(pa.Table.from_batches([batch_of(rows, SCHEMA)]))


def _started(*arguments: str | Path, module: str = "captions") -> subprocess.Popen[bytes]:
    path = os.pathsep.join((str(corpus.ROOT), str(corpus.ROOT / "db"), os.environ.get("PYTHONPATH", "")))
    command = [sys.executable, "-m", module, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - ours


def _finished(*arguments: str | Path, module: str = "captions") -> None:
    running = _started(*arguments, module=module)
    _, err = running.communicate()
    assert running.returncode == 0, err.decode()


def _own(source: Path, out: Path) -> None:
    _finished("archive", "read", source, "-o", out / source.name)


def _dask(source: Path, out: Path) -> None:
    _finished(source, out / source.name, "--workers", str(cores()), module="captions.archive.dask")


def _spark(source: Path, out: Path) -> None:
    _finished(source, out / source.name, "--master", f"local[{cores()}]", module="captions.archive.spark")


_READERS: dict[str, Callable[[Path, Path], None]] = {
    "bare pool": _bare,
    "archive read": _own,
    "Dask": _dask,
    "Spark": _spark,
}


def _is_measured(name: str, engines: tuple[str, ...]) -> bool:
    """Return whether to measure a reader: an engine only if it is wanted and installed."""
    package = {"Dask": "distributed", "Spark": "pyspark"}.get(name)
    if package is None:
        return True
    return name in engines and find_spec(package) is not None and (name != "Spark" or shutil.which("java") is not None)


def _spent(call: Callable[[], object]) -> Spent:
    """Return what a call spends, with the processes that its own processes leave behind when they end."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    clock, cpu = time.perf_counter(), _cpu()
    call()
    took = time.perf_counter() - clock
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return Spent(took, _cpu() - cpu)


def _cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _memory_rows(setup: Setup) -> Iterator[Row]:
    peaks = []
    for number in setup.sizes.archive_memory:
        folder = setup.folder / f"archive-{number}"
        small = [_small(n, text) for n, text in enumerate(corpus.articles(number, 1500))]
        _write(folder, small, 1)
        running = _started("archive", "read", folder, "-o", setup.folder / f"memory-{number}")
        peaks.append(_peak(running))
    few, many = setup.sizes.archive_memory
    yield Row(f"memory of a process, {many:,} pages", peaks[1], "MB", f"{few:,} pages", peaks[0], most=_MOST_GROWTH)


def _small(number: int, text: str) -> str:
    """Return a short page; as on the web, no two have the same class names."""
    parts = "".join(f'<p class="text-{number}-{n}">{part}</p>' for n, part in enumerate(text.split("\n\n")))
    return f"<!DOCTYPE html><html><head><title>{number}</title></head><body><article>{parts}</article></body></html>"


def _peak(running: subprocess.Popen[bytes]) -> float:
    """Return the peak memory, in MB, of the largest process of a run."""
    from bench.ingest import peak_of

    peak = 0.0
    while running.poll() is None:
        for pid in _family(running.pid):
            peak = max(peak, peak_of(pid))
        time.sleep(0.05)
    assert running.returncode == 0
    return peak


def _family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    from bench.faults import workers

    yield pid
    for child in workers(pid):
        yield from _family(child)


def _killed(setup: Setup, pages: list[str]) -> Iterator[Row]:
    source, rng, good = setup.folder / "archive-killed", random.Random(7), 0  # noqa: S311 - repeatable, no secret
    _write(source, pages, _SHARDS)
    took = _spent(lambda: _finished("archive", "read", source, "-o", setup.folder / "killed-expected"))
    expected, times = _rows(setup.folder / "killed-expected"), setup.sizes.archive_kills
    for n in range(times):
        out = setup.folder / f"killed-{n}"
        running = _started("archive", "read", source, "-o", out)
        time.sleep(rng.uniform(0, took.clock))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        _finished("archive", "read", source, "-o", out)
        good += _rows(out) == expected
    yield Row("same rows after a run was killed", good, "runs", "all", times, least=1)


def _rows(folder: Path) -> list[dict[str, Any]]:
    files = sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("."))
    return [row for path in files for row in parquet.ParquetFile(path).read().to_pylist()]
