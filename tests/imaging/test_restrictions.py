"""The restrictions in a picture's metadata."""

from __future__ import annotations

from typing import Any

import pytest

from captions.imaging.restrictions import embedded_restrictions, notices_of
from captions.lexicon.vocabulary import default
from tests.support.case_files import cases, fields_of

CASES = cases("embedded/restrictions.toml")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_restrictions_are_quoted(case: dict[str, Any]) -> None:
    assert [list(found) for found in embedded_restrictions(fields_of(case), default())] == case["found"]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_each_text_that_restricts_is_a_notice_with_its_whole_text(case: dict[str, Any]) -> None:
    notices = notices_of(fields_of(case))
    assert {title for title, _ in case["found"]} <= {notice.title for notice in notices}
    assert all((notice.text,) == fields_of(case).get(notice.field) for notice in notices)
