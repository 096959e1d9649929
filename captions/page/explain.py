"""Explain how the lines next to a page's pictures are read: each reading of a line with its evidence."""

from __future__ import annotations

from captions.caption.evidence import weights
from captions.page.boxes import BoxLine, PictureBox
from captions.page.element_paths import ElementPaths
from captions.page.evidence import Evidence
from captions.page.figures import Choices, Figure, choose
from captions.page.parser import Layout
from captions.page.slots import Slot, SlotReader


def boxes_of(layout: Layout) -> list[dict[str, object]]:
    """Return the boxes of a page's pictures as plain data, in page order, with the readings of each line.

    A reading has its caption or its credit or both, the weight of each piece of evidence, and their sum. Of the
    readings of a line, at most one has ``wins``. Call it while the page's tree exists; see
    :func:`captions.page.parser.read_page`.
    """
    paths = ElementPaths()
    figures = {id(figure.choices.box): figure for figure in layout.figures}
    return [_box(box, figures.get(id(box)), layout.slots, paths) for box in layout.boxes]


def _box(box: PictureBox, figure: Figure | None, reader: SlotReader, paths: ElementPaths) -> dict[str, object]:
    choices = choose(box, reader) if figure is None else figure.choices
    reading = figure.reading if figure is not None else None
    return {
        "element": paths.of(box.element),
        "pictures": [paths.of(picture) for picture in box.pictures],
        "loose": box.loose,
        "caption": figure.caption if figure is not None else "",
        "credit": reading.credit.line if reading is not None else None,
        "ease": choices.ease,
        "lines": [_line(choices, line, slot, reader) for line, slot in zip(choices.lines, choices.slots, strict=True)],
    }


def _line(choices: Choices, line: BoxLine, chosen: Slot, reader: SlotReader) -> dict[str, object]:
    slots = list(reader.slots(line))
    if chosen != Slot() and chosen not in slots:
        slots.append(chosen)  # read again as a caption, because another line is the credit
    winner = slots.index(chosen) if chosen in slots else None
    parts = {
        "caption": any(chosen is slot for slot in choices.captions),
        "credit": chosen is choices.credit,
    }
    return {
        "text": line.text,
        "read_as": [name for name, is_used in parts.items() if is_used],
        "readings": [{**_reading(slot), "wins": number == winner} for number, slot in enumerate(slots)],
    }


def _reading(slot: Slot) -> dict[str, object]:
    return {
        "caption": slot.caption or None,
        "credit": slot.credit or None,
        "caption_evidence": _weighed("page-caption", slot.caption_evidence),
        "credit_evidence": _weighed("page-credit", slot.credit_evidence),
        "sum": round(slot.score, 2),
    }


def _weighed(table: str, evidence: Evidence | None) -> dict[str, float] | None:
    """Return the weight of each piece of evidence; a piece that counts twice has twice its weight."""
    if evidence is None:
        return None
    known = weights(table)
    return {name: round(evidence.names.count(name) * known.get(name, 0.0), 2) for name in evidence.names}
