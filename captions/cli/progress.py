"""Show the progress of a long read: a bar with rate and remaining time on a terminal, nothing elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_REDRAW_SECONDS = 0.1
_SIZING_SECONDS = 3.0
"""The longest time spent on adding up the sizes of the input, which the remaining time is computed from."""


class Progress:
    """Count articles and bytes without showing them."""

    articles = 0

    def advance(self, articles: int, size: int) -> None:
        """Count more articles, and the bytes of the files they came from."""
        self.articles += articles


class _ProgressBar(Progress):
    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar, self._task = bar, task
        self._start = self._drawn = time.monotonic()

    def advance(self, articles: int, size: int) -> None:
        self.articles += articles
        now = time.monotonic()
        rate = f"{self.articles / max(now - self._start, 0.001):,.0f}/s"
        self._bar.update(self._task, advance=size, articles=f"{self.articles:,}", rate=rate)
        if now - self._drawn > _REDRAW_SECONDS:
            self._bar.refresh()
            self._drawn = now


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def progress(paths: Sequence[str]) -> Iterator[Progress]:
    """Show on stderr how much of these paths has been read; see :func:`progress_of`."""
    with progress_of(_size(paths) if sys.stderr.isatty() else None) as bar:
        yield bar


@contextmanager
def progress_of(size: int | None) -> Iterator[Progress]:
    """Show on stderr how much of this many bytes has been read, if it is a terminal; clear the bar at the end."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("reading"),
        rich.BarColumn(),
        rich.TaskProgressColumn(),
        rich.TextColumn("{task.fields[articles]} articles, {task.fields[rate]}"),
        rich.TimeRemainingColumn(),
    )
    # No refresh thread, because workers are forked from this process.
    bar = rich.Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    with bar:
        yield _ProgressBar(bar, bar.add_task("", total=size, articles="0", rate=""))


def _size(paths: Sequence[str]) -> int | None:
    """Return the total bytes of the input; None if it is unknown or takes too long to add up."""
    from captions.sources import InputFile, find

    end = time.monotonic() + _SIZING_SECONDS
    total = 0
    for item in find(paths):
        if isinstance(item, InputFile):
            if item.size is None or time.monotonic() > end:
                return None
            total += item.size
    return total
