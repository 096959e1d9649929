"""Guess the code page of IIM that names none, and say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.embedded import Fields, read, stamp
from captions.embedded.code_pages import guess, pages
from tests.support import pictures as p
from tests.support.case_files import cases
from tests.test_properties import QUICK

CASES = cases("embedded/code_pages.toml")
PARAMETERS = pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])


def _picture(case: dict[str, Any], declared: bytes = b"") -> bytes:
    datasets = [(25, text.encode(case["codec"])) for text in case["texts"]]
    return p.jpeg([], p.resources((p.iim([(90, declared)], record=1) if declared else b"") + p.iim(datasets)))


@PARAMETERS
def test_texts_are_read_by_a_guess_only_with_a_note(case: dict[str, Any]) -> None:
    found = read(_picture(case))
    unclear = "IIM is not UTF-8, and no other character set fits clearly: read as Windows-1252"
    title = next((page.title for page in pages() if page.codec == case["codec"]), "")
    notes = {"guessed": (f"IIM is not UTF-8: read as {title}, which is a guess",), "unclear": (unclear,), "default": ()}
    assert found.notes == notes[case["read"]]
    is_right = found.fields.keywords == tuple(case["texts"])
    assert is_right == (case["read"] != "unclear")


@PARAMETERS
def test_a_declared_latin_1_and_valid_utf_8_need_no_guess(case: dict[str, Any]) -> None:
    assert read(_picture(case, b"\x1b.A")).notes == ()
    found = read(_picture({**case, "codec": "utf-8"}))
    assert (found.fields.keywords, found.notes) == (tuple(case["texts"]), ())


def test_a_stamped_copy_keeps_other_texts_as_they_were_read(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(_picture(CASES[0]))
    stamp(tmp_path / "a.jpg", tmp_path / "b.jpg", Fields(credit_line="AFP"))
    found = read(tmp_path / "b.jpg")
    assert (found.fields.keywords, found.notes) == (tuple(CASES[0]["texts"]), ())


@QUICK
@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_have_a_page_or_none(values: list[bytes]) -> None:
    assert guess(values) in (None, *pages())
