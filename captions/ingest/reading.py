"""Read files in a process of its own, within limits, and go on after an article or a member that kills it."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import connection as mp
from typing import Any, BinaryIO, Generic, TypeVar

from captions import sources
from captions.errors import CaptionsError, parser_failure
from captions.ingest.streams import Stdin, opened
from captions.processes import limits as process
from captions.processes.limits import Limits, Worker
from captions.sources import InputFile, Source, Unread
from captions.sources.source import Options

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadItem(Generic[T]):
    """A result of reading: an article, or what the reader's ``work`` made of it, or a failure."""

    result: T | Unread
    position: int = 0
    """The number of bytes read from the file so far, before decompression."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a file to read on from."""

    member: int = -1
    """The number of the archive's member; -1 in files that are no archives."""
    items: int = 0
    """The number of articles and failures in that member, or in the file, that come before."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """A message: the reader begins a member of an archive."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class _Working:
    """A message: the reader begins to work on an article."""

    name: str


class ReaderProcess(Generic[T]):
    """Read files one after the other in a process with limits, and apply ``work`` to each article there.

    What kills the process, because it takes too long or too much memory or crashes a library, becomes a failure: an
    article, a member of an archive, or else the rest of the file. A new process reads on after it.
    """

    def __init__(
        self,
        limits: Limits,
        names: tuple[tuple[str, str], ...] = (),
        work: Callable[[Source], T] | None = None,
        before_fork: Callable[[], object] = lambda: None,
    ) -> None:
        """Prepare to read; without ``work``, the results are the articles' sources."""
        self._limits, self._names, self._work, self._before_fork = limits, names, work, before_fork
        self._worker: Worker | None = None

    def __enter__(self) -> ReaderProcess[T]:
        """Return the reader."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._stop()

    def read_all(self, paths: Iterable[str]) -> Iterator[T | Unread]:
        """Find and read everything under ``paths``."""
        for entry in sources.find(paths):
            if isinstance(entry, Unread):
                yield entry
            else:
                yield from (item.result for item in self.read(entry))

    def read(self, file: InputFile) -> Iterator[ReadItem[T]]:
        """Yield the result for each article of a file, and each failure."""
        if file.path is not None:
            yield from self._read(file, None)
        elif sys.stdin is None:
            yield ReadItem(Unread(file.name, "standard input is closed"))
        else:
            self._stop()  # a process inherits standard input and its copy only if they are open at its start
            with tempfile.TemporaryFile() as copy:
                stdin = Stdin(mp.Connection(os.dup(sys.stdin.fileno())), mp.Connection(os.dup(copy.fileno())))
                try:
                    yield from self._read(file, stdin)
                finally:
                    self._stop()
                    stdin.close()

    def _read(self, file: InputFile, stdin: Stdin | None) -> Iterator[ReadItem[T]]:
        place: _Place | None = _Place()
        while place is not None:
            place = yield from self._attempt(file, place, stdin)

    def _attempt(
        self, file: InputFile, start: _Place, stdin: Stdin | None
    ) -> Generator[ReadItem[T], None, _Place | None]:
        """Read from a place on; return the place to go on from if the process was killed, and None at the end."""
        worker = self._started(stdin)
        with suppress(OSError):  # the process is gone, which recv notices
            worker.tasks.send((file, start))
        at, member, article = start, None, None
        while True:
            try:
                message = worker.results.recv()
            except (EOFError, OSError):
                break
            if message is None:
                return None
            if isinstance(message, _Entered):
                at = start if message.number == start.member else _Place(message.number)
                member = message.name
            elif isinstance(message, _Working):
                article = message.name
            else:
                at, article = replace(at, items=at.items + 1), None
                yield message
        self._worker = None
        reason, _ = self._limits.reason(worker.end())
        yield ReadItem(Unread(article or member or file.name, reason))
        if article is not None:
            return replace(at, items=at.items + 1)
        return None if member is None else _Place(at.member + 1)

    def _started(self, stdin: Stdin | None) -> Worker:
        if self._worker is None:
            # Imported before the process is forked, so that importing them does not count as reading.
            import captions.page.parser
            import captions.plain.parser
            import captions.sources.formats  # noqa: F401

            self._before_fork()
            job = _FileJob(self._limits, self._names, self._work, stdin)
            self._worker = process.start(_run, job, os.getpid())
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.process.kill()
            self._worker.end()
            self._worker = None


def _run(tasks: mp.Connection[Any, Any], results: mp.Connection[Any, Any], job: _FileJob, parent: int) -> None:
    """Read files in a worker process until it is killed or its parent is gone."""
    job.limits.apply()
    process.end_with_parent(parent)

    def send(message: object) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)  # faster than send() for messages without pipes
        process.stop_step()  # the parent may take its time
        results.send_bytes(data)
        job.limits.start_step()

    try:
        while True:
            file, start = tasks.recv()
            job.read(file, start, send)
            process.stop_step()
            results.send(None)
    except MemoryError:
        process.end_out_of_memory()
    except (EOFError, OSError):  # the parent is gone
        return


@dataclass(frozen=True, slots=True)
class _FileJob:
    """What a worker process does with a file."""

    limits: Limits
    names: tuple[tuple[str, str], ...]
    work: Callable[[Source], Any] | None
    stdin: Stdin | None

    def read(self, file: InputFile, start: _Place, send: Callable[[object], None]) -> None:
        """Send a message before each member of an archive and each article, and the results."""
        number, before = -1, start.items

        def wants(member: str) -> bool:
            nonlocal number
            number += 1
            self.limits.start_step()
            if number >= start.member:
                send(_Entered(member, number))
            return number >= start.member

        self.limits.start_step()
        streams: list[BinaryIO] = []

        @contextmanager
        def open_file(file: InputFile) -> Iterator[BinaryIO]:
            with opened(file, self.stdin) as stream:
                streams.append(stream)
                yield stream

        for item in sources.read(file, Options(self.names, wants=wants), open_file):
            if before and number <= start.member:
                before -= 1
                self.limits.start_step()
                continue
            if self.work is None and number < 0 and self.stdin is not None:
                self.stdin.forget()
            result = item if isinstance(item, Unread) or self.work is None else self._worked(item, send)
            is_open = streams and not streams[0].closed
            send(ReadItem(result, streams[0].tell() if is_open else file.size or 0))

    def _worked(self, source: Source, send: Callable[[object], None]) -> Any:
        """Return the result for an article; a bug in the parser fails only this article."""
        assert self.work is not None  # noqa: S101 - for mypy
        send(_Working(source.name))
        try:
            return self.work(source)
        except CaptionsError as error:
            return Unread(source.name, str(error))
        except BaseException as error:
            return Unread(source.name, parser_failure(error))
