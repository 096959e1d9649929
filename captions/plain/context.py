"""How the lines around a credit look: which of them is likely its caption, and whether the article goes on."""

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
# Of a line beside a credit.
LONGEST_BELIEVED = 600
# What one credit says at most of where the article prints its credits.
_VOTE = 3.0
NO = -99.0
# In characters; half as many in scripts without spaces.
_PARAGRAPH = 80


class Neighbours:
    """Answers of one pass; what is taken meanwhile is not asked again."""

    def __init__(self, page: Page, words: Vocabulary) -> None:
        """Take the lines of a pass."""
        self.page, self.words = page, words
        self.lines = page.lines
        self.known: set[str] = set()
        """Keys of the captions found with their credits."""
        self._usual: float | None = None
        self._likeness: dict[int, float] = {}
        self._wordy: dict[int, list[int]] = {}

    def labelled_by(self, at: int) -> int | None:
        """Return the line that a label marks as a caption: the line that begins with it, or the next."""
        hidden_label = self.lines[at].hidden_label
        if hidden_label is None or hidden_label[0] != "caption" or self.is_unavailable(at):
            return None
        if hidden_label[1]:
            return at
        there = self.page.beside(at, at + 1) and not self.is_unavailable(at + 1)
        return at + 1 if there and has_words(self.lines[at + 1].text, 2) else None

    def is_unavailable(self, at: int) -> bool:
        """Return whether a line can be no caption, since it belongs to another or is a credit by itself."""
        line = self.lines[at]
        return line.taken or (line.split is not None and line.split.alone)

    def goes_on(self, at: int) -> bool:
        """Return whether the article goes on behind a line: else an agency's name at its end says who wrote it."""
        return self._are_left(10, 1, at) or self._are_left(5, 2, at)

    def _are_left(self, words: int, count: int, at: int) -> bool:
        """Return whether behind a line so many are not taken that have so many words."""
        if words not in self._wordy:
            self._wordy[words] = [n for n, line in enumerate(self.lines) if has_words(line.text, words)]
        places = self._wordy[words]
        for place in range(len(places) - 1, -1, -1):
            if count == 0 or places[place] <= at:
                break
            if self.lines[places[place]].taken:
                del places[place]  # else each credit of a long list would look at all behind it
            else:
                count -= 1
        return count == 0

    def over(self, at: int) -> int:
        """Return the line above, skipping a label that belongs to this line."""
        over = at - 1
        if over > 0 and self.lines[over].taken and self.lines[over].label and self.page.beside(at, over):
            return over - 1 if self.page.beside(over, over - 1) else -1
        return over

    def is_repeated(self, at: int, place: int) -> bool:
        """Return whether a neighbouring line that can be a caption is printed more than once."""
        if not self.page.beside(at, place) or self.is_unavailable(place):
            return False
        line = self.lines[place]
        return (
            not is_dated(line.text)
            and self.page.keys[line.key] > 1
            and has_words(line.text, 4)
            and len(line.text) <= LONGEST_SURE
        )

    def fit(self, at: int, place: int, found: Split) -> float:
        """Return how well a line fits as the caption of a credit beside it: above 0 rather well, ``NO`` not at all."""
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
            return NO  # in a text whose lines are all parted, only what reads like a caption
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
            if place > at and at > 0 and self.page.beside(at, at - 1):
                score += table["unsure-below"]
        return score

    def _above(self, place: int) -> Iterator[str]:
        """Yield what counts for or against a line above a credit."""
        yield "above"
        text = self.lines[place].text
        if len(text) < 50 and text[-1].isalnum() and place and is_paragraph(self.lines[place - 1].text):
            yield "heading-above"

    def _below(self, place: int, found: Split) -> Iterator[str]:
        """Yield what counts for or against a line below a credit."""
        if found.reading.label is None:
            yield "bare-below"
        if self.is_heading(place):
            yield "heading-below"

    @property
    def usual(self) -> float:
        """Return how long the article's paragraphs usually are."""
        if self._usual is None:
            self._usual = usual_length(line.text for line in self.lines)
        return self._usual

    def likeness(self, place: int) -> float:
        """Return how much a line looks like a caption."""
        if place not in self._likeness:
            self._likeness[place] = likeness(self.lines[place].text, self.usual, self.words)
        return self._likeness[place]

    def can_be_caption(self, at: int, place: int) -> bool:
        """Return whether a neighboring line can be a caption at all: a text of two words or more that is not taken."""
        if not self.page.beside(at, place) or self.is_unavailable(place) or self.lines[place].label:
            return False
        text = self.lines[place].text
        if len(text) > LONGEST_BELIEVED or text[-1] in ":：" or is_dated(text) or ROLE.match(text):
            return False
        if len(text.split()) <= 8 and text.split(" ", 1)[0].casefold() in self.words.bys:
            return False  # who wrote the article: Von Anna Martel
        return is_caption_text(text) and has_words(text, 2)

    def is_heading(self, place: int) -> bool:
        """Return whether a line looks like the heading of the paragraph behind it: short, and no sentence."""
        text = self.lines[place].text
        following = self.lines[place + 1].text if place + 1 < len(self.lines) else ""
        return len(text) < 80 and text[-1].isalnum() and len(following) > max(80, len(text))

    def is_headline(self, place: int) -> bool:
        """Return whether a line is the first of an article and no sentence."""
        return place == 0 and self.lines[0].text[-1] not in ".。" and len(self.lines) > 3

    def votes(self, places: Sequence[int]) -> dict[int, float]:
        """Return where each credit seems to be printed: above 0 under its caption, below 0 over it."""
        votes: dict[int, float] = {}
        for at in places:
            found = self.lines[at].split
            if found is None or (at + 1 < len(self.lines) and self.page.gaps[at + 1] and not self.page.uniform):
                continue
            above, below = self.fit(at, self.over(at), found), self.fit(at, at + 1, found)
            votes[at] = max(-_VOTE, min(_VOTE, max(above, -_VOTE) - max(below, -_VOTE)))
        return votes


def is_paragraph(text: str) -> bool:
    """Return whether a line is as long as a paragraph and ends as one does."""
    if text[-1].isalnum() or len(text) < _PARAGRAPH // 2:
        return False
    return len(text) >= _PARAGRAPH or has_cjk(text)


def is_certain(found: Split) -> bool:
    """Return whether a line is a credit for sure: behind a label, or a person and a known agency in a chain."""
    reading = found.reading
    if reading.label == "weak":
        return False
    return found.strength == SURE or (bool(reading.registered) and bool(reading.persons) and has_slash(reading))
