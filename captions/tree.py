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
    "nav", "footer", "audio", "map", "dialog",
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
_LONG_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)(\s[^<>]{50000,})>")
_MOST_PARTS = 2_000


def parse(html: str) -> LexborHTMLParser:
    """The page as lexbor reads it, with all that it holds; nesting beyond any article is flattened first."""
    if html.count("<") > _MANY_TAGS:
        html = _flattened(html)
    if len(html) > 50_000:
        html = _LONG_TAG.sub(lambda tag: f"<{tag[1]}>" if len(tag[2].split()) > _MOST_PARTS else tag[0], html)
    return LexborHTMLParser(html.replace("\x00", "") if "\x00" in html else html)


def build(page: LexborHTMLParser) -> BeautifulSoup:
    """The tree of a page without what is stripped. The page given loses it too: read scripts before.

    Attributes are as BeautifulSoup gives them: ``class`` and its kind are lists.
    """
    page.strip_tags(STRIPPED, recursive=True)
    soup = BeautifulSoup("", "html.parser")
    templates: dict[str, dict[str, Any]] = {}
    lists = soup.builder.cdata_list_attributes or {}
    everywhere = lists.get("*", set())
    last: Any = soup
    parent: Any = soup
    node = page.root.first_child if page.root is not None else None
    if page.root is not None:
        node = page.root
    depth: list[Any] = []
    while node is not None:
        tag = node.tag or ""
        made: Any = None
        if tag == "-text":
            made = str.__new__(NavigableString, node.text_content or "")
            made.hidden = False
        elif tag and tag[0] not in "-!_":
            template = templates.get(tag)
            if template is None:
                template = templates[tag] = dict(Tag(None, soup.builder, tag).__dict__)
            made = Tag.__new__(Tag)
            attributes: dict[str, Any] = {}
            for key, value in node.attributes.items():
                if value is None:
                    value = ""
                if key in everywhere or (tag in lists and key in lists[tag]):
                    attributes[key] = value.split()
                else:
                    attributes[key] = value
            made.__dict__ = {**template, "attrs": attributes, "contents": []}
        if made is not None:
            siblings = parent.contents
            previous = siblings[-1] if siblings else None
            made.parent, made.previous_sibling, made.next_sibling = parent, previous, None
            made.previous_element, made.next_element = last, None
            if previous is not None:
                previous.next_sibling = made
            last.next_element = made
            siblings.append(made)
            last = made
        child = node.first_child if made is not None and tag != "-text" else None
        if child is not None:
            depth.append((node, parent))
            parent, node = made, child
            continue
        following = node.next if depth else None
        while following is None and depth:
            node, parent = depth.pop()
            following = node.next if depth else None
        node = following
    return soup


def release(soup: BeautifulSoup) -> None:
    """Parts the nodes of a tree from each other, so that they go at once and not when next garbage is collected."""
    node: Any = soup
    while node is not None:
        following = node.next_element
        node.__dict__.clear()
        node = following


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
