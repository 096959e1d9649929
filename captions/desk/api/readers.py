"""A few processes that read and check articles, each with the limits of an ingest.

A page that takes too long, or too much memory, kills only the worker that reads it. A web server has threads, and a
process with threads must not fork, so each worker is started by a keeper: a process that does nothing else.
"""

from __future__ import annotations

import os
import queue
import signal
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection as mp
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from typing import Any

from captions.desk.api.reading import Outcome, ReaderConfig, SentArticleReader, Task
from captions.errors import failure_reason
from captions.processes.limits import Limits, context, end_out_of_memory, stop_step
from captions.sources import Unread

PATIENCE = 10.0
"""Seconds that a request waits for a reader."""
_SPARE = 20.0
"""Seconds that a reader may take beyond its limit, before it is replaced."""


class ReadersBusyError(Exception):
    """All readers are at work, and a request has waited long enough."""


@dataclass(frozen=True, slots=True)
class _Pipes:
    """Pipes that a keeper and its workers inherit."""

    tasks: mp.Connection[Any, Any]
    results: mp.Connection[Any, Any]
    deaths: mp.Connection[Any, Any]
    """The number of the task at which a worker died, 0 for an idle worker, and why; the keeper writes them."""
    at: Any
    """The number of the task that the worker is at, in shared memory; 0 if it is idle."""


@dataclass(slots=True)
class _Keeper:
    process: BaseProcess
    pipes: _Pipes
    asked: int = 0
    """The number of its last task. What a worker leaves behind of an earlier task is not taken for this one's."""


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
            outcome = self._ask(keeper, task)
        except (EOFError, OSError):  # the keeper was killed from outside, or its worker with a task that it had begun
            keeper = self._replaced(keeper)
            outcome = Unread(task.article.name, "its reader was killed; send it again")
        finally:
            self._idle.put(keeper)
        if isinstance(outcome, Exception):
            raise outcome
        result: Outcome = outcome
        return result

    def _ask(self, keeper: _Keeper, task: Task) -> Any:
        pipes = keeper.pipes
        keeper.asked += 1
        pipes.tasks.send((keeper.asked, task))
        # Reading has a limit of its own; the first task of a worker also loads its modules.
        end = time.monotonic() + self._limits.seconds + _SPARE
        while ready := mp.wait([pipes.results, pipes.deaths], end - time.monotonic()):
            if pipes.results in ready:
                number, outcome = pipes.results.recv()
            else:
                number, reason = pipes.deaths.recv()
                outcome = Unread(task.article.name, reason)
            if number == keeper.asked:
                return outcome
        raise EOFError

    def close(self) -> None:
        """End all processes."""
        for keeper in self._all:
            keeper.process.terminate()
        for keeper in self._all:
            keeper.process.join()
            _close(keeper.pipes)

    def _replaced(self, old: _Keeper) -> _Keeper:
        self._all.remove(old)
        old.process.kill()
        _close(old.pipes)
        new = self._started()
        self._all.append(new)
        return new

    def _started(self) -> _Keeper:
        (task_reader, tasks), (results, result_writer), (deaths, death_writer) = (
            context().Pipe(duplex=False) for _ in range(3)
        )
        at = context().RawValue("Q", 0)
        theirs = _Pipes(task_reader, result_writer, death_writer, at)
        keep = partial(_keep, theirs, self._config, self._limits, os.getpid())
        process = context().Process(target=keep)  # type: ignore[attr-defined] # defined in each kind of context
        process.start()
        _close(theirs)
        return _Keeper(process, _Pipes(tasks, results, deaths, at))


def _close(pipes: _Pipes) -> None:
    for pipe in (pipes.tasks, pipes.results, pipes.deaths):
        pipe.close()


def _keep(pipes: _Pipes, config: ReaderConfig, limits: Limits, parent: int) -> None:
    """Start a worker, and another after each that was killed, until this process or its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the server, which ends its keepers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        worker = context().Process(  # type: ignore[attr-defined] # as above
            target=_work, args=(pipes, config, limits, os.getpid()), daemon=True
        )
        worker.start()
        while worker.exitcode is None:
            worker.join(1.0)
            if os.getppid() != parent:
                worker.kill()
                return
        reason, _ = limits.reason(worker.exitcode)
        pipes.deaths.send((pipes.at.value, reason.partition(";")[0]))
        pipes.at.value = 0


def _work(pipes: _Pipes, config: ReaderConfig, limits: Limits, parent: int) -> None:
    """Carry out tasks until this process is killed, or its keeper is gone."""
    limits.apply()
    read: SentArticleReader | None = None
    try:
        while True:
            while not pipes.tasks.poll(1.0):
                if os.getppid() != parent:
                    return
            pipes.at.value, task = pipes.tasks.recv()
            limits.start_step()
            outcome: Any
            try:
                read = read or SentArticleReader(config)
                outcome = read(task)
            except MemoryError:
                raise
            except BaseException as error:
                reason = failure_reason(error)
                outcome = error if isinstance(error, Exception) else Unread(task.article.name, reason or "")
            stop_step()
            _send(pipes, outcome)
            pipes.at.value = 0
    except MemoryError:
        end_out_of_memory()


def _send(pipes: _Pipes, outcome: Any) -> None:
    try:
        pipes.results.send((pipes.at.value, outcome))
    except (TypeError, AttributeError, PicklingError):  # an error that cannot be pickled
        pipes.results.send((pipes.at.value, RuntimeError(repr(outcome))))
