"""The weights by which cuts and lines are scored: ``captions/data/evidence.toml``."""

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
    """Return words with which paragraphs begin and captions do not."""
    return frozenset(_openers().texts("words", distinct=False))


@lru_cache(maxsize=1)
def picture_openers() -> tuple[str, ...]:
    """Return words with which captions begin, in small letters."""
    return tuple(_openers().texts("pictures", distinct=False))


@lru_cache(maxsize=1)
def link_openers() -> tuple[str, ...]:
    """Return words with which links to other stories begin, in small letters."""
    return tuple(_openers().texts("links", distinct=False))
