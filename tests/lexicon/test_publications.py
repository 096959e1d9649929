"""A company suffix, letter case or a slogan does not make a new publication; a section does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.lexicon.publications import publication_key


@pytest.mark.parametrize(
    "name",
    ["Harbor Echo", "HARBOR ECHO", "Harbor  Echo GmbH & Co. KG", "Harbor Echo, Inc.", "Harbor Echo | News",
     "Harbor Echo – What the coast is talking about", "harbor echo Ltd"],
)  # fmt: skip
def test_spellings_of_one_publication(name: str) -> None:
    assert publication_key(name) == "harbor echo"


@pytest.mark.parametrize(
    "name", ["Harbor Echo on Sunday", "Harbor Echo - Magazin", "The Harbor Echo Post", "Echo", "Harbor-Echo24"]
)
def test_other_publications(name: str) -> None:
    assert publication_key(name) != "harbor echo"


@given(st.text())
def test_no_name_raises(name: str) -> None:
    assert publication_key(name) == publication_key(name)
