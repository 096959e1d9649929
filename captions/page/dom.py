"""Collect a page's elements, blocks of text and pictures in a single walk; lexbor parses pages as browsers do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from captions.page.element_names import BUTTON, CAPTION, LINK, UNSEEN, flags_of
from captions.text import STOPS, has_cjk

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
IMAGES = frozenset(("img", "amp-img", "amp-anim"))
"""Elements that show a picture."""
VIDEOS = frozenset(("video", "amp-video"))
"""Elements that show a poster, if they have one."""
BLOCKS = frozenset((
    "p", "div", "section", "article", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure",
    "figcaption", "table", "tbody", "tr", "td", "th", "header", "main", "aside", "dl", "dt", "dd", "pre", "hr", "br",
    "form", "fieldset", "center", "address", "details", "summary", "noscript", "body", "html", "button", "footer",
))  # fmt: skip
"""Elements that separate the text inside them from the text around them."""
# These contain no article, caption or credit. Never add header (up to 5% of captions are in it), form (the whole body
# of some pages), aside or footer (a caption's own).
STRIPPED = frozenset((
    "script", "style", "svg", "iframe", "template", "link", "object", "embed", "canvas", "input", "select", "option",
    "nav", "audio", "map", "dialog", "textarea", "meta", "title", "head",
))  # fmt: skip
# First characters of the names of nodes that are not elements.
_NO_ELEMENT = ("", "-", "!", "_")
# The fewest characters of a paragraph; scripts without spaces need fewer, and a sentence in them the fewest.
_PARAGRAPH, _PARAGRAPH_CJK, _SENTENCE_CJK = 60, 25, 18
# After this many characters, a line break separates two lines of running text, not two words of a line.
_LINE = 60


@dataclass(slots=True, eq=False)
class Element:
    """An element of the page, with the meanings of its names and the amount of text below it."""

    name: str
    attrs: dict[str, str | None]
    parent: Element | None
    number: int
    """Its place in page order; ``last`` is the number of the last element below it."""
    depth: int
    flags: int
    """The meanings of its own tag and names."""
    above: int
    """The flags of this element and all above it."""
    mem_id: int
    """lexbor's number of the node, which finds it in another tree of the same parse."""
    last: int = 0
    children: list[Element] = field(default_factory=list)
    text: int = 0
    """Characters of the article's running text below it."""
    all_text: int = 0
    """Characters of any running text below it."""
    images: int = 0
    """The number of pictures below it."""
    captioned: int = 0
    """The number of elements below it that are named a caption, outermost only."""
    heading: bool = False
    """Whether an h1 or h2 is below it."""
    first_block: int = 0
    """The number of the first block below it; ``end_block`` is one more than the last."""
    end_block: int = 0

    def inside(self, flags: int) -> Element | None:
        """Return the nearest element with any of the flags: this element or an element above it."""
        if not self.above & flags:
            return None
        element: Element | None = self
        while element is not None and not element.flags & flags:
            element = element.parent
        return element

    def within(self, other: Element) -> bool:
        """Return whether this element is another, or below it."""
        return other.number <= self.number <= other.last

    def line(self) -> Iterator[Element]:
        """Yield this element and those above it."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def find_above(self, name: str) -> Element | None:
        """Return the nearest element above with this name."""
        return next((ancestor for ancestor in self.line() if ancestor is not self and ancestor.name == name), None)


def mark(element: Element, flag: int) -> None:
    """Set a flag on an element, so that everything below is inside it."""
    element.flags |= flag
    rest = [element]
    while rest:
        node = rest.pop()
        node.above |= flag
        rest.extend(node.children)


Piece = tuple[str, Element]
"""A text node, or a line break as ``"\\n"``, and the innermost element that contains it."""


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries."""

    text: str
    node: Element
    """The innermost block element that contains its first text."""
    tag: str
    linked: int
    """The number of its characters in links."""
    number: int
    pieces: list[Piece]
    is_paragraph: bool = False
    """Whether it is long enough, and has few enough links, to be running text."""
    image: Element | None = None
    """The last picture between it and the block before."""

    @property
    def pictured(self) -> bool:
        """Return whether a picture is between it and the block before."""
        return self.image is not None

    @property
    def unseen(self) -> bool:
        """Return whether it is for screen readers or labels a button, and so is not part of the article's text."""
        return bool(self.pieces[0][1].above & (UNSEEN | BUTTON))


@dataclass(slots=True)
class Tree:
    """A page after the walk. Lists are in page order."""

    top: Element
    elements: list[Element]
    blocks: list[Block]
    pictures: list[Element]
    places: list[int]
    """For each picture, the number of the block that follows it."""


def parse(html: str) -> LexborHTMLParser:
    """Parse a page with everything in it; the source comes from :func:`captions.page.limits.bounded`."""
    return LexborHTMLParser(html.replace("\x00", "") if "\x00" in html else html)


def _is_paragraph(block: Block) -> bool:
    size = len(block.text)
    if size < _SENTENCE_CJK or block.linked * 2 >= size or block.tag in HEADINGS or block.unseen:
        return False
    return size >= _PARAGRAPH or (
        (size >= _PARAGRAPH_CJK or block.text[-1] in STOPS) and has_cjk(block.text[:_PARAGRAPH_CJK])
    )


class _Walk:
    """The state of one walk."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.blocks: list[Block] = []
        self.pictures: list[Element] = []
        self.places: list[int] = []
        self.pieces: list[Piece] = []
        self.size = self.links = 0  # characters of the run, and those in links
        self.before: Element | None = None  # the last picture before the run
        self.within: Element | None = None  # and inside it

    def flush(self) -> None:
        """End the run of text: a block."""
        pieces = self.pieces
        while pieces[-1][0].isspace():
            pieces.pop()
        text = " ".join("".join(text for text, _ in pieces).split())
        node = pieces[0][1]
        while node.name not in BLOCKS and not node.flags & ~LINK and node.parent is not None:
            node = node.parent
        holder = node
        while holder.name not in BLOCKS and holder.parent is not None:
            holder = holder.parent
        block = Block(text, node, holder.name, self.links, len(self.blocks), pieces, False, self.before)
        block.is_paragraph = _is_paragraph(block)
        self.blocks.append(block)
        self.before, self.within = self.within, None
        self.pieces = []
        self.size = self.links = 0

    def text(self, text: str, element: Element) -> None:
        """Add a text node."""
        if printed := len(text.strip()):
            self.size += printed
            if element.above & LINK:
                self.links += printed
            self.pieces.append((text, element))
        elif self.size:
            self.pieces.append((" ", element))

    def picture(self, element: Element) -> None:
        """Record a picture, and count it in every element above it."""
        self.pictures.append(element)
        self.places.append(len(self.blocks) + (self.size > 0))
        self.before, self.within = (self.before, element) if self.size else (element, None)
        for ancestor in element.line():
            ancestor.images += 1

    def opened(self, node: Any, name: str, parent: Element) -> Element:
        """Create the element of a node, and record what begins with it."""
        attributes = node.attributes
        flags = flags_of(name, attributes) if attributes or name not in ("div", "p", "span") else 0
        if flags & BUTTON and node.css_first("img, picture, figure, video") is not None:
            flags &= ~BUTTON  # a picture that opens something is not a label
        element = Element(
            name, attributes, parent, len(self.elements), parent.depth + 1, flags, parent.above | flags, node.mem_id
        )
        element.first_block = len(self.blocks)
        self.elements.append(element)
        parent.children.append(element)
        if name in IMAGES or (name in VIDEOS and attributes.get("poster")):
            self.picture(element)
        elif name in ("h1", "h2"):
            for ancestor in parent.line():
                if ancestor.heading:
                    break
                ancestor.heading = True
        elif flags & CAPTION and not parent.above & CAPTION:
            for ancestor in parent.line():
                ancestor.captioned += 1
        return element


def walk(page: LexborHTMLParser) -> Tree:
    """Walk a page's nodes once."""
    state = _Walk()
    root = page.body or page.root
    attributes = root.attributes if root is not None else {}
    name = (root.tag if root is not None else "") or "body"
    flags = flags_of(name, attributes)
    top = Element(name, attributes, None, 0, 0, flags, flags, root.mem_id if root is not None else 0)
    state.elements.append(top)
    node: Any = root.first_child if root is not None else None
    element = top
    open_: list[tuple[Any, Element]] = []
    while node is not None or open_:
        if node is None:  # everything below the element is done
            node = open_.pop()[0].next
            if element.name in BLOCKS and state.size:
                state.flush()
            element.last = len(state.elements) - 1
            element.end_block = len(state.blocks) + (state.size > 0)
            element = element.parent or top
            continue
        tag = node.tag or ""
        if tag == "-text":
            state.text(node.text_content or "", element)
        elif tag == "br":
            if state.size > _LINE:
                state.flush()
            elif state.size:
                state.pieces.append(("\n", element))
        elif tag not in STRIPPED and tag[:1] not in _NO_ELEMENT:
            if tag in BLOCKS and state.size:
                state.flush()
            element = state.opened(node, tag, element)
            open_.append((node, element))
            node = node.first_child
            continue
        node = node.next
    if state.size:
        state.flush()
    top.last, top.end_block = len(state.elements) - 1, len(state.blocks)
    return Tree(top, state.elements, state.blocks, state.pictures, state.places)


__all__ = ["BLOCKS", "HEADINGS", "IMAGES", "VIDEOS", "Block", "Element", "Piece", "Tree", "mark", "parse", "walk"]
