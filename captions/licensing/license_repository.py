"""Add, list and undo licenses in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import captions_db as db
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.licensing.licenses import License

_FIELDS = tuple(field.name for field in fields(License))


def license_of(record: db.LicenseRecord) -> License:
    """Return a stored license."""
    return License(**{name: getattr(record, name) for name in _FIELDS})


def listed(engine: Engine, *, undone: bool = False) -> list[License]:
    """Return the licenses in the order in which they end, or the undone ones."""
    return [license_of(record) for record in db.licenses(engine, undone=undone)]


def add(engine: Engine, licenses: Sequence[License]) -> list[tuple[int, bool]]:
    """Store licenses, all or none; return for each its number, and whether it is new."""
    records = [db.LicenseRecord(**{name: getattr(it, name) for name in _FIELDS}) for it in licenses]
    return [(result.id, result.new) for result in db.add_licenses(engine, records)]


def undo(engine: Engine, number: int, who: str, reason: str) -> License:
    """Undo a mistaken license, which stays listed but counts nowhere; raise CaptionsError if that is impossible."""
    try:
        return license_of(db.undo_license(engine, number, who, reason))
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions license list --undone") from None
