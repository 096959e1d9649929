"""A page's pictures: their addresses, what data tell beside the print, and captions that stand in data alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bs4.element import NavigableString, Tag

from captions.caption import split as captioning
from captions.caption.candidates import LIKELY, SURE
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.page import image_urls
from captions.page.blocks import AUTHOR, BOILER, COMMENTS, CREDIT, Block, Node, flags_of
from captions.page.dom import IMAGES
from captions.page.figures import Figure
from captions.page.structured import Index, Told, of_element
from captions.page.structured.index import differs, reading_of, with_rights
from captions.text import match_key, tidy

# How far above a picture stands the element whose attributes tell of it; elements and pictures looked at for one page.
_LEVELS, _MOST_ELEMENTS, _MOST_UNPRINTED = 5, 60_000, 1_000
# How many elements may stand between a picture and the caption under it; in pixels, what is no picture but an icon.
_NEAR, _SMALL = 40, 100
_OTHERS = BOILER | AUTHOR | COMMENTS


@dataclass(slots=True)
class Shown:
    """A picture with what is printed and told of it."""

    images: tuple[str, ...] = ()
    reading: Reading | None = None
    told: Credit | None = None
    """What data tell, where a credit is printed and names others, or fewer, or more."""
    structured: bool = False
    """Whether data alone tell the credit."""


@dataclass(slots=True)
class Unprinted:
    """A caption that stands in a picture's data alone."""

    caption: str
    shown: Shown
    tag: Tag
    number: int
    """Of the block before it."""


class Pictures:
    """The pictures of a page; remembers which have a caption."""

    def __init__(self, told: Index, base: str | None, words: Vocabulary) -> None:
        """Takes what the page's data tell, and the address against which it sets others."""
        self._told, self._base, self._words = told, base, words
        self._held: set[int] = set()
        self._known: dict[int, list[str]] = {}

    def of_all(self, figures: Sequence[Figure]) -> list[Shown]:
        """The pictures of figures and their credits; a picture is believed to be of the smallest that holds it."""
        order = sorted(range(len(figures)), key=lambda n: -figures[n].container.depth)
        found = {n: self.of(figures[n]) for n in order}
        return [found[n] for n in range(len(figures))]

    def of(self, figure: Figure) -> Shown:
        """The pictures of a figure and its credit: as printed, with the rights that data tell; else as data tell it."""
        holder = figure.container
        below = self._new(self._below(holder.tag), holder.tag)
        if not below and holder.parent is not None and holder.parent.images and holder.parent.all_text < 600:
            below = self._new(self._below(holder.parent.tag), holder.parent.tag)
        below = below or self._new(_right_before(holder.tag), None)
        self._held.update(id(tag) for tag in below)
        found = [self._addresses(tag) for tag in below]
        addresses = image_urls.best(found, self._base)
        told = self._attributes(below) if len(addresses) < 2 else None
        if told is None or not told.tells:
            told = self._told.find(figure.caption, found[0] if len(addresses) == 1 else ())
        if figure.reading is None and len(below) == 1 and (told is None or not told.owed):
            told = self._of_alt(below[0]) or told
        if not addresses and told is not None:
            addresses = tuple(image_urls.absolute(a, self._base) for a in told.addresses[:1])
        return self._shown(addresses, figure.reading, told)

    def before(self, tag: Tag) -> tuple[str, ...]:
        """The address of the picture that stands right before an element, if no figure holds it."""
        found = self._new(_right_before(tag), None)
        self._held.update(id(one) for one in found)
        return image_urls.best([self._addresses(one) for one in found], self._base)

    def unprinted(
        self, blocks: Sequence[Block], outer: Node, first: int, last: int, known: Iterable[str]
    ) -> list[Unprinted]:
        """The article's own pictures that are shown without a caption and whose data hold one.

        ``known`` are the captions found and the headlines: what says the same is none. A caption whose data hold no
        credit is left out: it is as often a title, a file's name, or of a list of other pictures.
        """
        keys = {match_key(text) for text in known}
        out: list[Unprinted] = []
        numbers: dict[int, int] = {}
        for tag in islice(self._between(blocks, outer, first, last), _MOST_UNPRINTED):
            told = self._attributes([tag])
            if told is None or not told.caption:
                told = self._told.captioned(self._addresses(tag)) if self._told.has_captioned else None
            if told is None or not told.caption or not _is_of_article(tag, outer.tag):
                continue
            caption, reading = self._split(told)
            key = match_key(caption)
            if not key or key in keys or reading is None:
                continue
            keys.add(key)
            found = self._addresses(tag)
            addresses = tuple(image_urls.absolute(a, self._base) for a in found[:1])
            shown = self._shown(addresses, None, told) if told.owed else self._shown(addresses, reading, told)
            numbers = numbers or {element: block.number for block in blocks for _, _, element in block.pieces}
            out.append(Unprinted(caption, shown, tag, _number_before(tag, numbers)))
        return out

    def _addresses(self, tag: Tag) -> list[str]:
        """The addresses of a picture, the largest first."""
        found = self._known.get(id(tag))
        if found is None:
            found = self._known[id(tag)] = image_urls.candidates(tag)
        return found

    def _below(self, tag: Tag) -> list[Tag]:
        """The pictures below an element that have an address."""
        found, copies = image_urls.pictures_below(tag)
        return [one for one in found if self._addresses(one)] or [one for one in copies if self._addresses(one)]

    def _new(self, tags: Sequence[Tag], top: Tag | None) -> list[Tag]:
        """Those pictures that no caption has yet, without portraits of authors, and icons beside others."""
        new = [tag for tag in tags if id(tag) not in self._held]
        if len(new) > 1:
            new = [tag for tag in new if not (_is_small(tag) or _is_portrait(tag, top))] or new
        return new

    def _shown(self, addresses: tuple[str, ...], printed: Reading | None, told: Told | None) -> Shown:
        if told is None or not told.tells:
            return Shown(addresses, printed)
        owed = reading_of(told, self._words)
        reading = printed or owed
        if reading is None:
            return Shown(addresses)
        others = owed.credit if printed and owed and differs(printed.credit, owed.credit) else None
        reading = replace(reading, credit=with_rights(reading.credit, told, self._words))
        return Shown(addresses, reading, others, printed is None)

    def _split(self, told: Told) -> tuple[str, Reading | None]:
        """A caption out of data without its credit, and the credit: told for itself, or at the caption's end."""
        caption = tidy(told.caption)
        found = captioning.split(caption, self._words)
        if found is None or found.strength < LIKELY or found.alone:
            return caption, reading_of(told, self._words)
        return found.caption, found.reading

    def _of_alt(self, tag: Tag) -> Told | None:
        """The credit that ends a picture's alternative text behind a label: some systems put whole captions there."""
        alt = tidy(str(tag.attrs.get("alt", "")))
        found = captioning.split(alt, self._words)
        if found is None or found.strength < SURE or found.reading.label is None:
            return None
        return Told(line=found.reading.credit.line)

    def _attributes(self, tags: Sequence[Tag]) -> Told | None:
        """What the attributes of pictures tell, and those of the elements that hold nothing but one of them."""
        for tag in tags[:4]:
            step: Any = tag
            found: Told | None = None
            for _ in range(_LEVELS):
                if step is None or step.name in ("article", "main", "body", "p"):
                    break
                told = of_element(step)
                if told is not None:
                    if step is not tag and len(self._below(step)) > 1:
                        break
                    found = told if found is None else _joined(found, told)
                step = step.parent
            if found is not None:
                return found
        return None

    def _between(self, blocks: Sequence[Block], outer: Node, first: int, last: int) -> Iterable[Tag]:
        """The pictures in the article and around it that no figure holds."""
        node: Any = blocks[first].node.tag if 0 < first < len(blocks) else outer.tag
        behind = blocks[last + 1].node.tag if last + 1 < len(blocks) else None
        for _ in range(_MOST_ELEMENTS):
            if node is None or node is behind:
                return
            if isinstance(node, Tag) and node.name in IMAGES and id(node) not in self._held:
                yield node
            node = node.next_element


def _right_before(tag: Tag) -> list[Tag]:
    """The picture before an element, with no text between the two."""
    node: Any = tag.previous_element
    for _ in range(_NEAR):
        if node is None or (isinstance(node, NavigableString) and len(node.split()) > 1):
            break
        if isinstance(node, Tag) and node.name in IMAGES:
            return [node]
        node = node.previous_element
    return []


def _is_small(tag: Tag) -> bool:
    """Whether a picture is set so small that it is an icon."""
    size = str(tag.attrs.get("width", "")).removesuffix("px")
    return size.isdigit() and int(size) < _SMALL


def _is_portrait(tag: Tag, top: Tag | None) -> bool:
    step: Any = tag
    while step is not None and step is not top:
        if flags_of(step) & AUTHOR and not flags_of(step) & CREDIT:
            return True
        step = step.parent
    return False


def _joined(one: Told, other: Told) -> Told:
    """What two elements round one picture tell together; the nearer one is believed."""
    return replace(
        one,
        caption=one.caption or other.caption,
        line=one.line or other.line,
        creators=one.creators or other.creators,
        agencies=one.agencies or other.agencies,
        source=one.source or other.source,
        notice=one.notice or other.notice,
        license=one.license or other.license,
        licensor_url=one.licensor_url or other.licensor_url,
    )


def _is_of_article(tag: Tag, outer: Tag) -> bool:
    """Whether a picture is the article's own: no name above it says otherwise, and it links to no other story."""
    step: Any = tag
    while step is not None and step is not outer and step.name not in ("body", "[document]"):
        if flags_of(step) & _OTHERS:
            return False
        if step.name == "a" and len(step.get_text(" ", strip=True).split()) > 2:
            return False
        if step.name in ("article", "li", "section") and step.find(["h2", "h3", "h4"]) is not None:
            linked = step.find("a")
            if linked is not None and len(step.get_text(" ", strip=True)) < 400:
                return False
        step = step.parent
    return True


def _number_before(tag: Tag, numbers: Mapping[int, int]) -> int:
    """The number of the block that stands before a picture, by the elements of blocks' texts; -1 before all."""
    node: Any = tag.previous_element
    while node is not None:
        if isinstance(node, NavigableString) and id(node.parent) in numbers:
            return numbers[id(node.parent)]
        node = node.previous_element
    return -1
