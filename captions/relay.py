"""A second process that works on what this one finds, or finds what this one works on, each in its order.

Made for reports of a million findings: to read them from the database takes as long as to write them. The second
process is a copy of this one, so that it has all that was read so far; what goes from one to the other are plain
values.
"""

from __future__ import annotations

import marshal
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn, TextIO

from captions.pipes import widen

_AHEAD = 1 << 20
"""Bytes that wait in the pipe."""
Work = Callable[[Iterator[Any]], None]


def can_relay() -> bool:
    """Whether there is a second core to work on, and this process can be copied: on Linux, while it has one thread."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def is_file(stream: TextIO) -> bool:
    """Whether a stream is one of the system's, which a copy of this process writes to as well."""
    try:
        return stream.fileno() >= 0
    except (OSError, AttributeError):
        return False


def relay(items: Iterable[Any], work: Work) -> None:
    """Has ``work`` go through items, which marshal can write, in a copy of this process; gives what it raises.

    ``relay([["a"], ["b"]], lambda got: stream.writelines(map(str, got)))``: flush the stream before, and in ``work``
    at its end. Where ``items`` raises, the other process stops without an end, and the error is raised here. OSError
    if the other process was killed.
    """
    fork = multiprocessing.get_context("fork")
    theirs, ours = fork.Pipe(duplex=False)
    widen(ours, _AHEAD)
    answers, answer = fork.Pipe(duplex=False)
    process = fork.Process(target=_serve, args=(lambda: work(_received(theirs)), answer, (ours, answers)))
    process.start()
    theirs.close()
    answer.close()
    try:
        with suppress(BrokenPipeError):  # it has stopped, and says why
            for item in items:
                ours.send_bytes(marshal.dumps(item))
            ours.send_bytes(b"")
        _end(answers)
    finally:
        ours.close()
        answers.close()
        process.join()


class Ahead:
    """What a second process finds. Made by :func:`ahead`."""

    def __init__(self, items: Connection, start: Connection) -> None:
        """Takes the pipe of what it finds, and the one that has it begin."""
        self._items, self._start = items, start

    def begin(self) -> Any:
        """Has it begin, and gives the first that it finds."""
        self._start.send_bytes(b"")
        return next(iter(self))

    def __iter__(self) -> Iterator[Any]:
        """Gives what it finds, as it comes; at the end raises what it raised. OSError if it was killed."""
        with suppress(EOFError):
            yield from _received(self._items)
        _end(self._items)


@contextmanager
def ahead(find: Callable[[], Iterable[Any]]) -> Iterator[Ahead]:
    """Has ``find`` look for what marshal can write in a copy of this process, which begins when it is told to.

    ``with ahead(lambda: [1, 2]) as found: first, rest = found.begin(), list(found)``. It finds at most a megabyte ahead
    of what is taken, and is ended with the context, wherever it is. OSError where no process can be started.
    """
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    widen(theirs, _AHEAD)
    started, start = fork.Pipe(duplex=False)

    def give() -> None:
        started.recv_bytes()
        try:
            for item in find():
                theirs.send_bytes(marshal.dumps(item))
        finally:
            theirs.send_bytes(b"")

    process = fork.Process(target=_serve, args=(give, theirs, (ours, start)))
    try:
        process.start()
    except OSError:
        ours.close()
        start.close()
        raise
    finally:
        theirs.close()
        started.close()
    try:
        yield Ahead(ours, start)
    finally:
        process.kill()
        process.join()
        ours.close()
        start.close()


def _end(answers: Connection) -> None:
    """Raises what the other process raised."""
    try:
        failure = answers.recv()
    except EOFError:
        raise OSError("the other process was killed") from None
    if failure is not None:
        raise failure


def _serve(work: Callable[[], object], answer: Connection, others: tuple[Connection, ...]) -> NoReturn:
    for connection in others:
        connection.close()  # or the end of the items would never be seen
    failure: BaseException | None = None
    try:
        work()
    except BaseException as error:  # raised by the other process
        failure = error
    with suppress(OSError):
        answer.send(failure)
    # Nothing of what was copied is to be put in order here: files, and connections with a database, are the other's.
    os._exit(0)


def _received(items: Connection) -> Iterator[Any]:
    while packed := items.recv_bytes():
        yield marshal.loads(packed)  # noqa: S302 - from the process that this one is a copy of
