"""Repair UTF-8 that was encoded twice, and leave correct text alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from captions.embedded import read
from captions.embedded.double_encoding import mend
from captions.text import match_key
from tests.support import pictures as p
from tests.support.case_files import cases
from tests.test_properties import QUICK

CASES = cases("embedded/double_encoding.toml")
MIDDLES = ("latin-1", "cp1252")


def again(text: str, middle: str, times: int = 1) -> str:
    """Return the text as a program shows it that reads its UTF-8 as Windows-1252 or Latin-1."""
    for _ in range(times):
        read_as = [bytes([byte]).decode(middle, "replace") for byte in text.encode()]
        # Windows-1252 has five bytes without a meaning, which programs keep as control characters.
        text = "".join(chr(b) if c == "\ufffd" else c for c, b in zip(read_as, text.encode(), strict=True))
    return text


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    assert mend(case["text"]) == case.get("mended", case["text"])


# Words of names and captions in many scripts, with every kind of UTF-8 sequence.
TEXT = """
José Ñandú Martínez Zoë Åskelund São Über Łukasz Wałęsa Đorđe Ćirić Ștefan Țepeș Nguyễn Đức Vũ
Владимир Пётр Київ Γιώργος Παπάς שלום עולם محمد علي नमस्ते สวัสดี 東京の夜 北京市 서울시 ©2024 l’été “oui” –
€50 25°C ½ ÎLE ÉCOLE 👍 Reuters ferry the harbor Æblegård
"""
WORDS = TEXT.split()
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
# Enough to be sure: words in small letters with accents.
SURE = SENTENCES.map(lambda text: f"Zoë {text}")


@QUICK
@given(SURE, st.sampled_from(MIDDLES), st.integers(1, 3))
def test_any_text_is_repaired_whatever_was_in_the_middle(text: str, middle: str, times: int) -> None:
    assert mend(again(text, middle, times)) == text


@QUICK
@given(SURE, st.sampled_from(MIDDLES), st.integers(12, 60))
def test_a_text_cut_at_any_byte_is_repaired_up_to_there(text: str, middle: str, limit: int) -> None:
    data = again(text, middle).encode()
    assume(len(data) > limit)
    mended = mend(data[:limit].decode("utf-8", "ignore"))
    assert text.startswith(mended)
    assert len(again(mended, middle).encode()) > limit - 8


@QUICK
@given(SENTENCES)
def test_correct_text_is_left_alone(text: str) -> None:
    for correct in (text, text.upper(), f"«{text}»", f"“{text}”…", f"{text.upper()}…"):
        assert mend(correct) == correct


@QUICK
@given(st.text(st.sampled_from("aeO ÃÂÄÅâÐÑ©®»’”…™€ƒ‰\x80\x83\x89\xa0\xad¡\n"), max_size=12))
def test_a_repaired_text_needs_no_repair(text: str) -> None:
    assert mend(mend(text)) == mend(text)


# --- in pictures


@pytest.mark.parametrize("middle", MIDDLES)
@pytest.mark.parametrize("text", ["JOSÉ ÑANDÚ, Zoë Åskelund", "città", "Владимир", "l’été à Paris"])
def test_every_family_is_repaired_and_noted(text: str, middle: str) -> None:
    wrong = again(text, middle)
    caption = "<dc:description>{}</dc:description>".format("".join(f"&#{ord(char)};" for char in wrong))
    block = p.resources(p.iim([(120, wrong.encode())]))
    for picture in (p.jpeg([p.xmp(caption)]), p.jpeg([], block), p.jpeg([], b"", p.exif({0x010E: wrong.encode()}))):
        found = read(picture)
        assert (found.fields.caption, found.notes) == (text, ("Caption: repaired UTF-8 that had been encoded twice",))


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_value_cut_by_iim_and_encoded_twice_is_no_disagreement(middle: str) -> None:
    whole = "Zoë Åskelund, Đorđe Ćirić/Reuters"
    data = again(whole, middle).encode()[:32]
    picture = p.jpeg([p.xmp(f"<photoshop:Credit>{whole}</photoshop:Credit>")], p.resources(p.iim([(110, data)])))
    found = read(picture)
    assert (found.fields.credit_line, found.disagreements) == (whole, ())
    [cut] = found.cuts
    assert (cut.field, cut.limit, cut.whole) == ("credit_line", 32, whole)
    assert match_key(whole).startswith(match_key(cut.value))
