"""Measure the time and memory of auditing a million uses, each audit in its own process."""

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
FULL_SECONDS, CODE_SECONDS = 20.0, 2.0
"""Limits for a full audit and for one code."""
CODES = ("CR101", "CR104", "CR201", "CR301", "CR304", "CR305", "CR402")
_PSS = re.compile(r"^Pss:\s+(\d+)", re.MULTILINE)


def run() -> None:
    """Print seconds and peak memory (limit: 500 MB) next to their limits."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store.make(path, USES, AGREEMENTS)
        measure(path)


def measure(path: Path) -> None:
    """Measure audits of a database: the full audit, and single codes."""
    _measure(path, FULL_SECONDS)
    for code in CODES:
        _measure(path, CODE_SECONDS, "--code", code)


def _measure(path: Path, limit: float, *arguments: str) -> None:
    out = path.with_suffix(".json")
    command = [sys.executable, "-m", "captions", "audit", "--db", str(path), "--format", "json", "-o", str(out)]
    start = time.perf_counter()
    running = subprocess.Popen([*command, *arguments], stderr=subprocess.DEVNULL)  # noqa: S603 - this program
    peak = 0
    while running.poll() is None:
        peak = max(peak, _memory(running.pid))
        time.sleep(0.1)
    took = time.perf_counter() - start
    assert running.returncode == 0
    name = f"audit {' '.join(arguments)} to JSON" if arguments else "full audit to JSON"
    written = out.stat().st_size / 1e6
    print(
        f"{name:<28} {took:6.1f} s  (limit {limit:.0f} s); peak {peak // 1024} MB (limit 500); {written:.0f} MB written"
    )


def _memory(pid: int) -> int:
    """Return the memory of a process in KiB, counting shared memory proportionally."""
    with suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace"))
        return int(found[1]) if found else 0
    return 0
