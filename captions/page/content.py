"""Find the element that contains a page's article, and the blocks that belong to the article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from captions.caption.line_shapes import is_dated
from captions.page import site_text
from captions.page.dom import HEADINGS, Block, Element, mark
from captions.page.element_names import AUTHOR, BOILER, CAPTION, COMMENTS, CREDIT, DECK, HIDDEN, OTHER, WEAK
from captions.text import STOPS, has_cjk

# The fewest characters of a paragraph that is mostly a link.
_PARAGRAPH = 60
# A short line of the article ends with one of these.
_SENTENCE_ENDS = (*STOPS, "”", '"', "»", "“", ":", "’")
# The article's element contains at least this share of the running text.
_SHARE = 0.8
# Elements that mark an article, and the least share of the text in them, with the headline and without.
_ARTICLES = ("article", "main")
_HEADED, _UNHEADED = 0.2, 0.4
# Names are trusted, from the most to the fewest, as long as they leave this share of the running text.
_LEFT = 0.5
# In characters: with less text besides the readers' comments, the page may not have an article.
_ARTICLE = 400
_NO_BODY = CAPTION | CREDIT | AUTHOR | BOILER | WEAK | HIDDEN


def is_sentence(block: Block) -> bool:
    """Return whether a paragraph, however short, ends like a sentence and is not named a caption or a credit."""
    return block.tag == "p" and block.text[-1] in _SENTENCE_ENDS and not block.node.inside(CAPTION | CREDIT)


def end_of(blocks: Sequence[Block], outer: Element, last: int) -> int:
    """Return the number of the article's last block, given that of its last long paragraph.

    Short paragraphs behind it are the article's too, up to two blocks in a row that are none.
    """
    for block in blocks[last + 1 :]:
        if not block.node.within(outer) or block.number - last > 2:
            break
        if is_sentence(block):
            last = block.number
    return last


def _says_more(block: Block) -> bool:
    """Return whether a paragraph that is mostly a link has a sentence around it, not just a label and a stop."""
    outside = len(block.text) - block.linked
    return block.tag == "p" and len(block.text) >= _PARAGRAPH and outside >= 20 and block.text[-1] in STOPS


def _believed(block: Block) -> Element | None:
    """Return the lowest element whose names count; a sentence without a picture is not a caption, whatever its name."""
    named = block.node.flags & (CAPTION | CREDIT) and block.tag == "p" and block.is_paragraph
    parent = block.node.parent
    if not named or parent is None or parent.images or block.pictured or block.text[-1] not in STOPS:
        return block.node
    return parent


def region(blocks: Sequence[Block], top: Element) -> tuple[Element, int]:
    """Return the element that contains the article, and the names to trust.

    The element is the deepest with four fifths of the page's running text. Text under names of boilerplate counts if it
    is much of the page, because names can be wrong.
    """
    total = 0
    _mark_others(blocks)
    for block in blocks:
        if block.is_paragraph and not block.node.inside(OTHER):
            total += len(block.text)
            _add(block.node, len(block.text))
    if not total:
        return top, _NO_BODY
    good = 0
    everyone = _everyone(blocks)
    for node in everyone:
        node.all_text, node.text = node.text, 0
    comments = sum(len(b.text) for b in blocks if b.is_paragraph and b.node.inside(COMMENTS))
    if total - comments < _ARTICLE:
        comments = 0  # there is too little text besides them for an article
    for names in (
        _NO_BODY | (COMMENTS if comments else 0),
        _NO_BODY & ~(WEAK | HIDDEN) | (COMMENTS if comments else 0),
        CAPTION | CREDIT | AUTHOR,
        CAPTION | CREDIT,
        0,
    ):
        own = [b for b in blocks if b.is_paragraph and not boilerplate(b.node, total, names)]
        good = sum(len(b.text) for b in own)
        if good >= _LEFT * (total - comments):
            break
    for block in own:
        _add(block.node, len(block.text))
    best = _deepest(everyone, top, _SHARE * good)
    if not any(node.name in _ARTICLES for node in best.line()):
        # Forms and other stories may surround the article, so prefer the element that the page marks as its article.
        named = _named_article(blocks, everyone, good)
        if named is not None:
            best = _deepest([n for n in everyone if n.within(named)], named, _SHARE * named.text)
    if best.name == "p" and best.parent is not None:
        best = best.parent  # one long paragraph among short ones
    beside = {id(b.node.parent) for b in own if b.tag == "p"}
    while best.parent is not None and id(best.parent) in beside:
        best = best.parent
    return best, names


def _mark_others(blocks: Sequence[Block]) -> None:
    """Flag the other articles of a page, each in its own element with its own first heading."""
    headed: dict[int, Element] = {}
    for block in blocks:
        if block.tag == "h1" and (article := _article(block.node)) is not None:
            headed.setdefault(id(article), article)
    if len(headed) < 2:
        return
    sizes = dict.fromkeys(headed, 0)
    for block in blocks:
        if block.is_paragraph and (article := _article(block.node)) is not None and id(article) in sizes:
            sizes[id(article)] += len(block.text)
    first = next((a for key, a in headed.items() if sizes[key] >= _ARTICLE), None)
    for article in headed.values() if first is not None else ():
        if article is not first and first is not None and article not in list(first.line()):
            mark(article, OTHER)


def _article(node: Element | None) -> Element | None:
    while node is not None and node.name != "article":
        node = node.parent
    return node


def _deepest(nodes: Iterable[Element], top: Element, least: float) -> Element:
    best, depth = top, -1
    for node in nodes:
        if node.text >= least and node.depth > depth:
            best, depth = node, node.depth
    return best


def _named_article(blocks: Sequence[Block], nodes: Iterable[Element], good: int) -> Element | None:
    """Return the element that the page marks as its article; with the headline in it, less text is enough."""
    headed = {id(n) for b in blocks if b.tag == "h1" for n in b.node.line()}
    named = [
        n
        for n in nodes
        if (n.name in _ARTICLES or n.attrs.get("itemprop") == "articleBody")
        and n.text >= (_HEADED if id(n) in headed else _UNHEADED) * good
    ]
    return max(named, key=lambda n: (n.text, -n.depth), default=None)


def _everyone(blocks: Sequence[Block]) -> list[Element]:
    """Return the elements that contain blocks, and those above them, each once."""
    out: dict[int, Element] = {}
    for block in blocks:
        node: Element | None = block.node
        while node is not None and id(node) not in out:
            out[id(node)] = node
            node = node.parent
    return list(out.values())


def _add(node: Element | None, size: int) -> None:
    while node is not None:
        node.text += size
        node = node.parent


def boilerplate(node: Element | None, total: int, names: int) -> bool:
    """Return whether an element is under one of these names and little text is, because names can be wrong."""
    while node is not None:
        if node.flags & (names & COMMENTS | OTHER):
            return True
        if node.flags & names and node.all_text < 0.4 * total:
            return True
        node = node.parent
    return False


def within(node: Element | None, outer: Element) -> bool:
    """Return whether an element is another, or below it."""
    return node is not None and node.within(outer)


def _candidates(blocks: Sequence[Block], outer: Element, used: set[int], total: int, names: int) -> list[Block]:
    """Return the blocks in the article's element, without captions, boilerplate, comments and leading datelines."""
    inside = [
        b
        for b in blocks
        if b.number not in used
        and not b.unseen
        and within(b.node, outer)
        and not boilerplate(_believed(b), total, names)
    ]
    inside = [b for b in inside[: _comments_at(inside)] if not site_text.is_line(b.text)]
    running = next((n for n, b in enumerate(inside) if b.tag == "p" and b.is_paragraph), 0)
    return [b for n, b in enumerate(inside) if n >= running or len(b.text) >= 80 or not is_dated(b.text)]


def body_blocks(blocks: Sequence[Block], outer: Element, used: set[int], total: int, names: int) -> list[Block]:
    """Return the article's own blocks in order: paragraphs, and the headings and short lines between them."""
    inside = _candidates(blocks, outer, used, total, names)
    solid = [n for n, b in enumerate(inside) if b.is_paragraph]
    if not solid:
        return [b for b in inside if b.linked * 2 < len(b.text) and b.tag != "h1"]
    # The elements that contain the running text: every paragraph in them is the article's, however short.
    holders = {id(b.node.parent) for n in solid if (b := inside[n]).tag == "p"}
    headed = _headed(inside, solid)
    end = max(n for n, b in enumerate(inside) if n == solid[-1] or (is_sentence(b) and id(b.node.parent) in holders))
    own: list[Block] = []
    for at, block in enumerate(inside):
        if block.is_paragraph:
            own.append(block)
            continue
        if block.linked * 2 >= len(block.text) and not _says_more(block):
            continue
        between = solid[0] < at < end
        if block.tag in HEADINGS:
            above_first = at + 1 == solid[0] and inside[solid[0]].node.parent is block.node.parent and at in headed
            if (between or above_first) and block.tag != "h1":
                own.append(block)
        elif _is_short_text(block, holders, between, at - solid[-1] if len(solid) > 1 else 0) or (
            own and own[-1] is inside[at - 1] and _goes_on_list(block, own[-1], holders)
        ):
            own.append(block)
    return own


def _headed(inside: Sequence[Block], solid: Sequence[int]) -> set[int]:
    """Return the places of headings above paragraphs.

    A heading directly above the first paragraph is the article's if other paragraphs have headings too.
    """
    headed = {
        n - 1
        for n in solid
        if n and inside[n - 1].tag in HEADINGS and inside[n - 1].node.parent is inside[n].node.parent
    }
    return headed if len(headed) > 1 else set()


def _is_short_text(block: Block, holders: set[int], between: bool, behind: int) -> bool:
    """Return whether a line too short for a paragraph is the article's, by its neighbors and how it ends."""
    ends, size = block.text.endswith(_SENTENCE_ENDS), len(block.text)
    if block.tag not in ("p", "li", "blockquote", "td", "dd", "dt", "pre"):
        return between and ends and size > 40
    above = block.node.parent
    if above is not None and above.name in ("ul", "ol", "blockquote"):
        above = above.parent
    if block.tag in ("p", "li") and id(above) in holders and ends:
        return True
    if between:
        return ends or size > 25 or block.tag in ("p", "dt", "li")
    return 0 < behind < 3 and ends and size > 15


def _goes_on_list(block: Block, above: Block, holders: set[int]) -> bool:
    """Return whether a line is in a list that a line of the article announces: ``The dates:``."""
    if block.tag != "li" or block.node.parent is None:
        return False
    return id(block.node.parent.parent) in holders and (above.tag == "li" or above.text[-1] in ":：")


def _comments_at(blocks: Sequence[Block]) -> int:
    """Return where the readers' comments begin: at a heading that says so, after three paragraphs of the article."""
    paragraphs = 0
    for at, block in enumerate(blocks):
        paragraphs += block.is_paragraph
        if (
            paragraphs > 2
            and (block.tag in HEADINGS or "omment" in block.text)
            and site_text.heads_comments(block.text)
        ):
            return at
    return len(blocks)


def deck(blocks: Sequence[Block], outer: Element, used: set[int], total: int, names: int) -> list[Block]:
    """Return the lines between the headline and the article's first paragraph that are outside its element."""
    inside = [b.number for b in blocks if within(b.node, outer) and b.is_paragraph]
    heads = [b.number for b in blocks if b.tag == "h1" and inside and b.number < inside[0]]
    if not heads:
        return []
    between = [
        b
        for b in blocks[heads[-1] + 1 : inside[0]]
        if b.number not in used
        and not b.unseen
        and not within(b.node, outer)
        and not boilerplate(b.node, total, names if b.linked or b.text[-1] not in STOPS else names & ~WEAK)
        and b.linked * 2 < len(b.text)
        and not (len(b.text) < 80 and is_dated(b.text))
        and (len(b.text) >= (15 if b.node.inside(DECK) else 50) or (has_cjk(b.text) and len(b.text) >= 20))
    ]
    named = [b for b in between if b.node.inside(DECK)]
    others = [b for b in between if b not in named]
    return sorted((*named[:3], *others[:2]), key=lambda b: b.number)
