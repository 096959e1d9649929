"""Test properties of every text: no string raises, no word is lost, cleaning twice equals once, time is bounded."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import captions
from tests.support.depth import examples

_WORD = re.compile(r"\w+")
# The characters that parse_text removes: controls except tabs and line ends, and byte order marks.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")

QUICK = settings(deadline=None, max_examples=examples(50), suppress_health_check=[HealthCheck.too_slow])
FULL = settings(QUICK, max_examples=examples(120))

# Pieces of real articles, and pieces that break rules.

NAMES = st.sampled_from(
    [
        "Ida Quill", "IDA QUILL", "Bram Hollis", "O’Neil-Marsh", "Maud Rivet", "Lena Birk", "Gaia De Ferri",
        "Вера Сомова", "水無瀬悠斗", "ליאת לוין", "Zoë Åskelund", "STRINGER", "Handout", "-", "X", "Jean-Luc d'Aubrac",
    ]
)  # fmt: skip
AGENCIES = st.sampled_from(
    [
        "Reuters", "REUTERS", "AFP", "AP", "dpa", "EFE", "Getty Images", "picture alliance", "imago", "TASS", "AA",
        "PA", "共同通信社", "연합뉴스", "ТАСС", "Unsplash", "Eastmere Echo", "BILD", "Sun", "EU", "CDU",
    ]
)  # fmt: skip
LABELS = st.sampled_from(
    [
        "photo credit: ", "Photo: ", "credit: ", "Foto: ", "FOTO ", "Crédit photo : ", "Photo by ", "© ", "Bild: ",
        "fot. ", "Фото: ", "撮影・", "写真：", "사진=", "صورة: ", "צילום: ", "Courtesy of ", "Source: ", "Photo:", "",
        "Image source, ", "Image caption, ",
    ]
)  # fmt: skip
BRACKETS = st.sampled_from(["()", "[]", "（）", "【】", "(]", "( ", ") ", "<>"])
SENTENCES = st.sampled_from(
    [
        "The ferrywoman ties the new rope to the landing at Eastmere.",
        "THE FERRYWOMAN TIES the new rope to the landing at Eastmere.",
        "The ferrywoman ties the ‘new’ rope",
        "The ferrywoman ties the new…",
        "The ferrywoman ties the new rope to the landing...",
        "Goats graze on the verge of the ring road, seen from the bridge, on Monday, March 4",
        "Residents hold candles (left) and lanterns (right)",
        "SANDVIK (Reuters) - The gates were closed at four in the morning.",
        "The mayor told Reuters.",
        '"We can wait," said Orla Penwick (81).',
        "Im Mai wird wieder beraten. (dpa)",
        "Das alte Seil hatte vierzig Jahre gehalten, wie die dpa meldete.",
        "La passeuse attache la corde neuve au ponton de Saint-Aubrac.",
        "Поромниця кріпить новий канат до причалу.",
        "新しい綱を船着き場に結ぶ渡し守の女性＝四日、青瀬町で",
        "뱃사공이 4일 솔내 나루에서 새 밧줄을 묶고 있다.",
        "Home / News / World",
        "Photo:",
        "Caption:",
        "Image caption,",
        "© 2024 The Eastmere Echo. All rights reserved.",
        "(The tape recorder ran out at eleven.)",
        "Saltmarsh    3 - 1    Fennick Rovers",
        "- one",
        "1/12",
        "…",
        "()",
    ]
)
CHAINS = st.builds(
    lambda parts, joint: str(joint).join(parts),
    st.lists(NAMES | AGENCIES, min_size=1, max_size=3),
    st.sampled_from(["/", " / ", " via ", " | ", ", ", " - ", " for "]),
)
CREDITS = st.builds(lambda label, chain: label + chain, LABELS, CHAINS)
BRACKETED = st.builds(lambda pair, credit: pair[0] + credit + pair[1], BRACKETS, CREDITS)
ODD = st.text(
    st.sampled_from("\t\u00a0\u200b\u00ad\u200f\ufeff\x00\x1b\x85\u2028\u3000\ufffd\ud800…/()[]:©|-—'\"A1."), max_size=6
)
CAPTIONS = st.builds(
    lambda text, joint, credit: text + joint + credit,
    SENTENCES,
    st.sampled_from([" ", "", "\n", "  ", " | ", " — ", "\u00a0", "\r\n", "\n\n"]),
    CREDITS | BRACKETED,
)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join)
PIECES = st.one_of(CAPTIONS, CAPTIONS, PARAGRAPHS, PARAGRAPHS, SENTENCES, CREDITS, BRACKETED, ODD, st.text(max_size=12))
JOINTS = st.sampled_from(["\n", "\n", "\n\n", "\n\n", "\n \n", "\r\n", " ", "\n\n\n"])


@st.composite
def articles(draw: st.DrawFn) -> str:
    """Draw pieces in any order, some of them twice, with line ends of one kind or mixed."""
    pieces = draw(st.lists(PIECES, min_size=1, max_size=9))
    pieces += draw(st.lists(st.sampled_from(pieces), max_size=3))
    joint = draw(JOINTS | st.none())
    out: str = pieces[0]
    for piece in pieces[1:]:
        out += (draw(JOINTS) if joint is None else joint) + piece
    return out


ANY = st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Cf", "Zs"]), max_size=80)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(_DROPPED.sub("", text)))


@FULL
@given(ANY | articles())
@example("\ud800/\udfff")
@example("(" * 40)
def test_no_string_raises(text: str) -> None:
    captions.parse_text(text)
    captions.parse_credit(text)


OVERLAP = "Photo:\nThe ferrywoman ties the new rope to the landing. photo credit: Ida Quill\n?"
# A label of a credit that a later pass finds, and a label that an earlier pass separated from the lines below.
LATER = "Photo:\r\nphoto credit: Ida Quill\nPhoto: photo credit: Reuters"
CUT_OFF = (
    "The ferrywoman ties the rope. photo credit: Ida Quill\nPhoto:\n\nphoto credit: Ida Quill\n"
    "The ferrywoman ties the rope.\n© Ida Quill/Ida Quill\nphoto credit: Ida Quill\n\n"
    "The ferrywoman ties the ‘new’ rope\n\nThe ferrywoman ties the ‘new’ rope"
)
# A label whose credit was removed, above a line that is not a credit.
LABEL_LEFT = (
    "The ferrywoman ties the new rope.\nThe ferrywoman ties the new rope.\nThe ferrywoman ties the rope\n\nPhoto:\n\n"
    "The ferrywoman ties the new rope. photo credit: Ida Quill\nThe mayor told Reuters. FOTO Ida Quill/Ida Quill"
)
LABEL_PARTED = (
    "The ferrywoman ties the new rope.\nThe ferrywoman ties the new rope.\nThe ferrywoman ties the ‘new’ rope\n\n"
    "Photo:\n\nThe ferrywoman ties the new rope. photo credit: Ida Quill\n… 撮影・Ida Quill/Ida Quill"
)
# Labels on separate lines, some above a credit and some above another label.
LABELS_ALONE = "photo credit: Ida Quill\nImage caption,\nImage caption,\nphoto credit: Ida Quill"
CONTROL = "A dog ©0\x1fA"
# An invisible character between a bracket and the text after it.
CONTROL_BEHIND = "The ferrywoman ties the ‘new’ rope (Photo by Ida Quill] \x08a¡ photo credit: Ida Quill"


def _remaining(article: captions.Article) -> Counter[str]:
    remaining = _words(article.text)
    for caption in article.captions:
        for occurrence in caption.occurrences:
            remaining += _words(occurrence.text)
    return remaining


@FULL
@given(articles())
@example(OVERLAP)
@example(LATER)
@example(CUT_OFF)
@example(LABELS_ALONE)
def test_no_word_is_lost(text: str) -> None:
    assert _words(text) - _remaining(captions.parse_text(text)) == Counter()


@FULL
@given(articles())
@example(OVERLAP)
@example(LATER)
@example(CUT_OFF)
@example(LABELS_ALONE)
def test_every_word_is_once_in_the_clean_text_or_in_an_occurrence(text: str) -> None:
    assert _remaining(captions.parse_text(text)) == _words(text)


def _cleaning_again_changes_nothing(text: str) -> bool:
    once = captions.parse_text(text).text
    again = captions.parse_text(once)
    return (again.text, again.captions) == (once, ())


@FULL
@given(articles())
def test_cleaning_twice_equals_once(text: str) -> None:
    assert _cleaning_again_changes_nothing(_DROPPED.sub("", text))


@FULL
@given(articles())
@example(CONTROL)
@example(CONTROL_BEHIND)
@example(LABEL_LEFT)
@example(LABEL_PARTED)
def test_cleaning_twice_equals_once_with_control_characters(text: str) -> None:
    assert _cleaning_again_changes_nothing(text)


@FULL
@given(articles() | ANY)
@example(OVERLAP)
@example(LATER)
@example(CUT_OFF)
@example(LABELS_ALONE)
def test_occurrences_are_spans_of_the_source_and_do_not_overlap(text: str) -> None:
    spans: list[tuple[int, int]] = []
    for caption in captions.parse_text(text).captions:
        assert caption.occurrences
        assert caption.count == len(caption.occurrences)
        for occurrence in caption.occurrences:
            assert occurrence.start is not None
            assert occurrence.end is not None
            assert text[occurrence.start : occurrence.end] == occurrence.text
            spans.append((occurrence.start, occurrence.end))
    spans.sort()
    assert all(span[1] <= following[0] for span, following in itertools.pairwise(spans))


@QUICK
@given(articles())
def test_captions_are_in_the_order_of_their_first_occurrence(text: str) -> None:
    for_each = [[p.start or 0 for p in c.occurrences] for c in captions.parse_text(text).captions]
    assert all(starts == sorted(starts) for starts in for_each)
    firsts = [starts[0] for starts in for_each]
    assert firsts == sorted(firsts)


@QUICK
@given(articles())
def test_words_of_a_credit_line_and_a_caption_are_in_the_source(text: str) -> None:
    source = _INVISIBLE.sub("", _DROPPED.sub("", text))
    for caption in captions.parse_text(text).captions:
        line = caption.credit.line if caption.credit else ""
        for word in _WORD.findall(line + " " + caption.text):
            assert word in source


@QUICK
@given(CREDITS | BRACKETED | CHAINS | ANY)
def test_a_credit_is_read_within_its_line(line: str) -> None:
    credit = captions.parse_credit(line)
    if credit is None:
        return
    source = _INVISIBLE.sub("", _DROPPED.sub("", line))
    assert all(word in source for word in _WORD.findall(credit.line))
    assert credit.supplier is None or credit.supplier in credit.agencies
    assert 0 <= credit.confidence <= 1


@QUICK
@given(articles())
def test_the_same_text_gives_the_same_article(text: str) -> None:
    assert captions.parse_text(text) == captions.parse_text(text)


_MB = 1 << 20
_SENTENCE = "The ferrywoman ties the new rope (steel) to the landing / at Eastmere: nobody claps. "
_CAPTION = "The ferrywoman ties the new rope to the landing. (Photo: Ida Quill/AFP)"
LARGE = {
    "one word in one line": lambda: "a" * 5 * _MB,
    "sentences in one line": lambda: _SENTENCE * (5 * _MB // len(_SENTENCE)),
    "captions in one line": lambda: (_CAPTION + " ") * (_MB // len(_CAPTION)),
    "100,000 lines": lambda: "\n".join(f"Line {n} of the long list of ferries." for n in range(100_000)),
    "10,000 captions": lambda: "\n".join(f"{n} {_CAPTION}" for n in range(10_000)),
    "20,000 lines of one caption": lambda: "\n".join([_CAPTION] * 20_000),
    "20,000 lines cut short": lambda: "\n".join(["The ferrywoman ties the new…"] * 20_000 + [_CAPTION]),
    "20,000 labels": lambda: "Photo:\n" * 20_000,
    "20,000 credits": lambda: "Photo: Ida Quill/AFP\n" * 20_000,
    "5,000 different credits": lambda: "\n".join(f"Photo: Ida Quill{n}/AFP" for n in range(5_000)),
    "only opening brackets": lambda: "(" * 5 * _MB,
    "only closing brackets": lambda: ")" * 5 * _MB,
    "brackets in pairs": lambda: "()" * (5 * _MB // 2),
    "brackets nested": lambda: "(" * _MB + ")" * _MB,
    "only newlines": lambda: "\n" * 5 * _MB,
    "only blanks": lambda: " " * 5 * _MB,
    "only slashes": lambda: "/" * 5 * _MB,
    "only full stops": lambda: "." * 5 * _MB,
    "bracket and a letter": lambda: "(a" * (5 * _MB // 2),
    "label after label": lambda: "Photo: " * (5 * _MB // 7),
    "name after name": lambda: "Ida Quill/" * (5 * _MB // 10),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_input_ends(name: str) -> None:
    captions.parse_text(LARGE[name]())


@pytest.mark.parametrize("name", ["one word in one line", "only opening brackets", "only slashes", "name after name"])
def test_large_credit_ends(name: str) -> None:
    captions.parse_credit(LARGE[name]())
