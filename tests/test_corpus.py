"""Score the shared corpus of real texts, if present, against the floors in corpus_floors.toml."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SHARED = Path(os.environ.get("CAPTIONS_SHARED", ROOT.parent / "shared"))
SCORE = SHARED / "eval" / "score.py"
FLOORS = tomllib.loads((ROOT / "tests" / "corpus_floors.toml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(not SCORE.exists(), reason=f"no shared corpus at {SHARED}; set CAPTIONS_SHARED")


@lru_cache
def _figures(part: str) -> dict[str, float]:
    name, _, place = part.partition(" ")
    data = ["--data", str(SHARED / "corpus" / place)] if place else []
    ran = subprocess.run(  # noqa: S603 - our own script with our own words
        [sys.executable, str(SCORE), name, *data], capture_output=True, text=True, check=True, cwd=ROOT
    )
    words = ran.stdout.split()[1:]
    figures: dict[str, float] = {}
    label: list[str] = []
    for word in words:
        try:
            figures[" ".join(label)] = float(word)
            label = []
        except ValueError:
            label.append(word)
    return figures


CASES = [(part, figure) for part, figures in FLOORS.items() for figure in figures]


@pytest.mark.parametrize(("part", "figure"), CASES, ids=lambda v: str(v))
def test_the_corpus_scores_stay_above_their_floors(part: str, figure: str) -> None:
    floor = FLOORS[part][figure]
    reached = _figures(part)[figure]
    if isinstance(floor, dict):
        assert reached <= floor["most"]
    else:
        assert reached >= floor
