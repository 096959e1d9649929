"""Conditions that several queries share."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, select, union

from captions_db import models as m
from captions_db.bulk import in_chunks
from captions_db.rows import storable
from captions_db.search import name_key
from captions_db.spellings import name_keys, possible_name_keys


def agency_ids(connection: Connection, name: str) -> list[int]:
    """Return the ids of the agencies with this name or alias, in any case: ``"REUTERS"`` -> ``[7]``."""
    key = name_key(storable(name))
    by_alias = select(m.party_alias.c.party_id).where(m.party_alias.c.alias_key == key)
    agency = m.party.c.kind == "agency"
    found = union(
        select(m.party.c.id).where(agency, m.party.c.name_key == key),
        select(m.party.c.id).where(agency, m.party.c.id.in_(by_alias)),
    )
    return sorted(connection.execute(found).scalars())


def creator_ids(connection: Connection, name: str) -> list[int]:
    """Return the ids of the creators with this name or alias, in any case and spelling: ``Söder``, ``Soeder``."""
    keys, possible = name_keys(storable(name)), sorted(possible_name_keys(storable(name)))
    party, alias = m.party.c, m.party_alias.c
    named = select(party.id, party.name).where(party.kind == "creator", party.name_key.in_(possible))
    aliased = (
        select(party.id, alias.alias)
        .join(m.party_alias, alias.party_id == party.id)
        .where(party.kind == "creator", alias.alias_key.in_(possible))
    )
    found = [*connection.execute(named), *connection.execute(aliased)]
    return sorted({party_id for party_id, spelling in found if name_keys(spelling) & keys})


def agencies_named(engine: Engine, name: str) -> list[str]:
    """Return the stored agencies with this name or alias, in any case: ``"REUTERS"`` -> ``["Reuters"]``."""
    with engine.connect() as connection:
        return sorted(names_of(connection, set(agency_ids(connection, name))).values())


def creators_named(engine: Engine, name: str) -> list[str]:
    """Return the stored creators with this name or alias, in any case and spelling."""
    with engine.connect() as connection:
        return sorted(names_of(connection, set(creator_ids(connection, name))).values())


def use_filters(
    agencies: Sequence[int] | None, since: date | None, until: date | None, publication: str | None
) -> list[ColumnElement[bool]]:
    """Return conditions on table ``use``: its credit names one of the agencies, its day is in the period."""
    conditions: list[ColumnElement[bool]] = []
    if agencies is not None:
        chain = m.credit_party.c
        named = select(chain.credit_id).where(chain.party_id.in_(agencies), chain.role.in_(("agency", "supplier")))
        conditions.append(m.use.c.credit_id.in_(named))
    if since is not None:
        conditions.append(m.use.c.used_on >= since)
    if until is not None:
        conditions.append(m.use.c.used_on <= until)
    if publication is not None:
        conditions.append(m.use.c.publication == storable(publication))
    return conditions


def names_of(connection: Connection, party_ids: AbstractSet[int]) -> dict[int, str]:
    """Return the names of parties by id."""
    names = select(m.party.c.id, m.party.c.name)
    if party_ids and max(party_ids) - min(party_ids) < 4 * len(party_ids):
        # Reading a dense range is faster than looking up each id.
        found = connection.execute(names.where(m.party.c.id.between(min(party_ids), max(party_ids))))
        return {party_id: name for party_id, name in found if party_id in party_ids}
    return {
        party_id: name
        for chunk in in_chunks(sorted(party_ids))
        for party_id, name in connection.execute(names.where(m.party.c.id.in_(chunk)))
    }
