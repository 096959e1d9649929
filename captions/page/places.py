"""Gather evidence from the place of a picture's box on the page: whether the picture is the article's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from captions.page.boxes import PictureBox
from captions.page.content import boilerplate
from captions.page.dom import HEADINGS, Block, Element
from captions.page.element_names import AUTHOR, BOILER, COMMENTS, LINK, OTHER, WEAK

_OTHERS = BOILER | AUTHOR | COMMENTS | OTHER
# In lines: a box with more contains more than a caption and a credit.
_MOST_LINES = 4
# In blocks: a larger element is not a teaser.
_LARGEST_CARD = 12
_NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|tiff?)\b|^(?:javascript|mailto|data):", re.IGNORECASE)


class PlaceReader:
    """Compares the places of boxes with that of the page's article."""

    def __init__(self, outer: Element, total: int, first: int, last: int, blocks: Sequence[Block]) -> None:
        """Take the article's element, the size of the running text, its outermost paragraphs, and all blocks."""
        self._outer, self._total, self._first, self._last, self._blocks = outer, total, first, last, blocks

    def of(self, box: PictureBox) -> tuple[str, ...]:
        """Return the evidence of a box's place, for all texts in it."""
        if box.place_evidence is None:
            box.place_evidence = tuple(self._evidence(box))
        return box.place_evidence

    def _evidence(self, box: PictureBox) -> Iterator[str]:
        inside = box.element.within(self._outer)
        if not inside:
            yield "outside, above" if box.place <= self._first else "outside"
            if box.loose:
                yield "loose outside"
        if box.place > self._last:
            yield "behind the article"
        if not box.pictures:
            yield "no picture"
        yield from self._of_names(box, inside)
        yield from self._of_links(box)
        heads = [line for line in box.lines if line.block.tag in HEADINGS]
        if heads and not box.element.captioned and not box.loose:
            yield "linked heading" if any(line.block.linked for line in heads) else "heading in the box"
        if len(box.lines) > _MOST_LINES and not box.loose:
            yield "many lines"

    def _of_names(self, box: PictureBox, inside: bool) -> Iterator[str]:
        """Yield what the names of the elements around a box say."""
        aside = box.element.inside(_OTHERS)
        if aside is None or not boilerplate(box.element, self._total, _OTHERS):
            return
        if box.element.above & OTHER:
            yield "another article"
        elif aside.flags & (AUTHOR | COMMENTS):
            yield "author's or other's"
        else:
            linked = any(line.block.linked for line in box.lines)
            own = inside and aside.images == len(box.pictures) and not aside.heading and not linked
            yield "boilerplate around one picture" if own else "boilerplate"

    def _of_links(self, box: PictureBox) -> Iterator[str]:
        """Yield what links say about whether the box is a teaser for another page."""
        if any(_links_to_page(picture) for picture in box.pictures):
            yield "picture links to a page"
        if self._is_card(box):
            yield "card"
        if _links_to_page(box.element):
            yield "link around the box"
            if box.element.inside(_OTHERS | WEAK) is not None or box.place > self._last:
                yield "teaser"
        elif _is_linked(box) and any(line.block.tag in HEADINGS for line in box.lines):
            yield "teaser"

    def _is_card(self, box: PictureBox) -> bool:
        """Return whether the box is the picture of a teaser: its element also contains a heading that is a link."""
        element = box.element
        blocks = self._blocks
        while element.parent is not None and element.parent.images == box.element.images:
            element = element.parent
            if self._outer.within(element) or element.end_block - element.first_block > _LARGEST_CARD:
                return False
            around = (
                *blocks[element.first_block : box.element.first_block],
                *blocks[box.element.end_block : element.end_block],
            )
            if any(block.tag in HEADINGS and block.linked * 2 > len(block.text) for block in around):
                return True
        return False


def _is_linked(box: PictureBox) -> bool:
    """Return whether one link to a page contains the picture and all the text of a box."""
    link = box.pictures[0].find_above("a") if box.pictures else None
    return link is not None and _links_to_page(link) and all(line.block.node.within(link) for line in box.lines)


def _links_to_page(element: Element) -> bool:
    """Return whether an element is inside a link to a page, not to a larger copy of its picture."""
    if not element.above & LINK:
        return False
    link = element if element.name == "a" else element.find_above("a")
    address = (link.attrs.get("href") or "") if link is not None else ""
    return bool(address) and address[0] != "#" and not _NO_PAGE.search(address)
