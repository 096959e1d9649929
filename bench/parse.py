"""Measure how fast plain text and credit lines are read on one core."""

from __future__ import annotations

import re

from bench import corpus
from bench.timing import best, line
from captions import parse_credit, parse_text

# A short script for comparison: only labeled brackets at the end of a line.
_NAIVE = re.compile(r"^(.*?)\s*\((?:photo )?credit: ([^)]*)\)\s*$", re.MULTILINE | re.IGNORECASE)


def _naive(text: str) -> str:
    seen: dict[str, str] = {}
    for match in _NAIVE.finditer(text):
        seen[match[1].casefold()] = match[2]
    lines = [part for part in text.split("\n") if not _NAIVE.match(part) and part.casefold() not in seen]
    return "\n".join(lines)


def run() -> None:
    """Print 3 KB articles per second and credit lines per second."""
    texts = corpus.articles(400)
    parse_text(texts[0])
    took = best(lambda: [parse_text(t) for t in texts])
    naive = best(lambda: [_naive(t) for t in texts])
    line("parse_text, 3 KB articles", len(texts) / took, "articles/s", "a one-expression script", len(texts) / naive)
    lines = corpus.credit_lines()
    took = best(lambda: [parse_credit(x) for x in lines])
    naive = best(lambda: [re.split(r"\s*[/|;,]\s*| via ", x) for x in lines])
    line("parse_credit", len(lines) / took, "lines/s", "one re.split per line", len(lines) / naive)
