"""Find a page's pictures: their addresses, rights from the structured data, and captions found only in the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from captions.caption import split as captioning
from captions.caption.candidates import LIKELY, SURE
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Caption, Credit
from captions.page import image_urls
from captions.page.boxes import flags_between
from captions.page.dom import Element, Tree
from captions.page.element_names import AUTHOR, BOILER, COMMENTS
from captions.page.figures import Figure
from captions.page.structured import Index, PictureData, of_element
from captions.page.structured.index import differs, reading_of, restricted, with_rights
from captions.text import match_key, tidy

# How far above a picture an element's attributes may describe it, and how many pictures of a page are examined.
_LEVELS, _MOST_UNPRINTED = 5, 1_000
# Different captions of one picture on a page: in the article, and where its gallery repeats it.
_MOST_CAPTIONS = 2
_OTHERS = BOILER | AUTHOR | COMMENTS


@dataclass(slots=True)
class PrintedPicture:
    """A picture with its printed credit, and the additions from the data."""

    images: tuple[str, ...] = ()
    reading: Reading | None = None
    data_credit: Credit | None = None
    """The credit in the data, if the printed credit names other, fewer or more parties."""
    structured: bool = False
    """Whether the credit is only in the data."""


@dataclass(slots=True)
class Unprinted:
    """A caption found only in a picture's data."""

    caption: str
    printed_picture: PrintedPicture
    element: Element
    number: int
    """The number of the block before it."""


class Pictures:
    """The pictures of a page; remembers which have a caption."""

    def __init__(self, tree: Tree, data: Index, base: str | None, words: Vocabulary) -> None:
        """Use a page, its structured data, and the URL that its addresses are relative to."""
        self._tree, self._index, self._base, self._words = tree, data, base, words
        self._used: set[int] = set()
        self._shared = image_urls.shared_by(tree.pictures)
        self._known: dict[int, list[str]] = {}

    def of(self, figure: Figure) -> PrintedPicture:
        """Return a figure's pictures and its credit: as printed, with rights from the data, or else from the data."""
        below = [image for image in figure.pictures if self._addresses(image)]
        below = [image for image in below if not flags_between(image, figure.element) & AUTHOR] or below
        below = [image for image in below if self._shared.isdisjoint(self._addresses(image))] or below
        below = [image for image in below if not image_urls.in_noscript(image)] or below
        self._used.update(image.number for image in figure.pictures)
        found = [self._addresses(image) for image in below]
        addresses = image_urls.best(found, self._base)
        data = self._attributes(below or figure.pictures) if len(addresses) < 2 else None
        if data is None or not data.has_rights:
            data = self._index.find(figure.caption, found[0] if len(addresses) == 1 else ())
        if figure.reading is None and len(below) == 1 and (data is None or not data.owed):
            data = self._of_alt(below[0]) or data
        if not addresses and data is not None:
            addresses = tuple(image_urls.absolute(a, self._base) for a in data.addresses if image_urls.is_picture(a))[
                :1
            ]
        return self._printed(addresses, figure.reading, data)

    def before(self, number: int) -> tuple[str, ...]:
        """Return the address of the picture directly before a block, unless it is in a figure."""
        picture = self._tree.blocks[number].image
        if picture is None or picture.number in self._used:
            return ()
        self._used.add(picture.number)
        return image_urls.best([self._addresses(picture)], self._base)

    def is_used(self, picture: Element) -> bool:
        """Return whether a picture is that of a printed caption or credit."""
        return picture.number in self._used

    def url(self, picture: Element) -> str | None:
        """Return the absolute address of a picture, of the largest size; None if only scripts know it."""
        return next(iter(image_urls.best([self._addresses(picture)], self._base)), None)

    def unprinted(self, outer: Element, first: int, last: int, known: Iterable[str]) -> list[Unprinted]:
        """Return the article's pictures that are printed without a caption but have a credited caption in their data.

        ``known`` are the captions found and the headlines; a text that repeats them is not a caption. A text without
        a credit is left out, because it is as often a title, a file name, or part of a list of other pictures.
        """
        keys = {match_key(text) for text in known}
        out: list[Unprinted] = []
        between = (
            (element, place)
            for element, place in zip(self._tree.pictures, self._tree.places, strict=True)
            if first <= place <= last + 1 and element.number not in self._used
        )
        for element, place in islice(between, _MOST_UNPRINTED):
            data = self._attributes([element])
            if data is None or not data.caption:
                data = self._index.captioned(self._addresses(element)) if self._index.has_captioned else None
            if data is None or not data.caption or not _is_of_article(element, outer, self._tree):
                continue
            caption, reading = self._split(data)
            key = match_key(caption)
            if not key or key in keys or reading is None:
                continue
            keys.add(key)
            found = self._addresses(element)
            addresses = tuple(image_urls.absolute(a, self._base) for a in found[:1])
            printed_picture = (
                self._printed(addresses, None, data) if data.owed else self._printed(addresses, reading, data)
            )
            out.append(Unprinted(caption, printed_picture, element, place - 1))
        return out

    def _addresses(self, element: Element) -> list[str]:
        """Return the addresses of a picture, the largest first."""
        found = self._known.get(element.number)
        if found is None:
            found = self._known[element.number] = image_urls.candidates(element, self._shared)
        return found

    def _printed(self, addresses: tuple[str, ...], printed: Reading | None, data: PictureData | None) -> PrintedPicture:
        if data is None or not data.has_rights:
            return PrintedPicture(addresses, printed)
        owed = reading_of(data, self._words)
        reading = printed or owed or restricted(data, self._words)
        if reading is None:
            return PrintedPicture(addresses)
        others = owed.credit if printed and owed and differs(printed.credit, owed.credit) else None
        reading = replace(reading, credit=with_rights(reading.credit, data, self._words))
        return PrintedPicture(addresses, reading, others, printed is None)

    def _split(self, data: PictureData) -> tuple[str, Reading | None]:
        """Return a caption in data without its credit, and the credit, from another field or from the caption's end."""
        caption = tidy(data.caption)
        found = captioning.split(caption, self._words)
        if found is None or found.strength < LIKELY or found.is_credit_only:
            return caption, reading_of(data, self._words)
        return found.caption, found.reading

    def _of_alt(self, element: Element) -> PictureData | None:
        """Return the labeled credit that ends a picture's alternative text: some systems put whole captions there."""
        alt = tidy(element.attrs.get("alt") or "")
        found = captioning.split(alt, self._words)
        if found is None or found.strength < SURE or found.reading.label is None:
            return None
        return PictureData(line=found.reading.credit.line)

    def _attributes(self, elements: Sequence[Element]) -> PictureData | None:
        """Return the data in the attributes of pictures, and of elements that contain no other picture."""
        for element in elements[:4]:
            found: PictureData | None = None
            for _, step in zip(range(_LEVELS), element.line(), strict=False):
                if step.name in ("article", "main", "body", "p"):
                    break
                data = of_element(step.attrs)
                if data is not None:
                    if step is not element and step.images > 1:
                        break
                    found = data if found is None else _joined(found, data)
            if found is not None:
                return found
        return None


def without_shared(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    """Return the captions without the addresses that many of them share: those are of placeholders or buttons.

    Two captions may describe one picture that a page prints twice.
    """
    texts: dict[str, set[str]] = {}
    for number, caption in enumerate(captions):
        for address in caption.images:
            texts.setdefault(address, set()).add(match_key(caption.text) or f"\n{number}")
    shared = {address for address, keys in texts.items() if len(keys) > _MOST_CAPTIONS}
    if not shared:
        return tuple(captions)
    return tuple(replace(c, images=tuple(a for a in c.images if a not in shared)) for c in captions)


def _joined(data: PictureData, other: PictureData) -> PictureData:
    """Merge the data of two elements around a picture; the nearer element wins."""
    return replace(
        data,
        caption=data.caption or other.caption,
        line=data.line or other.line,
        creators=data.creators or other.creators,
        agencies=data.agencies or other.agencies,
        source=data.source or other.source,
        notice=data.notice or other.notice,
        license=data.license or other.license,
        licensor_url=data.licensor_url or other.licensor_url,
        terms=data.terms or other.terms,
    )


def _is_of_article(element: Element, outer: Element, tree: Tree) -> bool:
    """Return whether a picture belongs to the article: no element above it says otherwise or links to another story."""
    for step in element.line():
        if step is outer or step.name == "body":
            break
        if step.flags & _OTHERS:
            return False
        below = tree.blocks[step.first_block : step.end_block]
        if step.name == "a" and sum(len(block.text.split()) for block in below) > 2:
            return False
        is_short = step.name in ("article", "li", "section") and sum(len(block.text) for block in below) < 400
        headed = any(block.tag in ("h2", "h3", "h4") for block in below)
        if is_short and headed and any(block.linked for block in below):
            return False
    return True
