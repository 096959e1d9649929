"""The weights by which cuts and lines are scored: captions/data/evidence.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from captions.errors import VocabularyError


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((files("captions") / "data" / "evidence.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def weights(table: str) -> Mapping[str, float]:
    """Return the weight of each piece of evidence in a table; each row must give a reason."""
    found: dict[str, float] = {}
    for name, row in _tables()[table].items():
        if not isinstance(row, dict) or set(row) != {"weight", "why"} or not row["why"]:
            raise VocabularyError(f"evidence.toml [{table}]: {name!r} needs a weight and a why")
        found[name] = float(row["weight"])
    return found


@lru_cache(maxsize=1)
def openers() -> frozenset[str]:
    """Return words with which paragraphs begin and captions do not."""
    return frozenset(_tables()["openers"]["words"])


@lru_cache(maxsize=1)
def picture_openers() -> tuple[str, ...]:
    """Return words with which captions begin, in small letters."""
    return tuple(_tables()["openers"]["pictures"])


@lru_cache(maxsize=1)
def link_openers() -> tuple[str, ...]:
    """Return words with which links to other stories begin, in small letters."""
    return tuple(_tables()["openers"]["links"])
