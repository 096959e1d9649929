"""What each picture's box says: its caption and its credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from captions.caption.candidates import trim
from captions.credit.parser import Reading
from captions.page.boxes import BoxLine, PictureBox
from captions.page.dom import HEADINGS, Block, Element
from captions.page.slots import Slot, SlotReader

# How much less evidence a caption needs next to a credit, in the picture's own element and beside it.
_CREDITED, _CREDITED_LOOSE = 2.2, 0.7


@dataclass(slots=True)
class Figure:
    """The pictures of a box with their caption and credit."""

    element: Element
    pictures: list[Element]
    caption: str
    reading: Reading | None
    blocks: list[int]
    """The numbers of the blocks that hold them; none of their text is the article's."""
    rule: str


def read_boxes(boxes: Sequence[PictureBox], reader: SlotReader, blocks: Sequence[Block]) -> list[Figure]:
    """Return what the boxes say, in order, without those that say nothing.

    A caption without a credit takes the credit right behind its box, where no other box holds it.
    """
    used = {line.block.number for box in boxes for line in box.lines}
    figures: list[Figure] = []
    for box in boxes:
        figure = _read(box, reader)
        if figure is None:
            continue
        behind = box.element.end_block
        if figure.reading is None and not box.loose and behind < len(blocks) and behind not in used:
            figure.reading = reader.credit_alone(blocks[behind])
            if figure.reading is not None:
                figure.blocks.append(behind)
        figures.append(figure)
    return figures


def _read(box: PictureBox, reader: SlotReader) -> Figure | None:
    lines = reader.lines(box)
    slots = [reader.best(line) for line in lines]
    owed = [slot for slot in slots if slot.credit]
    best = max(owed, key=lambda slot: slot.credit_evidence.score if slot.credit_evidence else 0.0, default=None)
    ease = 0.0 if best is None else _CREDITED_LOOSE if box.loose else _CREDITED
    captions: list[tuple[BoxLine, Slot]] = []
    used = [line.block.number for line, slot in zip(lines, slots, strict=True) if slot.credit]
    for line, slot in zip(lines, slots, strict=True):
        if best is not None and slot.caption_evidence is None and slot.credit_evidence is None:
            slot = reader.as_caption(box, line)
        if slot.caption and (slot.is_clear or _is_caption(slot, ease)):
            captions.append((line, slot))
    captions = _without_paragraphs(captions)
    # An element named a caption holds all of it.
    named = [pair for pair in captions if _is_named(pair[1])]
    text = trim(" ".join(dict.fromkeys(slot.caption for _, slot in named or captions)))
    used += [line.block.number for line, _ in named or captions]
    if not text and best is None:
        return None
    if not box.loose:
        used += [line.block.number for line in box.lines if not _is_of_article(line, text)]
    reading = best.reading if best is not None else None
    rule = "beside" if box.loose else "figure"
    return Figure(box.element, box.pictures, text, reading, sorted(set(used)), rule)


def _without_paragraphs(captions: list[tuple[BoxLine, Slot]]) -> list[tuple[BoxLine, Slot]]:
    """Leave several paragraphs to the article that are captions only because a credit is next to them."""
    eased = [
        line for line, slot in captions if line.block.is_paragraph and not slot.credit and not _is_caption(slot, 0)
    ]
    if len(eased) < 2:
        return captions
    return [(line, slot) for line, slot in captions if line not in eased]


def _is_named(slot: Slot) -> bool:
    return slot.caption_evidence is not None and "named caption" in slot.caption_evidence.names


def _is_caption(slot: Slot, ease: float) -> bool:
    return slot.caption_evidence is not None and slot.caption_evidence.score + ease >= 0


def _is_of_article(line: BoxLine, caption: str) -> bool:
    """Return whether a line that is neither caption nor credit may be the article's: a heading, a paragraph."""
    return line.text not in caption and (line.block.tag in HEADINGS or line.block.is_paragraph)
