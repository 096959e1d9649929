"""Agreements: add, list, end and undo them. None is deleted, so that an auditor can see who decided what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from captions_db import models as m
from captions_db import settling
from captions_db.bulk import in_chunks, insert_dated
from captions_db.connection import reading, writing
from captions_db.credits import PartyKey, put_parties
from captions_db.meanwhile import Check, nothing
from captions_db.overlay import current_merges
from captions_db.records import AddResult, DecisionRecord
from captions_db.rows import filled, json_list, optional, record_of, storable
from captions_db.undo import undo


@dataclass(frozen=True, slots=True)
class AgreementRecord(DecisionRecord):
    """An agreement with a supplier; see ``captions_db.models.decisions``. None in ``starts`` or ``ends``: no limit."""

    supplier: str
    """The name of the supplier, or with ``creator`` of the freelancer."""
    creator: bool = False
    kind: str = "flat"
    starts: date | None = None
    ends: date | None = None
    scopes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    below: bool = False
    quota: int | None = None
    quota_period: str | None = None
    quota_days: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    requires: str | None = None
    note: str | None = None
    added_by: str | None = None
    ended: datetime | None = None
    """This and the fields below are set when it ends early."""
    ended_by: str | None = None
    end_reason: str | None = None


_NOT_TERMS: dict[str, Any] = dict.fromkeys(
    ("id", "added", "added_by", "ended", "ended_by", "end_reason", "undone", "undone_by", "undone_reason")
)
"""The fields of a record that are not terms of the agreement, with None for each."""


def add_agreements(engine: Engine, records: Sequence[AgreementRecord]) -> list[AddResult]:
    """Store agreements, all or none; return the existing number of an agreement with the same terms.

    An agreement ended early is compared with its new end; undone agreements are ignored. Raise BaseStoreError if the
    database rejects the records.
    """
    cleaned = [(_clean(record), optional(record.added_by)) for record in records]
    out: list[AddResult] = []
    with writing(engine) as connection:
        merges = {kind: current_merges(connection, kind) for kind in ("agency", "creator")}
        keys = {_key(record): _key(record, merges[_kind(record)]) for record, _ in cleaned}
        parties = put_parties(connection, set(keys.values()))
        known = {
            _terms(record): record.id
            for record in read_agreements(connection, list(parties.values()))
            if record.undone is None
        }
        for named, who in cleaned:
            record = replace(named, supplier=keys[_key(named)][0])
            known_id = known.get(record)
            if known_id is None:
                row = _row(record) | {"party_id": parties[keys[_key(named)]], "applies_to": named.supplier}
                number = known[record] = insert_dated(connection, m.agreement, row | {"added_by": who})
                out.append(AddResult(number, new=True))
                settling.mark_agreement(connection, number)
            else:
                out.append(AddResult(known_id, new=False))
    return out


def agreements(
    engine: Engine, *, supplier: str | None = None, on: date | None = None, undone: bool = False
) -> list[AgreementRecord]:
    """Return the agreements, all or by supplier and by day in force; sorted by supplier, start and number.

    With ``undone``, return undone agreements only; otherwise leave them out. ``supplier`` may be a freelancer's name.
    """
    with engine.connect() as connection:
        found = read_agreements(connection)
    return sorted(
        (
            record
            for record in found
            if (record.undone is not None) is undone
            and (supplier is None or record.supplier == supplier)
            and (on is None or (record.starts or date.min) <= on <= (record.ends or date.max))
        ),
        key=lambda it: (it.supplier.casefold(), it.supplier, it.starts or date.min, it.id),
    )


def agreement(engine: Engine | Connection, number: int) -> AgreementRecord | None:
    """Return the agreement with a number, or None."""
    with reading(engine) as connection:
        return next((record for record in read_agreements(connection) if record.id == number), None)


def end_agreement(engine: Engine, number: int, on: date, reason: str, who: str, check: Check = nothing) -> None:
    """Set the last day of an agreement, and why. Raise ValueError for an unknown number or a day before its start.

    ``check`` is called first, in the same transaction.
    """
    column = m.agreement.c
    values = {"ends": on, "ended": datetime.now(UTC), "end_reason": storable(reason), "ended_by": storable(who)}
    with writing(engine) as connection:
        check(connection)
        starts = connection.execute(select(column.starts).where(column.id == number)).one_or_none()
        if starts is None:
            raise ValueError(f"no agreement {number}")
        if starts[0] is not None and on < starts[0]:
            raise ValueError(f"agreement {number} starts on {starts[0]}")
        connection.execute(update(m.agreement).where(column.id == number).values(filled(values)))
        settling.mark_agreement(connection, number)


def undo_agreement(engine: Engine, number: int, who: str, reason: str) -> None:
    """Undo an agreement, so that it no longer applies. Raise ValueError if it is missing or already undone."""
    with writing(engine) as connection:
        undo(connection, m.agreement, number, who, reason)
        settling.mark_agreement(connection, number)


def _kind(record: AgreementRecord) -> str:
    return "creator" if record.creator else "agency"


def _key(record: AgreementRecord, merges: Mapping[str, str] = MappingProxyType({})) -> PartyKey:
    """Return the party of an agreement, by its current name after ``merges``."""
    return merges.get(record.supplier, record.supplier), _kind(record)


def read_agreements(connection: Connection, party_ids: Sequence[int] | None = None) -> list[AgreementRecord]:
    """Return all agreements, or those with some parties, undone ones included, by number."""
    party = m.party.c
    statement = select(m.agreement, party.name, party.kind.label("of_kind")).join(
        m.party, party.id == m.agreement.c.party_id
    )
    if party_ids is None:
        return [_record(row) for row in connection.execute(statement.order_by(m.agreement.c.id))]
    return [
        _record(row)
        for chunk in in_chunks(party_ids)
        for row in connection.execute(statement.where(m.agreement.c.party_id.in_(chunk)))
    ]


def _record(row: Any) -> AgreementRecord:
    lists = {name: tuple(json.loads(getattr(row, name))) for name in ("scopes", "territories", "excluded")}
    price = None if row.price is None else Decimal(row.price)
    return record_of(AgreementRecord, row, supplier=row.name, creator=row.of_kind == "creator", price=price, **lists)


def _clean(record: AgreementRecord) -> AgreementRecord:
    """Return a record as the database will return it."""
    return replace(
        _terms(record),
        supplier=storable(record.supplier),
        excluded=tuple(map(storable, record.excluded)),
        requires=optional(record.requires),
        note=optional(record.note),
    )


def _terms(record: AgreementRecord) -> AgreementRecord:
    """Return the terms of an agreement only."""
    return replace(record, **_NOT_TERMS)


def _row(record: AgreementRecord) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "starts": record.starts,
        "ends": record.ends,
        "scopes": json_list(record.scopes),
        "territories": json_list(record.territories),
        "excluded": json_list(record.excluded),
        "below": record.below,
        "quota": record.quota,
        "quota_period": record.quota_period,
        "quota_days": record.quota_days,
        # Never through a float; "18000.50" keeps the digits that were written.
        "price": None if record.price is None else format(record.price, "f"),
        "currency": record.currency,
        "requires": record.requires,
        "note": record.note,
    }
