"""Build a BeautifulSoup tree of a parsed page, which republishing edits and sanitizes.

The nodes of BeautifulSoup are made directly from lexbor's, in less than half the time that its own builders take;
``tests/clean/test_soup.py`` compares this tree with BeautifulSoup's own.
"""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from selectolax.lexbor import LexborHTMLParser

from captions.page.dom import BLOCKS, STRIPPED

# With what the names of nodes begin that are no elements.
_NO_ELEMENT = ("", "-", "!", "_")
# Those at whose edges white space says nothing.
_EDGES = (BLOCKS - {"pre"}) | {"[document]", "head", "picture", "source"}
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


def build(page: LexborHTMLParser) -> tuple[BeautifulSoup, dict[int, Tag]]:
    """Return the tree of a page, and its tags by lexbor's numbers of their nodes.

    Stripped elements are left out, and white space at the edges of blocks. Attributes are as BeautifulSoup gives them:
    ``class`` and its kind are lists.
    """
    soup = BeautifulSoup("", "html.parser")
    tags: dict[int, Tag] = {}
    last: Any = soup
    parent: Any = soup
    node: Any = page.root
    depth: list[Any] = []
    while node is not None:
        tag = node.tag or ""
        copy: Any = None
        child = None
        if tag == "-text":
            text = node.text_content or ""
            if not text.isspace() or not _is_edge(parent):
                copy = _new_text(NavigableString, text)
                copy.hidden = False
        elif tag not in STRIPPED and tag[:1] not in _NO_ELEMENT:
            lists, own = _KINDS.get(tag) or _kind(tag)
            copy = _new_element(_Element)
            copy.name = tag
            copy.attrs = attributes = node.attributes
            for key, value in attributes.items():
                if value is None:
                    attributes[key] = ""
                elif key in lists:
                    attributes[key] = value.split()
            copy.contents = []
            tags[node.mem_id] = copy
            if own:
                copy.__dict__.update(own)
            child = node.first_child
        if copy is not None:
            siblings = parent.contents
            copy.parent = parent
            if siblings:
                copy.previous_sibling = previous = siblings[-1]
                previous.next_sibling = copy
            else:
                copy.previous_sibling = None
            copy.next_sibling = None
            copy.previous_element = last
            last.next_element = copy
            siblings.append(copy)
            last = copy
        if child is not None:
            depth.append((node, parent))
            parent, node = copy, child
            continue
        following = node.next if depth else None
        while following is None and depth:
            node, parent = depth.pop()
            following = node.next if depth else None
        node = following
    last.next_element = None
    return soup, tags


def _is_edge(parent: Any) -> bool:
    """Whether what comes next in an element stands right at the beginning of a block, or behind one."""
    before = parent.contents[-1] if parent.contents else parent
    return before.name in _EDGES


def release(soup: BeautifulSoup) -> None:
    """Parts the nodes of a tree from those before and above them, so that they go at once and not when next garbage is
    collected."""
    node: Any = soup
    while node is not None:
        node.previous_element = node.previous_sibling = node.parent = None
        node = node.next_element
    soup.__dict__.clear()  # it knows itself


def _kind(tag: str) -> tuple[frozenset[str], dict[str, Any]]:
    """Return what is known of all elements of a name; kept, for names as short as those of HTML."""
    lists = _BUILDER.cdata_list_attributes or {}
    facts = vars(Tag(None, _BUILDER, tag))
    own = {key: value for key, value in facts.items() if key not in _OWN and value != _SHARED[key]}
    kind = (frozenset(lists.get("*", ())) | frozenset(lists.get(tag, ())), own)
    if len(_KINDS) < _MOST_KINDS:
        _KINDS[tag] = kind
    return kind
