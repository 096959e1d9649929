"""Read the plain texts in tests/cases/plain/ with parse_text."""

from __future__ import annotations

from collections import Counter

import pytest

import captions
from tests.support.case_files import Case, cases, params


def _source(case: Case) -> str:
    return str(case["source"]).removesuffix("\n")


def _text(case: Case) -> str:
    return str(case.get("text", case["source"])).removesuffix("\n")


CASES = cases("plain")


@pytest.mark.parametrize("case", params(CASES))
def test_case(case: Case) -> None:
    source = _source(case)
    article = captions.parse_text(source)
    found = [(c.text, c.credit.line if c.credit else None, c.count) for c in article.captions]
    wanted = [(c["text"], c.get("credit"), c.get("count", 1)) for c in case.get("captions", [])]
    assert (article.text, found) == (_text(case), wanted)
    for caption in article.captions:
        for occurrence in caption.occurrences:
            assert source[occurrence.start : occurrence.end] == occurrence.text
    again = captions.parse_text(article.text)
    assert (again.text, again.captions) == (article.text, ())


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(case["id"] for case in CASES).items() if times > 1] == []


def test_keys_are_known() -> None:
    allowed = {"id", "source", "text", "captions", "note", "known"}
    assert [case["id"] for case in CASES if not set(case) <= allowed] == []
