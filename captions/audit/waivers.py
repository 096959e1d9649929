"""Waivers: findings that a person set aside, with who, why and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import captions_db as db
from sqlalchemy import Engine

from captions.audit.codes import CODES
from captions.csv_input import SheetRow
from captions.errors import CaptionsError
from captions.text import match_key, tidy

Waiver = db.WaiverRecord


def code_of(text: str) -> str:
    """Return the audit code that a person typed: ``cr104`` gives ``CR104``; raise CaptionsError if unknown."""
    code = text.strip().upper()
    if code not in CODES:
        raise CaptionsError(f"unknown code {text!r}; the codes are {', '.join(CODES)}")
    return code


def of_use(engine: Engine, waiver: Waiver, use: int) -> Waiver:
    """Narrow a waiver to one use, by what re-reading the article does not change."""
    keys = db.use_keys(engine, [use])
    if use not in keys:
        raise CaptionsError(f"no use {use}; find the number under 'use' in the audit's JSON or CSV")
    return _narrowed(waiver, keys[use])


def waivers_from(engine: Engine, rows: Sequence[SheetRow], until: date | None, reason: str, who: str) -> list[Waiver]:
    """Return a waiver for each finding in a CSV file that the audit wrote; CaptionsError names the line.

    Re-reading an article renumbers its uses; article and caption then identify the use.
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
                raise row.wrong(f"no use {number} in the database; run the audit again")
            digest = db.caption_digest(match_key(caption), caption) if caption else ""
            key = db.UseKey(source, digest, row.cells.get("credit") or None)
        return _narrowed(waiver, key)
    supplier = row.cells.get("supplier") or None
    if not source and supplier is None:
        raise row.wrong("no use, source or supplier: this would waive every finding of the code")
    return replace(waiver, source=source or None, supplier=supplier)


def _narrowed(waiver: Waiver, key: db.UseKey) -> Waiver:
    # Several uses of an article may have no caption; the line distinguishes them.
    line = waiver.line or (None if key.caption_digest else key.line)
    return replace(waiver, source=key.source, caption_digest=key.caption_digest, line=line)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CaptionsError(f"{text!r} is not the number of a use")
    return int(text)


def waive(engine: Engine, waivers: Sequence[Waiver]) -> list[db.AddResult]:
    """Store waivers, all or none; skip any that repeats an active waiver."""
    return db.add_waivers(engine, waivers)


def undo_waiver(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo a waiver; raise CaptionsError if it is unknown or already undone."""
    try:
        db.undo_waiver(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions waive list --all") from None


def waivers(engine: Engine, today: date) -> list[tuple[Waiver, str]]:
    """Return all waivers with their state on a day: ``active``, ``expired`` or ``undone``."""
    return [(waiver, _state_on(waiver, today)) for waiver in db.waivers(engine)]


def _state_on(waiver: Waiver, today: date) -> str:
    if waiver.undone:
        return "undone"
    return "expired" if waiver.until and waiver.until < today else "active"


def _number(row: SheetRow) -> int | None:
    return row.read("use", _whole, None)
