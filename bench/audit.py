"""How long the audit of a million uses takes, and how much memory; each in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import store

USES, AGREEMENTS = 1_000_000, 300
LIMITS = {"whole audit to JSON": 20.0, "audit --code CR104 to JSON": 2.0}


def run() -> None:
    """Prints seconds beside the limit, and the peak of memory, which shall stay below 500 MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store.make(path, USES, AGREEMENTS)
        measure(path)


def measure(path: Path) -> None:
    """Measures the audits of one database."""
    for (name, limit), arguments in zip(LIMITS.items(), ([], ["--code", "CR104"]), strict=True):
        out = path.with_suffix(".json")
        command = [sys.executable, "-m", "captions", "audit", "--db", str(path), "--format", "json", "-o", str(out)]
        start = time.perf_counter()
        subprocess.run([*command, *arguments], check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
        took = time.perf_counter() - start
        # Of the largest child so far: the whole audit comes first, and is the larger.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{name:<40} {took:8.1f} s  (limit {limit:.0f} s); peak {used.ru_maxrss // 1024} MB (limit 500)")
        print(f"{'':<40} {out.stat().st_size / 1e6:8.1f} MB written")
