"""The form in which text is searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.search import fold, name_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        (" - / ", ""),
        ("Foto: MÜLLER/Getty", "foto muller getty"),
        ("JOSÉ e\u0301 é", "jose e e"),
        ("100% of_it", "100 of it"),
        ("Łukasz Sørensen, Đoković & Straße", "lukasz sorensen dokovic strasse"),
        ("Œuvre d’Ærø", "oeuvre d aero"),
        ("İstanbul ıs", "istanbul is"),
        ("sof\u00adt\u200bly", "softly"),
        ("ﬁne ＡＰ ½", "fine ap 1 2"),
        ("사진=연합뉴스", "사진 연합뉴스"),
        ("写真：共同通信", "写真 共同通信"),
        ("がか", "がか"),
        ("Фёдор Йод", "федор иод"),
        ("شَارِع", "شارع"),
        ("हिन्दी", "हिन्दी"),
        ("😀 x", "x"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_one_hangul_syllable_is_not_the_beginning_of_another() -> None:
    assert fold("사") not in fold("산")


@given(st.text())
def test_folding_again_changes_nothing_that_matters(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not set(folded) & set("%_\\'\"")


@given(st.text(st.characters(codec="ascii")))
def test_both_ways_through_fold_agree_on_ascii(text: str) -> None:
    assert fold(text) == fold(text + "é")[:-1].strip()


def test_names_of_nothing_but_signs_are_kept_apart() -> None:
    assert name_key("DPA / Picture-Alliance") == "dpa picture alliance"
    assert name_key("©") != name_key("®")
