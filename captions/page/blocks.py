"""The tree of a page, gone through once: its blocks of text with where each stands.

Which class names tell a caption, a credit or what is no article are words of the trade in the languages sites are
built in (``captions/data/markup.toml``), never names that one site alone uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from captions.lexicon import tables
from captions.page.dom import BLOCKS, IMAGES

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TEXT = frozenset(
    ("p", "a", "b", "i", "em", "strong", "u", "sup", "sub", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li")
)
_PICTURES = frozenset(("picture", "video"))
_SKIPPED = frozenset(("head", "title", "textarea", "iframe"))
_ATTRIBUTES = frozenset(
    ("id", "itemprop", "data-testid", "data-test", "data-component", "data-type", "role", "data-qa", "aria-label")
)
# In characters: a longer name of an element names nothing.
_LONGEST_NAME = 200
# From so many characters a line break parts two lines of running text, not the words of one.
_LINE = 60
# What names tell of an element, one bit each; the words are in markup.toml.
CAPTION, CREDIT, BOILER, PICTURE, WEAK, AUTHOR, UNSEEN, UNSHOWN, COMMENTS, OTHER, DECK, SOURCE = (
    1 << bit for bit in range(12)
)


@dataclass(slots=True, eq=False)
class Node:
    """An element that holds blocks, with what its names tell."""

    tag: Tag
    parent: Node | None
    flags: int
    depth: int
    text: int = 0
    """Characters of good text below it."""
    all_text: int = 0
    """Characters of any text below it."""
    images: int = 0
    """How many pictures stand below it: none, one, or two for more."""
    captioned: int = 0
    """How many elements named a caption do, counted alike."""
    heading: bool = False
    """Whether a heading of the first two ranks does."""

    def inside(self, flags: int) -> Node | None:
        """The nearest element, this one or above, that has any of the flags."""
        node: Node | None = self
        while node is not None:
            if node.flags & flags:
                return node
            node = node.parent
        return None


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries."""

    text: str
    node: Node
    tag: str
    """The block element it stands in."""
    linked: int
    """How many of its characters are links."""
    number: int
    image: Tag | None = None
    """The last picture that stands between it and the block before."""
    pieces: list[tuple[str, Node, int]] = field(default_factory=list)
    """Its texts by the elements that hold them: the text, the nearest node, and which inline element (a number)."""

    @property
    def pictured(self) -> bool:
        """Whether a picture stands between it and the block before."""
        return self.image is not None


@lru_cache(maxsize=1)
def _words() -> dict[int, tuple[str, ...]]:
    names = {
        "caption": CAPTION,
        "credit": CREDIT,
        "boilerplate": BOILER,
        "weak": WEAK,
        "picture": PICTURE,
        "author": AUTHOR,
        "unseen": UNSEEN,
        "comments": COMMENTS,
        "deck": DECK,
        "source": SOURCE,
    }
    read = tables.load("markup.toml")
    read.only(names)
    return {flag: read.words(name) for name, flag in names.items()}


@lru_cache(maxsize=1)
def _patterns() -> dict[int, re.Pattern[str]]:
    return {flag: _compiled(words) for flag, words in _words().items()}


@lru_cache(maxsize=1)
def _any() -> re.Pattern[str]:
    """Finds any of the words: most names hold none."""
    return _compiled([word for words in _words().values() for word in words])


def _compiled(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many words, grouped by their first letters: tried one by one, they take six times as long."""
    groups: dict[str, list[str]] = {}
    for led in sorted({led for word in words for led in _led(word)}):
        first = led[0] if _begins(led) else ""
        groups.setdefault(first, []).append(led[len(first) :])
    return re.compile("|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items()))


def _begins(word: str) -> bool:
    return word[:1].isalpha() and word[1:2] not in ("?", "*", "{", "|")


def _led(word: str) -> list[str]:
    """A word of the table as patterns that begin with a letter and find the same: ``(?:^|[ _-])ads`` as
    ``a(?<![^ _-]a)ds``; as it stands if that cannot be said."""
    rest = word.removeprefix(_PART)
    group = _GROUP.fullmatch(rest)
    parts = [rest]
    if group is not None:
        parts = [one + group[3] for one in group[1].split("|")] + ([group[3]] if group[2] else [])
    out = []
    for part in parts:
        if (told := _NOT_BEHIND.fullmatch(part)) is not None:
            part = told[2] + told[1].replace(")", f"{told[2]})") + told[3]
        if not _begins(part):
            return [word]
        out.append(f"{part[0]}(?<![^ _-]{part[0]}){part[1:]}" if rest != word else part)
    return out


@lru_cache(maxsize=50_000)
def _flags(name: str) -> int:
    """What one name tells; sites use few names, and the same on all pages."""
    folded = name if name.islower() else _CAMEL.sub(r"\1-\2", name).lower()
    flags = 0
    if not _any().search(folded):
        return flags
    for flag, pattern in _patterns().items():
        if pattern.search(folded):
            flags |= flag
    return flags


# A word that begins a name or a part of one; one that begins with a choice; one that must not stand behind another.
_PART = "(?:^|[ _-])"
_GROUP = re.compile(r"\(\?:([^()]*)\)(\??)(.*)")
_NOT_BEHIND = re.compile(r"((?:\(\?<!\w+-?\))+)(\w)(.*)")
_NOT_SHOWN = re.compile(r"display\s*:\s*none")
_CAMEL = re.compile(r"([a-z])([A-Z])")


def flags_of(tag: Tag) -> int:
    """What the names of an element tell: CAPTION, CREDIT, BOILER, ..."""
    attributes: Any = tag.attrs
    flags = 0
    if attributes:
        for key, value in attributes.items():
            if key == "class":
                for one in value:
                    if len(one) <= _LONGEST_NAME:
                        flags |= _flags(one)
            elif key in _ATTRIBUTES:
                if len(value) <= _LONGEST_NAME:
                    flags |= _flags(value if isinstance(value, str) else " ".join(value))
            elif key == "hidden" or (key == "style" and _NOT_SHOWN.search(str(value))):
                flags |= UNSHOWN
    name = tag.name
    if name == "figcaption":
        flags = (flags | CAPTION) & ~CREDIT
    elif name in ("figure", "picture"):
        flags = (flags | PICTURE) & ~(CAPTION | CREDIT)
    elif name in ("body", "html", "main", "article"):
        flags &= ~(BOILER | CAPTION | CREDIT | AUTHOR | COMMENTS)
    elif name == "aside":
        flags |= BOILER
    elif name in _TEXT:
        flags &= ~(BOILER | WEAK)  # a paragraph named `paywall` is a paragraph
    return flags


def _count_image(node: Node | None) -> None:
    while node is not None and node.images < 2:  # what stands above an element with two has two
        node.images += 1
        node = node.parent


def _count_caption(node: Node | None) -> None:
    while node is not None and node.captioned < 2:
        node.captioned += 1
        node = node.parent


def _mark_heading(node: Node | None) -> None:
    while node is not None and not node.heading:
        node.heading = True
        node = node.parent


def walk(soup: BeautifulSoup) -> tuple[list[Block], Node]:
    """All blocks of a page in order, and the node of its body."""
    blocks: list[Block] = []
    found = soup.find("body")
    root: Tag = found if isinstance(found, Tag) else soup
    top = Node(root, None, flags_of(root), 0)
    texts: list[str] = []
    pieces: list[tuple[str, Node, int]] = []
    run_tag = "body"
    size = links = 0  # characters of the run, and those of them that are links
    before: Tag | None = None  # the last picture that stands before the run
    within: Tag | None = None  # and in it

    def flush() -> None:
        nonlocal texts, pieces, size, links, before, within
        text = " ".join("".join(texts).split())
        blocks.append(Block(text, pieces[0][1], run_tag, links, len(blocks), before, pieces))
        before, within = within, None
        texts, pieces = [], []
        size = links = 0

    stack: list[tuple[Iterator[Any], int, Node, bool, str, bool]] = [
        (iter(root.contents), id(root), top, False, "body", True)
    ]
    while stack:
        children, place, node, linked, block, is_block = stack[-1]
        for child in children:
            if isinstance(child, str):
                if shown := len(child.strip()):
                    run_tag = block
                    text = str(child)
                    size += shown
                    if linked:
                        links += shown
                    texts.append(text)
                    pieces.append((text, node, place))
                elif size:
                    texts.append(" ")
                continue
            name = child.name
            if name in _SKIPPED:
                continue
            if name == "br":
                if size > _LINE:
                    flush()
                elif size:
                    texts.append(" ")
                continue
            if name in IMAGES:
                _count_image(node)
                before, within = (before, child) if size else (child, None)
                continue
            if name == "button":  # what it says is not the article's; a picture in it is shown
                for image in child.find_all(IMAGES):
                    _count_image(node)
                    before, within = (before, image) if size else (image, None)
                continue
            if name in _PICTURES:
                _count_image(node)
            elif name in ("h1", "h2"):
                _mark_heading(node)
            flags = flags_of(child)
            if flags & UNSEEN:
                continue
            boundary = name in BLOCKS
            if boundary and size:
                flush()
            inner = node
            if boundary or flags:
                inner = Node(child, node, flags, node.depth + 1)
                if flags & CAPTION and not node.inside(CAPTION):
                    _count_caption(node)
            if child.contents:
                inside = name if boundary else block
                stack.append((iter(child.contents), id(child), inner, linked or name == "a", inside, boundary))
                break
        else:
            stack.pop()
            if is_block and size:
                flush()
    return blocks, top
