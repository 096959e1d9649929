"""Run tasks in worker processes; a task that kills its worker fails without the others, with a reason.

The executors of the standard library lose all running tasks when a worker is killed, do not say which task did it, and
cannot stop a task that takes too long. The main process starts no threads, so it can fork at any time.
"""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection as mp
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, Protocol, TypeVar

from captions.processes.limits import Limits, Worker, context, start, stop_step

T = TypeVar("T")
R = TypeVar("R")


class Step(Protocol):
    """A function that a task calls at the start of each numbered step, which restarts the time limit.

    ``done`` is how much of the task is done, in a unit of its own.
    """

    def __call__(self, number: int, done: int = 0) -> None:
        """Start a step."""


# Tasks queued per worker, to keep it busy while the main process writes results.
_QUEUED_TASKS = 8
# How often to retry a task whose worker dies before starting it.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Died:
    """The outcome of a task that killed its worker: at which step, and why."""

    at: int
    reason: str
    final: bool = False
    """Whether a retry would end the same way."""


@dataclass(slots=True, eq=False)
class Ticket(Generic[T]):
    """A submitted task."""

    task: T
    outcome: Any = None
    done: bool = False
    tries: int = 0


@dataclass(slots=True, eq=False)
class _PoolWorker(Worker, Generic[T]):
    at: Any
    """Shared memory with the number of the current step, -1 between tasks, and how much of the task is done."""
    tickets: deque[Ticket[T]] = field(default_factory=deque)


class Pool(Generic[T, R]):
    """Run a function on many tasks in up to ``jobs`` processes, started as needed.

    ``make`` runs in each process and returns the function, which takes a task and a :data:`Step`. ``before_fork`` runs
    before each start, to close what a child must not inherit.
    """

    def __init__(
        self,
        make: Callable[[], Callable[[T, Step], R]],
        jobs: int,
        limits: Limits,
        before_fork: Callable[[], object] = lambda: None,
        queued: int = _QUEUED_TASKS,
    ) -> None:
        """Start with no processes; each has up to ``queued`` tasks waiting."""
        self._queued = queued
        self._make, self._jobs, self._limits, self._before_fork = make, jobs, limits, before_fork
        self._workers: list[_PoolWorker[T]] = []
        self._urgent: deque[Ticket[T]] = deque()
        self._waiting: deque[Ticket[T]] = deque()

    def __enter__(self) -> Pool[T, R]:
        """Return the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill all processes; tasks have no effects besides their results."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def submit(self, task: T, *, urgent: bool = False) -> Ticket[T]:
        """Queue a task; an urgent task goes ahead of all waiting ones."""
        ticket = Ticket(task)
        (self._urgent if urgent else self._waiting).append(ticket)
        self._dispatch()
        return ticket

    def result(self, ticket: Ticket[T]) -> R | Died:
        """Wait for a task and return its outcome; raise what its function raised."""
        while not ticket.done:
            self._dispatch()
            self._collect()
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        outcome: R | Died = ticket.outcome
        return outcome

    def wait(self, seconds: float) -> None:
        """Wait for any result, but not longer than this."""
        self._dispatch()
        self._collect(seconds)

    def running(self) -> tuple[int, int]:
        """Return the steps that the running tasks have begun, and how much of them is done."""
        started = [tuple(worker.at) for worker in self._workers if worker.tickets]
        return sum(max(number, 0) for number, _ in started), sum(done for _, done in started)

    def _dispatch(self) -> None:
        while self._urgent or self._waiting:
            worker = min(self._workers, key=lambda each: len(each.tickets), default=None)
            if (worker is None or worker.tickets) and len(self._workers) < self._jobs:
                worker = self._start()
            if worker is None or len(worker.tickets) >= self._queued:
                return
            ticket = (self._urgent or self._waiting).popleft()
            worker.tickets.append(ticket)
            with suppress(OSError):  # the worker died, which _collect notices
                worker.tasks.send(ticket.task)

    def _collect(self, seconds: float | None = None) -> None:
        """Wait until a worker has a result or has died, or until the seconds are over."""
        pipes = {worker.results: worker for worker in self._workers if worker.tickets}
        for pipe in mp.wait(list(pipes), seconds):
            worker = pipes[pipe]  # type: ignore[index] # typeshed allows other waitables
            try:
                outcome = worker.results.recv()
            except (EOFError, OSError):
                self._bury(worker)
            else:
                ticket = worker.tickets.popleft()
                ticket.outcome, ticket.done = outcome, True

    def _start(self) -> _PoolWorker[T]:
        self._before_fork()
        at = context().RawArray("q", [-1, 0])
        started = start(_work, self._make, at, self._limits, os.getpid())
        worker: _PoolWorker[T] = _PoolWorker(started.process, started.tasks, started.results, at)
        self._workers.append(worker)
        return worker

    def _bury(self, worker: _PoolWorker[T]) -> None:
        """Record that the running task died, and queue the worker's other tasks again."""
        self._workers.remove(worker)
        code = worker.end()
        at = worker.at[0]
        if worker.tickets:
            first = worker.tickets[0]
            first.tries += 1
            if at >= 0 or first.tries >= _TRIES:
                worker.tickets.popleft()
                first.outcome, first.done = Died(max(at, 0), *self._limits.reason(code)), True
        self._urgent.extendleft(reversed(worker.tickets))


def _work(
    task_reader: mp.Connection[Any, Any],
    result_writer: mp.Connection[Any, Any],
    make: Callable[[], Callable[[T, Step], R]],
    at: Any,
    limits: Limits,
    parent: int,
) -> None:
    """Run tasks in a worker process until it is killed or its parent is gone."""
    limits.apply()
    tasks: queue.SimpleQueue[T] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(task_reader, tasks, parent), daemon=True).start()

    def step(number: int, done: int = 0) -> None:
        at[0], at[1] = number, done
        limits.start_step()

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
            outcome = Died(at[0], limits.out_of_memory(), True)
            data = ForkingPickler.dumps(outcome)
        except Exception as error:
            error.add_note(traceback.format_exc())
            try:
                data = ForkingPickler.dumps(error)
            except Exception:
                data = ForkingPickler.dumps(RuntimeError(repr(error)))
        stop_step()
        at[0], at[1] = -1, 0
        try:
            result_writer.send_bytes(data)
        except OSError:  # the parent is gone
            return


def _listen(pipe: mp.Connection[Any, Any], tasks: queue.SimpleQueue[T], parent: int) -> None:
    """Receive tasks in a thread, so that parent and worker never wait for each other.

    A changed parent ID shows that the parent was killed: other children keep its end of the pipe open.
    """
    try:
        while True:
            while not pipe.poll(1.0):
                if os.getppid() != parent:
                    os._exit(0)
            tasks.put(pipe.recv())
    except BaseException:  # the pipe has ended or memory is out, so the worker is useless
        os._exit(1)
