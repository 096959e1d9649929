"""How the lines around a credit look: which of them can be its caption, and whether the article goes on."""

from __future__ import annotations

from collections.abc import Sequence

from captions.caption.candidates import SURE, Split
from captions.caption.line_shapes import ROLE, has_words, is_article, is_caption_text, is_dated
from captions.credit.labels import hidden
from captions.lexicon.vocabulary import Vocabulary
from captions.plain.lines import Page
from captions.text import sentences

# In characters. Of 247 captions of news pages the longest has 458; of 1,441 body paragraphs one in twenty has over 630.
LONGEST_SURE = 1500
# Of a line beside a credit: 94 % of captions and 46 % of body paragraphs are this short and have two sentences at most.
LONGEST_BESIDE = 220


class Neighbours:
    """Answers of one pass; what is taken meanwhile is not asked again."""

    def __init__(self, page: Page, words: Vocabulary) -> None:
        """Takes the lines of one pass."""
        self.page, self.words = page, words
        self.lines = page.lines
        self.known: set[str] = set()
        """Keys of the captions found with their credits."""
        self._wordy: dict[int, list[int]] = {}

    def labelled_by(self, at: int) -> int | None:
        """The line that a label says is a caption: the one that begins with it, or the next."""
        told = None if self.is_taken_or_credit(at) else hidden(self.lines[at].text, self.words)
        if told is None or told[0] != "caption":
            return None
        if told[1]:
            return at
        there = self.page.beside(at, at + 1) and not self.is_taken_or_credit(at + 1)
        return at + 1 if there and has_words(self.lines[at + 1].text, 2) else None

    def is_taken_or_credit(self, at: int) -> bool:
        """Whether a line can be no caption, since it belongs to another or is a credit by itself."""
        line = self.lines[at]
        return line.taken or (line.split is not None and line.split.alone)

    def goes_on(self, at: int) -> bool:
        """Whether the article goes on behind a line: else an agency's name at its end says who wrote it."""
        return self._are_left(10, 1, at) or self._are_left(5, 2, at)

    def _are_left(self, words: int, count: int, at: int) -> bool:
        """Whether behind a line so many are not taken that have so many words."""
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
        """The line above, but for a label that belongs to this one."""
        over = at - 1
        if over > 0 and self.lines[over].taken and self.lines[over].label and self.page.beside(at, over):
            return over - 1 if self.page.beside(over, over - 1) else -1
        return over

    def is_repeated(self, at: int, place: int) -> bool:
        """Whether a neighbouring line that can be a caption is printed more than once."""
        if not self.page.beside(at, place) or self.is_taken_or_credit(place):
            return False
        line = self.lines[place]
        return (
            not is_dated(line.text)
            and self.page.keys[line.key] > 1
            and has_words(line.text, 4)
            and len(line.text) <= LONGEST_SURE
        )

    def plausible(self, at: int, place: int, found: Split) -> int:
        """How much a neighbouring line looks like the caption of a credit: 0 not at all, 1 perhaps, 2 well."""
        if not self.page.beside(at, place):
            return 0
        line = self.lines[place]
        if self.is_taken_or_credit(place) or line.label:
            return 0
        text = line.text
        if len(text.split()) <= 8 and text.split(" ", 1)[0].casefold() in self.words.bys:
            return 0  # who wrote the article: Von Anna Martel
        if text[-1] in ":：" or is_dated(text) or ROLE.match(text) or len(text) > 600 or not is_caption_text(text):
            return 0
        bare = found.strength < SURE or found.reading.label == "weak"
        count = sentences(text)
        if line.key in self.known:
            return 3
        if self.page.gaps[max(at, place)] and (count > 2 or is_article(text)):
            return 0  # in a text whose lines are all parted, only what reads like a caption
        if self.is_headline(place) and (bare or (count == 1 and (self.page.uniform or not self.page.parted))):
            return 0
        if count > 2 or (
            len(text) > LONGEST_BESIDE and not (place < at and count == 1 and len(text) <= 2 * LONGEST_BESIDE)
        ):
            return 0
        if place > at and (is_article(text) or (bare and at > 0 and self.page.beside(at, at - 1))):
            return 0
        if bare and (len(text) > 450 or is_article(text)):
            return 0
        few_words = not has_words(text, 3 if found.reading.registered else 5)
        if (few_words and bare) or not has_words(text, 2):
            return 0
        if count > 4 or few_words:
            return 1
        return 2 if len(text) <= 300 and count <= 2 else 1

    def is_headline(self, place: int) -> bool:
        """Whether a line is the first of an article and no sentence."""
        return place == 0 and self.lines[0].text[-1] not in ".。" and len(self.lines) > 3

    def prefers_below(self, alone: Sequence[int]) -> bool:
        """Whether the article sets its credits above its captions, judged by those that leave no choice."""
        votes = 0
        for at in alone:
            found = self.lines[at].split
            if found is None or (at + 1 < len(self.lines) and self.page.gaps[at + 1]):
                continue
            above, below = self.plausible(at, self.over(at), found), self.plausible(at, at + 1, found)
            votes += (below > above) - (above > below)
        return votes > 0
