"""Worker processes for tasks that may kill them: a task that does fails alone, and it is told how its worker died.

The executors of the standard library lose all tasks in work when one worker is killed, do not say which task it was,
and cannot end one that takes too long. No thread is started in the main process: it can be forked at any time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection as mp
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, TypeVar

from captions.ingest.pipes import widen

T = TypeVar("T")
R = TypeVar("R")

Step = Callable[[int], None]
"""Tells that a task begins its part of this number: the time of the part runs from here."""
# Tasks that a worker has at once: while the main process writes what came of others, it has something to do.
_AT_HAND = 8
# Bytes that a pipe may hold: with fewer than a task has, or what came of it, each side would wait for the other.
_HELD = 1 << 20
# So often a task is given to a worker that ends before it begins.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What one part of a task may take."""

    seconds: float = 60.0
    memory: int = 1536 * 1024 * 1024
    """Bytes, beside what the worker has when it starts."""


@dataclass(frozen=True, slots=True)
class Died:
    """What came of a task that killed its worker: at which part, and why."""

    at: int
    reason: str
    final: bool = False
    """Whether it would come to the same again."""


@dataclass(slots=True, eq=False)
class Ticket(Generic[T]):
    """A task that was handed in."""

    task: T
    outcome: Any = None
    done: bool = False
    tries: int = 0


@dataclass(slots=True, eq=False)
class _Worker(Generic[T]):
    process: BaseProcess
    tasks: mp.Connection[Any, Any]
    results: mp.Connection[Any, Any]
    at: Any
    """Shared with the process: the part that it is at; -1 between tasks."""
    tickets: deque[Ticket[T]] = field(default_factory=deque)


class Pool(Generic[T, R]):
    """Runs one function over many tasks in ``jobs`` processes, which are started as they are needed.

    ``make`` is called in each process and gives the function: of a task, and of a :data:`Step` that it calls as it goes
    along. ``before_fork`` is called before each start: what a child must not inherit, it closes.
    """

    def __init__(
        self,
        make: Callable[[], Callable[[T, Step], R]],
        jobs: int,
        limits: Limits,
        before_fork: Callable[[], object] = lambda: None,
    ) -> None:
        """Starts nothing yet."""
        self._make, self._jobs, self._limits, self._before_fork = make, jobs, limits, before_fork
        self._workers: list[_Worker[T]] = []
        self._urgent: deque[Ticket[T]] = deque()
        self._waiting: deque[Ticket[T]] = deque()

    def __enter__(self) -> Pool[T, R]:
        """The pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends all processes, whatever they do: a task leaves nothing behind but its result."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            self._gone(worker)
        self._workers.clear()

    def submit(self, task: T, *, urgent: bool = False) -> Ticket[T]:
        """Hands in a task; an urgent one goes before all that wait."""
        ticket = Ticket(task)
        (self._urgent if urgent else self._waiting).append(ticket)
        self._hand_out()
        return ticket

    def result(self, ticket: Ticket[T]) -> R | Died:
        """What came of a task. Raises what its function raised."""
        while not ticket.done:
            self._hand_out()
            self._collect()
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        outcome: R | Died = ticket.outcome
        return outcome

    def _hand_out(self) -> None:
        while self._urgent or self._waiting:
            worker = min(self._workers, key=lambda one: len(one.tickets), default=None)
            if (worker is None or worker.tickets) and len(self._workers) < self._jobs:
                worker = self._started()
            if worker is None or len(worker.tickets) >= _AT_HAND:
                return
            ticket = (self._urgent or self._waiting).popleft()
            worker.tickets.append(ticket)
            with suppress(OSError):  # it has died: that is seen when its results are collected
                worker.tasks.send(ticket.task)

    def _collect(self) -> None:
        """Waits until a worker has a result, or has died."""
        pipes = {worker.results: worker for worker in self._workers if worker.tickets}
        for pipe in mp.wait(list(pipes)):
            worker = pipes[pipe]  # type: ignore[index] # typeshed knows other things that one can wait for
            try:
                outcome = worker.results.recv()
            except (EOFError, OSError):
                self._bury(worker)
            else:
                ticket = worker.tickets.popleft()
                ticket.outcome, ticket.done = outcome, True

    def _started(self) -> _Worker[T]:
        self._before_fork()
        # A child that shares the parent's memory starts in no time, and the tables need not be loaded again.
        context: BaseContext = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
        taken, tasks = context.Pipe(duplex=False)
        results, made = context.Pipe(duplex=False)
        widen(tasks, _HELD)
        widen(made, _HELD)
        at = context.RawValue("q", -1)
        process = context.Process(  # type: ignore[attr-defined] # it stands in each kind of context, not in their base
            target=_work, args=(self._make, taken, made, at, self._limits, os.getpid()), daemon=True
        )
        process.start()
        taken.close()
        made.close()
        worker: _Worker[T] = _Worker(process, tasks, results, at)
        self._workers.append(worker)
        return worker

    def _bury(self, worker: _Worker[T]) -> None:
        """Says of the task that was in work that it died; the one at hand, and one that had not begun, come again."""
        self._workers.remove(worker)
        code = self._gone(worker)
        at = worker.at.value
        if worker.tickets:
            first = worker.tickets[0]
            first.tries += 1
            if at >= 0 or first.tries >= _TRIES:
                worker.tickets.popleft()
                first.outcome, first.done = Died(max(at, 0), *_reason(code, self._limits)), True
        self._urgent.extendleft(reversed(worker.tickets))

    def _gone(self, worker: _Worker[T]) -> int:
        worker.process.join()
        code = worker.process.exitcode or 0
        worker.tasks.close()
        worker.results.close()
        worker.process.close()
        return code


def _reason(code: int, limits: Limits) -> tuple[str, bool]:
    """Why a worker ended, by its exit code; and whether it would do so again."""
    if code == -signal.SIGALRM:
        return f"reading it took longer than {limits.seconds:g} seconds", True
    if code == -signal.SIGKILL:
        return "reading it was stopped from outside, as is done where memory runs out", False
    if code < 0:
        return f"reading it crashed the program ({signal.Signals(-code).name})", False
    return f"reading it ended the program (exit code {code})", False


def _work(
    make: Callable[[], Callable[[T, Step], R]],
    taken: mp.Connection[Any, Any],
    made: mp.Connection[Any, Any],
    at: Any,
    limits: Limits,
    parent: int,
) -> None:
    """What a worker does: task by task, until it is killed or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for the parent, which ends its workers
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it ends the process: no handler of Python's runs while C code does
    gc.freeze()
    _limit_memory(limits.memory)
    tasks: queue.SimpleQueue[T] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(taken, tasks, parent), daemon=True).start()

    def step(number: int) -> None:
        at.value = number
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)

    function: Callable[[T, Step], R] | None = None
    while True:
        task = tasks.get()
        outcome: R | Died | Exception
        try:
            step(0)
            function = function or make()
            outcome = function(task, step)
            data = ForkingPickler.dumps(outcome)
        except MemoryError:
            outcome = Died(at.value, f"reading it needs more than {limits.memory // 1024 // 1024} MB of memory", True)
            data = ForkingPickler.dumps(outcome)
        except Exception as error:
            error.add_note(traceback.format_exc())
            try:
                data = ForkingPickler.dumps(error)
            except Exception:
                data = ForkingPickler.dumps(RuntimeError(repr(error)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        at.value = -1
        try:
            made.send_bytes(data)
        except OSError:  # the parent is gone
            return


def _listen(pipe: mp.Connection[Any, Any], tasks: queue.SimpleQueue[T], parent: int) -> None:
    """Takes tasks in, so that the parent never waits for a worker that itself waits for the parent.

    A parent that was killed is told by the child's new one: its end of the pipe other children hold open.
    """
    try:
        while True:
            while not pipe.poll(1.0):
                if os.getppid() != parent:
                    os._exit(0)
            tasks.put(pipe.recv())
    except BaseException:  # the end of the pipe, or no memory for the task; the worker is of no use then
        os._exit(1)


def _limit_memory(more: int) -> None:
    """Lets a process take so many bytes more than it has. Linux only; elsewhere there is no limit that holds."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
    except (ImportError, OSError, ValueError):
        return
