"""Read corrections out of an audit in CSV whose names a person edited in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

import captions_db as db
from sqlalchemy import Engine

from captions.corrections.corrections import Correction, checked, name, names, parts
from captions.errors import CaptionsError
from captions.escaping import line as one_line
from captions.files.csv_input import SheetRow
from captions.lexicon.vocabulary import Vocabulary
from captions.text import tidy

EDITABLE = ("creators", "agencies", "supplier", "qualifiers")
"""The columns whose edits are corrections. ``use`` and ``credit`` say of which line; ``reason`` is optional."""


def is_audit(rows: Sequence[SheetRow]) -> bool:
    """Return whether the rows are those of an audit, and not those of a file of corrections."""
    return bool(rows) and "credit" in rows[0].cells and "line" not in rows[0].cells


def edited(engine: Engine, rows: Sequence[SheetRow], words: Vocabulary, reason: str, who: str) -> list[Correction]:
    """Return a correction for each credit line whose reading differs from the stored one in any row.

    An empty cell stays as read. ``reason`` is that of rows without one. CaptionsError names the line and the column.
    """
    numbers = [(row, row.read("use", _number, None)) for row in rows]
    stored = {it.use_id: it.credit for it in db.uses_by_ids(engine, {number for _, number in numbers if number})}
    found: dict[str, tuple[SheetRow, Correction]] = {}
    for row, number in numbers:
        credit = stored.get(number or 0)
        if credit is None or one_line(credit.line) != row.cells.get("credit", ""):
            if row.cells.get("credit") or any(row.cells.get(column) for column in EDITABLE):
                raise _outdated(row, number)
            continue
        correction = _difference(row, credit, words, reason, who)
        if correction is None:
            continue
        first, other = found.setdefault(credit.line, (row, correction))
        if correction.meaning != other.meaning:
            column = next(name for name in EDITABLE if getattr(correction, name) != getattr(other, name))
            raise row.wrong(f"column {column} differs from line {first.line}, which has the same credit line")
    return [correction for _, correction in found.values()]


def _difference(row: SheetRow, credit: db.CreditRecord, words: Vocabulary, reason: str, who: str) -> Correction | None:
    """Return the correction that the cells of a row make of a credit; None if they say the same."""

    def changed(column: str) -> tuple[str, ...] | None:
        given = names(parts(row.cells.get(column, "")))
        return None if given == tuple(map(tidy, getattr(credit, column))) else given

    supplier = name(row.cells.get("supplier"))
    correction = Correction(
        line=credit.line,
        creators=changed("creators"),
        agencies=changed("agencies"),
        supplier=None if supplier == tidy(credit.supplier or "") else supplier,
        qualifiers=row.read("qualifiers", lambda _: _known(changed("qualifiers"), words), None),
        reason=row.cells.get("reason") or reason,
        who=who,
    )
    if correction.meaning[1:] == (None,) * 5:
        return None
    try:
        return checked(correction, words)
    except CaptionsError as error:
        raise row.wrong(error) from None


def _known(qualifiers: tuple[str, ...] | None, words: Vocabulary) -> tuple[str, ...] | None:
    known = {*words.marks.values()} - {""}
    if unknown := [qualifier for qualifier in qualifiers or () if qualifier not in known]:
        raise CaptionsError(f"unknown qualifier {unknown[0]!r}; use {', '.join(sorted(known))}")
    return qualifiers


def _outdated(row: SheetRow, number: int | None) -> CaptionsError:
    if number is None:
        return row.wrong("column use: no number, so nothing says which credit line this is; keep the audit's column")
    return row.wrong(f"column credit: use {number} has another credit line in the database; write the audit again")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise CaptionsError(f"{text!r} is not the number of a use")
    return int(text)
