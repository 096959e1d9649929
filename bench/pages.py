"""Measure how fast news pages are read, next to trafilatura, which extracts only text, in the same run."""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable

from bench import corpus
from captions import parse_html

COUNT, RUNS = 60, 3
INSTALL = "pip install -c constraints.txt -e '.[bench]'"


def run() -> None:
    """Print pages per second of :func:`~captions.parse_html`, and of trafilatura if it is installed."""
    pages = corpus.pages(COUNT)
    calls: list[Callable[[str], object]] = [parse_html]
    try:
        trafilatura = importlib.import_module("trafilatura")
        calls.append(lambda page: trafilatura.extract(page, include_comments=False, include_tables=False))
    except ImportError:
        print(f"parse_html: to compare with trafilatura, run: {INSTALL}")
    rates = [COUNT / took for took in _turns(pages, calls)]
    size = sum(map(len, pages)) // COUNT // 1000
    name = f"parse_html, pages of {size} KB"
    if len(rates) > 1:
        print(f"{name}: {rates[0]:,.0f} pages/s, trafilatura: {rates[1]:,.0f} pages/s, {rates[0] / rates[1]:.1f} times")
    else:
        print(f"{name}: {rates[0]:,.0f} pages/s")


def _turns(pages: list[str], calls: list[Callable[[str], object]]) -> list[float]:
    """Return the fastest time of each call, taking turns page by page so that machine load affects both."""
    random.Random(7).shuffle(pages)  # noqa: S311 - repeatable, no secret
    bests = [float("inf")] * len(calls)
    for call in calls:
        call(pages[0])
    for _ in range(RUNS):
        times = [0.0] * len(calls)
        for page in pages:
            for at, call in enumerate(calls):
                start = time.perf_counter()
                call(page)
                times[at] += time.perf_counter() - start
        bests = [min(best, took) for best, took in zip(bests, times, strict=True)]
    return bests
