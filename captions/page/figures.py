"""What each picture's box says: its caption and its credit, by the evidence for every slot and every cut in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from captions.caption import split as splitting
from captions.caption.candidates import LIKELY, SURE, read, trim
from captions.credit.labels import label_kind
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page import evidence, site_text
from captions.page.boxes import Box, BoxLine, flags_between
from captions.page.content import boilerplate
from captions.page.dom import HEADINGS, Element
from captions.page.element_names import AUTHOR, BOILER, CAPTION, COMMENTS, CREDIT, LINK, OTHER, PICTURE
from captions.page.evidence import CAPTION_FROM, CREDIT_FROM, Evidence, Setting
from captions.text import closing_bracket_start, match_key, tidy

# What the cut that a line's own text shows adds, by how sure it is.
_CUT = {SURE: 0.8, LIKELY: 0.3}
_POSSIBLE = -0.8
_CUT_COST = 0.2
# In words: a longer text behind an element's edge is no credit.
_LONGEST_TAIL = 22


@dataclass(slots=True)
class Figure:
    """A picture's texts: its caption and its credit."""

    container: Element
    pictures: list[Element]
    caption: str = ""
    reading: Reading | None = None
    blocks: list[int] = field(default_factory=list)
    rule: str = "figure"
    alone: bool = False
    """Whether the credit is printed without a caption."""


@dataclass(slots=True)
class Slot:
    """One way to read a line: a caption, a credit, or both."""

    caption: str = ""
    credit: str = ""
    reading: Reading | None = None
    caption_evidence: Evidence | None = None
    credit_evidence: Evidence | None = None
    cut: float = 0.0
    shape: tuple[object, ...] = ()
    """What slots made from one template share."""

    @property
    def clear(self) -> bool:
        """Whether the credit speaks for itself: a label, a copyright sign or a known agency."""
        reading = self.reading
        named = reading is not None and (
            reading.label in ("before", "by", "after", "sign") or any(not p.weak for p in reading.registered)
        )
        return named and self.credit_evidence is not None and self.credit_evidence.score >= CREDIT_FROM

    @property
    def score(self) -> float:
        """How much better this is than reading nothing in the line."""
        total = self.cut
        if self.caption_evidence is not None:
            total += self.caption_evidence.score - CAPTION_FROM
        if self.credit_evidence is not None:
            total += self.credit_evidence.score - CREDIT_FROM
        return total


class Figures:
    """Reads the boxes of one page."""

    def __init__(self, outer: Element, total: int, paragraphs: tuple[int, int], words: Vocabulary) -> None:
        """Take the article's element, its running text in characters, and the numbers of its outermost paragraphs."""
        self._outer, self._total, self._paragraphs, self._words = outer, total, paragraphs, words
        self._clear: dict[tuple[object, ...], set[int]] = {}
        self._seen: Counter[tuple[object, ...]] = Counter()
        self._names: Counter[tuple[object, ...]] = Counter()

    def of_all(self, boxes: Sequence[Box]) -> list[Figure]:
        """Return what the boxes say, in order; boxes that say nothing are left out."""
        self._learn(boxes)
        found = [self.of(box) for box in boxes]
        return [figure for figure in found if figure is not None]

    def _learn(self, boxes: Sequence[Box]) -> None:
        """Let the clear boxes of each shape decide what the unclear ones say in the same slot."""
        seen: Counter[tuple[object, ...]] = Counter()
        names: Counter[tuple[object, ...]] = Counter()
        for box in boxes:
            for line in self._with_labels(box.lines):
                slots = [slot for slot in self._readings(box, line) if slot.credit]
                for shape in {slot.shape for slot in slots if slot.shape}:
                    seen[shape] += 1
                for slot in slots:
                    if slot.clear:
                        box.credited.add(id(line.pieces))
                    if slot.shape and slot.clear:
                        self._clear.setdefault(slot.shape, set()).add(id(box))
                    elif slot.reading is not None and slot.reading.clean and slot.reading.persons:
                        names[slot.shape] += 1
        self._seen, self._names = seen, names

    def _template(self, box: Box, shape: tuple[object, ...]) -> int:
        clear = self._clear.get(shape, set())
        if clear - {id(box)} and len(clear) * 5 >= self._seen[shape] * 2:
            return 1
        return -1 if not clear and self._names[shape] >= 3 else 0

    def of(self, box: Box) -> Figure | None:
        """Return what a box says; None where that is neither a caption nor a credit."""
        lines = self._with_labels(box.lines)
        if not lines:
            return None
        slots = [self._best(box, line) for line in lines]
        credits_ = [s for s in slots if s.credit_evidence is not None and s.credit_evidence.score >= CREDIT_FROM]
        best = max(credits_, key=lambda s: s.credit_evidence.score if s.credit_evidence else 0.0, default=None)
        reading = best.reading if best is not None else None
        ease = 0.0 if best is None else 0.7 if box.loose else 2.2
        texts: list[str] = []
        named: list[str] = []
        used: list[int] = []
        for line, slot in zip(lines, slots, strict=True):
            if slot.caption_evidence is None and slot.credit_evidence is None and ease:
                slot = self._as_caption(box, line)
            wanted = slot.clear or (
                slot.caption_evidence is not None and slot.caption_evidence.score + ease >= CAPTION_FROM
            )
            if wanted and slot.caption:
                texts.append(slot.caption)
                if slot.caption_evidence is not None and "named caption" in slot.caption_evidence.names:
                    named.append(slot.caption)
                used.append(line.block.number)
            if slot in credits_:
                used.append(line.block.number)
        caption = trim(" ".join(dict.fromkeys(named or texts)))
        if not caption and reading is None:
            return None
        if reading is None and not self._says_something(box, caption):
            return None
        if not box.loose:
            used = [
                line.block.number for line in box.lines if not (line.block.tag in HEADINGS and line.text not in caption)
            ]
        return Figure(
            box.element,
            box.pictures,
            caption,
            reading,
            sorted(set(used)),
            "figure" if not box.loose else "beside",
            not caption,
        )

    def _says_something(self, box: Box, caption: str) -> bool:
        return bool(caption)

    def _with_labels(self, lines: Sequence[BoxLine]) -> list[BoxLine]:
        """Return the lines; a credit label on a line of its own goes before the next, any other label goes."""
        found: list[BoxLine] = []
        label = ""
        for line in lines:
            if splitting.is_label(line.text, self._words):
                kind = label_kind(line.text.strip(" :：=([)]*"), self._words)
                label = line.text if kind in ("before", "by", "weak") else ""
                continue
            found.append(replace(line, text=f"{label} {line.text}") if label else line)
            label = ""
        return found

    def _as_caption(self, box: Box, line: BoxLine) -> Slot:
        setting = self._setting(box, line, line.pieces[0][1])
        return Slot(caption=line.text, caption_evidence=evidence.caption(line.text, setting, self._words))

    def _best(self, box: Box, line: BoxLine) -> Slot:
        """Return the best way to read a line; an empty slot if nothing is better."""
        return max([Slot(), *self._readings(box, line)], key=lambda slot: slot.score)

    def _readings(self, box: Box, line: BoxLine) -> Iterator[Slot]:
        words = self._words
        element = line.pieces[0][1]
        shape = _shape(box, line, element, False)
        whole = self._setting(box, line, element, shape=shape)
        yield Slot(caption=line.text, caption_evidence=evidence.caption(line.text, whole, words))
        found, reading = evidence.credit(line.text, whole, words)
        yield Slot(credit=line.text, reading=reading, credit_evidence=found, shape=shape)
        split = splitting.split(line.text, words)
        if split is None and (start := closing_bracket_start(line.text)):
            tail, rest = line.text[start:], trim(line.text[:start])
            shape = (*_shape(box, line, line.pieces[-1][1], False), "bracket")
            setting = self._setting(box, line, line.pieces[-1][1], rest=rest, shape=shape)
            owed, reading = evidence.credit(tail, setting, words)
            yield Slot(rest, tail, reading, evidence.caption(rest, setting, words), owed, -_CUT_COST, shape)
        if split is not None:
            if split.alone:
                yield Slot(
                    credit=line.text,
                    reading=split.reading,
                    credit_evidence=found,
                    cut=_CUT.get(split.strength, 0.0),
                    shape=shape,
                )
            else:
                tail = line.text[split.start :]
                inside = _divides_credit(box, line, tail)
                bracket = tail[:1] in "([（"
                shape = (*_shape(box, line, line.pieces[-1][1], False), "bracket") if bracket else ()
                setting = self._setting(box, line, line.pieces[-1][1], rest=split.caption, shape=shape, inside=inside)
                owed, _ = evidence.credit(tail, setting, words)
                text = evidence.caption(split.caption, whole if inside else setting, words)
                yield Slot(
                    split.caption, tail, split.reading, text, owed, _CUT.get(split.strength, _POSSIBLE) - _CUT_COST, shape
                )
        yield from self._at_edges(box, line)
        yield from self._behind_alt(box, line)

    def _behind_alt(self, box: Box, line: BoxLine) -> Iterator[Slot]:
        """Yield the cut behind the picture's alternative text, if the line begins with it."""
        for picture in box.pictures:
            alt = tidy(picture.attrs.get("alt") or "")
            owed = line.text[len(alt) :].strip(" |/·•-–—")
            if len(alt) > 4 and owed and line.text.startswith(alt) and not line.text[len(alt)].isalnum():
                setting = self._setting(box, line, line.pieces[-1][1], rest=alt)
                found, reading = evidence.credit(owed, setting, self._words)
                yield Slot(trim(alt), owed, reading, evidence.caption(alt, setting, self._words), found, -_CUT_COST)

    def _at_edges(self, box: Box, line: BoxLine) -> Iterator[Slot]:
        """Yield the cuts at the edges of the elements in a line: a caption, and a credit in an element of its own."""
        runs = _runs(line, box.element)
        for at in range(1, len(runs)):
            for behind in (True, False):
                credit_runs, caption_runs = (runs[at:], runs[:at]) if behind else (runs[:at], runs[at:])
                owed = tidy("".join(text for text, _ in credit_runs)).strip(" |·•-–—/,")
                text = tidy("".join(text for text, _ in caption_runs))
                if not owed or not text or len(owed.split()) > _LONGEST_TAIL:
                    continue
                element = credit_runs[0 if behind else -1][1]
                shape = _shape(box, line, element, True)
                setting = self._setting(box, line, element, rest=text, edge=True, last=behind, shape=shape)
                found, reading = evidence.credit(owed, setting, self._words)
                rest = self._setting(box, line, caption_runs[0][1], rest=owed)
                split = splitting.split(text, self._words)
                if split is not None and split.strength >= SURE and not split.alone and split.reading.label:
                    text = split.caption
                said = evidence.caption(text, rest, self._words)
                yield Slot(trim(text), owed, reading, said, found, -_CUT_COST, shape)

    def _setting(
        self,
        box: Box,
        line: BoxLine,
        element: Element,
        rest: str = "",
        edge: bool = False,
        last: bool = True,
        shape: tuple[object, ...] = (),
        inside: bool = False,
    ) -> Setting:
        above = box.pictures[0].above if box.pictures else box.element.above
        linked = bool(element.above & LINK) and not above & LINK
        return Setting(
            flags=flags_between(element, box.element),
            tag="figcaption"
            if element.name != "figcaption" and any(one.name == "figcaption" for one in element.line()) and not edge
            else element.name,
            figure=any(one.name == "figure" for one in element.line()),
            box_flags=box.element.flags | (CAPTION if box.element.captioned else 0),
            edge=edge,
            rest=rest,
            alone=len(box.lines) == 1,
            first=line.block is box.lines[0].block,
            last=last if rest else line.pieces is box.lines[-1].pieces,
            before=line.before,
            linked=linked or (line.block.linked * 2 > len(line.block.text) and not above & LINK),
            heading=line.block.tag in HEADINGS,
            loose=box.loose,
            inside_credit=inside,
            alts=_alts(box),
            place=self._place_names(box),
            credited=bool(box.credited - {id(line.pieces)}) or bool(rest and id(line.pieces) in box.credited),
            template=self._template(box, shape) if shape else 0,
        )

    def _place_names(self, box: Box) -> tuple[str, ...]:
        if box.names is None:
            box.names = tuple(self._of_place(box))
        return box.names

    def _of_place(self, box: Box) -> Iterator[str]:
        """Yield what the place of a box says: whether the picture is the article's own."""
        element = box.element
        inside = element.within(self._outer)
        first, last = self._paragraphs
        if not inside:
            yield "outside, above" if box.place <= first else "outside"
        if box.place > last:
            yield "behind the article"
        if not box.pictures:
            yield "no picture"
        aside = element.inside(BOILER | AUTHOR | COMMENTS | OTHER)
        if aside is not None and boilerplate(element, self._total, BOILER | AUTHOR | COMMENTS | OTHER):
            own = aside.images == len(box.pictures) and not aside.heading and not any(x.block.linked for x in box.lines)
            if aside.flags & (AUTHOR | OTHER | COMMENTS):
                yield "author's or other's"
            else:
                yield "boilerplate around one picture" if own and inside else "boilerplate"
        link = element if element.name == "a" else element.find_above("a") if element.above & LINK else None
        if link is not None:
            yield "link around the box"
        heads = [line for line in box.lines if line.block.tag in HEADINGS]
        if heads and not element.captioned and not box.loose:
            yield "linked heading" if any(x.block.linked for x in heads) else "heading in the box"
        if len(box.lines) > 4 and not box.loose:
            yield "many lines"


def _divides_credit(box: Box, line: BoxLine, tail: str) -> bool:
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


def _alts(box: Box) -> frozenset[str]:
    keys = {match_key(value) for p in box.pictures for name in ("alt", "title") if (value := p.attrs.get(name))}
    return frozenset(key for key in keys if len(key) > 4)


def _runs(line: BoxLine, box: Element) -> list[tuple[str, Element]]:
    """Return the texts of a line by the inline elements directly below its block."""
    block = line.block.node
    runs: list[tuple[str, Element, Element | None]] = []
    for text, element in line.pieces:
        child: Element | None = None
        for one in element.line():
            if one is block or one is box or one.number <= box.number:
                break
            child = one
        if runs and runs[-1][2] is child:
            runs[-1] = (runs[-1][0] + text, runs[-1][1], child)
        elif runs and not text.strip():
            runs[-1] = (runs[-1][0] + text, runs[-1][1], runs[-1][2])
        else:
            runs.append((text, element, child))
    return [(text, element) for text, element, _ in runs]


def _shape(box: Box, line: BoxLine, element: Element, edge: bool) -> tuple[object, ...]:
    """Return what slots made from one template share: names of the box, and of the elements up to it."""
    path = []
    one: Element | None = element
    while one is not None and one is not box.element and one.number > box.element.number:
        path.append((one.name, one.attrs.get("class")))
        one = one.parent
    return (
        box.element.name,
        None if box.loose else box.element.attrs.get("class"),
        box.loose,
        line.before,
        edge,
        *path,
    )


__all__ = ["CREDIT", "PICTURE", "Figure", "Figures", "read", "replace", "site_text"]
