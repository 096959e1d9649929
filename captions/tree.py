"""A page's source -> a BeautifulSoup tree of what can hold the article, a caption or a credit.

lexbor parses as browsers do and drops what cannot hold any of these; the nodes of BeautifulSoup are then made directly,
in less than half the time that its own builders take. ``tests/test_tree.py`` holds this tree
against BeautifulSoup's own.
"""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from selectolax.lexbor import LexborHTMLParser

# What holds no article, caption or credit. Never header (up to 5 % of captions stand in one), form (the whole body of
# some pages) or aside.
STRIPPED = [
    "script", "style", "svg", "iframe", "template", "link", "object", "embed", "canvas", "input", "select", "option",
    "nav", "footer", "audio", "map", "dialog", "button", "textarea",
]  # fmt: skip
# Of 126 news pages the largest has 2.2 million characters and 8,100 tags; what is longer than this is cut, and said.
LARGEST = 10_000_000
MOST_TAGS = 100_000
# The deepest of the 126 nests 29 elements. lexbor's time grows with the square of it (15,000 levels: half a second), as
# does what climbs from each text to the top.
DEEPEST = 120
# Elements of a kind that is closed by the next of its kind: their tags nest nothing, closed or not.
_CLOSED = frozenset(("a", "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "option"))
# What stays open at a block's end is opened in the next again, with all that is open too: 1,500 of them before 1,500
# paragraphs make two million elements. More than these of an article do not nest.
_FORMATS = frozenset(
    ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)  # fmt: skip
_MOST_FORMATS = 5
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
# Pages with fewer tags, most of them closed, need no flattening: of the 126, ten are looked through.
_MANY_TAGS, _MANY_UNCLOSED = 5_000, 1_000
# lexbor's time grows with the square of one element's attributes too: in characters of a tag, and in attributes.
_LONG = 4_000
_LONG_TAG = re.compile(r"""<([a-zA-Z][a-zA-Z0-9-]*)(\s(?:[^<>"']+|"[^"<]*"|'[^'<]*')*+)>?""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_MOST_ATTRIBUTES = 200
_LONGEST_VALUE = 50_000
_LONG_VALUE = re.compile(r""""[^"<>]{50000,}+"|'[^'<>]{50000,}+'""")
# What is long in most pages, and dropped with its element.
_RAW = ("<script", "<style")
# A picture, a font or a film inside its own address.
_INLINE_DATA = re.compile(r"""data:[^\s"'<>()]{4000,}+""")

_BUILDER = BeautifulSoup("", "html.parser").builder
# What is an element's own; the rest is the same for nearly all, and stands on the class: set on each element, it takes
# half of the time that a tree does.
_OWN = (
    "name", "attrs", "contents", "parent", "previous_sibling", "next_sibling", "previous_element", "next_element"
)  # fmt: skip
_SHARED = {key: value for key, value in vars(Tag(None, _BUILDER, "div")).items() if key not in _OWN}
_Element: Any = type("Tag", (Tag,), dict(_SHARED))
_new_element: Any = Tag.__new__
_new_text: Any = str.__new__
_MOST_KINDS = 1_000
# By the names of elements: which of their attributes are lists, and what else of them is not shared.
_KINDS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {}


def bounded(html: str) -> tuple[str, tuple[str, ...]]:
    """A page's source as far as it is read, and a note where that is not all of it.

    ``"<p>Rain"`` gives itself and no note; of a hundred million characters the first ten million, with a note. Pictures
    inside their own addresses are left out first, and count for nothing.
    """
    notes: list[str] = []
    cut = len(html) > 5 * LARGEST
    html = _without_long(html[: 5 * LARGEST] if cut else html)
    if cut or len(html) > LARGEST:
        html = html[:LARGEST]
        notes.append(f"read only as far as {LARGEST:,} characters of the page's source")
    if html.count("<") > MOST_TAGS:
        html = _flattened("<".join(html.split("<", 10 * MOST_TAGS)[: 10 * MOST_TAGS]))
    if html.count("<") > MOST_TAGS:
        html = "<".join(html.split("<", MOST_TAGS)[:-1])
        notes.append(f"read only as far as {MOST_TAGS:,} tags of the page's source")
    return html, tuple(notes)


def parse(html: str) -> LexborHTMLParser:
    """The page as lexbor reads it, with all that it holds; nesting beyond any article is flattened first."""
    tags = html.count("<")
    if tags > _MANY_TAGS or tags - 2 * html.count("</") > _MANY_UNCLOSED:
        html = _flattened(html)
    return LexborHTMLParser(html.replace("\x00", "") if "\x00" in html else html)


def _without_long(html: str) -> str:
    """The source without data in addresses and without the attributes of tags that have far too many. Looked at are
    only the places where no ``<`` follows for long."""
    if len(html) <= _LONG:
        return html
    parts: list[str] = []
    start = 0
    quick = len(html) <= LARGEST
    at = html.find("<")
    while 0 <= at < len(html) - _LONG:
        following = html.rfind("<", at + 1, at + 1 + _LONG)
        if following < 0 and quick and html.startswith(_RAW, at) and html.find(">", at, at + _LONG) > 0:
            following = html.find("<", at + 1)
        elif following < 0:
            following = html.find("<", at + 1)
            end = following if following >= 0 else len(html)
            part = html[at:end]
            if "data:" in part:
                part = _INLINE_DATA.sub("data:", part)
            if len(part) > _LONGEST_VALUE:
                part = _LONG_VALUE.sub('""', part)
            tag = _LONG_TAG.match(part)
            if tag and len(_QUOTED.sub("", tag[2]).split()) > _MOST_ATTRIBUTES:
                part = f"<{tag[1]}>{part[tag.end() :]}"
            if len(part) < end - at:
                parts.append(html[start:at] + part)
                start = end
        at = following
    parts.append(html[start:])
    return "".join(parts)


def build(page: LexborHTMLParser) -> BeautifulSoup:
    """The tree of a page without what is stripped. The page given loses it too: read scripts before.

    Attributes are as BeautifulSoup gives them: ``class`` and its kind are lists.
    """
    page.strip_tags(STRIPPED, recursive=True)
    soup = BeautifulSoup("", "html.parser")
    last: Any = soup
    parent: Any = soup
    node: Any = page.root
    depth: list[Any] = []
    while node is not None:
        tag = node.tag or ""
        made: Any
        child = None
        if tag == "-text":
            made = _new_text(NavigableString, node.text_content or "")
            made.hidden = False
        elif tag and tag[0] not in "-!_":
            lists, own = _KINDS.get(tag) or _kind(tag)
            made = _new_element(_Element)
            made.name = tag
            made.attrs = attributes = node.attributes
            for key, value in attributes.items():
                if value is None:
                    attributes[key] = ""
                elif key in lists:
                    attributes[key] = value.split()
            made.contents = []
            if own:
                made.__dict__.update(own)
            child = node.first_child
        else:
            made = None
        if made is not None:
            siblings = parent.contents
            made.parent = parent
            if siblings:
                made.previous_sibling = previous = siblings[-1]
                previous.next_sibling = made
            else:
                made.previous_sibling = None
            made.next_sibling = None
            made.previous_element = last
            last.next_element = made
            siblings.append(made)
            last = made
        if child is not None:
            depth.append((node, parent))
            parent, node = made, child
            continue
        following = node.next if depth else None
        while following is None and depth:
            node, parent = depth.pop()
            following = node.next if depth else None
        node = following
    last.next_element = None
    return soup


def release(soup: BeautifulSoup) -> None:
    """Parts the nodes of a tree from each other, so that they go at once and not when next garbage is collected."""
    node: Any = soup
    while node is not None:
        following = node.next_element
        node.__dict__.clear()
        node = following


def _kind(tag: str) -> tuple[frozenset[str], dict[str, Any]]:
    """What is known of all elements of a name; kept, for names as short as those of HTML."""
    lists = _BUILDER.cdata_list_attributes or {}
    facts = vars(Tag(None, _BUILDER, tag))
    own = {key: value for key, value in facts.items() if key not in _OWN and value != _SHARED[key]}
    kind = (frozenset(lists.get("*", ())) | frozenset(lists.get(tag, ())), own)
    if len(_KINDS) < _MOST_KINDS:
        _KINDS[tag] = kind
    return kind


def _flattened(html: str) -> str:
    """The source without the tags that nest deeper than any article does."""
    parts: list[str] = []
    depth, formats, start = 0, 0, 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag[3] or name in _VOID or name in _CLOSED:
            continue
        step = -1 if tag[1] else 1
        if name in _FORMATS:
            formats = max(0, formats + step)
            dropped = formats + bool(tag[1]) > _MOST_FORMATS
        else:
            depth = max(0, depth + step)
            dropped = depth + bool(tag[1]) > DEEPEST
        if dropped:
            parts.append(html[start : tag.start()])
            start = tag.end()
    parts.append(html[start:])
    return "".join(parts)
