"""Merge two names of an agency, a creator or a publication in the store, and undo merges."""

from __future__ import annotations

from collections.abc import Callable

import captions_db as db
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.lexicon.publications import publication_key
from captions.lexicon.user_register import Change, OwnRegister
from captions.text import name_key, tidy

Merged = db.MergeResult
_KEYS: dict[str, Callable[[str], str]] = {"creator": name_key, "publication": publication_key}


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


def merge_names(engine: Engine, kind: str, names: list[str], into: str, who: str, reason: str) -> Merged:
    """Merge names of creators or of publications, in all their spellings."""
    names, into = [tidy(name) for name in names], tidy(into)
    if any(name == into for name in names):
        raise CaptionsError(f"{into!r} cannot be merged into itself; give another name")
    if not into or not all(names):
        raise CaptionsError("a name must not be empty; give two names")
    key = _KEYS[kind]
    if kind == "publication" and any(key(name) == key(into) for name in names):
        raise CaptionsError(f"{into!r} has this spelling already; see: captions publication list")
    return db.merge_parties(engine, names, into, who, reason, spellings=names, key=key, kind=kind)


def undo_names(engine: Engine, kind: str, gone: str, into: str, who: str, reason: str) -> Merged:
    """Separate two names of a creator or a publication again; raise CaptionsError if they are not merged."""
    key = _KEYS[kind]
    active = [it for it in db.merges(engine, kind) if it.undone is None]
    numbers = [it.id for it in active if key(it.name) == key(gone) and key(it.into) == key(into)]
    if not numbers:
        merged = ", ".join(f"{it.name} into {it.into}" for it in active) or "none"
        raise CaptionsError(f"{gone!r} is not merged into {into!r} in the database; current merges: {merged}")
    return db.undo_merges(engine, numbers, who, reason, kind)
