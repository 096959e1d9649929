"""Split a block of text into caption and credit line at the cut with the best score."""

from __future__ import annotations

import re
from collections.abc import Iterable

from captions.caption import cut_scores
from captions.caption.buttons import without_button
from captions.caption.candidates import (
    DASH,
    LABEL_DASH,
    LIKELY,
    POSSIBLE,
    SURE,
    TAIL,
    Cut,
    Split,
    labelled_bracket,
    labelled_cuts,
    read,
    trim,
    unlabelled_cuts,
)
from captions.credit import labels
from captions.lexicon.vocabulary import Vocabulary
from captions.text import BRACKETS, CLOSING, STOPS, has_cjk, name_key

_HINTS = re.compile("[=＝/／|｜]")
_ENDS_IN_SENTENCE = re.compile(r"[^\W\d_A-ZÀ-Þ]{2}[.!?…][\"'”’»)]?$")
_MAY_BE_LABEL = re.compile("[:：=＝∶／…©ⓒ℗（\U0001f4f7\U0001f4f8]|\\.\\.\\.| / |\\( ?[cC]|[cC][oO][pP][yY]?[rR]")
# The longest last sentence that may be a credit such as `Photo by Jo Reed.`, in characters.
_LAST = 90
# The longest line that may be `Jo Reed for The Courier`, in characters.
_SHORT = 70
# A label followed only by names: no later cut will score higher.
_ENOUGH = 4.0
_PLACEHOLDERS = frozenset({"uncredited", "supplied", "handout", "courtesy"})
_RULES = {
    "line": "bare-line", "bracket": "bare-bracket", "sentence": "bare-tail", "bar": "bare-tail", "slash": "name-slash",
    "phrase": "name-slash",
}  # fmt: skip


def split(line: str, words: Vocabulary) -> Split | None:
    """Split a line with a credit at its end, or that is only a credit; return None if it has no credit.

    ``"A dog. (Photo: Jane Doe/AP)"`` gives caption ``A dog.`` and a reading of ``Jane Doe/AP``; ``"Foto: dpa"`` gives
    caption ``""``.
    """
    line = without_button(line.rstrip())
    if len(line) < 2 or not _has_hint(line, words):
        return None
    best = _best(labelled_cuts(line, words), line, words)
    if best is None or best[0] < LIKELY:
        bare = _best((c for c in unlabelled_cuts(line, words) if _may_be(c, words)), line, words)
        best = bare if best is None or (bare is not None and bare[0] > best[0]) else best
    return None if best is None else _split_at(*best, line, words)


def _best(cuts: Iterable[Cut], line: str, words: Vocabulary) -> tuple[float, Cut] | None:
    """Return the cut with the highest score, the first if several share it."""
    best: tuple[float, Cut] | None = None
    for cut in cuts:
        score = cut_scores.score(cut, read(cut.text, words), line, words)
        least = POSSIBLE if cut.place == "line" and line[0] in BRACKETS and line[-1] in CLOSING else LIKELY
        if score >= _LEAST.get(cut.place, least) and (best is None or score > best[0]):
            best = (score, cut)
            if score >= _ENOUGH:
                break
    return best


# The score that a cut needs. Brackets and labels need less, because the article may support them later.
_LEAST: dict[str, float] = {"labelled-bracket": POSSIBLE, "label": POSSIBLE, "bracket": POSSIBLE, "phrase": SURE}


def _may_be(cut: Cut, words: Vocabulary) -> bool:
    """Return whether the credit of a cut without a label is worth reading; a fast test."""
    if cut.place in ("bracket", "equals", "phrase"):
        return True
    if cut.place == "slash":
        return len(cut.text) <= 60 and not cut.text[:1].islower()
    return cut_scores.may_be_bare(cut.text, words)


def _split_at(score: float, cut: Cut, line: str, words: Vocabulary) -> Split:
    reading = read(cut.text, words)
    strength = SURE if score >= SURE else LIKELY if score >= LIKELY else POSSIBLE
    if cut.place == "line" or reading.label == "weak":
        strength = min(strength, LIKELY)
    start, caption = cut.start, trim(line[: cut.end])
    if cut.place == "labelled-bracket":
        earlier = line[:start].rstrip()  # if the same picture is credited twice, the last credit is the fullest
        while (before := labelled_bracket(earlier, words)) is not None and _best([before], earlier, words):
            start = before.start
            earlier = earlier[:start].rstrip()
        caption = trim(line[:start])
    return Split(caption, reading, start, _RULES.get(cut.place, cut.place), strength)


def is_label(line: str, words: Vocabulary) -> bool:
    """Return whether a line is only a label: ``"Foto:"``, ``"Legende:"``, ``"Image caption,"``."""
    if line[-1:] in (",", "，", "،"):
        return labels.hidden(line, words) is not None
    if line[-1:] not in ":：= ":
        return False
    bare = line.strip(" :：=([)]*")
    return 2 <= len(bare) <= 40 and line.rstrip()[-1:] in ":：=" and labels.label_kind(bare, words) is not None


def _has_hint(line: str, words: Vocabulary) -> bool:
    """Return whether a line may contain a credit; a fast test that most lines of an article fail."""
    since = max(0, len(line) - TAIL)
    if line[-1] in CLOSING or _HINTS.search(line, max(0, len(line) - 130)):
        return True
    last = name_key(line[max(0, len(line) - 24) :].rsplit(None, 1)[-1].rsplit(".", 1)[-1])
    if (
        last in words.last_words
        or words.marks.get(last) in _PLACEHOLDERS
        or (has_cjk(line[-1:]) and line[-1] not in STOPS)
    ):
        return True
    if DASH.search(line, max(0, len(line) - _LAST)) and LABEL_DASH.search(line, max(0, len(line) - _LAST)):
        return True
    if _ENDS_IN_SENTENCE.search(line, max(0, len(line) - 5)):  # most paragraphs, which can only contain a label
        if _MAY_BE_LABEL.search(line, since) and labels.find(line, words, since, phrases=False) is not None:
            return True
        return _ends_in_credit(line, words)
    if (
        len(line) <= _SHORT
        and line.count(" ") >= 3
        and line[0].isupper()
        and not words.fors.isdisjoint(line.split()[2:5])
    ):
        return True
    tail = line[since:].lower()
    if tail.endswith(words.after_labels) or labels.find(line, words, since) is not None:
        return True
    for stem in words.source_stems:
        if stem in tail and any(phrase in tail for phrases in words.sources.values() for phrase in phrases):
            return True
    return False


def _ends_in_credit(line: str, words: Vocabulary) -> bool:
    """Return whether the last sentence may be a credit, ``Photo by Jo Reed.``; a fast test."""
    tail = line[-_LAST:]
    end = len(tail) - 1
    while end > 0:
        end = max(
            tail.rfind(". ", 0, end), tail.rfind('" ', 0, end), tail.rfind("” ", 0, end), tail.rfind("! ", 0, end)
        )
        start = end + 2
        if end < 0:
            if len(line) > _LAST:
                return False
            start = 0
        first = tail[start : start + 24].split(" ", 1)[0].lower()
        if first in words.by_starts or first in words.sources:
            last = tail[start:]
            if labels.by_phrases(last, words) or labels.source_phrase(last, words):
                return True
    return False
