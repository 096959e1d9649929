"""The seam between the register and the store where two names of agencies are made one."""

from __future__ import annotations

from sqlalchemy import Engine

import db
from captions.errors import CaptionsError
from captions.own_register import Change, OwnRegister
from captions.text import name_key, tidy

Merged = db.Merged


def merge(engine: Engine, register: OwnRegister, change: Change, who: str, reason: str) -> Merged:
    """Lets what the store has of the party that is gone be the other's: under all spellings that its row had.

    CaptionsError where an agreement forbids it.
    """
    keys = {name_key(spelling) for spelling in change.spellings}
    stored = {party.name for kind in ("agency", "creator") for party in db.parties(engine, kind=kind)}
    # Only spellings that are believed anywhere: `AA` in a line of long ago may have been somebody else.
    row = register.words.agencies.get(change.spellings[0])
    weak = {name_key(spelling) for spelling in row.weak_aliases} if row is not None else set()
    names = {change.spellings[0], *(name for name in stored if name_key(name) in keys - weak)} - {change.name}
    try:
        return db.merge_parties(engine, names, change.name, who, reason)
    except ValueError as error:
        raise CaptionsError(
            f"{error}: merged, it would cover what it does not; end or undo it first: captions agreement list"
        ) from None


def undo(engine: Engine, register: OwnRegister, gone: str, into: str, who: str, reason: str) -> Merged:
    """Parts two names again. CaptionsError where they were not merged."""
    found = register.words.agency(tidy(into))
    names = {tidy(into), *([found.name] if found else [])}
    key = name_key(gone)
    merges = [it for it in db.merges(engine) if it.undone is None and it.into in names and name_key(it.name) == key]
    if not merges:
        told = ", ".join(f"{it.name} into {it.into}" for it in db.merges(engine) if it.undone is None) or "none are"
        raise CaptionsError(f"{gone!r} is not merged into {into!r} in the database; merged: {told}")
    parts = [db.undo_merge(engine, it.name, it.into, who, reason) for it in merges]
    return Merged(*(sum(getattr(part, key) for part in parts) for key in ("credits", "uses", "agreements", "waivers")))
