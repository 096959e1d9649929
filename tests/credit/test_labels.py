"""Recognize off-screen labels in the languages of the world's large broadcasters."""

from __future__ import annotations

import pytest

from captions import parse_credit
from captions.credit.labels import hidden
from captions.lexicon.vocabulary import default
from tests.support.case_files import cases, params


@pytest.mark.parametrize("row", params(cases("hidden_labels.toml")))
def test_hidden_label(row: dict[str, str]) -> None:
    assert hidden(f"{row['credit']} Getty Images", default()) == ("before", "Getty Images")
    assert parse_credit(f"{row['credit']} Getty Images").line == "Getty Images"
    assert hidden(f"{row['caption']} Two herons", default()) == ("caption", "Two herons")


@pytest.mark.parametrize(
    "text",
    [
        "Image, Two herons",
        "Photo, Two herons",
        "Image caption,Two herons",
        "Image caption, two herons",
        "Crédito, ahorro",
    ],
)
def test_a_sentence_is_not_a_hidden_label(text: str) -> None:
    assert hidden(text, default()) is None


@pytest.mark.parametrize("text", ["،تصویر کا ذریعہGetty Images", "، منبع تصوير Getty Images"])
def test_in_right_to_left_scripts_the_comma_may_come_first(text: str) -> None:
    assert parse_credit(text).agencies == ("Getty Images",)
