"""Findings in the order of reports: in memory while they are few, beyond that in a file of their own."""

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
"""Findings that are held in memory, some 20 MB of them."""
T = TypeVar("T")


class Spool(Generic[T]):
    """Findings, each with something beside it; they are gone through, sorted, as often as is asked."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Holds none yet."""
        self._at_once = at_once
        self._held: list[tuple[Finding, T]] = []
        self._runs: list[int] = []
        self._file: IO[bytes] | None = None
        self._sorted = True
        self.counts: Counter[str] = Counter()
        """Findings by code."""

    def __len__(self) -> int:
        """Gives how many there are."""
        return self.counts.total()

    def add(self, finding: Finding, beside: T) -> None:
        """Takes a finding; when too many are held, they are written to a file, which nobody else sees."""
        self._held.append((finding, beside))
        self._sorted = False
        self.counts[finding.code] += 1
        if len(self._held) >= self._at_once:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="captions-")  # noqa: SIM115 - closed with the object
            self._file.seek(0, 2)
            self._runs.append(self._file.tell())
            for item in sorted(self._held, key=_order):
                # One that we wrote ourselves, to a file without a name: nothing foreign is unpickled below.
                pickle.dump(item, self._file)
            self._held = []

    def __iter__(self) -> Iterator[tuple[Finding, T]]:
        """Gives the findings, worst first, each with what stands beside it."""
        if not self._sorted:
            self._held.sort(key=_order)
            self._sorted = True
        if self._file is None:
            return iter(self._held)
        ends = [*self._runs[1:], self._file.seek(0, 2)]
        runs = [self._run(first, end) for first, end in zip(self._runs, ends, strict=True)]
        return merge(*runs, self._held, key=_order)

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
        """Closes the file, with which it goes."""
        with suppress(Exception):
            if self._file is not None:
                self._file.close()


class Told(Generic[T]):
    """The findings of a spool alone, as reports take them."""

    def __init__(self, spool: Spool[T]) -> None:
        """Takes a spool."""
        self._spool = spool

    def __iter__(self) -> Iterator[Finding]:
        """Begins anew."""
        return (finding for finding, _ in self._spool)

    def __len__(self) -> int:
        """Gives how many there are."""
        return len(self._spool)

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings by code, in the order of codes."""
        return dict(sorted(self._spool.counts.items()))


def _order(item: tuple[Finding, object]) -> tuple[int, str, bool, str, int, str]:
    return item[0].order
