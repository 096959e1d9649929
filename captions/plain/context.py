"""Judge the lines around a credit: which is likely its caption, and whether the article continues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from captions.caption.candidates import SURE, Split, has_slash
from captions.caption.evidence import weights
from captions.caption.likeness import likeness, usual_length
from captions.caption.line_shapes import ROLE, has_words, is_article, is_caption_text, is_dated
from captions.lexicon.vocabulary import Vocabulary
from captions.plain.lines import Page
from captions.text import has_cjk, sentences

# In characters. Of 247 captions of news pages the longest has 458; of 1,441 body paragraphs one in twenty has over 630.
LONGEST_SURE = 1500
LONGEST_BESIDE = 220
# The longest line next to a credit, in characters.
LONGEST_BELIEVED = 600
# The most that a single credit counts as evidence of where the article prints its credits.
_VOTE = 3.0
NO = -99.0
# The shortest paragraph, in characters; half as many in scripts without spaces.
_PARAGRAPH = 80


class Neighbors:
    """Questions about the lines around a line, in one pass over an article."""

    def __init__(self, page: Page, words: Vocabulary) -> None:
        """Start with the lines of a pass."""
        self.page, self.words = page, words
        self.lines = page.lines
        self.known: set[str] = set()
        """The keys of captions found with their credits."""
        self._usual: float | None = None
        self._likeness: dict[int, float] = {}
        self._wordy: dict[int, list[int]] = {}

    def labelled_by(self, at: int) -> int | None:
        """Return the line that a label marks as a caption: the line with the label, or the next."""
        hidden_label = self.lines[at].hidden_label
        if hidden_label is None or hidden_label[0] != "caption" or self.is_unavailable(at):
            return None
        if hidden_label[1]:
            return at
        there = self.page.adjacent(at, at + 1) and not self.is_unavailable(at + 1)
        return at + 1 if there and has_words(self.lines[at + 1].text, 2) else None

    def is_unavailable(self, at: int) -> bool:
        """Return whether a line cannot be a caption, because it belongs to an occurrence or is only a credit."""
        line = self.lines[at]
        return line.used or (line.split is not None and line.split.is_credit_only)

    def goes_on(self, at: int) -> bool:
        """Return whether the article continues after a line; otherwise an agency's name may credit the text."""
        return self._are_left(10, 1, at) or self._are_left(5, 2, at)

    def _are_left(self, words: int, count: int, at: int) -> bool:
        """Return whether at least ``count`` lines with this many words remain after a line."""
        if words not in self._wordy:
            self._wordy[words] = [n for n, line in enumerate(self.lines) if has_words(line.text, words)]
        places = self._wordy[words]
        for place in range(len(places) - 1, -1, -1):
            if count == 0 or places[place] <= at:
                break
            if self.lines[places[place]].used:
                del places[place]  # otherwise each credit of a long list would visit all lines after it
            else:
                count -= 1
        return count == 0

    def over(self, at: int) -> int:
        """Return the line above, skipping a label that belongs to this line."""
        over = at - 1
        if over > 0 and self.lines[over].used and self.lines[over].label and self.page.adjacent(at, over):
            return over - 1 if self.page.adjacent(over, over - 1) else -1
        return over

    def is_repeated(self, at: int, place: int) -> bool:
        """Return whether a neighboring line that can be a caption is printed more than once."""
        if not self.page.adjacent(at, place) or self.is_unavailable(place):
            return False
        line = self.lines[place]
        return (
            not is_dated(line.text)
            and self.page.keys[line.key] > 1
            and has_words(line.text, 4)
            and len(line.text) <= LONGEST_SURE
        )

    def fit(self, at: int, place: int, found: Split) -> float:
        """Return how well a line fits as the caption of the credit next to it; ``NO`` if it cannot be the caption."""
        if not self.can_be_caption(at, place):
            return NO
        line, table = self.lines[place], weights("neighbor")
        text = line.text
        registered, certain = bool(found.reading.registered), is_certain(found)
        if line.key in self.known:
            return table["known"]
        if self.is_headline(place) and (
            not certain or (sentences(text) == 1 and (self.page.uniform or not self.page.has_gaps))
        ):
            return NO
        gap = self.page.gaps[max(at, place)]
        if gap and (sentences(text) > 2 or is_article(text)):
            return NO  # a blank line between them: only a line that reads like a caption
        score = self.likeness(place)
        if not has_words(text, 3 if registered else 5):
            score += weights("line")["few-words"]
        if self.page.keys[line.key] > 1 and has_words(text, 4):
            score += table["repeated"]
        if gap:
            score += table["gap"]
        for name in self._above(place) if place < at else self._below(place, found):
            score += table[name]
        if not certain:
            score += table["unsure"]
            if place > at and at > 0 and self.page.adjacent(at, at - 1):
                score += table["unsure-below"]
        return score

    def _above(self, place: int) -> Iterator[str]:
        """Yield the evidence for or against a line above a credit."""
        yield "above"
        text = self.lines[place].text
        if len(text) < 50 and text[-1].isalnum() and place and is_paragraph(self.lines[place - 1].text):
            yield "heading-above"

    def _below(self, place: int, found: Split) -> Iterator[str]:
        """Yield the evidence for or against a line below a credit."""
        if found.reading.label is None:
            yield "bare-below"
        if self.is_heading(place):
            yield "heading-below"

    @property
    def usual(self) -> float:
        """Return the usual length of the article's paragraphs."""
        if self._usual is None:
            self._usual = usual_length(line.text for line in self.lines)
        return self._usual

    def likeness(self, place: int) -> float:
        """Return how much a line looks like a caption."""
        if place not in self._likeness:
            self._likeness[place] = likeness(self.lines[place].text, self.usual, self.words)
        return self._likeness[place]

    def can_be_caption(self, at: int, place: int) -> bool:
        """Return whether a neighboring line can be a caption: an unused text of two or more words."""
        if not self.page.adjacent(at, place) or self.is_unavailable(place) or self.lines[place].label:
            return False
        text = self.lines[place].text
        if len(text) > LONGEST_BELIEVED or text[-1] in ":：" or is_dated(text) or ROLE.match(text):
            return False
        if len(text.split()) <= 8 and text.split(" ", 1)[0].casefold() in self.words.bys:
            return False  # the article's byline: Von Anna Martel
        return is_caption_text(text) and has_words(text, 2)

    def is_heading(self, place: int) -> bool:
        """Return whether a line looks like the heading of the next paragraph: short, and not a sentence."""
        text = self.lines[place].text
        following = self.lines[place + 1].text if place + 1 < len(self.lines) else ""
        return len(text) < 80 and text[-1].isalnum() and len(following) > max(80, len(text))

    def is_headline(self, place: int) -> bool:
        """Return whether a line is the first of the article and not a sentence."""
        return place == 0 and self.lines[0].text[-1] not in ".。" and len(self.lines) > 3

    def votes(self, places: Sequence[int]) -> dict[int, float]:
        """Return a number for each credit, positive if it seems to be below its caption, negative if above it."""
        votes: dict[int, float] = {}
        for at in places:
            found = self.lines[at].split
            if found is None or (at + 1 < len(self.lines) and self.page.gaps[at + 1] and not self.page.uniform):
                continue
            above, below = self.fit(at, self.over(at), found), self.fit(at, at + 1, found)
            votes[at] = max(-_VOTE, min(_VOTE, max(above, -_VOTE) - max(below, -_VOTE)))
        return votes


def is_paragraph(text: str) -> bool:
    """Return whether a line is as long as a paragraph and ends like a paragraph."""
    if text[-1].isalnum() or len(text) < _PARAGRAPH // 2:
        return False
    return len(text) >= _PARAGRAPH or has_cjk(text)


def is_certain(found: Split) -> bool:
    """Return whether a line is certainly a credit: after a label, or a chain of a person and a known agency."""
    reading = found.reading
    if reading.label == "weak":
        return False
    return found.strength == SURE or (bool(reading.registered) and bool(reading.persons) and has_slash(reading))
