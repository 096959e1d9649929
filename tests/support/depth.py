"""How long property tests search. ``CAPTIONS_SEARCH=20`` tries 20 times as many examples, new ones."""

from __future__ import annotations

import os

_TIMES = int(os.environ.get("CAPTIONS_SEARCH", "1"))


def examples(number: int) -> int:
    """Return how many examples a test tries that usually tries ``number``."""
    return number * _TIMES
