"""Turn a page's elements into the parts of its article: paragraphs, lists and tables, with emphasis and links."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from captions.clean import links
from captions.clean.parts import ContentPart, InlineSpan
from captions.clean.soup import build
from captions.page.dom import BLOCKS, HEADINGS, Block
from captions.page.parser import Layout
from captions.text import printable

_KINDS = {
    "a": "a", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em", "strong": "strong", "b": "strong",
    "sub": "sub", "sup": "sup", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "q": "q", "s": "del",
    "strike": "del", "del": "del",
}  # fmt: skip
_CONTAINERS = frozenset(("blockquote", "ul", "ol", "li", "table", "tr", "td", "th"))
# No article nests lists or emphasis deeper than this.
_DEEPEST, _DEEPEST_INLINE = 8, 6
# A table or list item with more than this share of the article only lays out the page.
_SHARE = 0.6
_WIDEST = 50
Element = tuple[str, Any]
"""An element's kind, and the element."""


def parts_of(layout: Layout, base: str | None) -> tuple[list[ContentPart], list[int]]:
    """Return the parts of an article, and for each part the number of its last block.

    ``base`` is the URL that links are relative to.
    """
    return _PartBuilder(layout, base).parts()


class _PartBuilder:
    def __init__(self, layout: Layout, base: str | None) -> None:
        self.layout = layout
        self.base = base
        soup, self.elements = build(layout.page)
        self.paths: dict[int, tuple[Element, ...]] = {id(soup): ()}
        self.blocks = layout.text_blocks
        self.in_tables = self._by_table()
        self.transparent = self._of_layout()

    def parts(self) -> tuple[list[ContentPart], list[int]]:
        out: list[ContentPart] = []
        ends: list[int] = []
        open_: list[tuple[Any, ContentPart]] = []  # the containers of the last block
        tables: set[int] = set()
        first = self._below_deck()
        for at, block in enumerate(self.blocks):
            path = self.path(block)
            table = next((tag for kind, tag in path if kind == "table"), None)
            if table is not None and id(table) in tables:
                ends[-1] = max(ends[-1], block.number)
                continue
            steps = [step for step in path if step[0] in ("blockquote", "ul", "ol", "li")]
            if table is not None:
                steps = []
                tables.add(id(table))
            shared = 0
            while shared < min(len(steps), len(open_)) and open_[shared][0] is steps[shared][1]:
                shared += 1
            del open_[shared:]
            for kind, tag in steps[shared:]:
                container = ContentPart(kind, start=_number(tag, "start", 1) if kind == "ol" else 1)
                self._put(container, open_, out, ends, block.number)
                open_.append((tag, container))
            leaf = self.table(table) if table is not None else self.leaf(block, deck=at < first)
            self._put(leaf, open_, out, ends, block.number)
        for part in out:
            _flatten(part)
        return out, ends

    def _put(
        self,
        part: ContentPart,
        open_: list[tuple[Any, ContentPart]],
        out: list[ContentPart],
        ends: list[int],
        number: int,
    ) -> None:
        if open_:
            open_[-1][1].inside.append(part)
            ends[-1] = number
        else:
            out.append(part)
            ends.append(number)

    def _below_deck(self) -> int:
        """Return where the deck ends: at the first paragraph, or above it at a heading whose rank appears again."""
        tags = [block.tag for block in self.blocks]
        first = next((n for n, tag in enumerate(tags) if tag not in HEADINGS), len(tags))
        return first - (first > 0 and tags[first - 1] in tags[first:])

    def leaf(self, block: Block, deck: bool) -> ContentPart:
        """Return a paragraph or a heading; a heading in the deck becomes a paragraph."""
        kind = block.tag if block.tag in HEADINGS and not deck else "p"
        return ContentPart("h2" if kind == "h1" else kind, self.spans(block))

    def table(self, table: Any) -> ContentPart:
        """Return a table with all its cells, even if only some are part of the article's text."""
        cells: dict[int, list[Block]] = defaultdict(list)
        for block in self.in_tables[id(table)]:
            cells[id(self._path(self.elements[block.node.mem_id])[-1][1])].append(block)
        part = ContentPart("table")
        for row in table.find_all("tr"):
            line = ContentPart("tr")
            for cell in row.find_all(["td", "th"], recursive=False):
                spans: list[InlineSpan] = []
                for block in cells.get(id(cell), ()):
                    spans.extend((*([InlineSpan("br")] if spans else ()), *self.spans(block)))
                line.inside.append(ContentPart(cell.name, tuple(spans), start=_number(cell, "colspan", 1)))
            if any(cell.spans for cell in line.inside):
                part.inside.append(line)
        return part

    def path(self, block: Block) -> tuple[Element, ...]:
        """Return a block's containers from the outermost, without those that only lay out the page."""
        path = [step for step in self._path(self.elements[block.node.mem_id]) if id(step[1]) not in self.transparent]
        tables = [at for at, (kind, _) in enumerate(path) if kind == "table"]
        if tables:
            path = path[tables[-1] :]
            if path[-1][0] not in ("td", "th") or len(path) != 3:
                path = []
        else:
            path = [step for step in path if step[0] not in ("tr", "td", "th")]
            path = [
                step
                for at, step in enumerate(path)
                if (step[0] != "li" or (at and path[at - 1][0] in ("ul", "ol")))
                and (step[0] not in ("ul", "ol") or (at + 1 < len(path) and path[at + 1][0] == "li"))
            ]
        return tuple(path[: _DEEPEST - (len(path) > _DEEPEST and path[_DEEPEST - 1][0] in ("ul", "ol"))])

    def _path(self, tag: Any) -> tuple[Element, ...]:
        climbed: list[Any] = []
        while tag is not None and id(tag) not in self.paths:
            climbed.append(tag)
            tag = tag.parent
        path = self.paths[id(tag)] if tag is not None else ()
        for element in reversed(climbed):
            if element.name in _CONTAINERS and len(path) < 4 * _DEEPEST:
                path = (*path, (element.name, element))
            self.paths[id(element)] = path
        return path

    def _of_layout(self) -> set[int]:
        """Return the containers that only lay out the page: those with most of the article, and tables without data."""
        sizes: Counter[int] = Counter()
        containers: dict[int, Element] = {}
        cells: dict[int, list[int]] = defaultdict(list)  # for each table, the cell of each block
        nested: set[int] = set()
        for block in self.blocks:
            path = self._path(self.elements[block.node.mem_id])
            for kind, tag in path:
                containers[id(tag)] = (kind, tag)
                sizes[id(tag)] += len(block.text)
            tables = [tag for kind, tag in path if kind == "table"]
            nested.update(map(id, tables[:-1]))
            if tables:
                cells[id(tables[-1])].append(id(path[-1][1]))
        total = sum(len(block.text) for block in self.blocks)
        much = _SHARE * total if len(self.blocks) > 1 else total
        out = {
            key
            for key, (kind, _) in containers.items()
            if kind in ("blockquote", "li", "td", "th") and sizes[key] > much
        }
        for key, (kind, tag) in containers.items():
            if kind == "table":
                several = len(set(cells[key])) < len(cells[key])
                if key in nested or several or not out.isdisjoint(cells[key]) or not self._is_table(tag, sizes[key]):
                    out.add(key)
            elif kind in ("ul", "ol") and any(id(item) in out for item in tag.contents):
                out.add(key)
        return out

    def _is_table(self, table: Any, size: int) -> bool:
        """Return whether a table has rows and columns, and belongs to the article rather than to a list of links."""
        rows = [len(row.find_all(["td", "th"], recursive=False)) for row in table.find_all("tr")]
        if len(rows) < 2 or max(rows) < 2 or table.find("table") is not None:
            return False
        blocks = self.in_tables[id(table)]
        total = sum(len(b.text) for b in blocks)
        return size * 4 >= total and sum(b.linked for b in blocks) * 2 < total

    def _by_table(self) -> dict[int, list[Block]]:
        """Return all blocks except captions, by table."""
        tables: dict[int, list[Block]] = defaultdict(list)
        for block in self.layout.tree.blocks:
            if block.number not in self.layout.caption_blocks:
                for kind, tag in self._path(self.elements[block.node.mem_id]):
                    if kind == "table":
                        tables[id(tag)].append(block)
        return tables

    def spans(self, block: Block) -> tuple[InlineSpan, ...]:
        """Return the text of a block as pieces, each with its links and emphasis."""
        text = block.text
        runs: list[tuple[tuple[Element, ...], str]] = []
        at = 0
        for piece, element in block.pieces:
            words = " ".join(piece.split())
            start = text.find(words, at)
            if start < 0:
                break  # the rest becomes plain text; no page has needed this
            if start > at:
                runs.append(((), text[at:start]))
            runs.append((self.inline(self.elements.get(element.mem_id)), words))
            at = start + len(words)
        runs.append(((), text[at:]))
        return _nested(_bridged([(path, text) for path, run in runs if (text := printable(run))]), 0, self.base)

    def inline(self, tag: Any) -> tuple[Element, ...]:
        path: list[Element] = []
        seen: set[str] = set()
        while tag is not None and tag.name not in BLOCKS and tag.parent is not None:
            kind = _KINDS.get(tag.name)
            if kind and kind not in seen and (kind != "a" or links.link(tag.get("href"), self.base)):
                seen.add(kind)
                path.append((kind, tag))
            tag = tag.parent
        return tuple(reversed(path[-_DEEPEST_INLINE:]))


def _bridged(runs: list[tuple[tuple[Element, ...], str]]) -> list[tuple[tuple[Element, ...], str]]:
    """Move a space between two runs of the same element into that element."""
    out: list[tuple[tuple[Element, ...], str]] = []
    for at, (path, text) in enumerate(runs):
        if text == " " and not path and 0 < at < len(runs) - 1:
            before, after = runs[at - 1][0], runs[at + 1][0]
            shared = 0
            while shared < min(len(before), len(after)) and before[shared][1] is after[shared][1]:
                shared += 1
            path = before[:shared]
        out.append((path, text))
    return out


def _nested(runs: Sequence[tuple[tuple[Element, ...], str]], depth: int, base: str | None) -> tuple[InlineSpan, ...]:
    """Turn runs of text and their elements into nested spans."""
    spans: list[InlineSpan] = []
    at = 0
    while at < len(runs):
        path, text = runs[at]
        if len(path) <= depth:
            if spans and not spans[-1].kind:
                text = spans.pop().text + text
            spans.append(InlineSpan(text=text))
            at += 1
            continue
        kind, tag = path[depth]
        end = at
        while end < len(runs) and len(runs[end][0]) > depth and runs[end][0][depth][1] is tag:
            end += 1
        href = links.link(tag.get("href"), base) or "" if kind == "a" else ""
        spans.append(InlineSpan(kind, href=href, inside=_nested(runs[at:end], depth + 1, base)))
        at = end
    return tuple(spans)


def _flatten(part: ContentPart) -> None:
    """Replace the only paragraph of a list item with its text."""
    for inner in part.inside:
        _flatten(inner)
    if part.kind == "li" and part.inside and part.inside[0].kind == "p":
        texts = [inner for inner in part.inside if inner.kind not in ("ul", "ol")]
        if len(texts) == 1:
            part.spans = texts[0].spans
            del part.inside[0]


def _number(tag: Any, name: str, default: int) -> int:
    value = str(tag.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:6]) <= _WIDEST else default
