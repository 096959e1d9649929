"""A second process that works on what this one finds, in its order, while this one goes on finding.

Made for reports of a million findings: to read them from the database takes as long as to write them. The second
process is a copy of this one, so that it has all that was read so far; what it is given are plain values.
"""

from __future__ import annotations

import marshal
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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
    process = fork.Process(target=_serve, args=(work, theirs, answer, (ours, answers)))
    process.start()
    theirs.close()
    answer.close()
    try:
        with suppress(BrokenPipeError):  # it has stopped, and says why
            for item in items:
                ours.send_bytes(marshal.dumps(item))
            ours.send_bytes(b"")
        try:
            failure = answers.recv()
        except EOFError:
            raise OSError("the process that writes was killed") from None
    finally:
        ours.close()
        answers.close()
        process.join()
    if failure is not None:
        raise failure


def _serve(work: Work, items: Connection, answer: Connection, others: tuple[Connection, ...]) -> NoReturn:
    for connection in others:
        connection.close()  # or the end of the items would never be seen
    failure: BaseException | None = None
    try:
        work(_received(items))
    except BaseException as error:  # raised by the other process
        failure = error
    with suppress(OSError):
        answer.send(failure)
    # Nothing of what was copied is to be put in order here: files, and connections with a database, are the other's.
    os._exit(0)


def _received(items: Connection) -> Iterator[Any]:
    while packed := items.recv_bytes():
        yield marshal.loads(packed)  # noqa: S302 - from the process that this one is a copy of
