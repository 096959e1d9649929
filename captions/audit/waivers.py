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


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CaptionsError(f"{text!r} is no number of a use")
    return int(text)


def waive(engine: Engine, waivers: Sequence[Waiver]) -> list[db.AddResult]:
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


def _number(row: SheetRow) -> int | None:
    return row.read("use", _whole, None)
