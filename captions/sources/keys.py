"""Normalize the names of fields for comparison."""

from __future__ import annotations

from functools import lru_cache

_SIGNS = str.maketrans("", "", "-_ :.")
# Field names up to this length are cached, because they repeat in every record.
_SHORT = 40


def key(name: str) -> str:
    """Normalize a field name for comparison: ``"Body_Text"`` gives ``"bodytext"``."""
    return _key(name) if len(name) <= _SHORT else name.casefold().translate(_SIGNS)


@lru_cache(maxsize=1000)
def _key(name: str) -> str:
    return name.casefold().translate(_SIGNS)
