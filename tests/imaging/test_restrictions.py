"""The restrictions in a picture's metadata."""

from __future__ import annotations

from typing import Any

import pytest

from captions.imaging.restrictions import embedded_restrictions, notices_of
from captions.imaging.stored_metadata import StoredMetadata
from captions.lexicon.vocabulary import default
from tests.support.case_files import cases, fields_of

CASES = cases("embedded/restrictions.toml")


def _stored(case: dict[str, Any]) -> StoredMetadata:
    return StoredMetadata(fields_of(case), case.get("disagreements", {}), ())


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_restrictions_are_quoted(case: dict[str, Any]) -> None:
    found = embedded_restrictions(_stored(case), default())
    assert [[title, each.words] for title, restrictions in found for each in restrictions] == case["found"]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_each_text_that_restricts_is_a_notice_with_its_whole_text(case: dict[str, Any]) -> None:
    notices = notices_of(_stored(case))
    assert {title for title, _ in case["found"]} <= {notice.title for notice in notices}
    merged = {(name, text) for name, texts in fields_of(case).present().items() for text in texts}
    others = {
        (name, text)
        for name, families in case.get("disagreements", {}).items()
        for texts in families.values()
        for text in texts
    }
    assert {(notice.field, notice.text) for notice in notices} <= merged | others
