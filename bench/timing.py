"""Time calls and print figures."""

from __future__ import annotations

import time
from collections.abc import Callable


def best(call: Callable[[], object], runs: int = 5) -> float:
    """Return the seconds of the fastest of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def line(name: str, value: float, unit: str, label: str, limit: float, limit_unit: str | None = None) -> None:
    """Print ``name: value unit, label: limit unit``."""
    print(f"{name}: {value:,.0f} {unit}, {label}: {limit:,.0f} {limit_unit or unit}")
