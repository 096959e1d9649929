"""Find the credits that a page prints away from its pictures: ``All photos by X``, ``Featured image: X``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from captions.caption import split as splitting
from captions.caption.candidates import SURE
from captions.credit.labels import is_elsewhere
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page.content import boilerplate, end_of
from captions.page.dom import Block, Element
from captions.page.element_names import AUTHOR, BOILER, COMMENTS, OTHER

_NOT_OF_ARTICLE = AUTHOR | BOILER | COMMENTS | OTHER
# Blocks behind the last paragraph, and before the first, in which a credit of all pictures may be.
_BEHIND, _BEFORE = 4, 8
# In characters: a longer line is not a credit.
_LONGEST = 200


def find(
    blocks: Sequence[Block],
    outer: Element,
    paragraphs: Sequence[int],
    total: int,
    has_pictures: bool,
    used: Set[int],
    words: Vocabulary,
) -> Iterator[tuple[Block, Reading]]:
    """Yield the blocks of an article that are credits for pictures elsewhere in it, with their readings.

    A label such as ``All photos by`` says so anywhere in the article; any other label that names a picture says so
    before the first paragraph or behind the last, if the page has pictures there or between.
    """
    first, last = (paragraphs[0], paragraphs[-1]) if paragraphs else (0, len(blocks) - 1)
    last = end_of(blocks, outer, last)
    for block in blocks[max(0, first - _BEFORE) : last + 1 + _BEHIND]:
        is_inside = first < block.number < last
        if block.number in used or len(block.text) > _LONGEST or boilerplate(block.node, total, _NOT_OF_ARTICLE):
            continue
        reading = _reading(block, words)
        if reading is None:
            continue
        anywhere = is_elsewhere(reading.label_text, words)
        if anywhere if is_inside else anywhere or (block.node.within(outer) and has_pictures):
            yield block, reading


def _reading(block: Block, words: Vocabulary) -> Reading | None:
    """Read a block that is a credit by all its words and a label that names a picture; else return None."""
    if ":" not in block.text and " " not in block.text:
        return None
    split = splitting.split(block.text.strip("[]() "), words)
    if split is None or not split.is_credit_only or split.strength < SURE:
        return None
    reading = split.reading
    named = bool(reading.persons or reading.registered or reading.parties)
    return reading if reading.label in ("before", "by") and reading.clean and named else None
