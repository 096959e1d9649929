"""Measure how fast plain text and credit lines are read on one core."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench import corpus
from bench.figures import Row
from bench.setup import Setup
from bench.timing import in_turn
from captions import parse_credit, parse_text

# A short script for comparison: only labeled brackets at the end of a line.
_NAIVE = re.compile(r"^(.*?)\s*\((?:photo )?credit: ([^)]*)\)\s*$", re.MULTILINE | re.IGNORECASE)
_TEXTS, _LINES = 2_000, 20_000
"""The limits, per second."""


def _naive(text: str) -> str:
    seen: dict[str, str] = {}
    for match in _NAIVE.finditer(text):
        seen[match[1].casefold()] = match[2]
    lines = [part for part in text.split("\n") if not _NAIVE.match(part) and part.casefold() not in seen]
    return "\n".join(lines)


def run(setup: Setup) -> Iterator[Row]:
    """Yield 3 KB articles per second and credit lines per second; all are read for the first time."""
    texts = corpus.articles(setup.sizes.texts)
    took = in_turn({"ours": parse_text, "naive": _naive}, texts, setup.sizes.runs)
    rate, naive = ((len(texts) - 1) / took[name].first for name in ("ours", "naive"))
    yield Row("parse_text, 3 KB", rate, "texts/s", "limit", _TEXTS, least=1)
    yield Row("parse_text, 3 KB", rate, "texts/s", "a one-expression script", naive)
    lines = corpus.credit_lines()
    seconds = in_turn({"ours": parse_credit}, lines, setup.sizes.runs)["ours"]
    yield Row("parse_credit, each line once", (len(lines) - 1) / seconds.first, "lines/s", "limit", _LINES, least=1)
