"""Add, list, end, renew and undo agreements in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import captions_db as db
from captions_db.meanwhile import Check, nothing
from sqlalchemy import Engine

from captions.errors import CaptionsError
from captions.licensing.agreements import Agreement, remarks, renewed

_FIELDS = tuple(field.name for field in fields(Agreement))


@dataclass(frozen=True, slots=True)
class AddedAgreement:
    """A stored agreement, whether it is new, and remarks for the person who added it."""

    agreement: Agreement
    new: bool
    remarks: tuple[str, ...] = ()


def listed(engine: Engine, supplier: str | None = None, on: date | None = None) -> list[Agreement]:
    """Return the agreements with a supplier, in force on a day, or all; sorted by supplier, start and number."""
    return [agreement_of(record) for record in db.agreements(engine, supplier=supplier, on=on)]


def undone(engine: Engine, supplier: str | None = None) -> list[Agreement]:
    """Return the undone agreements with a supplier, or all; sorted by supplier, start and number."""
    return [agreement_of(record) for record in db.agreements(engine, supplier=supplier, undone=True)]


def freelancers(engine: Engine) -> list[str]:
    """Return the names of the freelancers with an agreement, undone ones included."""
    found = [*db.agreements(engine), *db.agreements(engine, undone=True)]
    return sorted({record.supplier for record in found if record.creator})


def find(engine: Engine, number: int) -> Agreement:
    """Return an agreement by its number; raise CaptionsError if there is none."""
    record = db.agreement(engine, number)
    if record is None:
        raise CaptionsError(f"no agreement {number}; see: captions agreement list --all")
    return agreement_of(record)


def add(engine: Engine, agreements: Sequence[Agreement]) -> list[AddedAgreement]:
    """Store agreements, all or none; skip any whose terms are already stored."""
    stored = db.add_agreements(engine, [db.AgreementRecord(**_values(agreement)) for agreement in agreements])
    known = {agreement.id: agreement for agreement in listed(engine)}
    out = []
    for row in stored:
        agreement = known[row.id]
        others = [
            other
            for other in known.values()
            if (other.supplier, other.creator) == (agreement.supplier, agreement.creator) and other.id != row.id
        ]
        out.append(AddedAgreement(agreement, row.new, tuple(remarks(agreement, others)) if row.new else ()))
    return out


def end(engine: Engine, number: int, on: date, reason: str, who: str, check: Check = nothing) -> Agreement:
    """Set an earlier last day and return the changed agreement; raise CaptionsError for a day outside it."""
    agreement = _in_effect(engine, number)
    if agreement.starts is not None and on < agreement.starts:
        raise CaptionsError(f"agreement {number} starts on {agreement.starts}, after {on}; use a later date")
    if agreement.ends is not None and on > agreement.ends:
        raise CaptionsError(
            f"agreement {number} already ends on {agreement.ends}; extend it with: captions agreement renew"
        )
    db.end_agreement(engine, number, on, reason, who, check)
    return find(engine, number)


def renew(engine: Engine, number: int, ends: date, who: str, **changes: Any) -> AddedAgreement:
    """Add an agreement with the same terms, starting the day after another; ``changes`` are those of ``renewed``."""
    return add(engine, [replace(renewed(_in_effect(engine, number), ends, **changes), added_by=who)])[0]


def undo(engine: Engine, number: int, who: str, reason: str) -> Agreement:
    """Undo a mistaken agreement, which stays listed but counts nowhere; raise CaptionsError if that is impossible."""
    try:
        db.undo_agreement(engine, number, who, reason)
    except ValueError as error:
        raise CaptionsError(f"{error}; see: captions agreement list --undone") from None
    return find(engine, number)


def _in_effect(engine: Engine, number: int) -> Agreement:
    agreement = find(engine, number)
    if agreement.undone is not None:
        raise CaptionsError(
            f"agreement {number} was undone by {agreement.undone_by}; add it again with: captions agreement add"
        )
    return agreement


def agreement_of(record: db.AgreementRecord) -> Agreement:
    """Return a stored agreement."""
    return Agreement(**_values(record))


def _values(agreement: Agreement | db.AgreementRecord) -> dict[str, Any]:
    """Return the fields, which have the same names in both classes."""
    return {name: getattr(agreement, name) for name in _FIELDS}
