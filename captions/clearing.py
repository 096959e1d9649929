"""The seam for what persons say of findings: corrections of credit lines, and waivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

import db
from captions.audit import CODES
from captions.credit import parse_credit
from captions.errors import CaptionsError
from captions.sheet import SheetRow
from captions.text import match_key, tidy
from captions.vocabulary import Vocabulary

Correction = db.CorrectionRecord
Waiver = db.WaiverRecord
CORRECTION_COLUMNS = ("line", "creators", "agencies", "supplier", "qualifiers", "license", "reason", "who")
"""The columns of a sheet of corrections."""
NONE = "none"
"""What a person writes to say that there is no creator, no agency, ..."""


def correct(engine: Engine, corrections: Sequence[Correction], words: Vocabulary) -> list[tuple[str, db.Corrected]]:
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


def code_of(text: str) -> str:
    """A code of the audit: ``cr104`` gives ``CR104``."""
    code = text.strip().upper()
    if code not in CODES:
        raise CaptionsError(f"no code {text!r}; there are {', '.join(CODES)}")
    return code


def of_use(engine: Engine, waiver: Waiver, use: int) -> Waiver:
    """The waiver, narrowed to one use, which is told across readings."""
    keys = db.use_keys(engine, [use])
    if use not in keys:
        raise CaptionsError(f"no use {use}; its number stands in the audit's JSON and CSV under use")
    return _narrowed(waiver, keys[use])


def waivers_from(engine: Engine, rows: Sequence[SheetRow], until: date | None, reason: str, who: str) -> list[Waiver]:
    """A waiver of each finding in a CSV file that the audit wrote; CaptionsError names the line.

    A use that was read again since has another number: it is then told by its article and its caption.
    """
    keys = db.use_keys(engine, {number for row in rows if (number := _number(row)) is not None})
    return [_waiver_of(row, keys, Waiver(_code(row), until=until, reason=reason, who=who)) for row in rows]


def _code(row: SheetRow) -> str:
    found = row.read("code", code_of, None)
    if found is None:
        raise row.wrong("no code")
    return found


def _waiver_of(row: SheetRow, keys: Mapping[int, db.UseKey], waiver: Waiver) -> Waiver:
    source, caption = row.cells.get("source", ""), row.cells.get("caption", "")
    number = _number(row)
    if number is not None:
        key = keys.get(number)
        if key is None or (source and tidy(key.source) != source):
            if not source:
                raise row.wrong(f"no use {number} in the database; write the audit again")
            digest = db.caption_digest(match_key(caption), caption) if caption else ""
            key = db.UseKey(source, digest, row.cells.get("credit") or None)
        return _narrowed(waiver, key)
    supplier = row.cells.get("supplier") or None
    if not source and supplier is None:
        raise row.wrong("neither use nor source nor supplier: this would waive the code altogether")
    return replace(waiver, source=source or None, supplier=supplier)


def _narrowed(waiver: Waiver, key: db.UseKey) -> Waiver:
    # Several uses of an article may have no caption: the line tells them apart.
    line = waiver.line or (None if key.caption_digest else key.line)
    return replace(waiver, source=key.source, caption_digest=key.caption_digest, line=line)


def _number(row: SheetRow) -> int | None:
    return row.read("use", _whole, None)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CaptionsError(f"{text!r} is no number of a use")
    return int(text)


def waive(engine: Engine, waivers: Sequence[Waiver]) -> list[db.Stored]:
    """Stores waivers, all or none; one that sets the same aside as one that holds is not stored again."""
    return db.add_waivers(engine, waivers)


def undo_waiver(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undoes a waiver; CaptionsError where that cannot be."""
    try:
        db.undo_waiver(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions waive list --all") from None


def waivers(engine: Engine, today: date) -> list[tuple[Waiver, str]]:
    """All waivers, each with its state on a day: ``holds``, ``over`` (its last day is past), ``undone``."""
    return [
        (one, "undone" if one.undone else "over" if one.until and one.until < today else "holds")
        for one in db.waivers(engine)
    ]


def _parts(cell: str) -> list[str]:
    return cell.split(";")
