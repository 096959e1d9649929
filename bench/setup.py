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
    uses: int
    agreements: int
    files: int
    """Picture files of each format."""
    hashed: int
    """Pictures whose variations are compared."""
    crowd: int
    """Hashes that are grouped."""


SIZES = {
    "usual": Sizes(3, 40, 300, 6_000, 1_000, (10_000, 40_000), 100_000, 300, 100, 250, 100_000),
    "full": Sizes(5, 200, 1_000, 200_000, 4_000, (10_000, 1_000_000), 1_000_000, 300, 200, 1_000, 100_000),
    "tiny": Sizes(1, 2, 3, 5, 3, (2, 3), 30, 5, 1, 3, 20),
}
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
