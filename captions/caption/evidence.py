"""Load the weights that score cuts and lines from ``captions/data/evidence.toml``."""

from __future__ import annotations

from functools import lru_cache

from captions.lexicon import tables


def _read() -> tables.Table:
    return tables.load("evidence.toml")


@lru_cache(maxsize=8)
def weights(name: str) -> dict[str, float]:
    """Return the weight of each piece of evidence in a table; each row gives its reason."""
    found: dict[str, float] = {}
    for evidence, row in _read().table(name).tables().items():
        row.only({"weight", "why", "prior"})
        row.text("why")
        found[evidence] = row.amount("weight")
    return found


def _openers() -> tables.Table:
    return _read().table("openers")


@lru_cache(maxsize=1)
def openers() -> frozenset[str]:
    """Return words that begin paragraphs but not captions."""
    return frozenset(_openers().texts("words", distinct=False))


@lru_cache(maxsize=1)
def picture_openers() -> tuple[str, ...]:
    """Return words that begin captions, in lowercase."""
    return tuple(_openers().texts("pictures", distinct=False))


@lru_cache(maxsize=1)
def link_openers() -> tuple[str, ...]:
    """Return words that begin links to other stories, in lowercase."""
    return tuple(_openers().texts("links", distinct=False))
