"""Compare the articles in samples/ with their expected readings in tests/cases/samples/."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import captions
from tests.support.paths import ROOT

CASES = sorted((ROOT / "tests" / "cases" / "samples").glob("*.toml"))


def _case(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _article(case: dict[str, Any]) -> captions.Article:
    return captions.parse_text((ROOT / case["file"]).read_bytes().decode("utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_captions_credits_and_counts(path: Path) -> None:
    case = _case(path)
    found = [
        {
            "text": c.text,
            "count": c.count,
            "credit": c.credit.line if c.credit else None,
            "creators": list(c.credit.creators) if c.credit else [],
            "agencies": list(c.credit.agencies) if c.credit else [],
            "supplier": c.credit.supplier if c.credit else None,
            "qualifiers": list(c.credit.qualifiers) if c.credit else [],
            "restrictions": list(c.credit.restrictions) if c.credit else [],
            "license": c.credit.license if c.credit else None,
        }
        for c in _article(case).captions
    ]
    optional: dict[str, Any] = {"supplier": None, "restrictions": [], "license": None}
    assert found == [{**optional, **wanted} for wanted in case["captions"]]


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_clean_text_is_the_rest_word_for_word(path: Path) -> None:
    case = _case(path)
    article = _article(case)
    assert article.text == case["text"].strip("\n")
    assert article.headline == case["headline"]


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_removed_text_can_be_restored(path: Path) -> None:
    source = (ROOT / _case(path)["file"]).read_bytes().decode("utf-8")
    for caption in captions.parse_text(source).captions:
        for occurrence in caption.occurrences:
            assert source[occurrence.start : occurrence.end] == occurrence.text
