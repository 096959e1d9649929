"""Read the agency from the file names of pictures in tests/cases/picture_names.toml."""

from __future__ import annotations

import pytest

from captions.lexicon.picture_names import forms, suggested_agency
from captions.lexicon.vocabulary import default
from tests.support.case_files import cases

CASES = cases("picture_names.toml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["address"]))
def test_the_agency_that_a_file_name_suggests(case: dict[str, str]) -> None:
    assert suggested_agency(case["address"]) == case.get("agency")


def test_each_form_is_that_of_an_agency_in_the_register_and_has_a_case() -> None:
    assert {agency for agency, _ in forms()} <= default().agencies.keys()
    assert {agency for agency, _ in forms()} == {case["agency"] for case in CASES if "agency" in case}
