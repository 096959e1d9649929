"""Measure how long commands take that do almost nothing: the time a user waits at least."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from bench.figures import Row, limited
from bench.setup import Setup
from bench.timing import spent

_COMMANDS = {("--version",): 0.1, ("credit", "Jo Reed/Reuters"): 0.25}
"""Commands, and their limit in seconds."""


def run(setup: Setup) -> Iterator[Row]:
    """Yield the CPU seconds of each command."""
    for arguments, limit in _COMMANDS.items():
        times = [spent(lambda arguments=arguments: _run(arguments)).cpu for _ in range(setup.sizes.runs + 1)]  # type: ignore[misc]
        yield limited(f"captions {arguments[0]}", min(times), "s of CPU", limit)


def _run(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "captions", *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - this program
