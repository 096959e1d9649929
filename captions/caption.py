"""One block of text -> caption text | credit line: where in a line the credit begins, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from captions import labels
from captions.credit import Reading
from captions.credit import read as read_credit
from captions.text import BRACKETS, CLOSING, closing_bracket_start, has_cjk, name_key
from captions.vocabulary import Vocabulary

SURE, LIKELY, POSSIBLE = 3, 2, 1
# Credits are looked for in the last characters of a line: the longest of 211 on news pages has 82.
TAIL = 240
_JOINT = " \t\u00a0\u3000,;:|/–—-•·*＝="
_HINTS = re.compile("[=＝/／|｜]")
_SENTENCE = re.compile(
    r"[.!?…。！？؟।][\"'”’»)\]]*\s*(?=[^\W\d_a-zà-öø-ÿ])|[”’»)\]]\s*(?=[A-Z])|(?<=\S)\"\s+(?=[A-Z])|\s[|–—•]\s|[|｜]\s?|＝(?=[\u3400-\u9fff])"
)
_CHAIN = re.compile(r"[/／|｜©]|copyright", re.IGNORECASE)
_ENDS_IN_SENTENCE = re.compile(r"[^\W\d_A-ZÀ-Þ]{2}[.!?…][\"'”’»]?$")
# A dateline, a line of dialogue or of a quotation's author, an item of a list.
_NO_BARE_LINE = re.compile(r"[A-ZÀ-Þ][^\W\d_a-z]+\s*\([^)]*\)$|[-–—]\s?[^\W\d_]|\d+[.)]\s|[•*·]\s")
_STOPS = ".!?。！？…"
_SLASH = re.compile(r"\s?[/／]\s?")


@lru_cache(maxsize=4096)
def read(text: str, words: Vocabulary) -> Reading:
    """The reading of a credit, kept: in an article and in an archive the same credits stand again and again."""
    return read_credit(text, words)


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


def split(line: str, words: Vocabulary) -> Split | None:
    """Finds the credit at the end of a line, or the line that is a credit; None where there is none.

    ``"A dog. (Photo: Jane Doe/AP)"`` gives caption ``A dog.`` and a reading of ``Jane Doe/AP``; ``"Foto: dpa"`` gives
    caption ``""``.
    """
    line = line.rstrip()
    if len(line) < 2 or not _has_hint(line, words):
        return None
    for rule in _RULES:
        if (found := rule(line, words)) is not None:
            return found
    return None


def is_label(line: str, words: Vocabulary) -> bool:
    """Whether a line is a label and nothing else: ``"Foto:"``, ``"Legende:"``."""
    bare = line.strip(" :：=([)]*")
    return 2 <= len(bare) <= 40 and line.rstrip()[-1:] in ":：=" and labels.label_kind(bare, words) is not None


def _has_hint(line: str, words: Vocabulary) -> bool:
    """A cheap test that most lines of an article do not pass."""
    since = max(0, len(line) - TAIL)
    if line[-1] in CLOSING or _HINTS.search(line, max(0, len(line) - 130)):
        return True
    last = name_key(line[max(0, len(line) - 24) :].rsplit(None, 1)[-1].rsplit(".", 1)[-1])
    if last in words.last_words or (has_cjk(line[-1:]) and line[-1] not in _STOPS):
        return True
    if _ENDS_IN_SENTENCE.search(line, max(0, len(line) - 5)):  # most paragraphs: a label may stand in them, no more
        return labels.find(line, words, since, phrases=False) is not None
    tail = line[since:].lower()
    if tail.endswith(words.after_labels) or labels.find(line, words, since) is not None:
        return True
    for stem in words.source_stems:
        if stem in tail and any(phrase in tail for phrases in words.sources.values() for phrase in phrases):
            return True
    return False


def _may_be_bare(text: str, words: Vocabulary) -> bool:
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


def _labelled_bracket(line: str, words: Vocabulary) -> Split | None:
    """``caption (photo credit: X / Y)``, two such brackets too."""
    start = closing_bracket_start(line)
    if start is None:
        return None
    if start and not labels.announced(line[start:], words):
        return None
    reading = read(line[start:], words)
    if reading.label is None or not _is_credit(reading, True):
        return None
    strength = SURE if reading.label != "weak" else LIKELY if reading.registered else POSSIBLE
    earlier = _labelled_bracket(line[:start].rstrip(), words)
    if earlier is not None:  # the same picture credited twice: what is printed last is the fullest
        start, caption = earlier.start, earlier.caption
        reading = read(line[start:], words)
    else:
        caption = _trim(line[:start])
    return Split(caption, reading, start, "labelled-bracket", strength)


def _label_inside(line: str, words: Vocabulary) -> Split | None:
    """``caption. Foto: X/Y``, ``caption © X``, ``caption Photo by X``."""
    since = max(0, len(line) - TAIL)
    for _ in range(3):
        found = labels.find(line, words, since)
        if found is None:
            return None
        start = _bracket_before(line, found.start)
        reading = read(line[start:] if start < found.start else line[found.start :], words)
        if reading.label is not None and _is_credit(reading, True) and _fits(line, start, found.kind, reading):
            if found.kind == "sign" and reading.credit.line[:1].islower() and not reading.registered:
                return None  # a line of code: # (c) nobody
            before = line[:start].split()
            if before and before[-1].casefold() in words.joins:
                return None  # Lights and photographs: Nell Carrow
            if not reading.clean and 0 < len(before) < 3:
                return None  # `Erstes Bild: so könnte es aussehen`
            strength = SURE
            if found.kind == "weak":
                strength = LIKELY if reading.registered else POSSIBLE
            elif found.kind == "by" and start and not _after_stop(line, start) and not line[start].isupper():
                strength = POSSIBLE
            return Split(_trim(line[:start]), reading, start, "label", strength)
        since = found.end
    return None


def _bracket_before(line: str, at: int) -> int:
    """A bracket that opens right before a label and never closes belongs to the credit."""
    before = line[:at].rstrip()
    return len(before) - 1 if before[-1:] in ("(", "[", "（", "【") else at


def _fits(line: str, start: int, kind: str, reading: Reading) -> bool:
    """A label in the middle of a sentence announces no credit: ``the caption of the photo: a dog``."""
    if start == 0 or kind == "sign":
        return True
    label = line[start : start + 1]
    return label.isupper() or not label.isalpha() or has_cjk(label) or _after_stop(line, start) or _is_named(reading)


def _after_stop(line: str, start: int) -> bool:
    before = line[:start].rstrip()
    return not before or not (before[-1].isalnum())


def _label_after(line: str, words: Vocabulary) -> Split | None:
    """``caption. J. Stacevičiaus / LRT nuotr.``: the label stands behind the names."""
    folded = line.casefold()
    behind = labels.BEHIND.search(line)
    bracketed = behind is not None and labels.label_kind(behind[1], words) in ("before", "by")
    if not bracketed and (len(folded) != len(line) or not folded.endswith(words.after_labels)):
        return None
    for start in _cuts(line):
        reading = read(line[start:], words)
        named = all(p.kind in ("agency", "organization", "person", "mark") for p in reading.parties)
        if any(p.joint in ("、", "，", "=", "＝") for p in reading.parties):
            continue
        whole = start > 0 or not any(stop in line for stop in "。！？")
        if reading.label == "after" and named and whole and _is_named(reading):
            return Split(
                _trim(line[:start]),
                reading,
                start,
                "label-after",
                SURE if start == 0 or _has_slash(reading) else LIKELY,
            )
    return None


def _bare_alone(line: str, words: Vocabulary) -> Split | None:
    """A line that is a credit without a label: ``Lichtgut/Christoph Schmidt``, ``REUTERS``, ``(Edu Luque)``."""
    if not _may_be_bare(line, words):
        return None
    if _NO_BARE_LINE.match(line) or line.split(" ", 1)[0].casefold() in words.bys:
        return None
    reading = read(line, words)
    if reading.credit.line[-1:] in _STOPS and not reading.credit.copyright_notice:
        return None  # a sentence, in brackets or not
    bracketed = closing_bracket_start(line) == 0
    strength = _bare_strength(reading, bracketed)
    if bracketed and strength == POSSIBLE and reading.persons:
        strength = LIKELY
    if strength == POSSIBLE and not bracketed:
        return None
    return Split("", reading, 0, "bare-line", min(strength, LIKELY)) if strength else None


def _bare_tail(line: str, words: Vocabulary) -> Split | None:
    """``caption. Ammar Awad/Reuters``, ``caption.EFE``, ``caption | Jörg Carstensen/dpa``."""
    for start in _cuts(line):
        if start == 0 or not _may_be_bare(line[start:], words):
            continue
        reading = read(line[start:], words)
        strength = _bare_strength(reading)
        if strength >= LIKELY and len(reading.credit.line) <= 120:
            return Split(_trim(line[:start]), reading, start, "bare-tail", strength)
    return None


def _bare_bracket(line: str, words: Vocabulary) -> Split | None:
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
    return Split(_trim(line[:start]), reading, start, "bare-bracket", strength)


def _is_capitalised(reading: Reading) -> bool:
    """Square brackets at a line's end hold little else than credits, if they hold two names or more."""
    tokens = reading.credit.line.split()
    return reading.clean and 2 <= len(tokens) <= 6 and all(t[0].isupper() or len(t) <= 3 for t in tokens)


def _name_before_slash(line: str, words: Vocabulary) -> Split | None:
    """``caption without a full stop Ammar Awad/Reuters``, ``caption AP Photo/Eric Gay``."""
    slash = _SLASH.search(line, max(0, len(line) - 90))
    if slash is None:
        return None
    head = line[: slash.start()].rstrip()
    tokens = [(m.start(), m.group()) for m in re.finditer(r"\S+", head[-60:])]
    offset = len(head) - len(head[-60:])
    for size in (4, 3, 2, 1):
        if size > len(tokens) - 1:
            continue
        start = offset + tokens[-size][0]
        text = head[start:]
        if not _balanced(line, start):
            return None
        before = tokens[-size - 1][1]
        spelled = words.spelling(text)
        if (spelled and not spelled[1]) or (size in (2, 3) and _name_starts(before, text, size)):
            reading = read(line[start:], words)
            if _bare_strength(reading) == SURE:
                return Split(_trim(line[:start]), reading, start, "name-slash", SURE)
    return None


def _name_starts(before: str, text: str, size: int) -> bool:
    """Whether a name begins between two words: a small letter or a stop before it, a capital after it."""
    if not text[:1].isupper():
        return False
    return size == 2 or before[:1].islower() or not before[-1:].isalnum()


def _cjk_sign(line: str, words: Vocabulary) -> Split | None:
    """``caption＝共同``: a full-width or plain equals sign before an agency."""
    at = max(line.rfind("="), line.rfind("＝"))
    if at <= 0 or len(line) - at > 30:
        return None
    reading = read(line[at + 1 :], words)
    if reading.registered and reading.clean and (has_cjk(line) or has_cjk(line[at:])):
        return Split(_trim(line[:at]), reading, at, "equals", LIKELY)
    return None


_RULES = (
    _labelled_bracket,
    _label_inside,
    _label_after,
    _bare_alone,
    _bare_tail,
    _bare_bracket,
    _name_before_slash,
    _cjk_sign,
)


def _cuts(line: str) -> list[int]:
    """Where a credit without a label may begin: at the line's start, after a sentence's end, after a bar."""
    since = max(0, len(line) - 130)
    cuts = [m.end() for m in _SENTENCE.finditer(line, since) if m.end() < len(line) and _balanced(line, m.end())]
    return ([0] if len(line) <= 130 else []) + cuts[-6:]


def _balanced(line: str, start: int) -> bool:
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


def _trim(text: str) -> str:
    """The caption without what joined it to its credit: spaces, commas, dashes, bars."""
    text = text.rstrip(_JOINT)
    return text[:-1].rstrip(_JOINT) if text[-1:] in ("(", "[", "（", "【") else text.strip()


def _is_credit(reading: Reading, labelled: bool) -> bool:
    """Whether what stands behind a label reads as a credit and not as a sentence."""
    line = reading.credit.line
    if not line or len(line) > 220 or len(line.split()) > 28:
        return False
    if all(p.kind in ("role", "word") for p in reading.parties) and not (reading.parties and labelled and line == "-"):
        return False
    if reading.clean:
        return True
    # A name in a language whose small words we do not know stays whole, if it is short: `Bệnh viện cung cấp`.
    return labelled and bool(reading.parties) and all(_short_name(p.text) for p in reading.parties if p.kind == "other")


def _short_name(text: str) -> bool:
    return len(text.split()) <= 4 and len(text) <= 40 and not text[:1].islower() and any(c.isalpha() for c in text)


def _is_named(reading: Reading) -> bool:
    return bool(reading.registered) or bool(reading.persons)


def _has_slash(reading: Reading) -> bool:
    return any(p.joint not in ("", ",", "and", "stop") for p in reading.parties)


def _bare_strength(reading: Reading, bracketed: bool = False) -> int:
    """How much a line without a label looks like a credit: 0 if it does not.

    ``bracketed`` tells that the line is nothing but a bracket: then any party of the register will do; else a name
    without a person beside it must be one that sells pictures, for others are also named in headings and lists.
    """
    if len(reading.credit.line.split()) > 14 or not reading.parties:
        return 0
    if not reading.clean:
        return POSSIBLE if all(_short_name(p.text) for p in reading.parties if p.kind == "other") else 0
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
    if any(p.kind == "role" for p in reading.parties):
        return 0
    sellers = ("agency", "stock")
    strong = [p for p in reading.registered if not p.weak and p.agency]
    sold = bracketed or any(p.agency and p.agency.kind in sellers for p in strong)
    joined = _has_slash(reading)
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
