"""Limit the time and memory of a worker process, and explain why it ended."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection as mp
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

# In bytes: if a message does not fit into its pipe, both sides wait for each other.
_PIPE_SIZE = 1 << 20
_OUT_OF_MEMORY = 86
"""The exit code of a worker that ran out of memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The time and memory that one step of a task may use."""

    seconds: float = 60.0
    memory: int = 1536 * 1024 * 1024
    """In bytes, on top of the worker's memory at its start."""

    def apply(self) -> None:
        """Prepare a worker process: its steps, memory and messages of native libraries are limited from here on."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the parent, which ends its workers
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process: Python handlers do not run during C code
        gc.freeze()
        _limit_memory(self.memory)
        if not os.environ.get("CAPTIONS_TRACEBACK"):
            _discard_errors()

    def start_step(self) -> None:
        """Start the clock; the process ends if it is not stopped in time."""
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def out_of_memory(self) -> str:
        """Return the reason for a step that needs too much memory."""
        return f"needs more than {self.memory // 1024 // 1024} MB of memory"

    def reason(self, code: int) -> tuple[str, bool]:
        """Return why a worker ended, from its exit code, and whether a retry would end the same way."""
        if code == _OUT_OF_MEMORY:
            return self.out_of_memory(), True
        if code == -signal.SIGALRM:
            return f"took longer than {self.seconds:g} seconds; raise --time-limit", True
        if code == -signal.SIGKILL:
            return "killed from outside, probably because memory ran out", False
        if code < 0:
            return f"crashed the program ({signal.Signals(-code).name})", False
        return f"ended the program (exit code {code})", False


DEFAULT_LIMITS = Limits()


def stop_step() -> None:
    """Stop the clock."""
    signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def waiting() -> Iterator[None]:
    """Stop the clock while the process waits for others, not for itself."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def end_out_of_memory() -> None:
    """End a worker process that ran out of memory, in which nothing else can be relied on."""
    os._exit(_OUT_OF_MEMORY)


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process, and the pipes to it and from it."""

    process: BaseProcess
    tasks: mp.Connection[Any, Any]
    results: mp.Connection[Any, Any]

    def end(self) -> int:
        """Wait for the process to end, close the pipes, and return the exit code."""
        self.process.join()
        code = self.process.exitcode or 0
        self.tasks.close()
        self.results.close()
        self.process.close()
        return code


def context() -> BaseContext:
    """Return the way to start processes: a forked child starts instantly and shares the loaded tables."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else None)


def start(target: Callable[..., None], *arguments: Any) -> Worker:
    """Start a process that runs ``target(tasks, results, *arguments)``, where both are ends of pipes."""
    starting = context()
    task_reader, tasks = starting.Pipe(duplex=False)
    results, result_writer = starting.Pipe(duplex=False)
    _widen(tasks)
    _widen(result_writer)
    process = starting.Process(  # type: ignore[attr-defined] # defined in each kind of context, not in their base
        target=target, args=(task_reader, result_writer, *arguments), daemon=True
    )
    process.start()
    task_reader.close()
    result_writer.close()
    return Worker(process, tasks, results)


def end_with_parent(parent: int) -> None:
    """End this process soon after its parent, whose pipes other children keep open."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _discard_errors() -> None:
    """Discard what native libraries print when they fail: the parent reports the failure in one line."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


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
