"""What the place of a picture's box on the page says: whether the picture is the article's own."""

from __future__ import annotations

from collections.abc import Iterator

from captions.page.boxes import PictureBox
from captions.page.content import boilerplate
from captions.page.dom import HEADINGS, Element
from captions.page.element_names import AUTHOR, BOILER, COMMENTS, LINK, OTHER, WEAK

_OTHERS = BOILER | AUTHOR | COMMENTS | OTHER
# In lines: a box with more holds more than a caption and a credit.
_MOST_LINES = 4


class PlaceReader:
    """Knows where the article of one page is."""

    def __init__(self, outer: Element, total: int, first: int, last: int) -> None:
        """Take the article's element, the characters of the page's running text, and its outermost paragraphs."""
        self._outer, self._total, self._first, self._last = outer, total, first, last

    def of(self, box: PictureBox) -> tuple[str, ...]:
        """Return the evidence of a box's place, for all texts in it."""
        if box.place_evidence is None:
            box.place_evidence = tuple(self._evidence(box))
        return box.place_evidence

    def _evidence(self, box: PictureBox) -> Iterator[str]:
        element = box.element
        inside = element.within(self._outer)
        if not inside:
            yield "outside, above" if box.place <= self._first else "outside"
        if box.place > self._last:
            yield "behind the article"
        if not box.pictures:
            yield "no picture"
        aside = element.inside(_OTHERS)
        if aside is not None and boilerplate(element, self._total, _OTHERS):
            links = any(line.block.linked for line in box.lines)
            own = aside.images == len(box.pictures) and not aside.heading and not links
            if element.above & OTHER:
                yield "another article"
            elif aside.flags & (AUTHOR | COMMENTS):
                yield "author's or other's"
            else:
                yield "boilerplate around one picture" if own and inside else "boilerplate"
        if element.above & LINK:
            yield "link around the box"
            if element.inside(_OTHERS | WEAK) is not None or box.place > self._last:
                yield "teaser"
        heads = [line for line in box.lines if line.block.tag in HEADINGS]
        if heads and not element.captioned and not box.loose:
            yield "linked heading" if any(line.block.linked for line in heads) else "heading in the box"
        if len(box.lines) > _MOST_LINES and not box.loose:
            yield "many lines"
