"""One block of text -> caption text | credit line: where in a line the credit begins, and how sure that is."""

from __future__ import annotations

import re

from captions.caption.buttons import without_button
from captions.caption.candidates import (
    LIKELY,
    POSSIBLE,
    SURE,
    TAIL,
    Split,
    cuts,
    has_slash,
    is_named,
    is_short_name,
    read,
    trim,
)
from captions.caption.unlabeled import bare_alone, bare_bracket, bare_tail, cjk_sign, name_before_slash
from captions.credit import labels
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.text import CLOSING, STOPS, closing_bracket_start, has_cjk, name_key

# In characters: how far before a label an agency's name is looked for, and behind what it stands.
_HOUSE, _HOUSE_BEHIND = 24, ".!?([|–—"
_HINTS = re.compile("[=＝/／|｜]")
_ENDS_IN_SENTENCE = re.compile(r"[^\W\d_A-ZÀ-Þ]{2}[.!?…][\"'”’»]?$")


def split(line: str, words: Vocabulary) -> Split | None:
    """Finds the credit at the end of a line, or the line that is a credit; None where there is none.

    ``"A dog. (Photo: Jane Doe/AP)"`` gives caption ``A dog.`` and a reading of ``Jane Doe/AP``; ``"Foto: dpa"`` gives
    caption ``""``.
    """
    line = without_button(line.rstrip())
    if len(line) < 2 or not _has_hint(line, words):
        return None
    for rule in _RULES:
        if (found := rule(line, words)) is not None:
            return found
    return None


def is_label(line: str, words: Vocabulary) -> bool:
    """Whether a line is a label and nothing else: ``"Foto:"``, ``"Legende:"``, ``"Image caption,"``."""
    if line[-1:] == ",":
        return labels.hidden(line, words) is not None
    bare = line.strip(" :：=([)]*")
    return 2 <= len(bare) <= 40 and line.rstrip()[-1:] in ":：=" and labels.label_kind(bare, words) is not None


def _has_hint(line: str, words: Vocabulary) -> bool:
    """A cheap test that most lines of an article do not pass."""
    since = max(0, len(line) - TAIL)
    if line[-1] in CLOSING or _HINTS.search(line, max(0, len(line) - 130)):
        return True
    last = name_key(line[max(0, len(line) - 24) :].rsplit(None, 1)[-1].rsplit(".", 1)[-1])
    if last in words.last_words or (has_cjk(line[-1:]) and line[-1] not in STOPS):
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
        caption = trim(line[:start])
    return Split(caption, reading, start, "labelled-bracket", strength)


def _label_inside(line: str, words: Vocabulary) -> Split | None:
    """``caption. Foto: X/Y``, ``caption © X``, ``caption Photo by X``."""
    since = max(0, len(line) - TAIL)
    for _ in range(3):
        found = labels.find(line, words, since)
        if found is None:
            return None
        house = _house_before(line, found.start, words)
        start = _bracket_before(line, house)
        reading = read(line[start:] if start < found.start else line[found.start :], words)
        labelled = reading.label is not None or (house < found.start and is_named(reading))
        if labelled and _is_credit(reading, True) and _fits(line, start, found.kind, reading):
            if found.kind == "sign" and reading.credit.line[:1].islower() and not reading.registered:
                return None  # a line of code: # (c) nobody
            before = line[:start].split()
            if before and before[-1].casefold() in words.joins:
                return None  # Lights and photographs: Nell Carrow
            if before and found.kind != "sign" and before[-1].casefold() in words.showing:
                since = found.end
                continue  # In the photo: Nell Carrow
            if not reading.clean and 0 < len(before) < 3:
                return None  # `Erstes Bild: so könnte es aussehen`
            strength = SURE
            if found.kind == "weak":
                strength = LIKELY if reading.registered else POSSIBLE
            elif found.kind == "by" and start and not _after_stop(line, start) and not line[start].isupper():
                strength = POSSIBLE
            return Split(trim(line[:start]), reading, start, "label", strength)
        since = found.end
    return None


def _fits(line: str, start: int, kind: str, reading: Reading) -> bool:
    """A label in the middle of a sentence announces no credit: ``the caption of the photo: a dog``."""
    if start == 0 or kind == "sign":
        return True
    label = line[start : start + 1]
    return label.isupper() or not label.isalpha() or has_cjk(label) or _after_stop(line, start) or is_named(reading)


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
    if (found := _taken_by(line, words)) is not None:
        return found
    for start in cuts(line):
        reading = read(line[start:], words)
        named = all(p.kind in ("agency", "organization", "person", "mark") for p in reading.parties)
        if any(p.joint in ("、", "，", "=", "＝") for p in reading.parties):
            continue
        whole = start > 0 or not any(stop in line for stop in "。！？")
        if reading.label == "after" and named and whole and is_named(reading):
            return Split(
                trim(line[:start]),
                reading,
                start,
                "label-after",
                SURE if start == 0 or has_slash(reading) else LIKELY,
            )
    return None


def _taken_by(line: str, words: Vocabulary) -> Split | None:
    """``caption＝5月1日、東京都港区、山田太郎撮影``: behind the sign stand time and place, and last who took it."""
    sign, comma = line.rfind("＝"), line.rfind("、")
    if not 0 < sign < comma:
        return None
    reading = read(line[comma + 1 :], words)
    if reading.label != "after" or not reading.clean or len(reading.parties) != 1 or not is_named(reading):
        return None
    return Split(trim(line[:comma]), reading, comma, "label-after", SURE)


def _house_before(line: str, at: int, words: Vocabulary) -> int:
    """Where an agency or a mark begins that stands right before a label, behind a stop or in a bracket: ``ST Photo:``,
    ``Pool Photo via``."""
    head = line[:at].rstrip()
    if at == len(head) or not head[-1:].isalnum():
        return at
    start = max(head.rfind(sign, max(0, at - _HOUSE)) for sign in _HOUSE_BEHIND) + 1
    house = head[start:].strip()
    if not start or not house[:1].isupper() or not (words.spelling(house) or words.marks.get(name_key(house))):
        return at
    return start + len(head[start:]) - len(head[start:].lstrip())


def _bracket_before(line: str, at: int) -> int:
    """A bracket that opens right before a label and never closes belongs to the credit."""
    before = line[:at].rstrip()
    return len(before) - 1 if before[-1:] in ("(", "[", "（", "【") else at


_RULES = (
    _labelled_bracket,
    _label_inside,
    _label_after,
    bare_alone,
    bare_tail,
    bare_bracket,
    name_before_slash,
    cjk_sign,
)


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
    return (
        labelled and bool(reading.parties) and all(is_short_name(p.text) for p in reading.parties if p.kind == "other")
    )
