"""Run tasks in worker processes, some of which kill their worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from captions.processes.limits import Limits
from captions.processes.pool import Died, Pool, Step

SHORT = Limits(seconds=0.2, memory=200 * 1024 * 1024)
Task = list[str]


def done(task: Task, step: Step) -> Task:
    """Perform each step of a task, and return the task."""
    for number, what in enumerate(task):
        step(number)
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "crash":
            os.kill(os.getpid(), signal.SIGTRAP)  # pytest reports other signals at length
        elif what == "sleep":
            time.sleep(60)
        elif what == "memory":
            bytearray(2 * 1024 * 1024 * 1024)
        elif what == "raise":
            raise ValueError("no such thing")
        elif what == "lambda":
            raise ValueError(lambda: 0)  # cannot be pickled
        elif what == "slow":
            time.sleep(0.15)
    return task


def make() -> Callable[[Task, Step], Task]:
    return done


def outcomes(tasks: list[Task], jobs: int = 2) -> list[Task | Died]:
    with Pool(make, jobs, SHORT) as pool:
        tickets = [pool.submit(task) for task in tasks]
        return [pool.result(ticket) for ticket in tickets]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order(jobs: int) -> None:
    tasks = [[f"task {number}", "x" * 300_000] for number in range(20)]
    tasks[0].append("slow")
    assert outcomes(tasks, jobs) == tasks


DEADLY = {
    "kill": "killed from outside, probably because memory ran out",
    "crash": "crashed the program (SIGTRAP)",
    "sleep": "took longer than 0.2 seconds; raise --time-limit",
    "memory": "needs more than 200 MB of memory",
}


@pytest.mark.parametrize("what", DEADLY)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_deadly_task_fails_without_the_others(what: str, jobs: int) -> None:
    tasks = [["a"], ["b"], ["c", what, "d"], ["e"], ["f"], [what], ["g"]]
    found = outcomes(tasks, jobs)
    died = {at: outcome for at, outcome in enumerate(found) if isinstance(outcome, Died)}
    assert {at: (death.at, death.reason) for at, death in died.items()} == {2: (1, DEADLY[what]), 5: (0, DEADLY[what])}
    assert [outcome for at, outcome in enumerate(found) if at not in died] == [["a"], ["b"], ["e"], ["f"], ["g"]]


def test_the_time_limit_applies_to_each_step() -> None:
    assert outcomes([["slow"] * 3]) == [["slow"] * 3]


@pytest.mark.parametrize(("what", "kind"), [("raise", ValueError), ("lambda", RuntimeError)])
def test_exceptions_of_a_task_are_raised(what: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        outcomes([["a"], [what]])


def test_workers_killed_between_tasks_are_replaced() -> None:
    with Pool(make, 1, SHORT) as pool:
        pool.result(pool.submit(["once"]))
        pid = pool._workers[0].process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert pool.result(pool.submit(["again"])) == ["again"]


def test_an_urgent_task_goes_ahead_of_waiting_tasks() -> None:
    with Pool(make, 1, SHORT) as pool:
        waiting = [pool.submit(["slow"]) for _ in range(10)]
        assert pool.result(pool.submit(["now"], urgent=True)) == ["now"]
        assert not waiting[-1].done
