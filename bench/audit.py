"""Measure the time and memory of audits, each in its own process, next to only reading the uses from SQLite."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import captions_db as db

from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import best, beyond, spent

_CODES = ("CR101", "CR104", "CR201", "CR301", "CR304", "CR305", "CR402")
_CODE_SECONDS = 2.0
"""The limit for one code among a million uses; among fewer, the same share."""
_GROUPED_SECONDS = 20.0
"""The limit for a table of decisions among a million uses."""
_MOST_READS, _MEMORY = 5, 500
"""The limits of a full audit: multiples of the time that only reading takes, and MB."""
_PSS = re.compile(r"^Pss:\s+(\d+)", re.MULTILINE)
_READ = """
    SELECT a.source, a.headline, u.position, u.occurrences, u.used_on, u.publication, c.text, c.match_key,
        r.line, r.qualifiers, r.restrictions, r.copyright_notice, r.license, r.rule, s.name
    FROM use u JOIN article a ON a.id = u.article_id LEFT JOIN caption c ON c.id = u.caption_id
        LEFT JOIN credit r ON r.id = u.credit_id LEFT JOIN party s ON s.id = r.supplier_id"""
"""The columns that audits read."""


def run(setup: Setup) -> Iterator[Row]:
    """Yield the CPU seconds of a full audit and of single codes, without start-up, and the memory of the full audit."""
    path, empty = Path(setup.stores["SQLite"]), setup.folder / "empty.db"
    db.open_store(str(empty), create=True).dispose()
    start_up = min(_audited(empty)[0] for _ in range(setup.sizes.runs))
    yield Row("start-up, on an empty store", start_up, "s of CPU")
    read = best(lambda: _read(path), setup.sizes.runs, time.process_time)
    took, memory = _audited(path)
    name = f"full, {setup.sizes.uses:,} uses"
    yield Row(name, beyond(took, start_up), "s of CPU", "only reading the columns", read, most=_MOST_READS)
    yield limited(f"memory, {name}", memory, "MB", _MEMORY)
    took, memory = _audited(path, form="table")
    grouped = f"grouped, {setup.sizes.uses:,} uses"
    most = _GROUPED_SECONDS * setup.sizes.uses / 1_000_000
    yield limited(grouped, beyond(took, start_up), "s of CPU", most)
    yield Row(grouped, beyond(took, start_up), "s of CPU", "only reading the columns", read)
    yield limited(f"memory, {grouped}", memory, "MB", _MEMORY)
    took, memory = _audited(path, "--store", form="table")
    yield Row(f"{grouped}, stored", beyond(took, start_up), "s of CPU", "only reading the columns", read)
    yield limited(f"memory, {grouped}, stored", memory, "MB", _MEMORY)
    for code in _CODES[: setup.sizes.codes]:
        took, _ = _audited(path, "--code", code)
        yield limited(code, beyond(took, start_up), "s of CPU", _CODE_SECONDS * setup.sizes.uses / 1_000_000)


def _read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for _ in connection.execute(_READ):
            pass


def _audited(path: Path, *arguments: str, form: str = "json") -> tuple[float, float]:
    """Return the CPU seconds of an audit, and the peak of its memory in MB."""
    out = path.with_suffix(f".{form}")
    command = [sys.executable, "-m", "captions", "audit", "--db", str(path), "--format", form, "-o", str(out)]
    peaks = [0]

    def watched() -> None:
        running = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL)  # noqa: S603 - this program
        while running.poll() is None:
            peaks.append(_memory(running.pid))
            time.sleep(0.1)
        assert running.returncode == 0

    return spent(watched).cpu, max(peaks) / 1024


def _memory(pid: int) -> int:
    """Return the memory of a process in KiB, counting shared memory proportionally."""
    with suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace"))
        return int(found[1]) if found else 0
    return 0
