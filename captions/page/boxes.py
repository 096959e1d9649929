"""The box of each picture: the smallest element that contains it together with text, and the lines of text in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from captions.caption.buttons import is_button
from captions.page.dom import HEADINGS, Block, Element, Piece, Tree
from captions.page.element_names import BUTTON, CAPTION, CREDIT, PICTURE
from captions.text import STOPS, sentences, tidy

# In characters: an element with more text is a part of the article, not a single picture's.
_LARGEST = 900
# An element around a box with only this much more text may belong to it.
_LARGEST_MARGIN = 400
# Of a picture that has no box: so many blocks around it may be its caption and its credit.
_BEFORE, _AFTER = 1, 3
# In characters: a longer paragraph next to such a picture is the article's.
_LONGEST_LOOSE = 500
# An element with more paragraphs that end like sentences is a part of the article too.
_SENTENCES = 2
_PAGES = frozenset(("body", "html", "article", "main"))
_PIXELS = re.compile(r"\s*(\d{1,5})(?:px)?\s*$")
# In pixels: what is set smaller is an icon.
_ICON = 60


@dataclass(slots=True, eq=False)
class BoxLine:
    """A line of text in a box: what is between two block edges or line breaks."""

    text: str
    pieces: list[Piece]
    block: Block
    before: bool
    """Whether it precedes the picture."""


@dataclass(slots=True, eq=False)
class PictureBox:
    """A picture, or several over one caption, with the text that may be theirs."""

    element: Element
    pictures: list[Element]
    places: list[int]
    """For each picture, the number of the block that follows it."""
    loose: bool
    """Whether the picture has no element of its own: the lines are those next to it in the article."""
    lines: list[BoxLine] = field(default_factory=list)
    credited: set[int] = field(default_factory=set)
    """The lines with a credit that needs no further evidence, by identity."""
    place_evidence: tuple[str, ...] | None = None
    """The evidence of its place on the page, once that is known."""

    @property
    def place(self) -> int:
        """The number of the block that follows its first picture."""
        return self.places[0]


def flags_between(element: Element, box: Element) -> int:
    """Return the flags of an element and those above it up to a box, without the box's own."""
    flags = 0
    ancestor: Element | None = element
    while ancestor is not None and ancestor is not box and ancestor.number > box.number:
        flags |= ancestor.flags
        ancestor = ancestor.parent
    return flags


def is_icon(picture: Element) -> bool:
    """Return whether a picture is set so small that it shows nothing; AMP's sizes may be a ratio, not pixels."""
    if picture.name != "img":
        return False
    for name in ("width", "height"):
        size = _PIXELS.match(picture.attrs.get(name) or "")
        if size and int(size[1]) <= _ICON:
            return True
    return False


class Boxes:
    """Finds the boxes of a page's pictures."""

    def __init__(self, tree: Tree, outer: Element) -> None:
        """Use the page, and the element that contains the article."""
        self.tree, self.outer = tree, outer
        sizes = [0 if _is_button(block) else len(block.text) for block in tree.blocks]
        self._sums = [0, *accumulate(sizes)]

    def size(self, element: Element) -> int:
        """Return how many characters of text are in an element."""
        return self._sums[min(element.end_block, len(self._sums) - 1)] - self._sums[element.first_block]

    def find(self, first: int, last: int) -> Iterator[PictureBox]:
        """Yield the boxes of the pictures between two blocks, in page order; no picture is in two."""
        boxes: dict[int, PictureBox] = {}
        loose: list[PictureBox] = []
        for picture, place in zip(self.tree.pictures, self.tree.places, strict=True):
            if not first <= place <= last + 1 or (is_icon(picture) and not picture.inside(CAPTION | PICTURE)):
                continue
            element = self._container(picture)
            if element is None:
                anchor = self._wrapper(picture)
                loose.append(PictureBox(anchor, [picture], [place], True))
            elif element.number in boxes:
                boxes[element.number].pictures.append(picture)
                boxes[element.number].places.append(place)
            else:
                boxes[element.number] = PictureBox(element, [picture], [place], False)
        whole: list[PictureBox] = []
        figures = sorted((b.element for b in boxes.values()), key=lambda e: e.number)
        for box in boxes.values():
            owned = _owned_below(box, figures)
            numbers = (n for n in range(box.element.first_block, box.element.end_block) if n not in owned)
            box.lines = list(self._lines(box, numbers))
            if owned and not box.lines:
                continue  # the other pictures of a gallery have no caption
            parts = _interleaved(box)
            (loose if parts else whole).extend(parts or [box])
        loose.sort(key=lambda box: box.pictures[0].number)
        named = list(self._without_picture(first, last, {line.block.number for box in whole for line in box.lines}))
        loose = _adopted(loose, named)
        whole = _with_credits(whole, named)
        used = {line.block.number for box in whole for line in box.lines}
        self._beside(loose, used)
        yield from sorted((*whole, *loose), key=lambda box: (box.place, box.element.number))

    def _without_picture(self, first: int, last: int, used: set[int]) -> Iterator[PictureBox]:
        """Yield boxes named a figure, a caption or a credit whose picture only scripts or styles show."""
        found: dict[int, PictureBox] = {}
        for block in self.tree.blocks[max(0, first) : last + 2]:
            if block.number in used:
                continue
            named = block.pieces[0][1].inside(CAPTION | CREDIT)
            figure = next((ancestor for ancestor in block.node.line() if ancestor.name == "figure"), None)
            top = figure or named
            if figure is not None and _is_quotation(self.tree.blocks[figure.first_block : figure.end_block]):
                continue
            if top is None:
                continue
            for element in top.line():
                size = self.size(element)
                if element.name in _PAGES or size > _LARGEST or element.images or self._has_headline(element):
                    break
                if self._has_paragraph(element):
                    break
                if element.flags & (PICTURE | CAPTION | CREDIT) or element.name == "figure":
                    top = element
            if top.number not in found and not top.images:
                found[top.number] = PictureBox(top, [], [top.first_block], False)
        for box in found.values():
            box.lines = list(self._lines(box, range(box.element.first_block, box.element.end_block)))
            if box.lines:
                yield box

    def _wrapper(self, picture: Element) -> Element:
        """Return the largest element with a picture and no text."""
        element = picture
        while element.parent is not None and element.parent.images == 1 and not self.size(element.parent):
            element = element.parent
        return element

    def _container(self, picture: Element) -> Element | None:
        """Return the box of a picture; None where that would be the article itself."""
        best: Element | None = None
        for element in picture.line():
            if element is picture:
                continue
            if element.name in _PAGES or (self.outer.within(element) and element is not self.outer):
                break
            size = self.size(element)
            if not size:
                continue
            if size > _LARGEST or self._has_paragraph(element) or self._has_headline(element):
                break
            if best is not None:
                if best.name == "figure" and element.name in ("li", "td"):
                    break
                grown = size - self.size(best)
                if element.images > best.images or grown > _LARGEST_MARGIN:
                    break
                if not (best.flags | element.flags) & (PICTURE | CAPTION | CREDIT) and element.name != "figure":
                    if grown:
                        break
                    continue  # it only wraps the box; what is around it may still belong to the picture
                if self._adds_paragraphs(best, element):
                    break
            best = element
        return best

    def _adds_paragraphs(self, inner: Element, outer: Element) -> bool:
        """Return whether an element contains more of the article than a box inside it."""
        numbers = [*range(outer.first_block, inner.first_block), *range(inner.end_block, outer.end_block)]
        blocks = (self.tree.blocks[n] for n in numbers)
        added = [block for block in blocks if block.tag == "p" and not block.node.inside(CAPTION)]
        return sum(len(block.text) > 60 for block in added) > 1 or any(len(block.text) > 220 for block in added)

    def _has_headline(self, element: Element) -> bool:
        """Return whether an element contains an h1 or h2 that is not a caption."""
        if not element.heading or element.name == "figure":
            return False
        blocks = self.tree.blocks[element.first_block : element.end_block]
        heads = [block for block in blocks if block.tag in ("h1", "h2")]
        return len(heads) != 1 or bool(heads[0].linked) or len(blocks) > 3 or not element.images

    def _has_paragraph(self, element: Element) -> bool:
        """Return whether an element contains running text of the article in addition to a caption."""
        short = 0
        for block in self.tree.blocks[element.first_block : element.end_block]:
            short += (
                block.tag == "p"
                and block.text[-1] in STOPS
                and not flags_between(block.pieces[0][1], element) & CAPTION
            )
            if short > _SENTENCES and element.name != "figure":
                return True
            is_long = block.tag == "p" and len(block.text) > 200 and sentences(block.text) > 2
            if is_long and element.name != "figure" and not flags_between(block.pieces[0][1], element) & CAPTION:
                return True
        return False

    def _lines(self, box: PictureBox, numbers: Iterable[int]) -> Iterator[BoxLine]:
        for number in numbers:
            if number >= len(self.tree.blocks):
                break
            block = self.tree.blocks[number]
            run: list[Piece] = []
            for piece in [*block.pieces, None]:
                if piece is None or piece[0] == "\n":
                    text = tidy("".join(text for text, _ in run))
                    if text:
                        yield BoxLine(text, run, block, number < box.place)
                    run = []
                elif not piece[1].above & BUTTON and not is_button(piece[0]):
                    run.append(piece)

    def _beside(self, loose: Sequence[PictureBox], used: set[int]) -> None:
        """Give each loose picture the blocks around it, up to the next picture, heading or long paragraph."""
        blocks = self.tree.blocks
        places = sorted({box.place for box in loose})
        for box in loose:
            if box.lines:
                continue
            following = next((place for place in places if place > box.place), len(blocks))
            end = box.place
            while end < min(box.place + _AFTER, following, len(blocks)) and self._may_be_beside(blocks[end], used):
                end += 1
            start = box.place - _BEFORE
            if start < 0 or start in places or not self._may_be_beside(blocks[start], used):
                start = box.place
            box.lines = list(self._lines(box, range(start, end)))

    def _may_be_beside(self, block: Block, used: set[int]) -> bool:
        return block.number not in used and len(block.text) <= _LONGEST_LOOSE and block.tag not in HEADINGS


def _owned_below(box: PictureBox, figures: Sequence[Element]) -> set[int]:
    """Return the numbers of the blocks in a box that belong to another picture: they are in a figure with a box."""
    owned: set[int] = set()
    if box.element.images > len(box.pictures):
        first = bisect_right(figures, box.element.number, key=lambda figure: figure.number)
        last = bisect_right(figures, box.element.last, key=lambda figure: figure.number)
        for figure in figures[first:last]:
            owned.update(range(figure.first_block, figure.end_block))
    return owned


def _adopted(loose: list[PictureBox], named: list[PictureBox]) -> list[PictureBox]:
    """Move each loose picture that directly precedes a box named a caption into it; return the rest."""
    below = {box.element.first_block: box for box in named if box.element.flags & CAPTION}
    left = []
    for nameless in loose:
        box = below.get(nameless.place)
        if box is None:
            left.append(nameless)
        else:
            box.pictures.extend(nameless.pictures)
            box.places = [*(box.places if len(box.pictures) > len(nameless.pictures) else []), *nameless.places]
    return left


def _with_credits(boxes: list[PictureBox], named: list[PictureBox]) -> list[PictureBox]:
    """Return all boxes; a text named a credit directly behind a picture's box is moved into it."""
    ends = {box.element.end_block: box for box in boxes if not any(_is_credit(line) for line in box.lines)}
    rest = []
    for box in named:
        above = ends.get(box.element.first_block)
        if above is None or box.pictures or not all(map(_is_credit, box.lines)):
            rest.append(box)
        else:
            above.lines.extend(box.lines)
    return [*boxes, *rest]


def _is_credit(line: BoxLine) -> bool:
    return bool(line.pieces[0][1].above & CREDIT)


def _is_quotation(blocks: Sequence[Block]) -> bool:
    """Return whether a figure without a picture quotes somebody: its caption names who said it."""
    return any(ancestor.name == "blockquote" for block in blocks for ancestor in block.node.line())


def _is_button(block: Block) -> bool:
    return all(element.above & BUTTON for text, element in block.pieces if text.strip())


def _interleaved(box: PictureBox) -> list[PictureBox]:
    """Split a box whose pictures and texts alternate into one box per picture; return nothing for any other box.

    ``picture, text, picture, text`` is two boxes; ``picture, picture, text`` is one: two pictures over one caption.
    """
    if len(box.pictures) < 2:
        return []
    numbers = sorted({line.block.number for line in box.lines})
    groups: list[PictureBox] = []
    for picture, place in zip(box.pictures, box.places, strict=True):
        if groups and groups[-1].place == place:
            groups[-1].pictures.append(picture)
            groups[-1].places.append(place)
        else:
            groups.append(PictureBox(box.element, [picture], [place], False))
    if len(groups) < 2:
        return []
    first = groups[0].place
    above = numbers[0] < first and not any(n >= groups[-1].place for n in numbers)  # each text is over its picture
    ends = [group.place for group in groups[1:]] + [numbers[-1] + 1]
    starts = [numbers[0]] + [group.place for group in groups[:-1]]
    for group, start, end in zip(groups, starts, ends, strict=True):
        begin, stop = (start, group.place) if above else (group.place, end)
        group.lines = [line for line in box.lines if begin <= line.block.number < stop]
    return [group for group in groups if group.lines] if sum(bool(g.lines) for g in groups) > 1 else []
