"""The seam for what persons say of findings: corrections of credit lines, and waivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import captions_db as db
from sqlalchemy import Engine

from captions.credit.parser import parse_credit
from captions.csv_input import SheetRow
from captions.errors import CaptionsError
from captions.lexicon.vocabulary import Vocabulary
from captions.text import tidy

Correction = db.CorrectionRecord
CORRECTION_COLUMNS = ("line", "creators", "agencies", "supplier", "qualifiers", "license", "reason", "who")
"""The columns of a sheet of corrections."""
NONE = "none"
"""What a person writes to say that there is no creator, no agency, ..."""


def correct(
    engine: Engine, corrections: Sequence[Correction], words: Vocabulary
) -> list[tuple[str, db.CorrectionResult]]:
    """Stores corrections, all or none; gives the line that each is kept for, and what became of it.

    A line may be written with its label, ``Foto: Jane Doe``: where no credit has it so, it is taken without.
    """
    tidied = [replace(one, line=tidy(one.line)) for one in corrections]
    bare = {one.line: parse_credit(one.line, words).line or one.line for one in tidied}
    stored = db.lines_in_use(engine, {*bare, *bare.values()})
    told = [one if one.line in stored else replace(one, line=bare[one.line]) for one in tidied]
    return list(zip([one.line for one in told], db.add_corrections(engine, told), strict=True))


def checked(correction: Correction, words: Vocabulary) -> Correction:
    """The correction, if it says something of a line, for a reason; else CaptionsError. Marks must be known ones."""
    if not tidy(correction.line):
        raise CaptionsError("a correction needs the credit line as printed")
    if correction.meaning[1:] == (None,) * 5:
        raise CaptionsError("say what the line means: creators, agencies, the supplier, qualifiers or a license")
    if not correction.reason.strip():
        raise CaptionsError("a correction needs a reason; an auditor will ask for it")
    known = {*words.marks.values()} - {""}
    if unknown := [mark for mark in correction.qualifiers or () if mark not in known]:
        raise CaptionsError(f"unknown mark {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return correction


def correction_from(row: SheetRow, words: Vocabulary, reason: str, who: str) -> Correction:
    """The correction in a row of a sheet; ``reason`` and ``who`` where it has none. CaptionsError names the line."""
    cells = row.cells
    correction = Correction(
        line=cells.get("line", ""),
        creators=names(_parts(cells.get("creators", ""))),
        agencies=names(_parts(cells.get("agencies", ""))),
        supplier=name(cells.get("supplier") or None),
        qualifiers=names(_parts(cells.get("qualifiers", ""))),
        license=name(cells.get("license") or None),
        reason=cells.get("reason") or reason,
        who=cells.get("who") or who,
    )
    try:
        return checked(correction, words)
    except CaptionsError as error:
        raise row.wrong(error) from None


def names(given: Sequence[str]) -> tuple[str, ...] | None:
    """What was said of names: None of none given, ``()`` of :data:`NONE`, else the names."""
    told = tuple(dict.fromkeys(text for text in map(tidy, given) if text))
    return () if [text.lower() for text in told] == [NONE] else told or None


def name(given: str | None) -> str | None:
    """What was said of one name: None where nothing was, ``""`` of :data:`NONE`."""
    text = tidy(given or "")
    return "" if text.lower() == NONE else text or None


def undo_correction(engine: Engine, number: int, who: str, reason: str) -> tuple[Correction, int]:
    """Undoes a correction; gives it and of how many uses it was the line's. CaptionsError where that cannot be."""
    try:
        return db.undo_correction(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions correct list --all") from None


def corrections(engine: Engine) -> list[tuple[Correction, str]]:
    """All corrections, each with its state: ``holds``, ``replaced`` (by a later one of its line), ``undone``."""
    told = db.corrections(engine)
    latest = {one.line: one.id for one in told if one.undone is None}
    return [
        (one, "undone" if one.undone else "holds" if latest.get(one.line) == one.id else "replaced") for one in told
    ]


def _parts(cell: str) -> list[str]:
    return cell.split(";")
