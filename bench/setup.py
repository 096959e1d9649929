"""Decide how much a run of the benchmarks measures, and create the stores that its benchmarks share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import store


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each benchmark measures."""

    runs: int
    """Each figure is the best of this many runs."""
    pages: int
    """Pages of each kind, read by each reader."""
    texts: int
    ingested_texts: int
    ingested_pages: int
    memory: tuple[int, int]
    """Short articles in two ingests whose memory is compared."""
    archive_engines: tuple[str, ...]
    archived_pages: int
    archive_memory: tuple[int, int]
    """Short pages in two archives whose readers' memory is compared."""
    archive_kills: int
    """Runs that are killed."""
    killed_pages: int
    uses: int
    agreements: int
    codes: int
    """Codes that are audited by themselves."""
    files: int
    """Picture files of each format."""
    hashed: int
    """Pictures whose variations are compared."""
    crowd: int
    """Hashes that are grouped."""


SIZES = {
    "usual": Sizes(
        runs=3, pages=40, texts=300, ingested_texts=6_000, ingested_pages=1_000, memory=(10_000, 40_000),
        archive_engines=("Dask", "Spark"), archived_pages=1_000, archive_memory=(1_000, 20_000),
        archive_kills=3, killed_pages=200,
        uses=100_000, agreements=300, codes=7, files=100, hashed=250, crowd=30_000,
    ),
    "full": Sizes(
        runs=5, pages=200, texts=1_000, ingested_texts=200_000, ingested_pages=4_000, memory=(10_000, 1_000_000),
        archive_engines=("Dask", "Spark"), archived_pages=5_000, archive_memory=(1_000, 100_000),
        archive_kills=20, killed_pages=400,
        uses=1_000_000, agreements=300, codes=7, files=200, hashed=1_000, crowd=100_000,
    ),
    "tiny": Sizes(
        runs=1, pages=2, texts=3, ingested_texts=5, ingested_pages=3, memory=(2, 3),
        archive_engines=(), archived_pages=2, archive_memory=(2, 3), archive_kills=0, killed_pages=2,
        uses=30, agreements=5, codes=1, files=1, hashed=3, crowd=20,
    ),
}  # fmt: skip
"""``tiny`` is for tests: its figures mean nothing."""


@dataclass(frozen=True)
class Setup:
    """The sizes, a temporary folder and the stores of one run."""

    sizes: Sizes
    folder: Path
    _open: ExitStack

    @cached_property
    def stores(self) -> dict[str, str]:
        """The URL of a store on each engine, SQLite first; all have the same rows."""
        places = self._open.enter_context(store.places(self.folder))
        for place in places.values():
            store.make(place, self.sizes.uses, self.sizes.agreements)
        return places


@contextmanager
def prepared(sizes: Sizes) -> Iterator[Setup]:
    """Provide the setup of one run; remove its files and stop its server at the end."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        yield Setup(sizes, Path(folder), stack)
