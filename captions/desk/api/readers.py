"""A few processes that read and check articles, each with the limits of an ingest.

A page that takes too long, or too much memory, kills only the worker that reads it. A web server has threads, and a
process with threads must not fork, so each worker is started by a keeper: a process that does nothing else.
"""

from __future__ import annotations

import os
import queue
import signal
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection as mp
from multiprocessing.process import BaseProcess
from typing import Any

from captions.desk.api.reading import Outcome, ReaderConfig, SentArticleReader, Task
from captions.ingest.limits import Limits, context
from captions.ingest.pool import Died, Pool
from captions.sources import Unread

PATIENCE = 10.0
"""Seconds that a request waits for a reader."""


class ReadersBusyError(Exception):
    """All readers are at work, and a request has waited long enough."""


@dataclass(frozen=True, slots=True)
class _Keeper:
    process: BaseProcess
    pipe: mp.Connection[Any, Any]


class ArticleReaders:
    """A few workers; each carries out one task at a time. Start them before the server starts threads."""

    def __init__(self, config: ReaderConfig, jobs: int, limits: Limits, patience: float = PATIENCE) -> None:
        """Start the workers."""
        # Imported before a process is forked, so that importing them does not count as reading.
        import captions.page.parser
        import captions.plain.parser
        import captions.sources.formats  # noqa: F401

        self._config, self._limits, self._patience = config, limits, patience
        self._idle: queue.LifoQueue[_Keeper] = queue.LifoQueue()
        self._all = [self._started() for _ in range(jobs)]
        for keeper in self._all:
            self._idle.put(keeper)

    def run(self, task: Task) -> Outcome:
        """Carry out a task. What kills its worker is an Unread, with the reason; raise ReadersBusyError if all work."""
        try:
            keeper = self._idle.get(timeout=self._patience)
        except queue.Empty:
            raise ReadersBusyError from None
        try:
            keeper.pipe.send(task)
            outcome = keeper.pipe.recv()
        except (EOFError, OSError):  # killed from outside
            keeper = self._replaced(keeper)
            outcome = Unread(task.article.name, "its reader was killed; send it again")
        finally:
            self._idle.put(keeper)
        if isinstance(outcome, Exception):
            raise outcome
        result: Outcome = outcome
        return result

    def close(self) -> None:
        """End all processes."""
        for keeper in self._all:
            with suppress(OSError):
                keeper.pipe.send(None)
        for keeper in self._all:
            keeper.process.join(1.0)
            if keeper.process.exitcode is None:
                keeper.process.kill()
                keeper.process.join()
            keeper.pipe.close()

    def _replaced(self, old: _Keeper) -> _Keeper:
        self._all.remove(old)
        old.pipe.close()
        new = self._started()
        self._all.append(new)
        return new

    def _started(self) -> _Keeper:
        starting = context()
        ours, theirs = starting.Pipe()
        keep = partial(_keep, theirs, ours, self._config, self._limits, os.getpid())
        process = starting.Process(target=keep)  # type: ignore[attr-defined] # defined in each kind of context
        process.start()
        theirs.close()
        return _Keeper(process, ours)


def _keep(
    pipe: mp.Connection[Any, Any], other: mp.Connection[Any, Any], config: ReaderConfig, limits: Limits, parent: int
) -> None:
    """Pass tasks to a worker, and start another after one that was killed, until the parent sends None or is gone."""
    other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the server, which ends its keepers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pool: Pool[Task, Outcome]
    with Pool(partial(SentArticleReader, config), 1, limits) as pool, suppress(EOFError, OSError):
        while True:
            while not pipe.poll(1.0):
                if os.getppid() != parent:  # other children keep its end of the pipe open
                    return
            if (task := pipe.recv()) is None:
                return
            outcome: Any
            try:
                outcome = pool.result(pool.submit(task))
            except Exception as error:
                outcome = error
            if isinstance(outcome, Died):
                outcome = Unread(task.article.name, outcome.reason.partition(";")[0])
            pipe.send(outcome)
