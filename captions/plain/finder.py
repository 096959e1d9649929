"""Find the captions and credits among the lines of an article.

If a line does not decide the matter by itself, its neighbors, repetition and the rest of the article do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from captions.caption import occurrences
from captions.caption.candidates import LIKELY, SURE, Split, is_named
from captions.caption.evidence import weights
from captions.caption.likeness import likeness
from captions.caption.line_shapes import ROLE, has_words, is_caption_text, is_dated
from captions.caption.occurrences import FoundCaption
from captions.caption.split import is_label, split
from captions.caption.unlabeled import is_in_style
from captions.credit.labels import hidden, is_elsewhere, label_kind
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Occurrence
from captions.plain.context import LONGEST_BESIDE, LONGEST_SURE, NO, Neighbors
from captions.plain.lines import Line, Page
from captions.plain.unknown_names import UnknownNames, bracket_scores, candidates
from captions.text import STOPS, is_cut, match_key, sentences, tidy, without_ellipsis

_COMMAS = (",", "，", "،", "、")
# A comma that may end an off-screen label, and the longest such label.
_MAY_BE_HIDDEN, _LONGEST_LABEL = re.compile("[,，،、]"), 60
LONGEST_LIKELY, LONGEST_AGENCY_ONLY = 700, 320
# How well a line above or below a credit must fit to be its caption, and how well a known or repeated line fits.
_LEAST, _LEAST_BELOW, _KNOWN = -2.2, 0.5, 3.0
# A credit with more people lists those whose pictures the article prints, and has no caption.
_MOST_PHOTOGRAPHERS = 3


class Finder:
    """A pass over the lines of an article, which finds captions and credits."""

    def __init__(self, page: Page, words: Vocabulary, source: str, unknown_names: bool = False) -> None:
        """Start with the lines of a pass, and the source to which their spans refer.

        ``unknown_names`` also accepts lines with only unknown names as credits. Plain text needs this; in pages, the
        elements are better evidence.
        """
        self.unknown_names = unknown_names
        self.page, self.words, self.source = page, words, source
        self.lines = page.lines
        self.blocks: list[FoundCaption] = []
        self.near = Neighbors(page, words)
        self.by_end: dict[int, int] = {}
        """The index of each block, by its end in the source."""

    def find(self) -> list[FoundCaption]:
        """Return the occurrences, and mark their lines as used."""
        hinted = False
        splits: dict[str, Split | None] = {}  # read repeated lines only once
        for line in self.lines:
            if not line.read:
                if line.text not in splits:
                    splits[line.text] = split(line.text, self.words)
                line.split, line.read = splits[line.text], True
                line.label = is_label(line.text, self.words)
                if _MAY_BE_HIDDEN.search(line.text, 0, _LONGEST_LABEL):
                    line.hidden_label = hidden(line.text, self.words)
            hinted = hinted or line.split is not None or line.label or line.hidden_label is not None
        unknown = candidates(self.page, self.words) if self.unknown_names else []
        if not hinted and not unknown:
            return []
        for line in self.lines:
            line.key = line.key or match_key(line.text[:4000])
        self.page.keys = Counter(line.key for line in self.lines)
        joined = self._join_labels()
        self._wholes()
        self.near.known = {match_key(block.caption) for block in self.blocks if block.caption}
        self._credits()
        self._unknown_names(unknown)
        self._labelled()
        if self.blocks:
            self._repeats()
        for label, credit in joined:
            if not credit.used:
                label.used = False  # the next pass may join them again
        return self.blocks

    # Lines with caption and credit.

    def _wholes(self) -> None:
        captions = [match_key(s.caption) if (s := line.split) and s.caption else "" for line in self.lines]
        bare = Counter(captions)
        cuts = {match_key(without_ellipsis(line.text)) for line in self.lines if is_cut(line.text)}
        cuts = {cut for cut in cuts if len(cut) >= occurrences.SHORTEST_CUT}
        sizes = {len(cut) for cut in cuts}
        known = 0
        undecided: list[int] = []
        for at, line in enumerate(self.lines):
            if line.split is None or line.split.is_credit_only or line.used:
                continue
            key = captions[at]
            supported = self.page.keys[line.key] > 1 or self.page.keys[key] > 0 or bare[key] > 1
            supported = supported or any(key[:size] in cuts for size in sizes)
            if self._accept_whole(at, line.split, supported):
                self._take_whole(at, line.split)
                known += line.split.rule == "bare-bracket"
            elif line.split.rule == "bare-bracket" and is_in_style(line.split):
                undecided.append(at)
        self._unknown_brackets(undecided, known)

    def _unknown_brackets(self, undecided: list[int], known: int) -> None:
        """Add captions that end in brackets with unknown names, if the article prints its credits that way."""
        splits = [(at, found) for at in undecided if (found := self.lines[at].split) is not None]
        if not splits:
            return
        names = bracket_scores([(found, self._fit_whole(found)) for _, found in splits], known, self.page, self.words)
        for (at, found), accepted in zip(splits, names, strict=True):
            if accepted and self.near.goes_on(at):
                self._take_whole(at, found)

    def _fit_whole(self, found: Split) -> float:
        return likeness(found.caption, self.near.usual, self.words)

    def _accept_whole(self, at: int, found: Split, supported: bool) -> bool:
        size = len(found.caption)
        if not is_caption_text(found.caption) or not has_words(found.caption, 2) or is_dated(found.caption):
            return False
        if found.strength == SURE:
            return size <= LONGEST_SURE
        if supported and size <= LONGEST_SURE:
            return found.strength >= LIKELY or has_words(found.caption, 6)
        if found.strength < LIKELY or size > LONGEST_LIKELY:
            return False
        agency_only = not found.reading.persons
        if agency_only and sentences(found.caption) > (3 if size <= LONGEST_AGENCY_ONLY else 1):
            return False
        # A sentence and its author: `It rained. — Reuters`.
        signed = agency_only and found.caption.rstrip("\"'”’»)")[-1:] in STOPS
        joint = self.lines[at].text[len(found.caption) : found.start]
        return not signed or (self.near.goes_on(at) and not any(dash in joint for dash in "-–—"))

    def _take_whole(self, at: int, found: Split) -> None:
        shape = "short" if is_cut(found.caption) else "whole"
        first = self._caption_label_above(at)
        self._block(found.caption, found.reading, first, at, shape, found.rule, at)

    # Credits on separate lines.

    def _join_labels(self) -> list[tuple[Line, Line]]:
        """Join a line that is only a label to the credit on the next: ``Foto:`` / ``Felix Zahn/imago``."""
        pairs: list[tuple[Line, Line]] = []
        for at, line in enumerate(self.lines[:-1]):
            if not line.label or not self.page.adjacent(at, at + 1):
                continue
            following = self.lines[at + 1]
            is_credit = following.split is not None and following.split.is_credit_only
            if self.page.gaps[at + 1] and (len(following.text) > 60 or not is_credit):
                continue  # after a blank line, accept only a line that is a credit by itself
            joined = split(f"{line.text.rstrip(' :：=')}: {following.text}", self.words)
            sure = joined is not None and joined.reading.clean and is_named(joined.reading)
            if joined and sure and joined.is_credit_only and joined.strength >= LIKELY and len(following.text) <= 140:
                line.split, line.used = None, True
                following.split, following.read = joined, False
                pairs.append((line, following))
        return pairs

    def _credits(self) -> None:
        places = [n for n, line in enumerate(self.lines) if line.split and line.split.is_credit_only and not line.used]
        if not places:
            return
        votes = self.near.votes(places) if len(places) > 1 else {}
        style = sum(votes.values())
        for at in places:
            found = self.lines[at].split
            if found is None or self._repeats_neighbor(at, found) or self._credits_no_picture(at, found):
                continue
            elsewhere = found.reading.label in ("before", "by") and (
                is_elsewhere(found.reading.label_text, self.words) or len(found.reading.persons) > _MOST_PHOTOGRAPHERS
            )
            place = None if elsewhere else self._caption_of(at, found, style - votes.get(at, 0.0))
            if place is not None:
                caption = self.lines[place].text
                first = min(self._caption_label_above(min(at, place)), at, place)
                self._block(
                    caption,
                    found.reading,
                    self._label_above(first),
                    max(at, place),
                    _shape(caption),
                    f"{found.rule}-{'above' if place > at else 'under'}",
                    at,
                )
            elif elsewhere or self._is_sure(at, found):
                self._block("", found.reading, self._label_above(at), at, "credit", found.rule, at)

    def _unknown_names(self, places: Sequence[int]) -> None:
        """Add unknown names that are printed like credits."""
        credited = sum(block.reading is not None and bool(block.caption) for block in self.blocks)
        for at, found in UnknownNames(self.page, self.near, self.words, places).find(credited):
            if not self.near.can_be_caption(at, at - 1):
                continue  # it belongs to the name before it
            first = self._caption_label_above(at - 1)
            self._block(self.lines[at - 1].text, found.reading, first, at, "whole", found.rule, at)

    def _is_sure(self, at: int, found: Split) -> bool:
        """Return whether a line is a credit whatever its neighbors are."""
        if found.reading.label in ("weak", "sign"):
            return False
        return found.strength == SURE or self._is_off_screen(at, found)

    def _caption_of(self, at: int, found: Split, style: float) -> int | None:
        """Return the caption of a credit: the line above, unless the line below is more likely."""
        if (labelled := self._labelled_below(at)) is not None:
            return labelled
        over = self.near.over(at)
        above, below = self.near.fit(at, over, found), self.near.fit(at, at + 1, found)
        if self._is_off_screen(at, found):
            above, below = (
                NO,
                below if self.page.uniform or below >= _KNOWN else NO,
            )  # Image source, X: its caption can only be below
        if found.reading.label == "weak" and not found.reading.registered and max(above, below) < _KNOWN:
            return None  # `Source: Ministry of Health` also follows charts and texts
        if found.reading.label == "sign" and above < _LEAST:
            return None  # `© 2024 The Paper` at the foot of a page
        if above <= NO and over == 0 and self.near.is_headline(0) and self.page.adjacent(at, 0):
            return None  # a credit right below the headline has no caption
        weight = weights("neighbor")["style"]
        if style > 0:
            above += min(style, weight)
        elif style < 0:
            below += min(-style, weight)
        elif self.page.gaps[at + 1 : at + 2] == [True] and below < _KNOWN:
            below = NO  # a blank line follows, then the next paragraph
        above, below = (NO if above < _LEAST else above), (NO if below < _LEAST_BELOW else below)
        if max(above, below) <= NO:
            return None
        return over if above >= below else at + 1

    def _is_off_screen(self, at: int, found: Split) -> bool:
        """Return whether the line begins with a label and a comma: ``Image source, X``."""
        text, label = self.lines[at].text, found.reading.label_text
        closed = label[-1:] in _COMMAS or text[len(label) :].lstrip()[:1] in _COMMAS
        return self.lines[at].hidden_label is not None or (bool(label) and closed)

    def _labelled_below(self, at: int) -> int | None:
        """Return the line below a credit that a label marks as the caption."""
        return self.near.labelled_by(at + 1) if self.page.adjacent(at, at + 1) else None

    def _credits_no_picture(self, at: int, found: Split) -> bool:
        """Return whether the names in a line do not credit a picture: a page footer, a sign-off, a list of roles."""
        reading = found.reading
        if reading.credit.copyright_notice and not reading.persons:
            return True
        if reading.label == "sign" and not reading.persons and not reading.registered and not self.near.goes_on(at):
            return True
        unnamed = reading.label is None or reading.label == "weak"
        if unnamed and not reading.persons and not self.near.goes_on(at):
            return True
        roles = [n for n in (at - 1, at + 1) if self.page.adjacent(at, n) and ROLE.match(self.lines[n].text)]
        return bool(roles) and not reading.registered

    def _repeats_neighbor(self, at: int, found: Split) -> bool:
        """Add a credit that is repeated right below its caption to that occurrence; return whether it was repeated."""
        if not self.blocks or not self.page.adjacent(at, at - 1) or not self.lines[at - 1].used:
            return False
        place = self.by_end.get(self.lines[at - 1].end)
        if place is None:
            return False
        last = self.blocks[place]
        if last.reading is None or last.occurrence.end != self.lines[at - 1].end or not last.caption:
            return False
        if last.reading.credit.line.casefold() != found.reading.credit.line.casefold():
            return False
        if self.near.fit(at, at + 1, found) > _LEAST_BELOW and last.rule.endswith("above"):
            return False
        self.lines[at].used = True
        if self._follows_removed(at):
            self._block_of(last.caption, found.reading, at, at, "credit", last.rule)
            return True
        start = last.occurrence.start or 0
        occurrence = Occurrence(
            self.source[start : self.lines[at].end], start, self.lines[at].end, None, last.occurrence.shape
        )
        self.blocks[place] = FoundCaption(last.caption, last.reading, occurrence, last.rule, last.order)
        self.by_end[self.lines[at].end] = place
        return True

    def _label_above(self, at: int) -> int:
        """Return the line above if it is only a label, or else this line."""
        if not at or not self.page.adjacent(at, at - 1):
            return at
        above = self.lines[at - 1]
        return at - 1 if above.label and above.end not in self.by_end else at

    def _caption_label_above(self, at: int) -> int:
        """Return the line above a caption if it is a label such as ``Legende:``, or else the caption's line."""
        if not at or not self.page.adjacent(at, at - 1):
            return at
        above = self.lines[at - 1]
        return at - 1 if not above.used and above.label else at

    # Occurrences without a credit.

    def _labelled(self) -> None:
        """Add the captions that a label announces."""
        for at in range(len(self.lines)):
            place = self.near.labelled_by(at)
            if place is not None and (place == at or len(self.lines[place].text) <= LONGEST_BESIDE):
                self._block(self.lines[place].text, None, at, place, "caption", "labelled")

    def _repeats(self) -> None:
        """Add lines that repeat a caption found with its credit, whole or abridged."""
        captions = {match_key(b.caption): b for b in self.blocks if b.caption}
        captions.pop("", None)
        starts = sorted(captions)
        for at, line in enumerate(self.lines):
            if line.used or not line.key or (at == 0 and self.near.is_headline(0)):
                continue
            if line.key in captions:
                self._block(line.text, None, self._caption_label_above(at), at, "caption", "repeat")
            elif is_cut(line.text) and occurrences.begins_any(line.text, starts):
                self._block(line.text, None, at, at, "short", "cut")

    def _block(
        self, caption: str, reading: Reading | None, first: int, last: int, shape: str, rule: str, credited: int = -1
    ) -> None:
        """Add the lines from first to last as an occurrence; ``credited`` is the line with the credit.

        If an earlier pass removed lines between them, they are several occurrences. Decisions never depend on this,
        because reading the remaining text again must give the same result.
        """
        for line in self.lines[first : last + 1]:
            line.used = True
        starts = [first, *(at for at in range(first + 1, last + 1) if self._follows_removed(at))]
        for start, end in zip(starts, [*starts[1:], last + 1], strict=True):
            if len(starts) == 1 or start <= credited < end:
                self._block_of(caption, reading, start, end - 1, shape, rule)
            else:
                self._block_of(caption, None, start, end - 1, "caption", rule)

    def _follows_removed(self, at: int) -> bool:
        """Return whether an earlier pass removed the lines right before this line."""
        return self.lines[at].number - self.lines[at - 1].number > (2 if self.page.gaps[at] else 1)

    def _block_of(self, caption: str, reading: Reading | None, first: int, last: int, shape: str, rule: str) -> None:
        start, end = self.lines[first].start, self.lines[last].end
        occurrence = Occurrence(self.source[start:end], start, end, None, shape)
        self.by_end[end] = len(self.blocks)
        number = self.lines[first].number
        text = _without_label(tidy(caption), self.words)
        for picture in reading.pictures if reading and reading.pictures else (reading,):
            self.blocks.append(FoundCaption(text, picture, occurrence, rule, number))


def _without_label(caption: str, words: Vocabulary) -> str:
    if label_kind(caption, words) == "caption":
        return ""
    hidden_label = hidden(caption, words)
    return hidden_label[1] if hidden_label is not None and hidden_label[0] == "caption" else caption


def _shape(caption: str) -> str:
    return "short" if is_cut(caption) else "whole"
