"""The ways to read a line in a picture's box: as a caption, as a credit, or cut into both, each with its evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from captions.caption import bylines
from captions.caption import split as splitting
from captions.caption.candidates import SURE, trim
from captions.credit.labels import is_elsewhere, label_kind
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page import caption_evidence, credit_evidence
from captions.page.boxes import BoxLine, PictureBox, flags_between, is_icon
from captions.page.dom import HEADINGS, Block, Element
from captions.page.element_names import CAPTION, CREDIT, LINK, UNSEEN
from captions.page.evidence import Evidence, LineSetting, Setting
from captions.page.places import PlaceReader
from captions.page.structured import Index
from captions.text import STOPS, closing_bracket_start, match_key, tidy

# In words: a longer text after an element's edge is not a credit.
_LONGEST_TAIL = 22
# The most inline elements of a line that are a credit; a line of thousands is not cut at each.
_MOST_RUNS = 60
# In characters: a longer label is not one.
_LONGEST_LABEL = 40
# In characters: a longer block behind a box is not its credit.
_LONGEST_ALONE = 150
# Boxes of one shape decide an unclear one if so many print a clear credit in the same slot: two of five.
_CLEAR_SHARE = 0.4
# So many names and no credit in the same slot are the names of those shown.
_PORTRAITS = 3
_SEPARATORS = " |·•-–—/,"
Shape = tuple[object, ...]
"""The names that slots from the same template share."""


@dataclass(slots=True)
class Slot:
    """One way to read a line."""

    caption: str = ""
    credit: str = ""
    reading: Reading | None = None
    caption_evidence: Evidence | None = None
    credit_evidence: Evidence | None = None
    shape: Shape = ()
    is_cut: bool = False
    """Whether a credit in the line counts as beside the caption."""

    @property
    def is_credit(self) -> bool:
        """Whether the evidence for the credit suffices."""
        return self.credit_evidence is not None and self.credit_evidence.score >= 0

    @property
    def is_clear(self) -> bool:
        """Whether the credit speaks for itself: a label, a copyright sign or a known agency."""
        reading = self.reading
        if reading is None or not self.is_credit:
            return False
        known = any(not party.weak for party in reading.registered) or bool(reading.registered and reading.persons)
        return known or reading.label in ("before", "by", "after", "sign")

    @property
    def score(self) -> float:
        """How much better this is than reading nothing in the line."""
        return sum(found.score for found in (self.caption_evidence, self.credit_evidence) if found is not None)


class SlotReader:
    """Reads the lines of one page's boxes; clear boxes decide unclear ones of the same shape."""

    def __init__(self, boxes: Sequence[PictureBox], places: PlaceReader, index: Index, words: Vocabulary) -> None:
        """Read all lines, learn from them what each shape prints where, and weigh that as well."""
        self._places, self._index, self.words = places, index, words
        self._clear: dict[Shape, set[int]] = defaultdict(set)
        self._seen: Counter[Shape] = Counter()
        self._names: Counter[Shape] = Counter()
        self._lines: dict[int, list[BoxLine]] = {}
        self._slots: dict[int, list[Slot]] = {}
        for box in boxes:
            box.lines = [line for found in box.lines if (line := _without_hidden_label(found, words)).text]
            if box.loose:
                box.lines = [line for line in box.lines if not self._credits_elsewhere(line)]
            self._lines[id(box)] = self._joined(box)
        self._in_rows = _in_rows(list(filter(_may_be_in_row, boxes)))
        for box in boxes:
            for line in self._lines[id(box)]:
                self._slots[id(line)] = list(_LineReader(box, line, self._setting(box, line), words).slots())
                self._learn(box, line)
        for box in boxes:
            for line in self._lines[id(box)]:
                for slot in self._slots[id(line)]:
                    self._add_evidence(box, line, slot)

    def lines(self, box: PictureBox) -> list[BoxLine]:
        """Return the lines of a box; a credit label on a line of its own goes before the next, any other is dropped."""
        return self._lines[id(box)]

    def slots(self, line: BoxLine) -> list[Slot]:
        """Return every way to read a line."""
        return self._slots[id(line)]

    def best(self, line: BoxLine) -> Slot:
        """Return the best way to read a line; an empty slot if reading nothing is better."""
        return max([Slot(), *self.slots(line)], key=lambda slot: slot.score)

    def as_caption(self, box: PictureBox, line: BoxLine) -> Slot:
        """Return a line read as a caption."""
        slot = _LineReader(box, line, self._setting(box, line), self.words).as_caption()
        self._add_evidence(box, line, slot)
        return slot

    def credit_alone(self, block: Block) -> Reading | None:
        """Read a block that is a credit by all its words, or by its element's name; return nothing for any other."""
        split = splitting.split(block.text, self.words) if len(block.text) <= _LONGEST_ALONE else None
        if split is None or not split.is_credit_only:
            return None
        named = block.pieces[0][1].above & CREDIT and split.reading.clean
        return split.reading if named or split.strength >= SURE else None

    def _credits_elsewhere(self, line: BoxLine) -> bool:
        """Return whether a line next to a picture says that it credits another: ``Featured image: X``."""
        start = line.text[:_LONGEST_LABEL].strip("[( ")
        if not is_elsewhere(start, self.words):
            return False
        reading = self.credit_alone(line.block)
        return reading is not None and is_elsewhere(reading.label_text, self.words)

    def _joined(self, box: PictureBox) -> list[BoxLine]:
        """Return the lines of a box, with each credit label before the line that it labels."""
        found: list[BoxLine] = []
        label = ""
        for line in box.lines:
            if splitting.is_label(line.text, self.words):
                kind = label_kind(line.text.strip(" :：=([)]*"), self.words)
                label = line.text if kind in ("before", "by", "weak") else ""
                continue
            found.append(replace(line, text=f"{label} {line.text}") if label else line)
            label = ""
        return found

    def _setting(self, box: PictureBox, line: BoxLine) -> LineSetting:
        return LineSetting(
            box_flags=box.element.flags | (CAPTION if box.element.captioned else 0),
            is_alone=len(box.lines) == 1,
            is_in_row=id(box) in self._in_rows,
            is_first=line.block is box.lines[0].block,
            is_last=line.pieces is box.lines[-1].pieces,
            is_before=line.before,
            is_heading=line.block.tag in HEADINGS,
            is_loose=box.loose,
            follows_sentence=_follows_sentence(box, line),
            alts=_alts(box),
            data=self._index,
            place=self._places.of(box),
        )

    def _learn(self, box: PictureBox, line: BoxLine) -> None:
        """Remember what the shapes of a line's slots print."""
        slots = [slot for slot in self._slots[id(line)] if slot.credit]
        self._seen.update({slot.shape for slot in slots if slot.shape})
        for slot in slots:
            if slot.is_clear:
                box.credited.add(id(line.pieces))
                self._clear[slot.shape].add(id(box))
            elif slot.reading is not None and slot.reading.clean and slot.reading.persons:
                self._names[slot.shape] += 1

    def _add_evidence(self, box: PictureBox, line: BoxLine, slot: Slot) -> None:
        """Add what other lines and other boxes say about a slot."""
        if slot.credit_evidence is not None and slot.reading is not None and slot.shape:
            template = credit_evidence.of_template(slot.reading, self._template(box, slot.shape))
            slot.credit_evidence = slot.credit_evidence.plus(*template)
        own = id(line.pieces)
        if slot.caption_evidence is not None and (
            len(box.credited) > (own in box.credited) or (slot.is_cut and own in box.credited)
        ):
            before_credit = not line.before and _precedes_credit(box, line)
            slot.caption_evidence = slot.caption_evidence.plus(
                *caption_evidence.beside_credit(box.loose, before_credit)
            )

    def _template(self, box: PictureBox, shape: Shape) -> int:
        """Return 1 if other boxes of a shape print clear credits there, -1 if they print names, else 0."""
        clear = self._clear.get(shape, set())
        if clear - {id(box)} and len(clear) >= _CLEAR_SHARE * self._seen[shape]:
            return 1
        return -1 if not clear and self._names[shape] >= _PORTRAITS else 0


class _LineReader:
    """Finds the ways to read one line."""

    def __init__(self, box: PictureBox, line: BoxLine, setting: LineSetting, words: Vocabulary) -> None:
        self._box, self._line, self._of_line, self._words = box, line, setting, words
        above = box.pictures[0].above if box.pictures else box.element.above
        self._may_be_linked = not above & LINK
        self._is_linked = line.block.linked * 2 > len(line.block.text)
        self._box_names = box.element.flags & CAPTION if box.pictures else 0

    def as_caption(self) -> Slot:
        """Return the line read as a caption, whatever its end is."""
        line = self._line
        setting = self._setting(line.pieces[0][1])
        return Slot(line.text, caption_evidence=caption_evidence.of(line.text, setting, self._words))

    def slots(self) -> Iterator[Slot]:
        """Yield every way to read the line."""
        line = self._line
        split = splitting.split(line.text, self._words)
        element = line.pieces[0][1]
        setting = self._setting(element)
        if split is not None and split.is_credit_only:
            setting.strength = split.strength
        yield Slot(line.text, caption_evidence=caption_evidence.of(line.text, setting, self._words))
        is_credit_only = split is not None and split.is_credit_only
        if is_credit_only or credit_evidence.may_be_credit(line.text, setting):
            found, reading = credit_evidence.of(line.text, setting, self._words)
            if split is not None and split.is_credit_only:
                reading = split.reading
            yield Slot("", line.text, reading, None, found, _shape(self._box, line, element, "line"))
        if split is not None and not split.is_credit_only:
            yield self._cut(split.caption, line.text[split.start :], split.reading, split.strength)
        elif split is None and (start := closing_bracket_start(line.text)) and (text := trim(line.text[:start])):
            yield self._cut(text, line.text[start:], None, 0)
        if not self._box.loose and (parts := bylines.divided(line.text)) is not None:
            yield self._cut(*parts, None, SURE)
        yield from self._at_edges()
        yield from self._behind_alt()

    def _cut(self, caption: str, owed: str, reading: Reading | None, strength: int) -> Slot:
        """Return the line cut where its own words show a credit."""
        line = self._line
        last = line.pieces[-1][1]
        divides = _divides_credit(self._box, line, owed)
        shape = _shape(self._box, line, last, "bracket") if owed[:1] in "([（" else ()
        setting = self._setting(last, rest=caption, divides_credit=divides, strength=strength)
        found, read = credit_evidence.of(owed, setting, self._words)
        # The caption is in the line's first element: a link around the credit is not around the caption.
        rest = "" if divides else owed
        front = self._setting(line.pieces[0][1], rest=rest, divides_credit=divides, strength=strength)
        text = caption_evidence.of(caption, front, self._words)
        return Slot(caption, owed, reading or read, text, found, shape, is_cut=not divides)

    def _at_edges(self) -> Iterator[Slot]:
        """Yield the cuts at the edges of the elements in the line: a caption, and a credit in an element of its own."""
        line = self._line
        runs = _runs(line, self._box.element)
        for at in range(1, len(runs)):
            for behind in (True, False):
                if (len(runs) - at if behind else at) > _MOST_RUNS:
                    continue
                credit_runs, caption_runs = (runs[at:], runs[:at]) if behind else (runs[:at], runs[at:])
                owed = tidy("".join(text for text, _ in credit_runs)).strip(_SEPARATORS)
                if not owed or len(owed.split()) > _LONGEST_TAIL:
                    continue
                text = tidy("".join(text for text, _ in caption_runs))
                if not text:
                    continue
                element = credit_runs[0 if behind else -1][1]
                setting = self._setting(element, rest=text, is_edge=True, is_last=behind)
                found, reading = credit_evidence.of(owed, setting, self._words)
                split = splitting.split(text, self._words)
                if split is not None and split.strength >= SURE and not split.is_credit_only and split.reading.label:
                    text = split.caption
                caption = caption_evidence.of(text, self._setting(caption_runs[0][1], rest=owed), self._words)
                shape = _shape(self._box, line, element, "edge")
                yield Slot(trim(text), owed, reading, caption, found, shape, is_cut=True)

    def _behind_alt(self) -> Iterator[Slot]:
        """Yield the cut behind the picture's alternative text, if the line begins with it."""
        line = self._line
        for picture in self._box.pictures:
            alt = tidy(picture.attrs.get("alt") or "")
            owed = line.text[len(alt) :].strip(_SEPARATORS)
            if len(alt) > 4 and owed and line.text.startswith(alt) and not line.text[len(alt)].isalnum():
                setting = self._setting(line.pieces[-1][1], rest=alt)
                found, reading = credit_evidence.of(owed, setting, self._words)
                caption = caption_evidence.of(alt, setting, self._words)
                yield Slot(trim(alt), owed, reading, caption, found, is_cut=True)

    def _setting(
        self,
        element: Element,
        rest: str = "",
        is_edge: bool = False,
        is_last: bool = True,
        divides_credit: bool = False,
        strength: int = 0,
    ) -> Setting:
        names = [ancestor.name for ancestor in element.line()]
        return Setting(
            line=self._of_line,
            flags=flags_between(element, self._box.element) | self._box_names,
            tag="figcaption" if not is_edge and "figcaption" in names else element.name,
            is_in_figure="figure" in names,
            is_edge=is_edge,
            rest=rest,
            is_last=is_last if rest else self._of_line.is_last,
            is_linked=self._may_be_linked and (self._is_linked or bool(element.above & LINK)),
            divides_credit=divides_credit,
            strength=strength,
        )


def _may_be_in_row(box: PictureBox) -> bool:
    """Return whether a box has one text, of its own, that is not a cell of a table or the name beside an icon."""
    in_table = box.element.name in ("tr", "td", "th")
    return len(box.lines) == 1 and not box.loose and not in_table and not any(map(is_icon, box.pictures))


def _in_rows(boxes: Sequence[PictureBox]) -> set[int]:
    """Return the neighboring boxes of one element that have the same name and meaning, by identity."""
    found: set[int] = set()
    for box, following in pairwise(boxes):
        here, there = box.element, following.element
        alike = here.parent is there.parent and (here.name, here.flags) == (there.name, there.flags)
        if alike and there.first_block <= here.end_block:
            found |= {id(box), id(following)}
    return found


def _divides_credit(box: PictureBox, line: BoxLine, tail: str) -> bool:
    """Return whether a credit that ends a line begins in the middle of an element named a credit."""
    left = len(tail.strip())
    for text, element in reversed(_runs(line, box.element)):
        size = len(tidy(text))
        if left <= 0:
            break
        if size > left and flags_between(element, box.element) & CREDIT:
            return True
        left -= size + 1
    return False


def _precedes_credit(box: PictureBox, line: BoxLine) -> bool:
    """Return whether the line behind this one is a credit that speaks for itself."""
    ids = [id(other.pieces) for other in box.lines]
    at = ids.index(id(line.pieces)) + 1
    return at < len(ids) and ids[at] in box.credited


def _without_hidden_label(line: BoxLine, words: Vocabulary) -> BoxLine:
    """Drop a label such as ``Image caption`` that a page hides from those who see it."""
    text, element = line.pieces[0]
    if not element.above & UNSEEN or label_kind(text.strip(" :："), words) != "caption" or len(line.pieces) < 2:
        return line
    return replace(line, text=tidy("".join(text for text, _ in line.pieces[1:])), pieces=line.pieces[1:])


def _follows_sentence(box: PictureBox, line: BoxLine) -> bool:
    """Return whether a line is the last of its box, and the one before it ends as a sentence."""
    if len(box.lines) < 2 or line.pieces is not box.lines[-1].pieces:
        return False
    before = box.lines[-2]
    return not before.before and before.text[-1:] in STOPS and " " in before.text


def _alts(box: PictureBox) -> frozenset[str]:
    keys = {match_key(value) for p in box.pictures for name in ("alt", "title") if (value := p.attrs.get(name))}
    return frozenset(key for key in keys if len(key) > 4)


def _runs(line: BoxLine, box: Element) -> list[tuple[str, Element]]:
    """Return the texts of a line by the inline elements directly below its block, each with its first element."""
    block = line.block.node
    runs: list[tuple[str, Element, Element | None]] = []
    for text, element in line.pieces:
        child: Element | None = None
        for ancestor in element.line():
            if ancestor is block or ancestor.number <= box.number:
                break
            child = ancestor
        if runs and (runs[-1][2] is child or not text.strip()):
            runs[-1] = (runs[-1][0] + text, runs[-1][1], runs[-1][2])
        else:
            runs.append((text, element, child))
    return [(text, element) for text, element, _ in runs]


def _shape(box: PictureBox, line: BoxLine, element: Element, kind: str) -> Shape:
    """Return the names of a box and of the elements up to it from a text, and how the text is cut off."""
    path: list[tuple[str, str | None]] = []
    for ancestor in element.line():
        if ancestor.number <= box.element.number:
            break
        path.append((ancestor.name, ancestor.attrs.get("class")))
    names = None if box.loose else box.element.attrs.get("class")
    return (box.element.name, names, box.loose, line.before, kind, *path)
