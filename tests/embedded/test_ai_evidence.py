"""What metadata says about AI and composites."""

from __future__ import annotations

from typing import Any

import pytest

from captions.embedded import NAMES, Fields, ai_evidence, code_of
from captions.embedded.table import table
from tests.support.case_files import cases, fields_of

CASES = cases("embedded/ai.toml")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_evidence_is_found(case: dict[str, Any]) -> None:
    assert list(ai_evidence(fields_of(case), case.get("signed", ()))) == case["evidence"]


def test_a_picture_without_metadata_has_none() -> None:
    assert ai_evidence(Fields()) == ()
    assert {name for name in NAMES if table().fields[name].ai} == {name for name in NAMES if name.startswith("ai_")}


def test_a_code_is_found_at_the_end_of_an_address() -> None:
    codes = table().codes
    assert all(code_of(f"https://x.example/list/{code.name}/") == code for code in codes.values())
    assert code_of("") is None
