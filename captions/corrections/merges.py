"""Merge two agency names in the store, and undo merges."""

from __future__ import annotations

import captions_db as db
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.lexicon.user_register import Change, OwnRegister
from captions.text import name_key, tidy

Merged = db.MergeResult


def merge(engine: Engine, change: Change, who: str, reason: str) -> Merged:
    """Merge a party, under all its spellings, into another; raise CaptionsError if an agreement forbids it."""
    names = change.spellings
    try:
        return db.merge_parties(engine, names[:1], change.name, who, reason, spellings=names, key=name_key)
    except db.ExclusionError as error:
        raise CaptionsError(
            f"{error}: the merge would change what it covers; "
            f"undo it first with: captions agreement undo {error.agreement} --reason WHY"
        ) from None


def undo(engine: Engine, register: OwnRegister, gone: str, into: str, who: str, reason: str) -> Merged:
    """Separate two names again, with all spellings merged by the same command; raise CaptionsError if never merged."""
    found, key = register.words.agency(tidy(into)), name_key(gone)
    names = {name_key(into), *([name_key(found.name)] if found else [])}
    active = [it for it in db.merges(engine) if it.undone is None]
    # All merges of one command have the same time.
    commands = {(it.added, it.into) for it in active if name_key(it.name) == key and name_key(it.into) in names}
    if not commands:
        merged = ", ".join(f"{it.name} into {it.into}" for it in active) or "none"
        raise CaptionsError(f"{gone!r} is not merged into {into!r} in the database; current merges: {merged}")
    try:
        return db.undo_merges(engine, [it.id for it in active if (it.added, it.into) in commands], who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions agency merges --all") from None
