"""The seam between agreements as values and the store: adding, listing, ending, renewing, undoing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import captions_db as db
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.licensing.agreements import Agreement, remarks, renewed

_FIELDS = tuple(field.name for field in fields(Agreement))


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an agreement: as it is stored, whether it is new, and what a person should know of it."""

    agreement: Agreement
    new: bool
    remarks: tuple[str, ...] = ()


def listed(engine: Engine, supplier: str | None = None, on: date | None = None) -> list[Agreement]:
    """The agreements, with one supplier, in force on a day, or all; sorted by supplier, start and number."""
    return [_agreement(record) for record in db.agreements(engine, supplier=supplier, on=on)]


def undone(engine: Engine, supplier: str | None = None) -> list[Agreement]:
    """The agreements that were undone, with one supplier or all; sorted by supplier, start and number."""
    return [_agreement(record) for record in db.agreements(engine, supplier=supplier, undone=True)]


def shown(engine: Engine, number: int) -> Agreement:
    """One agreement; CaptionsError where there is none with this number."""
    record = db.agreement(engine, number)
    if record is None:
        raise CaptionsError(f"no agreement {number}; see: captions agreement list --all")
    return _agreement(record)


def add(engine: Engine, agreements: Sequence[Agreement]) -> list[Added]:
    """Stores agreements, all or none; one with the same terms as one that is stored is not stored again."""
    stored = db.add_agreements(engine, [db.AgreementRecord(**_values(agreement)) for agreement in agreements])
    known = {agreement.id: agreement for agreement in listed(engine)}
    out = []
    for one in stored:
        agreement = known[one.id]
        others = [other for other in known.values() if other.supplier == agreement.supplier and other.id != one.id]
        out.append(Added(agreement, one.new, tuple(remarks(agreement, others)) if one.new else ()))
    return out


def end(engine: Engine, number: int, on: date, reason: str, who: str) -> Agreement:
    """Sets an earlier last day; gives the agreement as it is now. CaptionsError for a day that is not within it."""
    agreement = _standing(engine, number)
    if agreement.starts is not None and on < agreement.starts:
        raise CaptionsError(f"agreement {number} starts on {agreement.starts}, after {on}; end it on that day or later")
    if agreement.ends is not None and on > agreement.ends:
        raise CaptionsError(f"agreement {number} ends on {agreement.ends} already; see: captions agreement renew")
    db.end_agreement(engine, number, on, reason, who)
    return shown(engine, number)


def renew(engine: Engine, number: int, ends: date, price: Decimal | None, who: str) -> Added:
    """Adds an agreement with the same terms from the day after the end of another on."""
    return add(engine, [replace(renewed(_standing(engine, number), ends, price), added_by=who)])[0]


def undo(engine: Engine, number: int, who: str, reason: str) -> Agreement:
    """Undoes an agreement that was a mistake: it is kept, and counts nowhere. CaptionsError where that cannot be."""
    try:
        db.undo_agreement(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions agreement list --undone") from None
    return shown(engine, number)


def _standing(engine: Engine, number: int) -> Agreement:
    agreement = shown(engine, number)
    if agreement.undone is not None:
        raise CaptionsError(
            f"agreement {number} is undone, by {agreement.undone_by}; add it anew: captions agreement add"
        )
    return agreement


def _agreement(record: db.AgreementRecord) -> Agreement:
    return Agreement(**_values(record))


def _values(agreement: Agreement | db.AgreementRecord) -> dict[str, Any]:
    """The fields, which have the same names on both sides."""
    return {name: getattr(agreement, name) for name in _FIELDS}
