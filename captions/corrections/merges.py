"""The seam between the register and the store where two names of agencies are made one."""

from __future__ import annotations

import captions_db as db
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.lexicon.user_register import Change, OwnRegister
from captions.text import name_key, tidy

Merged = db.MergeResult


def merge(engine: Engine, change: Change, who: str, reason: str) -> Merged:
    """Lets what the store has of the party that is gone be the other's: under all spellings that its row had.

    CaptionsError where an agreement forbids it.
    """
    names = change.spellings
    try:
        return db.merge_parties(engine, names[:1], change.name, who, reason, spellings=names, key=name_key)
    except db.ExclusionError as error:
        raise CaptionsError(
            f"{error}: merged, it would cover what it does not; "
            f"undo it first: captions agreement undo {error.agreement} --reason WHY"
        ) from None


def undo(engine: Engine, register: OwnRegister, gone: str, into: str, who: str, reason: str) -> Merged:
    """Parts two names again, with all spellings that were merged with them. CaptionsError where they were not."""
    found, key = register.words.agency(tidy(into)), name_key(gone)
    names = {name_key(into), *([name_key(found.name)] if found else [])}
    held = [it for it in db.merges(engine) if it.undone is None]
    # What one command merged was made at one moment.
    commands = {(it.added, it.into) for it in held if name_key(it.name) == key and name_key(it.into) in names}
    if not commands:
        told = ", ".join(f"{it.name} into {it.into}" for it in held) or "none are"
        raise CaptionsError(f"{gone!r} is not merged into {into!r} in the database; merged: {told}")
    try:
        return db.undo_merges(engine, [it.id for it in held if (it.added, it.into) in commands], who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions agency merges --all") from None
