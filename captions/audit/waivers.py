"""Waivers: findings that a person set aside, with who, why and until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import captions_db as db
from captions_db.meanwhile import Check, nothing
from sqlalchemy import Connection, Engine

from captions import dates
from captions.audit.codes import CODES, reading
from captions.audit.request import AuditRequest
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing import terms
from captions.text import match_key, tidy

Waiver = db.WaiverRecord
_UNNAMED = "AQ"
"""Antarctica: agreements that name territories don't cover it."""


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


def waivers_from(
    engine: Engine, rows: Sequence[SheetRow], until: date | None, reason: str, who: str, *, today: date
) -> list[Waiver]:
    """Return a waiver for each finding in a CSV file that the audit wrote; CaptionsError names the line.

    Re-reading an article renumbers its uses; article and caption then identify the use. If a person added a column
    ``reason``, rows without a reason are skipped; a column ``until`` has the last day of a waiver.
    """
    if has_reasons(rows):
        rows = [row for row in rows if row.cells.get("reason")]
    keys = db.use_keys(engine, {number for row in rows if (number := _number(row)) is not None})
    return [_waiver_of(row, keys, _named(row, until, reason, who, today)) for row in rows]


def has_reasons(rows: Sequence[SheetRow]) -> bool:
    """Return whether a file has a column of reasons."""
    return bool(rows) and "reason" in rows[0].cells


def _named(row: SheetRow, until: date | None, reason: str, who: str, today: date) -> Waiver:
    def day(text: str) -> date:
        found = dates.parse(text, last=True)
        if found < today:
            raise CaptionsError(f"{found} is in the past, so this waives nothing; choose a later day")
        return found

    last = row.read("until", day, until)
    return Waiver(_code(row), until=last, reason=row.cells.get("reason") or reason, who=who)


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


def of_uses(engine: Engine, waiver: Waiver, uses: Collection[int]) -> list[Waiver]:
    """Return the waiver of each of these uses, without those that are gone."""
    return [_narrowed(waiver, key) for _, key in sorted(db.use_keys(engine, uses).items())]


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CaptionsError(f"{text!r} is not the number of a use")
    return int(text)


def named_source(engine: Engine, text: str) -> tuple[str, int | None]:
    """Return the source that a person typed, in full or its end, and the use after ``#``: ``05-river.txt #2``.

    CaptionsError if no source or several end like this.
    """
    if text.startswith("agreement "):
        return text, None
    found = db.sources_ending(engine, text)
    name, _, position = text.rpartition(" #")
    if not found and name and position.isdecimal():
        source, _ = named_source(engine, name)
        use = db.use_in(engine, source, int(position))
        if use is None:
            raise CaptionsError(f"no caption {position} in {source}; see: captions audit --format csv")
        return source, use
    if not found:
        raise CaptionsError(
            f"no article {text!r} in the database; type its name, or the end of it, as the audit prints it"
        )
    names = [source for source in found if source.endswith(f"/{text}")] or found
    if len(names) > 1:
        raise CaptionsError(
            f"{len(names)} articles end with {text!r}: {names[0]}, {names[1]}, ...; type more of the name"
        )
    return names[0], None


def matching(engine: Engine, waivers: Sequence[Waiver], words: Vocabulary, today: date, use: int | None = None) -> int:
    """Return how many findings waivers would set aside that no waiver sets aside yet; with ``use``, only on this use.

    What agreements cover depends on the intended use, so every scope counts, in a territory that no agreement names.
    """
    from captions.audit.run import audited  # imported here: listing and undoing waivers needs no audit

    codes = frozenset(waiver.code for waiver in waivers)
    requests = [AuditRequest(codes=codes, use=use)]
    if codes & reading("agreements"):
        requests += [replace(requests[0], scope=scope, territory=_UNNAMED) for scope in terms.table().scopes]
    for request in requests:
        with audited(engine, request, words, proposed=waivers, today=today) as result:
            if result.known:
                return result.known
    return 0


def waive(engine: Engine, waivers: Sequence[Waiver], check: Check = nothing) -> list[db.AddResult]:
    """Store waivers, all or none; skip any that repeats an active waiver. ``check`` may cancel the write."""
    return db.add_waivers(engine, waivers, check)


def is_waived(engine: Engine, waiver: Waiver) -> bool:
    """Return whether a current waiver sets aside the same findings."""
    return db.is_waived(engine, waiver)


def undo_waiver(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo a waiver; raise CaptionsError if it is unknown or already undone."""
    try:
        db.undo_waiver(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions waive list --all") from None


def waivers(engine: Engine | Connection, today: date) -> list[tuple[Waiver, str]]:
    """Return all waivers with their state on a day: ``active``, ``expired`` or ``undone``."""
    return [(waiver, _state_on(waiver, today)) for waiver in db.waivers(engine)]


def _state_on(waiver: Waiver, today: date) -> str:
    if waiver.undone:
        return "undone"
    return "expired" if waiver.until and waiver.until < today else "active"


def _number(row: SheetRow) -> int | None:
    return row.read("use", _whole, None)
