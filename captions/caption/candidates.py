"""Find the places where a line may be cut into caption and credit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from captions.credit import labels
from captions.credit.parser import Reading
from captions.credit.parser import read as read_credit
from captions.credit.segments import ABBREVIATED
from captions.lexicon.vocabulary import Vocabulary
from captions.text import BRACKETS, CLOSING, closing_bracket_start, has_cjk, name_key

SURE, LIKELY, POSSIBLE = 3, 2, 1
# Credits are sought in the last characters of a line: the longest of 211 on news pages has 82.
TAIL = 240
_OF = r"\d+ (?:of|von|de|di|sur|van|av) \d+"
_NUMBER = re.compile(
    rf"(?:\[\d+ ?/ ?\d+\]|(?:item|photo|image|picture|slide|bild|foto|imagen) {_OF} ?[|:]?|{_OF} ?[|:])\s*(?=\S)",
    re.IGNORECASE,
)
_JOINT = " \t\u00a0\u3000,;:|/–—-•·*＝="
_SENTENCE = re.compile(
    r"(?<!\b\d)(?<!\b\d\d)[.!?…。！？؟।][\"'”’»)\]]*(?:\s*(?=[^\W\d_a-zà-öø-ÿ])|\s+/\s+)|[”’»)\]]\s*(?=[A-Z])|(?<=\S)\"\s+(?=[A-Z])|\s[|–—•]\s|[|｜]\s?|＝(?=[\u3400-\u9fff])"
)
# A lowercase word right after the last period: `warten.dpa`.
_SMALL_HOUSE = re.compile(r"(?<=[^\W_]{2}[.!?”\"»)])[a-z]{2,12}$")
# A lowercase word run together with a name: `BédarEmergencias Andalucía/EFE`.
_GLUED = re.compile(r"(?<=[a-zß-öø-ÿ]{2})(?=[A-ZÀ-Þ][\w ]{0,90}/)")
_HANDLE = re.compile(r"(?<=\s)@\w{3}")
DASH = re.compile(" [-–—] ")
LABEL_DASH = re.compile(r"(?:^|[.!?…\"”»)\]]\s)([A-ZÀ-Þ][^\W\d_]*(?: [^\W\d_]+){0,2}) [-–—] (?=[^\W\d_])")
_NEAR_END = 90
_SLASH = re.compile(r"\s?[/／]\s?")
# How many characters before a label an agency's name may begin, and the signs that may precede it.
_HOUSE, _HOUSE_BEHIND = 24, ".!?([|–—"
_MOST_LABELS = 3

Place = Literal[
    "line", "labelled-bracket", "label", "label-after", "bracket", "sentence", "bar", "slash", "phrase", "equals"
]


@dataclass(frozen=True, slots=True)
class Split:
    """A line split into caption and credit. ``line[start:]`` is the credit with its label and brackets."""

    caption: str
    reading: Reading
    start: int
    rule: str
    strength: int
    """SURE, LIKELY, or POSSIBLE, which counts only if something else in the article supports it."""

    @property
    def is_credit_only(self) -> bool:
        """Return whether the line is only a credit."""
        return not self.caption


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where the caption may end and the credit begin."""

    place: Place
    end: int
    """Where the caption ends."""
    start: int
    """Where the credit begins, with its label and brackets."""
    text: str
    """The text to read as the credit."""
    kind: str = ""
    """The kind of the label that announces it."""
    house: bool = False
    """Whether the name of an agency or a qualifier precedes the label: ``ST Photo:``."""


@lru_cache(maxsize=4096)
def read(text: str, words: Vocabulary) -> Reading:
    """Return the reading of a credit, cached because articles and archives repeat their credits."""
    return read_credit(text, words)


def labelled_cuts(line: str, words: Vocabulary) -> Iterator[Cut]:
    """Yield the cuts before a label: in brackets at the end, within the line, or after the names."""
    bracketed = line[:-1] if line[-1:] in ".。" and line[-2:-1] in CLOSING else line  # `(Photo: Jo Reed).`
    if (cut := labelled_bracket(bracketed, words)) is not None:
        yield cut
    since = max(0, len(line) - TAIL)
    for _ in range(_MOST_LABELS):
        found = labels.find(line, words, since)
        if found is None:
            break
        house = _house_before(line, found.start, words)
        start = _bracket_before(line, house)
        text = line[start:] if start < found.start else line[found.start :]
        text = _without_stop(text) if found.kind in ("by", "sign") else text
        yield Cut("label", start, start, text, found.kind, house < found.start)
        since = found.end
    yield from _dash_cuts(line, words)
    yield from _label_after_cuts(line, words)


def _dash_cuts(line: str, words: Vocabulary) -> Iterator[Cut]:
    """Yield the cut before a label with a dash instead of a colon: ``caption. Photo credits - Jo Reed``."""
    if DASH.search(line, max(0, len(line) - _NEAR_END)) is None:
        return
    for found in LABEL_DASH.finditer(line, max(0, len(line) - _NEAR_END)):
        if labels.label_kind(found[1], words) in ("before", "by"):
            yield Cut("label", found.start(1), found.start(1), f"{found[1]}: {line[found.end() :]}", "before")


def labelled_bracket(line: str, words: Vocabulary) -> Cut | None:
    """Return the cut before a bracket that ends the line and may contain a label."""
    start = closing_bracket_start(line)
    if start is None or (start and not labels.announced(line[start:], words)):
        return None
    return Cut("labelled-bracket", start, start, line[start:])


def _label_after_cuts(line: str, words: Vocabulary) -> Iterator[Cut]:
    """Yield cuts in a line that ends with a label: ``caption. J. Stacevičiaus / LRT nuotr.``."""
    folded = line.casefold()
    behind = labels.BEHIND.search(line)
    bracketed = behind is not None and labels.label_kind(behind[1], words) in ("before", "by")
    if not bracketed and (len(folded) != len(line) or not folded.endswith(words.after_labels)):
        return
    sign, comma = line.rfind("＝"), line.rfind("、")
    if 0 < sign < comma:  # `caption＝5月1日、東京都港区、山田太郎撮影`: time and place come first, the name last
        yield Cut("label-after", comma, comma, line[comma + 1 :], "taken-by")
    for start in cuts(line):
        yield Cut("label-after", start, start, line[start:], "after")


def unlabelled_cuts(line: str, words: Vocabulary) -> Iterator[Cut]:
    """Yield the cuts before a credit without a label."""
    yield Cut("line", 0, 0, line)
    start = closing_bracket_start(line, 160)
    if start:
        yield Cut("bracket", start, start, line[start:])
    for start in cuts(line):
        if start:
            place: Place = "bar" if line[:start].rstrip()[-1:] in "|｜–—•" else "sentence"
            yield Cut(place, start, start, _without_stop(line[start:]))
    if (small := _SMALL_HOUSE.search(line)) is not None and words.spelling(small.group()) is not None:
        yield Cut("sentence", small.start(), small.start(), small.group())
    yield from _slash_cuts(line, words)
    if line.find("/", max(0, len(line) - _NEAR_END)) > 0:
        for glued in _GLUED.finditer(line, max(0, len(line) - _NEAR_END)):
            yield Cut("phrase", glued.start(), glued.start(), line[glued.start() :])
    at = max(line.rfind("="), line.rfind("＝"))
    if at > 0 and len(line) - at <= 30 and has_cjk(line):
        yield Cut("equals", at, at, unicodedata.normalize("NFKC", line[at + 1 :]))


def _slash_cuts(line: str, words: Vocabulary) -> Iterator[Cut]:
    """Yield cuts at a slash with spaces, and before the names that end in the first slash: ``dog Jo Reed/AP``."""
    since = max(0, len(line) - 90)
    slash = _SLASH.search(line, since)
    if slash is None:
        return
    if len(slash.group()) == 3 and balanced(line, slash.end()):
        yield Cut("slash", slash.start(), slash.end(), line[slash.end() :])
    if line[-1] in CLOSING:
        return
    if (handle := _HANDLE.search(line, since, slash.start())) is not None:
        yield Cut("phrase", handle.start(), handle.start(), line[handle.start() :])
    head = line[: slash.start()].rstrip()
    tokens = [(m.start(), m.group()) for m in re.finditer(r"\S+", head[-60:])]
    offset = len(head) - len(head[-60:])
    for size in (4, 3, 2, 1):
        if size > len(tokens) - 1:
            continue
        start = offset + tokens[-size][0]
        text = head[start:]
        if not balanced(line, start):
            return
        spelled = words.spelling(text)
        if (spelled and not spelled[1]) or (size in (2, 3) and _name_starts(tokens[-size - 1][1], text, size)):
            yield Cut("phrase", start, start, line[start:])


def _name_starts(before: str, text: str, size: int) -> bool:
    """Return whether a name begins between two words: a capital after a lowercase letter or a period."""
    if not text[:1].isupper():
        return False
    return size == 2 or before[:1].islower() or not before[-1:].isalnum()


def _house_before(line: str, at: int, words: Vocabulary) -> int:
    """Return where an agency or a qualifier begins right before a label: ``ST Photo:``, ``Pool Photo via``."""
    head = line[:at].rstrip()
    if at == len(head) or not head[-1:].isalnum():
        return at
    start = max(head.rfind(sign, max(0, at - _HOUSE)) for sign in _HOUSE_BEHIND) + 1
    house = head[start:].strip()
    if not start or not house[:1].isupper() or not (words.spelling(house) or words.marks.get(name_key(house))):
        return at
    return start + len(head[start:]) - len(head[start:].lstrip())


def _bracket_before(line: str, at: int) -> int:
    """Return where the credit begins if a bracket opens right before its label and never closes."""
    before = line[:at].rstrip()
    return len(before) - 1 if before[-1:] in ("(", "[", "（", "【") else at


def _without_stop(text: str) -> str:
    """Remove the period of a sentence, ``Photo by Jo Reed.``, but not of an abbreviation, ``Reed & Co.``."""
    if text[-1:] != "." or text[-2:-1] == "." or ABBREVIATED.search(text):
        return text
    return text[:-1]


def cuts(line: str) -> list[int]:
    """Return where a credit without a label may begin: at the start of the line, after a sentence or after a bar."""
    since = max(0, len(line) - 130)
    found = [m.end() for m in _SENTENCE.finditer(line, since) if m.end() < len(line) and balanced(line, m.end())]
    return ([0] if len(line) <= 130 else []) + found[-6:]


def balanced(line: str, start: int) -> bool:
    """Return whether no bracket opens before ``start`` and closes after it."""
    depth = 0
    for char in line[start:]:
        if char in BRACKETS:
            depth += 1
        elif char in CLOSING:
            depth -= 1
            if depth < 0:
                return False
    return True


def trim(text: str) -> str:
    """Remove the signs between caption and credit, and a picture's number in a series: ``[1/3]``, ``1 of 3 |``."""
    text = text.rstrip(_JOINT)
    if number := _NUMBER.match(text):
        text = text[number.end() :]
    return text[:-1].rstrip(_JOINT) if text[-1:] in ("(", "[", "（", "【") else text.strip()


def is_short_name(text: str) -> bool:
    """Return whether a text can be a name in a language whose particles are unknown: four words at most."""
    return len(text.split()) <= 4 and len(text) <= 40 and not text[:1].islower() and any(c.isalpha() for c in text)


def is_named(reading: Reading) -> bool:
    """Return whether a credit names a person or an agency in the register."""
    return bool(reading.registered) or bool(reading.persons)


def has_slash(reading: Reading) -> bool:
    """Return whether a credit is a chain: parties joined by a slash, a bar, a dash, `via`, or a bracket."""
    return any(p.joint not in ("", ",", "and", "stop") for p in reading.parties)
