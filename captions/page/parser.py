"""A saved news page -> Article, without a rule for any site."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from selectolax.lexbor import LexborHTMLParser

from captions.caption import occurrences
from captions.caption.occurrences import FoundCaption
from captions.credit.names import house_spellings
from captions.decoding import decode_page, what_binary
from captions.lexicon.vocabulary import Vocabulary, default, with_houses
from captions.model import Article, Occurrence
from captions.page import credits_elsewhere, dom, limits, page_type, script_article
from captions.page.boxes import Boxes, PictureBox
from captions.page.content import body_blocks, boilerplate, deck, end_of, region, within
from captions.page.dom import HEADINGS, Block, Element, Tree
from captions.page.element_names import CAPTION, CREDIT, PICTURE
from captions.page.element_paths import ElementPaths
from captions.page.figures import Figure, read_boxes
from captions.page.image_urls import keys_of
from captions.page.metadata import Structured, of_page
from captions.page.pictures import Pictures, without_shared
from captions.page.places import PlaceReader
from captions.page.slots import SlotReader
from captions.page.structured import Index
from captions.page.uncaptioned import Uncaptioned
from captions.plain.finder import Finder
from captions.plain.lines import Line, page_of
from captions.text import match_key, printable, tidy

# Blocks before the article's first paragraph in which its main picture may be, and those behind its last or above its
# headline.
_BEFORE, _AFTER = 60, 6
# In characters: a longer paragraph that no picture precedes is the article's, whatever its last words say.
_LONGEST_CAPTION = 260

_FROM_SCRIPTS = "article read from the page's scripts"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Layout:
    """An article and the elements that it was read from, as long as their tree lives; see :func:`read_page`."""

    article: Article
    page: LexborHTMLParser
    tree: Tree
    """The page's elements, and all its blocks by number."""
    text_blocks: list[Block]
    """The blocks of the article's text, in order; ``article.text`` joins their texts."""
    caption_blocks: frozenset[int]
    """The numbers of the blocks with captions and credits."""
    places: tuple[int, ...]
    """For each of the article's captions, the number of the block of its first occurrence."""
    boxes: list[PictureBox]
    """The boxes of its pictures."""
    slots: SlotReader
    """The reader of their lines."""
    figures: list[Figure]
    """What the boxes say."""


def parse_html(html: str | bytes, url: str | None = None, vocabulary: Vocabulary | None = None) -> Article:
    """Read an article from a page's source; bytes are decoded as a browser would. No source raises.

    ``"<article><h1>Rain</h1><figure><img><figcaption>A dog. Foto: Jo Reed/dpa</figcaption></figure>..."`` gives one
    caption, ``A dog.``, of Jo Reed and dpa; its occurrences name the element that contains them.
    """
    return read_page(html, url, vocabulary, lambda layout: layout.article)


def read_page(html: str | bytes, url: str | None, vocabulary: Vocabulary | None, then: Callable[[Layout], _T]) -> _T:
    """Read a page as :func:`parse_html` does, and return what ``then`` makes of it while its tree lives."""
    notes: tuple[str, ...] = ()
    if isinstance(html, bytes):
        binary = what_binary(html)
        html, notes = ("", (f"no page: {binary}",)) if binary else decode_page(html)
    html, cut = limits.bounded(html)
    notes = (*notes, *cut)
    words = vocabulary or default()
    collecting = gc.isenabled()
    gc.disable()  # a tree is a web of cycles: collecting while it grows takes a third of the time
    try:
        page = dom.parse(html)
        metadata = of_page(page, url)
        return then(_read(page, metadata, words, notes, page_type.signs_of(html) if html else None))
    finally:
        if collecting:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the article of a page is."""

    outer: Element
    names: int
    """The flags of boilerplate that are believed on this page."""
    total: int
    """Characters of running text on the page."""
    paragraphs: list[int]
    """The numbers of the blocks that are the article's paragraphs."""
    first: int
    last: int
    """The blocks between which its pictures are."""


@dataclass(slots=True)
class _PageState:
    """A page while its captions are read; each source adds to what the sources before it have found."""

    tree: Tree
    extent: _Extent
    metadata: Structured
    index: Index
    pictures: Pictures
    paths: ElementPaths
    words: Vocabulary
    places: PlaceReader
    boxes: list[PictureBox]
    slots: SlotReader
    figures: list[Figure] = field(default_factory=list)
    found: list[FoundCaption] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """The numbers of the blocks with captions and credits."""
    text: list[Block] = field(default_factory=list)
    """The blocks of the article's text, in order."""


def _read(
    page: LexborHTMLParser,
    metadata: Structured,
    words: Vocabulary,
    notes: tuple[str, ...],
    signs: page_type.Signs | None,
) -> Layout:
    if metadata.publication:
        words = with_houses(words, house_spellings(metadata.publication))
    tree = dom.walk(page)
    extent = _extent(tree)
    if (article := script_article.find(page, extent.total)) is not None:
        page = dom.parse(script_article.as_page(article, metadata.headline or metadata.title, metadata.base))
        tree, notes = dom.walk(page), (*notes, _FROM_SCRIPTS)
        extent = _extent(tree)
    index = Index(metadata.pictures)
    pictures = Pictures(tree, index, metadata.base, words)
    places, boxes = _boxes(tree, extent)
    slots = SlotReader(boxes, places, index, words)
    reading = _PageState(tree, extent, metadata, index, pictures, ElementPaths(), words, places, boxes, slots)
    for source in _SOURCES:
        reading.found.extend(source(reading))
    return _layout(page, reading, notes, signs)


def _layout(
    page: LexborHTMLParser, reading: _PageState, notes: tuple[str, ...], signs: page_type.Signs | None
) -> Layout:
    """Assemble the article from all that was found."""
    metadata, blocks = reading.metadata, reading.tree.blocks
    captions = without_shared(occurrences.group(reading.found))
    rest = Uncaptioned(reading.tree, reading.boxes, reading.places, reading.pictures)
    text = "\n\n".join(printable(b.text) for b in reading.text)
    printed = [caption.text for caption in captions]
    kind = () if signs is None else page_type.notes_of(signs, blocks, metadata.title, text, printed)
    article = Article(
        text=text,
        captions=captions,
        headline=tidy(metadata.headline or _headline(blocks, metadata.title) or "") or None,
        url=tidy(metadata.url or "") or None,
        published=metadata.published,
        publication=tidy(metadata.publication or "") or None,
        language=tidy(metadata.language or "") or None,
        notes=(*notes, *kind),
        uncaptioned=rest.find(reading.extent.first, reading.extent.last, captions),
        canonical_url=metadata.canonical,
    )
    orders = {id(f.occurrence): f.order for f in reading.found}
    end = len(blocks)
    places = tuple(min((orders.get(id(p), end) for p in c.occurrences), default=end) for c in captions)
    used = frozenset(reading.used.union(orders.values()))
    return Layout(
        article, page, reading.tree, reading.text, used, places, reading.boxes, reading.slots, reading.figures
    )


def _extent(tree: Tree) -> _Extent:
    blocks = tree.blocks
    outer, names = region(blocks, tree.top)
    total = sum(len(b.text) for b in blocks if b.is_paragraph)
    inside = [b.number for b in blocks if b.is_paragraph and within(b.node, outer)]
    first, last = (inside[0] - _BEFORE, inside[-1] + _AFTER) if inside else (0, len(blocks))
    heads = [b.number for b in blocks if b.tag == "h1" and (not inside or b.number <= inside[0])]
    if heads:
        first = min(first, heads[-1] - _AFTER)
    return _Extent(outer, names, total, inside, first, last)


def boxes_of(tree: Tree, index: Index, words: Vocabulary) -> tuple[list[PictureBox], SlotReader]:
    """Return the boxes of a page's pictures, and the reader of their lines."""
    places, boxes = _boxes(tree, _extent(tree))
    return boxes, SlotReader(boxes, places, index, words)


def _boxes(tree: Tree, extent: _Extent) -> tuple[PlaceReader, list[PictureBox]]:
    outer = extent.outer
    if outer.name == "p" and outer.parent is not None:
        outer = outer.parent  # the pictures of an article of one paragraph are next to it
    ends = (0, len(tree.blocks))
    if extent.paragraphs:
        ends = (extent.paragraphs[0], end_of(tree.blocks, outer, extent.paragraphs[-1]))
    boxes = list(Boxes(tree, outer).find(extent.first, extent.last))
    return PlaceReader(outer, extent.total, *ends, tree.blocks), boxes


def _from_boxes(page: _PageState) -> list[FoundCaption]:
    """Return the captions in the boxes of pictures."""
    found: list[FoundCaption] = []
    page.figures = read_boxes(page.boxes, page.slots, page.tree.blocks)
    for figure in page.figures:
        picture = page.pictures.of(figure)
        page.used.update(figure.blocks)
        rule = "structured" if picture.structured else figure.rule
        occurrence = Occurrence(figure.caption, element=page.paths.of(figure.element))
        at, keys = figure.blocks[0], _keys(picture.images) or _alt_keys(figure.pictures)
        found.append(
            FoundCaption(
                figure.caption, picture.reading, occurrence, rule, at, picture.images, picture.data_credit, keys
            )
        )
    return found


def _from_data(page: _PageState) -> list[FoundCaption]:
    """Return the captions that only the page's data have, of pictures that the article shows."""
    found: list[FoundCaption] = []
    headlines = [f.caption for f in page.found] + [page.metadata.headline or "", page.metadata.title]
    extent = page.extent
    for data in page.pictures.unprinted(extent.outer, extent.first, extent.last, headlines):
        occurrence = Occurrence(data.caption, element=page.paths.of(data.element))
        picture = data.printed_picture
        found.append(
            FoundCaption(
                data.caption,
                picture.reading,
                occurrence,
                "structured",
                data.number,
                picture.images,
                picture.data_credit,
            )
        )
    return found


def _from_credits_elsewhere(page: _PageState) -> list[FoundCaption]:
    """Return the credits printed away from the pictures, without captions."""
    found: list[FoundCaption] = []
    extent = page.extent
    blocks = page.tree.blocks
    for block, reading in credits_elsewhere.find(
        blocks, extent.outer, extent.paragraphs, extent.total, bool(page.boxes), page.used, page.words
    ):
        page.used.add(block.number)
        occurrence = Occurrence(block.text, element=page.paths.of(block.node), shape="credit")
        found.append(FoundCaption("", reading, occurrence, "elsewhere", block.number))
    return found


def _from_text(page: _PageState) -> list[FoundCaption]:
    """Return paragraphs that are captions by their words, and repeats of captions in boxes; set the article's text."""
    before, own = _text_blocks(page.tree.blocks, page.extent, page.used)
    blocks = [block for _, block in sorted({b.number: b for b in (*before, *own)}.items())]
    captions = {match_key(f.caption) for f in page.found if f.caption}
    left = [b for b in blocks if match_key(b.text) not in captions or _is_sentence(b)]
    lines = [Line(0, 0, tidy(b.text), n) for n, b in enumerate(left)]
    finder = Finder(page_of(lines), page.words, "")
    sure = [block for block in finder.find() if _is_sure(block, left, lines)]
    of_text = {b.number for b in own}
    page.text = [b for b, line in zip(left, lines, strict=True) if not line.used and b.number in of_text]
    found: list[FoundCaption] = []
    for block in sure:
        at = left[block.order]
        occurrence = Occurrence(block.caption, element=page.paths.of(at.node), shape=block.occurrence.shape)
        picture = page.pictures.before(at.number)
        found.append(FoundCaption(block.caption, block.reading, occurrence, block.rule, at.number, picture))
    return found


_SOURCES: tuple[Callable[[_PageState], list[FoundCaption]], ...] = (
    _from_boxes,
    _from_data,
    _from_credits_elsewhere,
    _from_text,
)
"""Where a page's captions are read, in order: a later source leaves out what an earlier one has found."""


def _text_blocks(blocks: list[Block], extent: _Extent, used: set[int]) -> tuple[list[Block], list[Block]]:
    """Return the blocks above the article that may hold its main picture's caption, and the article's own."""
    outer, total, names = extent.outer, extent.total, extent.names
    before: list[Block] = []
    if extent.paragraphs:
        above = blocks[max(0, extent.first) : extent.paragraphs[0]]
        before = [b for b in above if b.number not in used and not within(b.node, outer)]
        before = [b for b in before if not boilerplate(b.node, total, names)]
    body = body_blocks(blocks, outer, used, total, names)
    repeated = {match_key(b.text) for b in body}
    intro = [b for b in deck(blocks, outer, used, total, names) if match_key(b.text) not in repeated]
    return before, [*intro, *body]


def _is_sure(block: FoundCaption, left: list[Block], lines: list[Line]) -> bool:
    """Return whether a paragraph is a caption by its words: on a page, most captions are in the boxes of pictures.

    If not, its lines are given back to the article.
    """
    reading = block.reading
    at = left[block.order]
    named = reading is None or reading.label in ("before", "by", "after") or any(not p.weak for p in reading.registered)
    if named and (at.pictured or len(block.caption) <= _LONGEST_CAPTION):
        return True
    for line in lines:
        if line.number >= block.order and line.used and line.text in block.occurrence.text:
            line.used = False
    return False


def _headline(blocks: list[Block], title: str) -> str | None:
    """Return the heading that the page's title begins with, else the first h1, which can be the site's name."""
    key = match_key(title)
    headings = [b for b in blocks if b.tag in HEADINGS]
    named = (b.text for b in headings if key.startswith(match_key(b.text)) and len(b.text.split()) > 1)
    return next(named, None) or next((b.text for b in headings if b.tag == "h1"), None)


def _is_sentence(block: Block) -> bool:
    """Return whether a block that repeats a caption is a sentence of the article: no picture is near it."""
    by_picture = block.pictured or block.node.images or block.node.inside(PICTURE | CAPTION | CREDIT)
    return block.tag == "p" and block.is_paragraph and not by_picture


def _keys(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(key for address in addresses for key in keys_of(address)[:1])


def _alt_keys(pictures: list[Element]) -> frozenset[str]:
    """Return what tells pictures apart whose addresses only scripts know: their alternative texts."""
    return frozenset(f"alt:{key}" for picture in pictures if (key := match_key(picture.attrs.get("alt") or "")))
