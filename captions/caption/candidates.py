"""A line split into caption and credit, and what all rules that split it share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from captions.credit.parser import Reading
from captions.credit.parser import read as read_credit
from captions.lexicon.vocabulary import Vocabulary
from captions.text import BRACKETS, CLOSING

SURE, LIKELY, POSSIBLE = 3, 2, 1
# Credits are looked for in the last characters of a line: the longest of 211 on news pages has 82.
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


@dataclass(frozen=True, slots=True)
class Split:
    """A line read as caption and credit. ``line[start:]`` is the credit with its label and brackets."""

    caption: str
    reading: Reading
    start: int
    rule: str
    strength: int
    """SURE, LIKELY, or POSSIBLE: the last is believed only where something else in the article supports it."""

    @property
    def alone(self) -> bool:
        """Whether the line is a credit and nothing else."""
        return not self.caption


@lru_cache(maxsize=4096)
def read(text: str, words: Vocabulary) -> Reading:
    """The reading of a credit, kept: in an article and in an archive the same credits stand again and again."""
    return read_credit(text, words)


def cuts(line: str) -> list[int]:
    """Where a credit without a label may begin: at the line's start, after a sentence's end, after a bar."""
    since = max(0, len(line) - 130)
    cuts = [m.end() for m in _SENTENCE.finditer(line, since) if m.end() < len(line) and balanced(line, m.end())]
    return ([0] if len(line) <= 130 else []) + cuts[-6:]


def balanced(line: str, start: int) -> bool:
    """Whether no bracket opens before ``start`` that closes behind it."""
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
    """The caption without what joined it to its credit, spaces, commas, dashes, bars, and without a picture's number
    in a series before it: ``[1/3]``, ``1 of 3 |``."""
    text = text.rstrip(_JOINT)
    if number := _NUMBER.match(text):
        text = text[number.end() :]
    return text[:-1].rstrip(_JOINT) if text[-1:] in ("(", "[", "（", "【") else text.strip()


def is_short_name(text: str) -> bool:
    """Whether a text can be a name in a language whose small words are not known: four words at the most."""
    return len(text.split()) <= 4 and len(text) <= 40 and not text[:1].islower() and any(c.isalpha() for c in text)


def is_named(reading: Reading) -> bool:
    """Whether a credit names a person or one whom the register knows."""
    return bool(reading.registered) or bool(reading.persons)


def has_slash(reading: Reading) -> bool:
    """Whether a credit is a chain: its parties joined by a slash, a bar, a dash, `via`, or a bracket."""
    return any(p.joint not in ("", ",", "and", "stop") for p in reading.parties)
