"""Corrections: what a credit line means according to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import captions_db as db
from captions_db.meanwhile import Check, nothing
from sqlalchemy import Connection, Engine

from captions.credit.parser import parse_credit
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow
from captions.lexicon.vocabulary import Vocabulary
from captions.text import tidy

Correction = db.CorrectionRecord
CORRECTION_COLUMNS = ("line", "creators", "agencies", "supplier", "qualifiers", "license", "reason", "who")
"""The columns of a CSV file of corrections."""
NONE = "none"
"""The word for no creator, no agency and so on."""


def correct(
    engine: Engine, corrections: Sequence[Correction], words: Vocabulary, check: Check = nothing
) -> list[tuple[str, db.CorrectionResult]]:
    """Store corrections, all or none; return the line that each applies to, and the outcome.

    A line may be typed with its label, ``Foto: Jane Doe``; the label is dropped if no stored line has it. Raise
    CaptionsError if no article has any of the lines. ``check`` may cancel the write; see :mod:`captions_db.meanwhile`.
    """
    tidied = [replace(correction, line=tidy(correction.line)) for correction in corrections]
    bare = {c.line: parse_credit(c.line, words).line or c.line for c in tidied}
    stored = db.lines_in_use(engine, {*bare, *bare.values()})
    applied = [c if c.line in stored else replace(c, line=bare[c.line]) for c in tidied]
    if not any(c.line in stored for c in applied):
        what = f"the line {applied[0].line!r}" if len(applied) == 1 else "any of these lines"
        raise CaptionsError(f"no article has {what}, so nothing is corrected; copy the line from: captions audit")
    return list(zip([c.line for c in applied], db.add_corrections(engine, applied, check), strict=True))


def checked(correction: Correction, words: Vocabulary) -> Correction:
    """Return the correction, or raise CaptionsError if line, meaning or reason is missing or a qualifier is unknown."""
    if not tidy(correction.line):
        raise CaptionsError("a correction needs the credit line as printed")
    if correction.meaning[1:] == (None,) * 5:
        raise CaptionsError("a correction needs a creator, an agency, a supplier, a qualifier or a license")
    if not correction.reason.strip():
        raise CaptionsError("a correction needs a reason")
    known = {*words.marks.values()} - {""}
    if unknown := [qualifier for qualifier in correction.qualifiers or () if qualifier not in known]:
        raise CaptionsError(f"unknown qualifier {unknown[0]!r}; use {', '.join(sorted(known))}")
    return correction


def correction_from(row: SheetRow, words: Vocabulary, reason: str, who: str) -> Correction:
    """Return the correction in a CSV row; ``reason`` and ``who`` fill empty cells. CaptionsError names the line."""
    cells = row.cells
    correction = Correction(
        line=cells.get("line", ""),
        creators=names(parts(cells.get("creators", ""))),
        agencies=names(parts(cells.get("agencies", ""))),
        supplier=name(cells.get("supplier") or None),
        qualifiers=names(parts(cells.get("qualifiers", ""))),
        license=name(cells.get("license") or None),
        reason=cells.get("reason") or reason,
        who=cells.get("who") or who,
    )
    try:
        return checked(correction, words)
    except CaptionsError as error:
        raise row.wrong(error) from None


def names(texts: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names in some texts: None without a name, ``()`` for :data:`NONE`."""
    found = tuple(dict.fromkeys(text for text in map(tidy, texts) if text))
    return () if [text.lower() for text in found] == [NONE] else found or None


def name(text: str | None) -> str | None:
    """Return the name in a text: None without a name, ``""`` for :data:`NONE`."""
    text = tidy(text or "")
    return "" if text.lower() == NONE else text or None


def undo_correction(engine: Engine, number: int, who: str, reason: str) -> tuple[Correction, int]:
    """Undo a correction; return it with the number of affected uses. Raise CaptionsError if it can't be undone."""
    try:
        return db.undo_correction(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions correct list --all") from None


def corrections(engine: Engine | Connection) -> list[tuple[Correction, str]]:
    """Return all corrections with their state: ``active``, ``replaced`` (by a later one of its line) or ``undone``."""
    stored = db.corrections(engine)
    latest = {c.line: c.id for c in stored if c.undone is None}
    return [(c, "undone" if c.undone else "active" if latest.get(c.line) == c.id else "replaced") for c in stored]


def parts(cell: str) -> list[str]:
    """Return the names in a cell, which semicolons separate."""
    return cell.split(";")
