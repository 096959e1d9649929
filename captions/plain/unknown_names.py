"""Find credits with unknown names on separate lines, by their places and by repetition in the article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from captions.caption.candidates import POSSIBLE, Split, read
from captions.caption.cut_scores import has_given_name, is_for_house
from captions.caption.evidence import weights
from captions.caption.line_shapes import CLOCK_INSIDE, has_words, is_dated
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.plain.context import NO, Neighbors, is_paragraph
from captions.plain.lines import Page
from captions.text import match_key, name_key

# In characters: the longest name, the longest caption above it, and the shortest paragraph below it.
_LONGEST, _LONGEST_CAPTION, _PARAGRAPH = 48, 420, 80
_MOST_WORDS = 6
_HEADING = 80


def candidates(page: Page, words: Vocabulary) -> list[int]:
    """Return the lines that may be names below captions: short, capitalized, before a paragraph; a fast test."""
    lines = page.lines
    found: list[int] = []
    for at in range(2, len(lines) - 1):
        text = lines[at].text
        if len(text) > _LONGEST or not text[-1].isalnum() or not text[0].isupper() or len(text) < 3:
            continue
        if not 15 <= len(lines[at - 1].text) <= _LONGEST_CAPTION or not page.adjacent(at, at - 1):
            continue
        if not _is_in_body(page, at):
            continue
        tokens = text.split()
        if len(tokens) > _MOST_WORDS or tokens[0].casefold() in words.bys:
            continue
        if all(t[0].isupper() or t in words.small_words for t in tokens) and not _is_title(tokens, words):
            found.append(at)
    return found


def _is_title(tokens: list[str], words: Vocabulary) -> bool:
    """Return whether small words are capitalized, as in a heading: ``Tips To Consider``."""
    return any(t[0].isupper() and t.lower() in words.small_words for t in tokens[1:-1])


def _is_in_body(page: Page, at: int) -> bool:
    """Return whether there are paragraphs close to a caption and its credit on both sides, unlike in lists."""
    lines = page.lines
    below = lines[at + 1]
    between = below.text == lines[at - 1].text
    if not any(is_paragraph(lines[n].text) for n in range(at - 2, max(-1, at - (8 if between else 4)), -1)):
        return False
    if between or is_paragraph(below.text):
        return True
    heading = has_words(below.text, 2) and (below.text[0].isalnum() or below.text[0] in "\"'“„«‘¿¡")
    return heading and not is_dated(below.text) and any(is_paragraph(line.text) for line in lines[at + 2 : at + 3])


def tokens_of(page: Page, keys: Iterable[str]) -> Counter[str]:
    """Count the lines of the article in which each word of these names appears."""
    words = {word for key in keys for word in key.split() if len(word) > 2}
    found: Counter[str] = Counter()
    for line in page.lines:
        if hit := words.intersection(line.key.split()):
            found.update(hit)
    return found


class UnknownNames:
    """The unknown names in a pass over the lines of an article."""

    def __init__(self, page: Page, near: Neighbors, words: Vocabulary, places: Sequence[int]) -> None:
        """Start with the lines of a pass, and the places of those that may be names."""
        self.page, self.near, self.words = page, near, words
        self.places = [at for at in places if not page.lines[at].used and page.lines[at].split is None]
        self._tokens: Counter[str] = Counter()
        self._names = Counter(page.lines[at].key for at in self.places)

    def find(self, credited: int) -> list[tuple[int, Split]]:
        """Return the lines that credit the lines above them; ``credited`` counts other captions with credits."""
        readings = {at: self._reading(at) for at in self.places}
        named = {at: reading for at, reading in readings.items() if reading is not None}
        if not named:
            return []
        self._tokens = tokens_of(self.page, (self.page.lines[at].key for at in named))
        scores = {at: self._score(at, reading) for at, reading in named.items()}
        table = weights("unknown-name")
        likely = sum(score >= table["least"] for score in scores.values())
        out: list[tuple[int, Split]] = []
        for at, score in scores.items():
            others = min(2, credited + likely - (score >= table["least"]))
            if score > NO and score + others * table["others"] >= table["least"]:
                out.append((at, Split("", named[at], 0, "unknown-name", POSSIBLE)))
        return out

    def _reading(self, at: int) -> Reading | None:
        """Return the reading of a line that consists of one or two names; None for other lines."""
        line = self.page.lines[at]
        above = self.page.lines[at - 1].text
        if line.label or not self.near.can_be_caption(at, at - 1) or (len(above) < 60 and CLOCK_INSIDE.search(above)):
            return None
        reading = read(line.text, self.words)
        kinds = {p.kind for p in reading.parties}
        plain = reading.clean and reading.label is None and kinds <= {"person", "organization", "agency"}
        return reading if plain and len(reading.parties) <= 2 else None

    def _score(self, at: int, reading: Reading) -> float:
        table = weights("unknown-name")
        found = Split("", reading, 0, "unknown-name", POSSIBLE)
        fit = self.near.fit(at, at - 1, found)
        if fit <= NO:
            return NO
        fit -= weights("neighbor")["above"] + weights("neighbor")["unsure"]
        return min(fit, 3.0) + sum(table[name] for name in self._evidence(at, reading)) + self._overlap(at)

    def _evidence(self, at: int, reading: Reading) -> list[str]:
        lines = self.page.lines
        found: list[str] = []
        first, size = reading.parties[0], len(lines[at].text.split())
        person = first.kind == "person" and size > 1
        if is_for_house(reading):
            found.append("person-for-house")
        elif person:
            found.append("person")
            if has_given_name(first.text, self.words):
                found.append("given-name")
        else:
            found.append("organization" if size > 1 else "one-word")
            if self._has_headings():
                found.append("headings")
        if lines[at - 1].key == lines[at + 1].key:
            found.append("between")
        if self._names[lines[at].key] > 1:
            found.append("repeated")
        return found

    def _overlap(self, at: int) -> float:
        """Return the weight of the name's words that appear elsewhere in the article."""
        table, key = weights("unknown-name"), self.page.lines[at].key
        tokens = [t for t in key.split() if _counts(t, self.words)]
        own = self._names[key]
        elsewhere = sum(self._tokens[t] > own for t in tokens)
        return table["appears"] * elsewhere / len(tokens) if elsewhere else table["new"]

    def _has_headings(self) -> bool:
        """Return whether there are short lines without a period between long paragraphs."""
        lines = self.page.lines
        return any(
            len(line.text) < _HEADING
            and line.text[-1].isalnum()
            and len(lines[n - 1].text) > _LONGEST_CAPTION
            and len(lines[n + 1].text) >= _PARAGRAPH
            and has_words(line.text, 2)
            for n, line in enumerate(lines[1:-1], 1)
        )


def bracket_scores(found: Sequence[tuple[Split, float]], known: int, page: Page, words: Vocabulary) -> list[bool]:
    """Return which brackets at the ends of captions are credits although their names are unknown.

    ``found`` has each split with its caption's likeness; ``known`` is the number of other captions in the article that
    end in brackets with known names.
    """
    table = weights("unknown-bracket")
    tokens = tokens_of(page, (match_key(split.reading.credit.line) for split, _ in found))
    names = Counter(name_key(split.reading.credit.line) for split, _ in found)
    out: list[bool] = []
    for split, fit in found:
        name = split.reading.credit.line
        parts = [t for t in match_key(name).split() if _counts(t, words)]
        own = names[name_key(name)]
        elsewhere = sum(tokens[t] > own for t in parts) / len(parts) if parts else 1.0
        score = fit + table["appears"] * elsewhere
        score += table["two-words"] if len(name.split()) > 1 and split.reading.clean else 0.0
        score += table["repeated"] if own > 1 else 0.0
        score += table["others"] * min(2, known + len(found) - own)
        out.append(score >= table["least"])
    return out


def _counts(word: str, words: Vocabulary) -> bool:
    """Return whether a word of a name says something if it appears elsewhere: an article or a preposition does not."""
    return len(word) > 2 and word != "the" and word not in words.small_words
