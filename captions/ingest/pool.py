"""Run tasks in worker processes; a task that kills its worker fails without the others, with a reason.

The executors of the standard library lose all running tasks when a worker is killed, do not say which task did it, and
cannot stop a task that takes too long. The main process starts no threads, so it can fork at any time.
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

T = TypeVar("T")
R = TypeVar("R")

Step = Callable[[int], None]
"""A function that a task calls at the start of each numbered step, which restarts the time limit."""
# Tasks queued per worker, to keep it busy while the main process writes results.
_QUEUED_TASKS = 8
# In bytes: if a task or a result does not fit into its pipe, both sides wait for each other.
_PIPE_SIZE = 1 << 20
# How often to retry a task whose worker dies before starting it.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The time and memory that one step of a task may use."""

    seconds: float = 60.0
    memory: int = 1536 * 1024 * 1024
    """In bytes, on top of the worker's memory at its start."""


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
class _WorkerProcess(Generic[T]):
    process: BaseProcess
    tasks: mp.Connection[Any, Any]
    results: mp.Connection[Any, Any]
    at: Any
    """Shared memory with the number of the current step; -1 between tasks."""
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
    ) -> None:
        """Start with no processes."""
        self._make, self._jobs, self._limits, self._before_fork = make, jobs, limits, before_fork
        self._workers: list[_WorkerProcess[T]] = []
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
            self._join(worker)
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

    def _dispatch(self) -> None:
        while self._urgent or self._waiting:
            worker = min(self._workers, key=lambda each: len(each.tickets), default=None)
            if (worker is None or worker.tickets) and len(self._workers) < self._jobs:
                worker = self._start()
            if worker is None or len(worker.tickets) >= _QUEUED_TASKS:
                return
            ticket = (self._urgent or self._waiting).popleft()
            worker.tickets.append(ticket)
            with suppress(OSError):  # the worker died, which _collect notices
                worker.tasks.send(ticket.task)

    def _collect(self) -> None:
        """Wait until a worker has a result or has died."""
        pipes = {worker.results: worker for worker in self._workers if worker.tickets}
        for pipe in mp.wait(list(pipes)):
            worker = pipes[pipe]  # type: ignore[index] # typeshed allows other waitables
            try:
                outcome = worker.results.recv()
            except (EOFError, OSError):
                self._bury(worker)
            else:
                ticket = worker.tickets.popleft()
                ticket.outcome, ticket.done = outcome, True

    def _start(self) -> _WorkerProcess[T]:
        self._before_fork()
        # A forked child starts instantly and shares the loaded tables.
        context: BaseContext = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
        task_reader, tasks = context.Pipe(duplex=False)
        results, result_writer = context.Pipe(duplex=False)
        _widen(tasks)
        _widen(result_writer)
        at = context.RawValue("q", -1)
        process = context.Process(  # type: ignore[attr-defined] # defined in each kind of context, not in their base
            target=_work, args=(self._make, task_reader, result_writer, at, self._limits, os.getpid()), daemon=True
        )
        process.start()
        task_reader.close()
        result_writer.close()
        worker: _WorkerProcess[T] = _WorkerProcess(process, tasks, results, at)
        self._workers.append(worker)
        return worker

    def _bury(self, worker: _WorkerProcess[T]) -> None:
        """Record that the running task died, and queue the worker's other tasks again."""
        self._workers.remove(worker)
        code = self._join(worker)
        at = worker.at.value
        if worker.tickets:
            first = worker.tickets[0]
            first.tries += 1
            if at >= 0 or first.tries >= _TRIES:
                worker.tickets.popleft()
                first.outcome, first.done = Died(max(at, 0), *_reason(code, self._limits)), True
        self._urgent.extendleft(reversed(worker.tickets))

    def _join(self, worker: _WorkerProcess[T]) -> int:
        worker.process.join()
        code = worker.process.exitcode or 0
        worker.tasks.close()
        worker.results.close()
        worker.process.close()
        return code


def _reason(code: int, limits: Limits) -> tuple[str, bool]:
    """Return why a worker ended, from its exit code, and whether a retry would end the same way."""
    if code == -signal.SIGALRM:
        return f"took longer than {limits.seconds:g} seconds; raise --time-limit", True
    if code == -signal.SIGKILL:
        return "killed from outside, probably because memory ran out", False
    if code < 0:
        return f"crashed the program ({signal.Signals(-code).name})", False
    return f"ended the program (exit code {code})", False


def _work(
    make: Callable[[], Callable[[T, Step], R]],
    task_reader: mp.Connection[Any, Any],
    result_writer: mp.Connection[Any, Any],
    at: Any,
    limits: Limits,
    parent: int,
) -> None:
    """Run tasks in a worker process until it is killed or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the parent, which ends its workers
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process: Python handlers do not run during C code
    gc.freeze()
    _limit_memory(limits.memory)
    tasks: queue.SimpleQueue[T] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(task_reader, tasks, parent), daemon=True).start()

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
            outcome = Died(at.value, f"needs more than {limits.memory // 1024 // 1024} MB of memory", True)
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


def _limit_memory(more: int) -> None:
    """Limit the process to this many more bytes than it uses now; only Linux enforces this."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
    except (ImportError, OSError, ValueError):
        return


def _widen(end: mp.Connection[Any, Any]) -> None:
    """Enlarge a pipe to ``_PIPE_SIZE``, if the system allows it (Linux)."""
    if sys.platform == "linux":
        import fcntl  # not available on every system

        with suppress(OSError):
            fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
