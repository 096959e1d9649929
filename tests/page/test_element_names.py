"""Find the words in the names of elements with captions/page/element_names.py."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.page import element_names as blocks
from tests.support.depth import examples

WORDS = blocks.words()
PARTS = sorted({part for words in WORDS.values() for word in words for part in re.findall(r"[a-zé]{2,}", word)})
NAMES = st.lists(st.sampled_from([*PARTS, "x", "", "s", "has", "1"]), max_size=4).flatmap(
    lambda parts: st.sampled_from(["-", "_", " ", ""]).map(lambda joint: joint.join(parts))
)


@settings(deadline=None, max_examples=examples(80))
@given(NAMES)
def test_words_grouped_by_their_first_letters_find_the_same(name: str) -> None:
    for flag, words in WORDS.items():
        plain = re.compile("|".join(words))
        assert bool(blocks.patterns()[flag].search(name)) == bool(plain.search(name))
    assert bool(blocks.any_pattern().search(name)) == any(blocks.patterns()[flag].search(name) for flag in WORDS)


@pytest.mark.parametrize("part", PARTS)
def test_every_word_of_the_table_is_found(part: str) -> None:
    for flag, words in WORDS.items():
        plain = re.compile("|".join(words))
        for name in (part, f"x{part}", f"{part}x", f"a-{part}", f"has-{part}", f"{part}s-list"):
            assert bool(blocks.patterns()[flag].search(name)) == bool(plain.search(name))
