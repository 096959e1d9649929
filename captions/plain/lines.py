"""Split a source into lines with their spans, and join the remaining lines again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from captions.caption.candidates import Split, read
from captions.credit import labels
from captions.lexicon.vocabulary import Vocabulary
from captions.text import CONTROLS, printable, tidy

_LINE = re.compile(r"\r\n|[\n\r\u2028\u2029\x85\x0b\x0c]")
_INNER = re.compile(r"[(\[（【][^()\[\]（）【】]{3,200}[)\]）】]+(?=\s*\S)")
# The space between a bracket and the next word, with invisible characters.
_SKIPPED = re.compile(f"[ \t\u00a0.{CONTROLS}\ufeff]*")
_OPENING = {"(": ")", "[": "]", "（": "）"}
# Limits for a credit in brackets that continues on later lines, blank lines included: their number and their length.
_MOST_BROKEN, _LONGEST_BROKEN = 5, 100
_BROKEN = re.compile(r"[(\[（]\s*[\n\r\u2028\u2029\x85\x0b\x0c]")
_LABEL_SIGN = re.compile("[:：=＝©ⓒ]")
# The longest caption before a paragraph on the same line; longer text may be part of the paragraph.
LONGEST_INNER = 520


@dataclass(slots=True)
class Line:
    """A line of the source or a part of a line: ``source[start:end]``, without the line end."""

    start: int
    end: int
    text: str
    """The stripped text; empty for a blank line."""
    number: int
    """Its index among all lines, blank lines included."""
    split: Split | None = None
    read: bool = False
    """Whether ``split`` is set; it depends only on the line, so later passes reuse it."""
    label: bool = False
    """Whether the line is only a label; set with ``split``."""
    hidden_label: tuple[str, str] | None = None
    """The kind of the off-screen label at its start, and the rest of the line; set with ``split``."""
    key: str = ""
    used: bool = False
    """Whether the line belongs to an occurrence."""
    glued: bool = False
    """Whether it continues the previous line; both are parts of the same line of the source."""


@dataclass(slots=True)
class Page:
    """The lines of a text that are not blank, and the gaps between them."""

    lines: list[Line]
    gaps: list[bool]
    """For each line, whether a blank line precedes it."""
    uniform: bool
    """Whether there are blank lines between all lines, so that they have no meaning."""
    has_gaps: bool = False
    """Whether there are blank lines."""
    keys: Counter[str] = field(default_factory=Counter)

    def adjacent(self, at: int, other: int) -> bool:
        """Return whether two neighboring lines belong to the same block."""
        return 0 <= other < len(self.lines) and (self.uniform or not self.gaps[max(at, other)])


def join(source: str, lines: Sequence[Line]) -> str:
    """Join lines with ``\\n``; parts of a line stay on one line."""
    parts: list[str] = []
    for at, line in enumerate(lines):
        text = source[line.start : line.end]
        if not line.text:
            text = _LINE.sub("\n", text)  # a run of blank lines
        glued = at > 0 and line.glued and lines[at - 1].number == line.number - 1
        if at and not glued:
            parts.append("\n")
        parts.append(text.lstrip() if line.glued and not glued else text)
    return printable("".join(parts))


def split_lines(text: str, words: Vocabulary) -> list[Line]:
    """Return the lines of a text, without blank lines at its start and end.

    A line that continues after a labeled bracket becomes two: ``A dog. (Photo: X) It rained.``
    """
    out: list[Line] = []
    start = 0
    for cut in [*_LINE.finditer(text), None]:
        end = cut.start() if cut else len(text)
        first = start
        if out and not out[-1].text and not text[start:end].strip():
            out[-1].end = end  # merge consecutive blank lines
            start = cut.end() if cut else end
            continue
        whole = text[start:end]
        if len(whole) > 12 and ("(" in whole or "[" in whole or "（" in whole or "【" in whole):
            for part in _parts(text, start, end, words):
                out.append(Line(first, part, tidy(text[first:part]), len(out), glued=first > start))
                first = part
        else:
            out.append(Line(start, end, tidy(whole), len(out)))
        start = cut.end() if cut else end
    return _trimmed(_with_whole_brackets(text, out))


def _with_whole_brackets(text: str, lines: list[Line]) -> list[Line]:
    """Join a bracket that opens at the end of a line and closes soon after: ``(`` / ``Image:`` / ``Jo Reed/AP)``."""
    if _BROKEN.search(text) is None:
        return lines
    out: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.text[-1:] in _OPENING and (last := _closing_line(lines, at)):
            whole = text[line.start : lines[last].end]
            line = Line(line.start, lines[last].end, tidy(whole), len(out), glued=line.glued)
            at = last
        else:
            line.number = len(out)
        out.append(line)
        at += 1
    return out


def _closing_line(lines: list[Line], at: int) -> int:
    """Return the index of the line that ends with the bracket opened at ``at``; 0 if no line nearby does."""
    close = _OPENING[lines[at].text[-1]]
    for place in range(at + 1, min(at + 1 + _MOST_BROKEN, len(lines))):
        text = lines[place].text
        if len(text) > _LONGEST_BROKEN or text[-1:] in _OPENING:
            return 0
        if text[-1:] == close:
            return place
    return 0


def _parts(text: str, start: int, end: int, words: Vocabulary) -> list[int]:
    """Return the ends of the parts of a line: after each labeled bracket that more text follows."""
    ends: list[int] = []
    first = start
    for bracket in _INNER.finditer(text, start, end):
        inner = bracket.group()
        if not _LABEL_SIGN.search(inner) and not labels.by_phrases(inner, words):
            continue
        after = _SKIPPED.match(text, bracket.end(), end)
        behind = text[after.end()] if after and after.end() < end else ""
        if bracket.end() - first > LONGEST_INNER or not behind or behind.islower() or behind in ",;:)]-–—/":
            continue
        if _in_quotes(text[first : bracket.start()]):
            continue  # the bracket is inside a quotation
        if read(inner, words).label in ("before", "by", "after", "sign"):
            ends.append(bracket.end())
            first = bracket.end()
    return [*ends, end]


def _in_quotes(text: str) -> bool:
    """Return whether a quotation begins in a text and does not end in it."""
    return text.count('"') % 2 == 1 or text.count("“") > text.count("”") or text.count("«") > text.count("»")


def _trimmed(lines: list[Line]) -> list[Line]:
    first, last = 0, len(lines)
    while first < last and not lines[first].text:
        first += 1
    while last > first and not lines[last - 1].text:
        last -= 1
    return lines[first:last]


def page_of(lines: list[Line]) -> Page:
    """Return the lines that are not blank with the gaps between them, for a new pass."""
    solid: list[Line] = []
    gaps: list[bool] = []
    gap = False
    for line in lines:
        if not line.text:
            gap = True
            continue
        line.used = False
        solid.append(line)
        gaps.append(gap)
        gap = False
    return Page(solid, gaps, uniform=len(solid) > 2 and all(gaps[1:]), has_gaps=any(gaps[1:]))


def remaining(lines: list[Line], page: Page) -> list[Line]:
    """Return the lines outside occurrences; of the blank lines around an occurrence, only those before it stay."""
    out: list[Line] = []
    removed = False
    for line in lines:
        if line.text and line.used:
            removed = True
        elif line.text or not (removed and (not out or not out[-1].text)):
            out.append(line)
            removed = removed and not line.text
        elif out:
            out[-1].end = out[-1].start  # keep a single blank line
    return _trimmed(out)
