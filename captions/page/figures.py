"""Choose each picture's caption and credit from the lines of its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from captions.caption.candidates import trim
from captions.caption.likeness import likeness
from captions.credit.parser import Reading
from captions.lexicon.vocabulary import Vocabulary
from captions.page.boxes import BoxLine, PictureBox
from captions.page.content import is_sentence
from captions.page.dom import HEADINGS, Block, Element
from captions.page.slots import Slot, SlotReader

# How much less evidence a caption needs next to a credit: in the picture's own element, and outside it.
_CREDITED, _CREDITED_LOOSE = 2.2, 0.7
# The likeness to a caption at which such a text is rather a paragraph of the article.
_PROSE = -1.0


@dataclass(slots=True)
class Choices:
    """The reading chosen for each line of a box, and what of them is its caption and its credit."""

    box: PictureBox
    lines: list[BoxLine]
    slots: list[Slot]
    """One per line; an empty slot where nothing is read."""
    credit: Slot | None
    """The slot with the box's credit."""
    captions: list[Slot]
    """The slots whose texts are its caption, in order."""
    ease: float
    """How much less evidence its captions need because of that credit."""


@dataclass(slots=True)
class Figure:
    """The pictures of a box with their caption and credit."""

    element: Element
    pictures: list[Element]
    caption: str
    reading: Reading | None
    blocks: list[int]
    """The numbers of their blocks, whose text is not the article's."""
    rule: str
    choices: Choices


def read_boxes(boxes: Sequence[PictureBox], reader: SlotReader, blocks: Sequence[Block]) -> list[Figure]:
    """Return what the boxes say, in order, without those that say nothing.

    A caption without a credit takes the credit right behind its box, if no other box contains it.
    """
    used = {line.block.number for box in boxes for line in box.lines}
    figures: list[Figure] = []
    for box in boxes:
        figure = _figure(choose(box, reader))
        if figure is None:
            continue
        behind = box.element.end_block
        if figure.reading is None and not box.loose and behind < len(blocks) and behind not in used:
            figure.reading = reader.credit_alone(blocks[behind])
            if figure.reading is not None:
                figure.blocks.append(behind)
        figures.append(figure)
    return figures


def choose(box: PictureBox, reader: SlotReader) -> Choices:
    """Choose a reading for each line of a box, and its caption and credit from them."""
    lines = reader.lines(box)
    slots = [reader.best(line) for line in lines]
    owed = [slot for slot in slots if slot.credit]
    best = max(owed, key=lambda slot: slot.credit_evidence.score if slot.credit_evidence else 0.0, default=None)
    ease = 0.0 if best is None else _CREDITED_LOOSE if box.loose else _CREDITED
    found: list[tuple[BoxLine, Slot]] = []
    for line, slot in zip(lines, slots, strict=True):
        if best is not None and slot.caption_evidence is None and slot.credit_evidence is None:
            slot = reader.as_caption(box, line)
        if slot.caption and (slot.is_clear or _is_caption(slot, ease)):
            found.append((line, slot))
    found = _without_prose(found, reader.words)
    by_line = {id(line): slot for line, slot in found}
    slots = [by_line.get(id(line), slot) for line, slot in zip(lines, slots, strict=True)]
    captions = [slot for _, slot in found]
    # An element named a caption contains all of it.
    return Choices(box, lines, slots, best, [slot for slot in captions if _is_named(slot)] or captions, ease)


def _figure(choices: Choices) -> Figure | None:
    box, best = choices.box, choices.credit
    text = trim(" ".join(dict.fromkeys(slot.caption for slot in choices.captions)))
    if not text and best is None:
        return None
    used = [
        line.block.number
        for line, slot in zip(choices.lines, choices.slots, strict=True)
        if slot.credit or any(slot is caption for caption in choices.captions)
    ]
    if not box.loose:
        used += [line.block.number for line in box.lines if not _is_of_article(line, text)]
    reading = best.reading if best is not None else None
    rule = "beside" if box.loose else "figure"
    return Figure(box.element, box.pictures, text, reading, sorted(set(used)), rule, choices)


def _without_prose(captions: list[tuple[BoxLine, Slot]], words: Vocabulary) -> list[tuple[BoxLine, Slot]]:
    """Leave to the article what is a caption only because a credit is next to it, and looks like the article's text.

    That is what reads as a paragraph, and several paragraphs or headings.
    """
    eased = [(line, slot) for line, slot in captions if not slot.credit and not _is_caption(slot, 0)]
    prose = [line for line, slot in eased if likeness(slot.caption, 0, words) <= _PROSE]
    blocks = [line for line, _ in eased if line.block.is_paragraph or line.block.tag in HEADINGS]
    article = prose + (blocks if len(blocks) > 1 else [])
    return [(line, slot) for line, slot in captions if line not in article]


def _is_named(slot: Slot) -> bool:
    return slot.caption_evidence is not None and "named caption" in slot.caption_evidence.names


def _is_caption(slot: Slot, ease: float) -> bool:
    return slot.caption_evidence is not None and slot.caption_evidence.score + ease >= 0


def _is_of_article(line: BoxLine, caption: str) -> bool:
    """Return whether a line that is neither caption nor credit may be the article's: a heading, a sentence."""
    block = line.block
    return line.text not in caption and (block.tag in HEADINGS or block.is_paragraph or is_sentence(block))
