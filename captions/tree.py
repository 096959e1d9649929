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
    "nav", "footer", "audio", "map", "dialog", "head", "button", "textarea",
]  # fmt: skip
# Beyond this depth no article stands; lexbor's time grows with the square of it (15,000 levels: half a second).
DEEPEST = 600
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_MANY_TAGS = 20_000
# lexbor's time grows with the square of one element's attributes too. In characters, and in parts between spaces: what
# is longer in both says nothing of an article; a picture inside its own address is long in one part.
_LONG = 50_000
_LONG_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)(\s[^<>]{50000,})>")
_MOST_PARTS = 2_000

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


def parse(html: str) -> LexborHTMLParser:
    """The page as lexbor reads it, with all that it holds; nesting beyond any article is flattened first."""
    if html.count("<") > _MANY_TAGS:
        html = _flattened(html)
    if len(html) > _LONG:
        html = _without_long_tags(html)
    return LexborHTMLParser(html.replace("\x00", "") if "\x00" in html else html)


def _without_long_tags(html: str) -> str:
    """The source without the attributes of tags that have far too many. Looked at are only the places where no ``<``
    follows for long."""
    parts: list[str] = []
    start = 0
    at = html.find("<")
    while 0 <= at < len(html) - _LONG:
        following = html.rfind("<", at + 1, at + 1 + _LONG)
        if following < 0:
            tag = _LONG_TAG.match(html, at)
            if tag and len(tag[2].split()) > _MOST_PARTS:
                parts.append(f"{html[start:at]}<{tag[1]}>")
                start = tag.end()
            following = html.find("<", at + 1)
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
    depth, start = 0, 0
    for tag in _TAG.finditer(html):
        if tag[3] or tag[2].lower() in _VOID:
            continue
        if tag[1]:
            if depth > DEEPEST:
                parts.append(html[start : tag.start()])
                start = tag.end()
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > DEEPEST:
                parts.append(html[start : tag.start()])
                start = tag.end()
    parts.append(html[start:])
    return "".join(parts)
