"""Build a BeautifulSoup tree of a parsed page, which republishing edits and sanitizes.

Creating the nodes directly from lexbor's takes less than half as long as BeautifulSoup's own builders;
``tests/clean/test_soup.py`` compares the trees.
"""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from selectolax.lexbor import LexborHTMLParser

from captions.page.dom import BLOCKS, STRIPPED

# The first characters of the names of nodes that are not elements.
_NO_ELEMENT = ("", "-", "!", "_")
# Elements at whose edges white space has no meaning.
_EDGES = (BLOCKS - {"pre"}) | {"[document]", "head", "picture", "source"}
_BUILDER = BeautifulSoup("", "html.parser").builder
# The attributes that differ between elements. All others are set on the class, because setting them on each element
# takes half the time of building the tree.
_OWN = (
    "name", "attrs", "contents", "parent", "previous_sibling", "next_sibling", "previous_element", "next_element"
)  # fmt: skip
_SHARED = {key: value for key, value in vars(Tag(None, _BUILDER, "div")).items() if key not in _OWN}
_Element: Any = type("Tag", (Tag,), dict(_SHARED))
_new_element: Any = Tag.__new__
_new_text: Any = str.__new__
_MOST_KINDS = 1_000
# By element name: the attributes that are lists, and the values that differ from the shared ones.
_KINDS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {}


def build(page: LexborHTMLParser) -> tuple[BeautifulSoup, dict[int, Tag]]:
    """Return the tree of a page, and its tags by the IDs of lexbor's nodes.

    The tree omits stripped elements and white space at the edges of blocks. As in BeautifulSoup, ``class`` and similar
    attributes are lists.
    """
    soup = BeautifulSoup("", "html.parser")
    tags: dict[int, Tag] = {}
    last: Any = soup
    parent: Any = soup
    node: Any = page.root
    depth: list[Any] = []
    while node is not None:
        tag = node.tag or ""
        item: Any = None
        child = None
        if tag == "-text":
            text = node.text_content or ""
            if not text.isspace() or not _is_edge(parent):
                item = _new_text(NavigableString, text)
                item.hidden = False
        elif tag not in STRIPPED and tag[:1] not in _NO_ELEMENT:
            lists, own = _KINDS.get(tag) or _kind(tag)
            item = _new_element(_Element)
            item.name = tag
            item.attrs = attributes = node.attributes
            for key, value in attributes.items():
                if value is None:
                    attributes[key] = ""
                elif key in lists:
                    attributes[key] = value.split()
            item.contents = []
            tags[node.mem_id] = item
            if own:
                item.__dict__.update(own)
            child = node.first_child
        if item is not None:
            siblings = parent.contents
            item.parent = parent
            if siblings:
                item.previous_sibling = previous = siblings[-1]
                previous.next_sibling = item
            else:
                item.previous_sibling = None
            item.next_sibling = None
            item.previous_element = last
            last.next_element = item
            siblings.append(item)
            last = item
        if child is not None:
            depth.append((node, parent))
            parent, node = item, child
            continue
        following = node.next if depth else None
        while following is None and depth:
            node, parent = depth.pop()
            following = node.next if depth else None
        node = following
    last.next_element = None
    return soup, tags


def _is_edge(parent: Any) -> bool:
    """Return whether the next node in an element comes at the beginning of a block or right after a block."""
    before = parent.contents[-1] if parent.contents else parent
    return before.name in _EDGES


def release(soup: BeautifulSoup) -> None:
    """Remove references to earlier nodes and parents, so that the tree is freed now instead of by the collector."""
    node: Any = soup
    while node is not None:
        node.previous_element = node.previous_sibling = node.parent = None
        node = node.next_element
    soup.__dict__.clear()  # the tree refers to itself


def _kind(tag: str) -> tuple[frozenset[str], dict[str, Any]]:
    """Return the list attributes and own values of an element's kind; cached, because a page has few kinds."""
    lists = _BUILDER.cdata_list_attributes or {}
    facts = vars(Tag(None, _BUILDER, tag))
    own = {key: value for key, value in facts.items() if key not in _OWN and value != _SHARED[key]}
    kind = (frozenset(lists.get("*", ())) | frozenset(lists.get(tag, ())), own)
    if len(_KINDS) < _MOST_KINDS:
        _KINDS[tag] = kind
    return kind
