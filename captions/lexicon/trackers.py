"""Recognize the query parameters that track readers: the words of ``captions/data/tracking.toml``."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

from captions.lexicon import tables


def tracks(pair: str) -> bool:
    """Return whether a parameter tracks readers: ``utm_source=feed`` does, ``page=2`` does not."""
    names, starts = table()
    name = unquote(pair.split("=", 1)[0]).lower()
    return name in names or name.startswith(starts)


@lru_cache(maxsize=1)
def table() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the whole names and the prefixes."""
    read = tables.load("tracking.toml")
    read.only({"names", "starts"})
    return frozenset(read.texts("names")), read.texts("starts")
