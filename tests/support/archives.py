"""A small archive in shards of several formats, and the rows that were read from it."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet as pq

from tests.support import formats as f
from tests.support.paths import ROOT

PAGES = 120


def page(number: int) -> str:
    """Return a page of its own; every seventh has no date, others are of two months."""
    month = 5 + number % 2
    text = f.PAGE.replace("2024-05-18", f"2024-{month:02}-18" if number % 7 else "")
    return text.replace(f.URL, f"{f.URL}/{number}").replace("first boat", f"boat number {number}")


def build(folder: Path, count: int = PAGES) -> None:
    """Write pages into a WARC, a WACZ, JSON Lines and a Parquet file, and some that cannot be read."""
    folder.mkdir()
    quarter = count // 4
    warc = [f.warc_record(f"{f.URL}/{n}", "text/html", page(n).encode()) for n in range(2 * quarter)]
    (folder / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, warc[:quarter])))
    packed = b"".join(map(gzip.compress, warc[quarter:]))
    (folder / "b.wacz").write_bytes(f.zipped({"datapackage.json": b"{}", "archive/data.warc.gz": packed}))
    records = [{"url": f"{f.URL}/{n}", "html": page(n)} for n in range(2 * quarter, count)]
    (folder / "c.jsonl").write_bytes(f.jsonl(*records[:quarter]) + b'{"id": 1, "text": ""}\n{"broken\n')
    pq.write_table(pa.Table.from_pylist(records[quarter:]), folder / "d.parquet")


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows in a folder, sorted by the place of their pages."""
    files = [path for path in sorted(folder.rglob("*.parquet")) if not path.name.startswith(".")]
    found = [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]
    return sorted(found, key=lambda row: (row["file"], row["number"]))


def start(*arguments: str | Path, module: str = "captions", **environment: str) -> subprocess.Popen[str]:
    """Start a module of this program."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "db"), *filter(None, [os.environ.get("PYTHONPATH")])))
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", module, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(*arguments: str | Path, module: str = "captions", **environment: str) -> str:
    """Run a module of this program to its end, and return what it wrote."""
    running = start(*arguments, module=module, **environment)
    out, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    return out + err
