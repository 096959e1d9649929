"""How far a long reading is: on a terminal a bar with the rate and the time left, elsewhere nothing."""

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

# So often in seconds the bar is drawn; and so long what there is to read is looked over for the time left.
_DRAW, _LOOK = 0.1, 3.0


class Progress:
    """Counts articles and bytes; shows nothing."""

    articles = 0

    def advance(self, articles: int, size: int) -> None:
        """Counts so many articles more, from so many bytes of the files."""
        self.articles += articles


class _Shown(Progress):
    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar, self._task = bar, task
        self._start = self._drawn = time.monotonic()

    def advance(self, articles: int, size: int) -> None:
        self.articles += articles
        now = time.monotonic()
        rate = f"{self.articles / max(now - self._start, 0.001):,.0f}/s"
        self._bar.update(self._task, advance=size, articles=f"{self.articles:,}", rate=rate)
        if now - self._drawn > _DRAW:
            self._bar.refresh()
            self._drawn = now


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def progress(paths: Sequence[str]) -> Iterator[Progress]:
    """Shows on stderr how far the reading of these paths is, if that is a terminal; what is shown goes at the end."""
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
    # No refreshing by a thread: workers are forked from this process.
    bar = rich.Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    with bar:
        yield _Shown(bar, bar.add_task("", total=_size(paths), articles="0", rate=""))


def _size(paths: Sequence[str]) -> int | None:
    """How many bytes there are to be read; None where that cannot be told, or not soon."""
    from captions.sources import InputFile, find

    end = time.monotonic() + _LOOK
    total = 0
    for item in find(paths):
        if isinstance(item, InputFile):
            if item.size is None or time.monotonic() > end:
                return None
            total += item.size
    return total
