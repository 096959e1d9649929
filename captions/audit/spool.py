"""Findings in report order: in memory up to a limit, beyond it in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from heapq import merge
from typing import IO, Generic, TypeVar

from captions.audit.finding import Finding

AT_ONCE = 20_000
"""Findings in memory: about 20 MB."""
T = TypeVar("T")


class Spool(Generic[T]):
    """Findings, each with a value; every iteration yields them sorted."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Start empty; write to a file after every ``at_once`` findings."""
        self._at_once = at_once
        self._buffer: list[tuple[Finding, T]] = []
        self._runs: list[int] = []
        self._file: IO[bytes] | None = None
        self._sorted = True
        self.counts: Counter[str] = Counter()
        """Findings by code."""

    def __len__(self) -> int:
        """Return the number of findings."""
        return self.counts.total()

    def add(self, finding: Finding, value: T) -> None:
        """Add a finding; a full buffer is sorted and written to a file that no one else can open."""
        self._buffer.append((finding, value))
        self._sorted = False
        self.counts[finding.code] += 1
        if len(self._buffer) >= self._at_once:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="captions-")  # noqa: SIM115 - closed with the object
            self._file.seek(0, 2)
            self._runs.append(self._file.tell())
            for item in sorted(self._buffer, key=_order):
                # Only this object writes to the nameless file, so unpickling below is safe.
                pickle.dump(item, self._file)
            self._buffer = []

    def __iter__(self) -> Iterator[tuple[Finding, T]]:
        """Yield the findings with their values, worst first."""
        if not self._sorted:
            self._buffer.sort(key=_order)
            self._sorted = True
        if self._file is None:
            return iter(self._buffer)
        ends = [*self._runs[1:], self._file.seek(0, 2)]
        runs = [self._run(first, end) for first, end in zip(self._runs, ends, strict=True)]
        return merge(*runs, self._buffer, key=_order)

    def _run(self, place: int, end: int) -> Iterator[tuple[Finding, T]]:
        file = self._file
        while file is not None and place < end:
            file.seek(place)
            page = []
            for _ in range(200):
                if file.tell() >= end:
                    break
                page.append(pickle.load(file))  # noqa: S301 - see above
            place = file.tell()
            yield from page

    def __del__(self) -> None:
        """Close the file, which deletes it."""
        with suppress(Exception):
            if self._file is not None:
                self._file.close()


class SpooledFindings(Generic[T]):
    """The findings of a spool without their values, as reports expect them."""

    def __init__(self, spool: Spool[T]) -> None:
        """Wrap a spool."""
        self._spool = spool

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings, worst first."""
        return (finding for finding, _ in self._spool)

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self._spool)

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the number of findings by code, in the order of codes."""
        return dict(sorted(self._spool.counts.items()))


def _order(item: tuple[Finding, object]) -> tuple[int, str, bool, str, int, str]:
    return item[0].order
