"""Find the article's pictures that are printed with neither caption nor credit, by weighed evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from captions.caption.evidence import weights
from captions.model import Caption, Picture
from captions.page.boxes import PictureBox, is_icon
from captions.page.dom import Element, Tree
from captions.page.element_names import AUTHOR, BOILER, COMMENTS, HIDDEN, WEAK
from captions.page.image_urls import keys_of, names_decoration
from captions.page.pictures import Pictures
from captions.page.places import PlaceReader
from captions.text import tidy

# Pictures of a page that are weighed; no article has more.
_MOST = 1_000
# In pixels: a picture set smaller both ways is a portrait or a badge.
_SMALL = 150
# In pixels: a picture set as large both ways is seldom a header or an advertisement.
_LARGE = 300
# In words: an alternative text of so many describes a picture.
_DESCRIPTION = 3
# So many elements around a picture are often named for what it shows.
_LEVELS = 3
_SIZE = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*$")
_STYLE_SIZE = re.compile(r"(?:^|[;\s])(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_URL_SIZE = re.compile(r"(?<![\da-z])(\d{1,5})x(\d{1,5})(?!\d)", re.IGNORECASE)
_NAMES = ("class", "id", "alt")


class Uncaptioned:
    """Weighs the pictures of one page that no caption uses."""

    def __init__(self, tree: Tree, boxes: Sequence[PictureBox], places: PlaceReader, pictures: Pictures) -> None:
        """Take the page, the boxes of its pictures, and where its article is."""
        self._tree, self._places, self._pictures = tree, places, pictures
        self._boxes = {picture.number: box for box in boxes for picture in box.pictures}
        heads = [block.number for block in tree.blocks if block.tag == "h1"]
        self._headline = heads[0] if heads else 0

    def find(self, first: int, last: int, captions: Collection[Caption]) -> tuple[Picture, ...]:
        """Return the article's pictures between two blocks that none of its captions has, each once."""
        seen = {key for caption in captions for url in caption.images for key in keys_of(url)}
        found: list[Picture] = []
        between = (
            (picture, place)
            for picture, place in zip(self._tree.pictures, self._tree.places, strict=True)
            if first <= place <= last + 1 and not self._pictures.is_used(picture)
        )
        for picture, place in islice(between, _MOST):
            url = self._pictures.url(picture)
            if url is None or self._is_copy(picture):
                continue
            keys = keys_of(url)
            if seen.isdisjoint(keys) and self.score(picture, place) > 0:
                seen.update(keys)
                found.append(Picture(url, tidy(picture.attrs.get("alt") or "")))
        return tuple(found)

    def score(self, picture: Element, place: int) -> float:
        """Return the sum of the evidence that a picture is the article's own."""
        known = weights("page-picture")
        return sum(known.get(name, 0.0) for name in self.evidence(picture, place))

    def evidence(self, picture: Element, place: int) -> Iterator[str]:
        """Yield the evidence for and against a picture; ``place`` is the number of the block that follows it."""
        yield "bias"
        box = self._boxes.get(picture.number) or PictureBox(picture, [picture], [place], True)
        at = self._places.of(box)
        yield from at
        if any(ancestor.name == "figure" for ancestor in picture.line()):
            yield "figure"
        if len((picture.attrs.get("alt") or "").split()) >= _DESCRIPTION:
            yield "described"
        yield from _of_size(picture, self._pictures.url(picture) or "")
        yield from self._of_names(picture, box)
        if "outside, above" in at and place <= self._headline:
            yield "above the headline"

    def _of_names(self, picture: Element, box: PictureBox) -> Iterator[str]:
        """Yield what the names around a picture say, up to the box, and its own file name."""
        steps = list(islice(picture.line(), _LEVELS))
        names = [value for step in steps for name in _NAMES if step.images < 2 and (value := step.attrs.get(name))]
        url = self._pictures.url(picture) or ""
        if any(map(names_decoration, (*names, url.partition("?")[0].rpartition("/")[2]))):
            yield "decoration"
        flags = _flags_below(picture, box.element.parent)
        for name, flag in (("named author", AUTHOR), ("named boilerplate", BOILER | COMMENTS), ("named weak", WEAK)):
            if flags & flag:
                yield name
        if picture.above & HIDDEN:
            yield "hidden"

    def _is_copy(self, picture: Element) -> bool:
        """Return whether a picture for browsers without scripts repeats the picture next to it."""
        noscript = picture.find_above("noscript")
        around = noscript
        while around is not None and noscript is not None and around.images == noscript.images:
            around = around.parent
        if noscript is None or around is None or around.name in ("article", "main", "body"):
            return False
        others = (other for other in self._tree.pictures if other.within(around) and not other.within(noscript))
        return any(self._pictures.is_used(other) or self._pictures.url(other) is not None for other in others)


def _of_size(picture: Element, url: str) -> Iterator[str]:
    """Yield what the size says that a picture is set in, or that its URL asks for."""
    sizes = [int(size[1]) for name in ("width", "height") if (size := _SIZE.match(picture.attrs.get(name) or ""))]
    sizes += [int(size) for _, size in _STYLE_SIZE.findall((picture.attrs.get("style") or "")[:500])]
    cut = _URL_SIZE.search(url)
    asked = [int(cut[1]), int(cut[2])] if cut is not None else []
    if is_icon(picture):
        yield "icon"
    elif picture.name == "img" and any(known and max(known) <= _SMALL for known in (sizes, asked)):
        yield "small"
    elif picture.name == "img" and len(sizes) > 1 and min(sizes) >= _LARGE:
        yield "large"
    if ".svg" in url[-200:].lower() or "/svg/" in url:
        yield "drawing"


def _flags_below(element: Element, top: Element | None) -> int:
    """Return the flags of an element and those above it, below another."""
    flags = 0
    for ancestor in element.line():
        if ancestor is top:
            break
        flags |= ancestor.flags
    return flags
