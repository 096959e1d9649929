"""The plain-text cases in tests/cases/plain/ against parse_text."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import captions

FOLDER = Path(__file__).parent / "cases" / "plain"
Case = dict[str, Any]


def _cases() -> list[Case]:
    return [
        {**case, "file": path.name}
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def _param(case: Case) -> Any:
    known = case.get("known")
    return pytest.param(case, id=case["id"], marks=[pytest.mark.xfail(reason=known, strict=True)] if known else [])


def _source(case: Case) -> str:
    return str(case["source"]).removesuffix("\n")


def _text(case: Case) -> str:
    return str(case.get("text", case["source"])).removesuffix("\n")


CASES = _cases()


@pytest.mark.parametrize("case", [_param(case) for case in CASES])
def test_case(case: Case) -> None:
    source = _source(case)
    article = captions.parse_text(source)
    found = [(c.text, c.credit.line if c.credit else None, c.count) for c in article.captions]
    wanted = [(c["text"], c.get("credit"), c.get("count", 1)) for c in case.get("captions", [])]
    assert (article.text, found) == (_text(case), wanted)
    for caption in article.captions:
        for printing in caption.printings:
            assert source[printing.start : printing.end] == printing.text
    again = captions.parse_text(article.text)
    assert (again.text, again.captions) == (article.text, ())


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(case["id"] for case in CASES).items() if times > 1] == []


def test_keys_are_known() -> None:
    allowed = {"id", "source", "text", "captions", "note", "known", "file"}
    assert [case["id"] for case in CASES if not set(case) <= allowed] == []
