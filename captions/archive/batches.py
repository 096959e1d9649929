"""Read batches of pages: one row with an article for each, whatever a page does to the process that reads it."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection as mp
from pathlib import Path
from typing import Any

from captions.archive import rows
from captions.archive.child import ROW, ReaderSettings
from captions.archive.schema import SCHEMA
from captions.archive.wire import packed, unpacked
from captions.errors import CaptionsError
from captions.lexicon.fingerprint import fingerprint, parser_version
from captions.processes.limits import DEFAULT_LIMITS, Limits

# Batches are cut into pieces of this many rows or bytes, which is what is in memory at once.
ROWS, SIZE = 64, 8_000_000
# Pieces sent ahead of the results, so that the child never waits.
_AHEAD = 2
# How often to try a piece whose process ends before it reads a row.
_TRIES = 3
_BROKEN_PIPE = (EOFError, OSError)


def read_batches(
    batches: Iterable[Any],
    *,
    register: Path | None = None,
    names: tuple[tuple[str, str], ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Any]:
    """Yield a row with an article for each row of ``batches``, in the same order.

    The text of a page is in a column such as ``html`` or ``text``, its address in ``url`` and so on, as in a Parquet
    file that ``captions ingest`` reads; ``names`` names others. A page that cannot be read has its reason in
    ``error``: also one that takes longer or more memory than ``limits``, or that crashes the process which reads it.
    """
    with _borrowed(ReaderSettings(limits, register, names)) as child:
        sent: deque[Any] = deque()
        for piece in _pieces(batches):
            while sent and piece.nbytes > SIZE:  # while another page is read, it would take its memory
                yield from _results(child, sent)
            child.send(piece)
            sent.append(piece)
            if len(sent) >= _AHEAD:
                yield from _results(child, sent)
        while sent:
            yield from _results(child, sent)


def _pieces(batches: Iterable[Any]) -> Iterator[Any]:
    for batch in batches:
        rows_each = max(min(ROWS, SIZE * len(batch) // max(batch.nbytes, 1)), 1)
        for start in range(0, len(batch), rows_each):
            yield batch.slice(start, rows_each)


def _results(child: _Child, sent: deque[Any]) -> Iterator[Any]:
    """Yield the result of the piece that was sent first; if the process ended, send the others again."""
    piece = sent.popleft()
    outcome = child.receive()
    if isinstance(outcome, _ProcessEnd):
        yield from _split(child, piece, outcome)
        for each in sent:
            child.send(each)
    else:
        yield outcome


class _ProcessEnd:
    """The outcome of a piece that ended the process: at which row, why, and whether a retry would end the same way."""

    def __init__(self, at: int, reason: str, final: bool) -> None:
        self.at, self.reason, self.final = at, reason, final


def _split(child: _Child, piece: Any, ended: _ProcessEnd, tries: int = 1) -> Iterator[Any]:
    """Read the rows before the bad one, the bad one by itself, and the rest."""
    if ended.at < 0 and not (ended.final and len(piece) == 1):
        if tries >= _TRIES:
            raise CaptionsError(f"the process that reads pages does not start: {ended.reason}; check the installation")
        yield from _again(child, piece, tries + 1)
        return
    at = max(ended.at, 0)
    bad = piece.slice(at, 1)
    yield from _again(child, piece.slice(0, at))
    if ended.final or (len(piece) == 1 and tries > 1):
        yield _failed(bad, ended.reason, child.settings)
    else:
        yield from _again(child, bad, 2)
    yield from _again(child, piece.slice(at + 1))


def _again(child: _Child, piece: Any, tries: int = 1) -> Iterator[Any]:
    if not len(piece):
        return
    child.send(piece)
    outcome = child.receive()
    if isinstance(outcome, _ProcessEnd):
        yield from _split(child, piece, outcome, tries)
    else:
        yield outcome


def _failed(bad: Any, reason: str, settings: ReaderSettings) -> Any:
    """Return the row of a page that ended the process."""
    ((place, _),) = rows.pages_of(bad, settings.names)
    version = parser_version(fingerprint(settings.register))
    return rows.batch_of([rows.failed_row(place, reason, version)], SCHEMA)


class _Child:
    """A process that parses batches, started when it is needed."""

    def __init__(self, settings: ReaderSettings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._tasks: mp.Connection[Any, Any] | None = None
        self._results: mp.Connection[Any, Any] | None = None

    def send(self, piece: Any) -> None:
        """Send a piece to read."""
        with suppress(*_BROKEN_PIPE):  # the process has ended, which `receive` notices
            self._started().send_bytes(packed(piece))

    def receive(self) -> Any:
        """Wait for the result of the piece that was sent first."""
        at = -1
        assert self._results is not None  # noqa: S101 - a piece was sent
        try:
            while len(data := self._results.recv_bytes()) == ROW:
                at = int.from_bytes(data, "big")
        except _BROKEN_PIPE:
            return _ProcessEnd(at, *self.settings.limits.reason(self.end()))
        return unpacked(data)

    def end(self) -> int:
        """End the process, unless it has ended, and return its exit code."""
        for pipe in (self._tasks, self._results):
            if pipe is not None and not pipe.closed:
                pipe.close()
        if self._process is None:
            return 0
        process, self._process = self._process, None
        return process.wait()

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()
        self.end()

    def _started(self) -> mp.Connection[Any, Any]:
        if self._process is not None and self._tasks is not None:
            return self._tasks
        theirs, tasks = os.pipe()
        results, results_of_theirs = os.pipe()
        # The system's allocator does not reserve memory in advance, which would count toward the limit.
        path = os.pathsep.join(filter(None, sys.path))  # an empty part would be the working folder
        environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONPATH": path}
        command = [sys.executable, "-P", "-c", "from captions.archive.child import main; main()"]
        try:
            self._process = subprocess.Popen(command, stdin=theirs, stdout=results_of_theirs, env=environment)  # noqa: S603 - our own program
        except OSError as error:
            os.close(tasks)
            os.close(results)
            reason = error.strerror or error
            raise CaptionsError(f"cannot start the process that reads pages: {reason}; try again with fewer") from error
        finally:
            os.close(theirs)
            os.close(results_of_theirs)
        self._tasks, self._results = mp.Connection(tasks, readable=False), mp.Connection(results, writable=False)
        self._tasks.send(self.settings)
        return self._tasks


_idle: dict[tuple[int, ReaderSettings], list[_Child]] = {}
"""Processes to use again, because starting one takes half a second; by this process, which may be a fork."""


@contextmanager
def _borrowed(settings: ReaderSettings) -> Iterator[_Child]:
    """Yield a process; keep it for the next call, unless this one was interrupted."""
    idle = _idle.setdefault((os.getpid(), settings), [])
    try:
        child = idle.pop()
    except IndexError:
        child = _Child(settings)
    try:
        yield child
    except BaseException:
        child.kill()
        raise
    idle.append(child)


@atexit.register
def end_idle() -> None:
    """End the processes that are kept."""
    for (parent, _), idle in _idle.items():
        while parent == os.getpid() and idle:
            idle.pop().kill()
