"""How long the audit of a million uses takes, and how much memory; each in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bench import store

USES, AGREEMENTS = 1_000_000, 300
WHOLE, ONE = 20.0, 2.0
"""Seconds."""
CODES = ("CR101", "CR104", "CR201", "CR301", "CR304", "CR305", "CR402")
_PSS = re.compile(r"^Pss:\s+(\d+)", re.MULTILINE)


def run() -> None:
    """Prints seconds beside the limit, and the peak of memory, which shall stay below 500 MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store.make(path, USES, AGREEMENTS)
        measure(path)


def measure(path: Path) -> None:
    """Measures the audits of one database: the whole, and of single codes."""
    _measure(path, WHOLE)
    for code in CODES:
        _measure(path, ONE, "--code", code)


def _measure(path: Path, limit: float, *arguments: str) -> None:
    out = path.with_suffix(".json")
    command = [sys.executable, "-m", "captions", "audit", "--db", str(path), "--format", "json", "-o", str(out)]
    start = time.perf_counter()
    running = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
    peak = 0
    while running.poll() is None:
        peak = max(peak, _memory(running.pid))
        time.sleep(0.1)
    took = time.perf_counter() - start
    assert running.returncode == 0
    name = f"audit {' '.join(arguments)} to JSON" if arguments else "whole audit to JSON"
    written = out.stat().st_size / 1e6
    print(
        f"{name:<28} {took:6.1f} s  (limit {limit:.0f} s); peak {peak // 1024} MB (limit 500); {written:.0f} MB written"
    )


def _memory(pid: int) -> int:
    """KiB of a process; what it shares with others by its share."""
    with suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace"))
        return int(found[1]) if found else 0
    return 0
