"""Measure seconds: of readers that take turns, of repeated calls, and of calls that start other processes."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple, TypeVar

_Input = TypeVar("_Input")
CLOCKS = {"SQLite": time.process_time, "PostgreSQL": time.perf_counter}
"""The clock for each engine: SQLite works in this process, so its CPU time is the time a user waits."""
FORK = multiprocessing.get_context("fork")
"""Starts copies of this process, which need not be sent the inputs."""


class Seconds(NamedTuple):
    """The CPU seconds of reading inputs for the first time, and again with warm caches."""

    first: float
    again: float


class Spent(NamedTuple):
    """The seconds of a call on the clock, and the CPU seconds of all processes that it waited for."""

    clock: float
    cpu: float


def in_turn(
    readers: Mapping[str, Callable[[_Input], object]], inputs: Sequence[_Input], runs: int
) -> dict[str, Seconds]:
    """Return the CPU seconds that each reader takes for all inputs but the first; the best of several runs.

    The readers take turns, so that the load of the machine affects all of them. Each run reads the first input to warm
    up, in a copy of this process, so that no run finds what another left in a cache.
    """
    turns = [{name: _apart(reader, inputs) for name, reader in readers.items()} for _ in range(runs)]
    return {name: Seconds(*map(min, zip(*(turn[name] for turn in turns), strict=True))) for name in readers}


def _apart(reader: Callable[[_Input], object], inputs: Sequence[_Input]) -> Seconds:
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_read_twice, args=(sender, reader, inputs))
    process.start()
    sender.close()
    seconds: Seconds = receiver.recv()
    process.join()
    return seconds


def _read_twice(sender: Connection, reader: Callable[[_Input], object], inputs: Sequence[_Input]) -> None:
    reader(inputs[0])
    times = []
    for _ in range(2):
        start = time.process_time()
        for each in inputs[1:]:
            reader(each)
        times.append(time.process_time() - start)
    sender.send(Seconds(*times))


def best(call: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    """Return the seconds of the fastest of several calls, after one that fills the caches."""
    call()
    return min(once(call, clock) for _ in range(runs))


def once(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return the seconds of one call."""
    start = clock()
    call()
    return clock() - start


def spent(call: Callable[[], object]) -> Spent:
    """Return what a call spends that starts processes and waits for them."""
    clock, cpu = time.perf_counter(), _cpu_of_children()
    call()
    return Spent(time.perf_counter() - clock, _cpu_of_children() - cpu)


def beyond(seconds: float, start_up: float) -> float:
    """Return the seconds without those of start-up, which vary: at least a millisecond."""
    return max(seconds - start_up, 0.001)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
