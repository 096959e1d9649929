"""Credits that no label announces: where they begin in a line, and how much they look like credits."""

from __future__ import annotations

import re

from captions.caption.candidates import (
    LIKELY,
    POSSIBLE,
    SURE,
    Split,
    balanced,
    cuts,
    has_slash,
    is_short_name,
    read,
    trim,
)
from captions.credit import labels
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.text import CLOSING, STOPS, closing_bracket_start, has_cjk, name_key, sentences

_CHAIN = re.compile(r"[/／|｜©]|copyright", re.IGNORECASE)
# A dateline, a line of dialogue or of a quotation's author, an item of a list.
_NO_BARE_LINE = re.compile(r"[A-ZÀ-Þ][^\W\d_a-z]+\s*\([^)]*\)$|[-–—]\s?[^\W\d_]|\d+[.)]\s|[•*·]\s")
_SLASH = re.compile(r"\s?[/／]\s?")


def may_be_bare(text: str, words: Vocabulary) -> bool:
    """A cheap test of a text without a label: short, few small words, and an agency, a slash or a lender in it."""
    if len(text) > 140:
        return False
    tokens = text.split()
    if len(tokens) > 16 or (len(tokens) > 3 and sum(t[0].islower() for t in tokens) > 1 + len(tokens) // 3):
        return bool(tokens) and labels.source_phrase(text, words)
    if _CHAIN.search(text) or text[-1] in CLOSING:
        return True
    last = name_key(tokens[-1].rsplit(".", 1)[-1] if not tokens[-1].endswith(".") else tokens[-1]) if tokens else ""
    return (
        last in words.last_words
        or labels.source_phrase(text, words)
        or (has_cjk(text) and words.spelling(text) is not None)
    )


def bare_alone(line: str, words: Vocabulary) -> Split | None:
    """A line that is a credit without a label: ``Lichtgut/Christoph Schmidt``, ``REUTERS``, ``(Edu Luque)``."""
    if not may_be_bare(line, words):
        return None
    if _NO_BARE_LINE.match(line) or line.split(" ", 1)[0].casefold() in words.bys:
        return None
    reading = read(line, words)
    if reading.credit.line[-1:] in STOPS and not reading.credit.copyright_notice:
        return None  # a sentence, in brackets or not
    opened = closing_bracket_start(line)
    if opened and _is_whole_credit(line[opened:], words):
        return None  # Henning Melber (REUTERS/Fatih Aksoy): a caption and its credit
    bracketed = opened == 0
    if line.rstrip(")]）】 ").endswith(("記者", "记者", "기자")):
        return None  # 新华社记者: who wrote the text
    strength = _bare_strength(reading, bracketed)
    if bracketed and strength == POSSIBLE and reading.persons and not has_cjk(line):
        strength = LIKELY
    if strength == POSSIBLE and not bracketed:
        return None
    return Split("", reading, 0, "bare-line", min(strength, LIKELY)) if strength else None


def _is_whole_credit(bracket: str, words: Vocabulary) -> bool:
    reading = read(bracket, words)
    return bool(reading.registered) and bool(reading.persons)


def bare_tail(line: str, words: Vocabulary) -> Split | None:
    """``caption. Ammar Awad/Reuters``, ``caption.EFE``, ``caption | Jörg Carstensen/dpa``."""
    for start in cuts(line):
        if start == 0 or not may_be_bare(line[start:], words):
            continue
        reading = read(line[start:], words)
        strength = LIKELY if _is_signed(reading) else _bare_strength(reading)
        if strength >= LIKELY and len(reading.credit.line) <= 120:
            return Split(trim(line[:start]), reading, start, "bare-tail", strength)
    return None


def _is_signed(reading: Reading) -> bool:
    """Whether a credit is a person and, behind a comma, an agency that sells pictures: ``Jo Reed, dpa``."""
    if len(reading.parties) != 2 or not reading.clean:
        return False
    person, house = reading.parties
    sells = house.agency is not None and not house.weak and house.agency.kind in ("agency", "stock")
    return person.kind == "person" and sells and house.joint == ","


def bare_bracket(line: str, words: Vocabulary) -> Split | None:
    """``caption (Adel Hana/Associated Press)``, ``caption [AP]``."""
    start = closing_bracket_start(line, 160)
    if not start:
        return None
    reading = read(line[start:], words)
    strength = _bare_strength(reading)
    if not strength:
        return None
    if strength == POSSIBLE and line[-1] in "]］】" and _is_capitalised(reading):
        strength = LIKELY
    return Split(trim(line[:start]), reading, start, "bare-bracket", strength)


def _is_capitalised(reading: Reading) -> bool:
    """Square brackets at a line's end hold little else than credits, if they hold two names or more."""
    tokens = reading.credit.line.split()
    return reading.clean and 2 <= len(tokens) <= 6 and all(t[0].isupper() or len(t) <= 3 for t in tokens)


def is_in_style(found: Split) -> bool:
    """Whether a bracket can hold a name nobody knows, in an article whose captions end in brackets with known ones."""
    name = found.reading.credit.line
    return (
        len(found.caption) <= 250
        and sentences(found.caption) <= 2
        and found.caption[-1:] in ".?!\"”'’"
        and name[:1].isupper()
        and not any(c.isdigit() for c in name)
        and len(name.split()) <= 4
        and not (name.isupper() and len(name) <= 5)
    )


def name_before_slash(line: str, words: Vocabulary) -> Split | None:
    """``caption without a full stop Ammar Awad/Reuters``, ``caption AP Photo/Eric Gay``."""
    slash = _SLASH.search(line, max(0, len(line) - 90))
    if slash is None:
        return None
    rest = line[slash.end() :]
    if len(slash.group()) == 3 and " / " not in rest and "/" in rest:  # caption / Ammar Awad/Reuters
        reading = read(rest, words)
        if _bare_strength(reading) == SURE and balanced(line, slash.end()):
            return Split(trim(line[: slash.start()]), reading, slash.end(), "name-slash", SURE)
    head = line[: slash.start()].rstrip()
    tokens = [(m.start(), m.group()) for m in re.finditer(r"\S+", head[-60:])]
    offset = len(head) - len(head[-60:])
    for size in (4, 3, 2, 1):
        if size > len(tokens) - 1:
            continue
        start = offset + tokens[-size][0]
        text = head[start:]
        if not balanced(line, start):
            return None
        before = tokens[-size - 1][1]
        spelled = words.spelling(text)
        if (spelled and not spelled[1]) or (size in (2, 3) and _name_starts(before, text, size)):
            reading = read(line[start:], words)
            if _bare_strength(reading) == SURE:
                return Split(trim(line[:start]), reading, start, "name-slash", SURE)
    return None


def _name_starts(before: str, text: str, size: int) -> bool:
    """Whether a name begins between two words: a small letter or a stop before it, a capital after it."""
    if not text[:1].isupper():
        return False
    return size == 2 or before[:1].islower() or not before[-1:].isalnum()


def cjk_sign(line: str, words: Vocabulary) -> Split | None:
    """``caption＝共同``: a full-width or plain equals sign before an agency."""
    at = max(line.rfind("="), line.rfind("＝"))
    if at <= 0 or len(line) - at > 30:
        return None
    reading = read(line[at + 1 :], words)
    if reading.registered and reading.clean and (has_cjk(line) or has_cjk(line[at:])):
        return Split(trim(line[:at]), reading, at, "equals", LIKELY)
    return None


def _bare_strength(reading: Reading, bracketed: bool = False) -> int:
    """How much a line without a label looks like a credit: 0 if it does not.

    ``bracketed`` tells that the line is nothing but a bracket: then any party of the register will do; else a name
    without a person beside it must be one that sells pictures, for others are also named in headings and lists.
    """
    if len(reading.credit.line.split()) > 14 or not reading.parties:
        return 0
    if not reading.clean:
        return POSSIBLE if all(is_short_name(p.text) for p in reading.parties if p.kind == "other") else 0
    if any(p.joint == "stop" and p.kind != "mark" for p in reading.parties):
        return 0
    if any(
        p.joint in ",，、" and p.joint and p.agency is None and p.kind not in ("mark", "word") for p in reading.parties
    ):
        return 0  # a list of names
    if any(p.joint == "," and p.agency for p in reading.parties) and not reading.persons:
        return POSSIBLE  # agency reports (AFP, Reuters)
    if reading.parties[0].kind == "mark" and any(p.joint == "courtesy" for p in reading.parties):
        return LIKELY
    if any(p.kind == "role" for p in reading.parties) or all(p.kind == "word" for p in reading.parties):
        return 0
    sellers = ("agency", "stock")
    strong = [p for p in reading.registered if not p.weak and p.agency]
    sold = bracketed or any(p.agency and p.agency.kind in sellers for p in strong)
    joined = has_slash(reading)
    if strong and (reading.persons or any(p.kind == "mark" for p in reading.parties)) and joined:
        return SURE
    if reading.registered and reading.persons and joined:
        return SURE
    if (
        sold
        and strong
        and all(p.agency or p.kind == "mark" or (joined and p.kind == "organization") for p in reading.parties)
    ):
        return LIKELY
    if sold and strong and joined:
        return LIKELY
    if reading.credit.copyright_notice and reading.credit.agencies:
        return LIKELY
    if reading.persons and joined and len(reading.persons) == 1 and len(reading.parties) <= 3 and _slashed(reading):
        return LIKELY
    return POSSIBLE


def _slashed(reading: Reading) -> bool:
    return all(p.joint in ("", "/", "／") for p in reading.parties)
