"""Decide which pictures need no agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from captions.credit.parser import parse_credit
from captions.lexicon.agencies import KINDS
from captions.lexicon.vocabulary import Vocabulary, default, load
from captions.licensing.exemptions import exemption_for, exemptions
from captions.licensing.terms import KINDS as AGREEMENT_KINDS


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    register = tmp_path_factory.mktemp("register") / "agencies.toml"
    register.write_text('staff = ["Odalys Fenwick", "Rune Askeland"]\n', encoding="utf-8")
    return load(register)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Odalys Fenwick", "staff"),
        ("Odalys Fenwick and Rune Askeland", "staff"),
        ("Odalys Fenwick and Lena Marsh", None),
        ("Odalys Fenwick/Reuters", None),
        ("Lena Marsh/Harbor News Agency", "own publication"),
        ("Lena Marsh / public domain", "public domain"),
        ("NASA", "government"),
        ("Lena Marsh / Wikimedia Commons", "Wikimedia Commons"),
        ("Lena Marsh on Unsplash", "free libraries"),
        ("Lena Marsh/Pexel", "free libraries"),
        ("Lena Marsh/Getty Images", None),
        ("Lena Marsh", None),
        ("Handout", None),
    ],
)
def test_exemptions(line: str, expected: str | None, words: Vocabulary) -> None:
    found = exemption_for(parse_credit(line, words), words, publication="Harbor News Agency")
    assert (found.name if found else None) == expected


def test_without_a_publication_nothing_is_its_own(words: Vocabulary) -> None:
    assert exemption_for(parse_credit("Lena Marsh/Harbor News Agency", words), words) is None


def test_the_table_names_known_agencies_and_qualifiers() -> None:
    words = default()
    assert len({row.name for row in exemptions()}) == len(exemptions())
    for row in exemptions():
        assert row.kind in AGREEMENT_KINDS and row.requires
        assert set(row.agencies) <= words.agencies.keys()
        assert set(row.kinds) <= set(KINDS)
        assert set(row.qualifiers) <= set(words.marks.values()) | {"public domain"}
        # A row without a condition would cover nothing, or everything.
        assert row.staff + row.own + bool(row.qualifiers) + bool(row.agencies) + bool(row.kinds) == 1


def test_the_table_is_in_the_package() -> None:
    import captions

    assert (Path(captions.__file__).parent / "data" / "terms.toml").is_file()
