"""Write credits and parties: each line once, in its best reading; delete those that no use refers to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, delete, select, update

from captions_db import models as m
from captions_db import rollups
from captions_db.bulk import in_chunks, insert_rows, insert_with_ids, update_staged
from captions_db.overlay import (
    CorrectionRecord,
    apply_correction,
    apply_merges,
    current_corrections,
    current_merges,
    parser_reading,
)
from captions_db.records import CreditRecord
from captions_db.rows import RIGHTS, Row, credit_row
from captions_db.search import name_key

PartyKey = tuple[str, str]
"""A party's name and kind."""

_KIND = {"creator": "creator", "agency": "agency", "supplier": "agency"}
"""The kind of a party by its role."""


class _StoredReading(NamedTuple):
    """The stored reading of a line, with what is needed to compare it with another."""

    id: int
    version: str
    rank: tuple[float, str]


def put_parties(connection: Connection, parties: Iterable[PartyKey]) -> dict[PartyKey, int]:
    """Store missing parties; return the id of each."""
    wanted = set(parties)
    ids = _party_ids(connection, wanted)
    for kind in ("agency", "creator"):
        missing = sorted(key[0] for key in wanted if key[1] == kind and key not in ids)
        rows = [{"name": name, "kind": kind, "name_key": name_key(name)} for name in missing]
        new = insert_with_ids(connection, m.party, "name", rows)
        ids |= {(name, kind): party_id for name, party_id in new.items()}
    return ids


def put_credits(
    connection: Connection, records: Sequence[CreditRecord | None], version: str | Mapping[str, str]
) -> list[int | None]:
    """Store credits, each line once; return the id for each place in the list, None for None.

    A line is stored in one reading. A reading by another version of the program replaces it. If one version reads a
    line in two ways, in two articles, the reading with the higher confidence is stored, whichever came first.
    ``version`` may be that of each line by its digest, of another store; then readings of two versions do not compete.
    """

    def of(key: str) -> str:
        return version if isinstance(version, str) else version.get(key, "")

    is_merge = not isinstance(version, str)
    read, best = best_readings(records)
    stored = _stored_readings(connection, best)
    new = [row for key, row in best.items() if key not in stored]
    better = {
        stored[key].id: row
        for key, row in best.items()
        if key in stored and (_rank(row) > stored[key].rank if stored[key].version == of(key) else not is_merge)
    }
    lines = [row["line"] for row in (*new, *better.values())]
    decisions = _decisions(connection, lines)
    new = [decisions.apply(row) | {"version": of(row["line_digest"])} for row in new]
    better = {key: decisions.apply(row) | {"version": of(row["line_digest"])} for key, row in better.items()}
    ids = {key: reading.id for key, reading in stored.items()} | _write(connection, new, better)
    return [None if row is None else ids[row["line_digest"]] for row in read]


def best_readings(records: Iterable[CreditRecord | None]) -> tuple[list[Row | None], dict[str, Row]]:
    """Return the row of each credit, and the best row of each line by its digest."""
    read = [None if credit is None else _read(credit) for credit in records]
    best: dict[str, Row] = {}
    for row in read:
        if row is not None:
            other = best.setdefault(row["line_digest"], row)
            if other is not row and _rank(row) > _rank(other):
                best[row["line_digest"]] = row
    return read, best


def rewrite_lines(connection: Connection, lines: Collection[str]) -> None:
    """Store the readings of these lines again, after corrections were added or undone."""
    _apply_decisions(connection, _stored_rows(connection, m.credit.c.line, lines))


def rewrite_credits(connection: Connection, credit_ids: Collection[int]) -> list[int]:
    """Store the readings of these credits again, after merges changed; return the ids whose parties changed."""
    chunks = (_stored_rows(connection, m.credit.c.id, chunk) for chunk in in_chunks(credit_ids))
    return [credit_id for stored in chunks for credit_id in _apply_decisions(connection, stored)]


def parsed_credits(connection: Connection, credit_ids: Collection[int]) -> dict[int, CreditRecord]:
    """Return credits by id as the program read them, without corrections and merges."""
    stored = _stored_rows(connection, m.credit.c.id, credit_ids)
    return {number: record_of_row(parser_reading(row)) for number, row in stored.items()}


def record_of_row(row: Row) -> CreditRecord:
    """Return a row of ``credit_row``, with its names under ``parties``, as a record."""
    names = {role: tuple(name for other, _, name in row["parties"] if other == role) for role in _KIND}
    return CreditRecord(
        line=row["line"],
        creators=names["creator"],
        agencies=names["agency"],
        supplier=next(iter(names["supplier"]), None),
        qualifiers=tuple(json.loads(row["qualifiers"])),
        restrictions=tuple(json.loads(row["restrictions"])),
        rule=row["rule"],
        confidence=row["confidence"],
        **{name: row[name] for name in RIGHTS},
    )


def suppliers_of(connection: Connection, credit_ids: Iterable[int | None]) -> dict[int | None, int]:
    """Return the ids of the suppliers of credits that have one."""
    column = m.credit.c
    return {
        credit_id: supplier_id
        for chunk in in_chunks({credit_id for credit_id in credit_ids if credit_id is not None})
        for credit_id, supplier_id in connection.execute(
            select(column.id, column.supplier_id).where(column.id.in_(chunk), column.supplier_id.is_not(None))
        )
    }


def delete_unused_credits(connection: Connection, credit_ids: Collection[int]) -> None:
    """Delete those of these credits that no use refers to, and their parties if unused."""
    unused: list[int] = []
    for chunk in in_chunks(sorted(credit_ids)):
        use, credit_id = m.use.c, m.credit.c.id
        used = select(use.id).where((use.credit_id == credit_id) | (use.structured_credit_id == credit_id)).exists()
        unused += connection.execute(select(m.credit.c.id).where(m.credit.c.id.in_(chunk), ~used)).scalars()
    parties = _take_out_chain(connection, unused)
    for chunk in in_chunks(unused):
        connection.execute(delete(m.credit).where(m.credit.c.id.in_(chunk)))
    delete_unused_parties(connection, parties)


def delete_unused_parties(connection: Connection, party_ids: Collection[int]) -> None:
    """Delete those of these parties that appear in no credit and have no alias and no agreement."""
    in_credit = select(m.credit_party.c.role).where(m.credit_party.c.party_id == m.party.c.id).exists()
    has_alias = select(m.party_alias.c.alias).where(m.party_alias.c.party_id == m.party.c.id).exists()
    has_agreement = select(m.agreement.c.id).where(m.agreement.c.party_id == m.party.c.id).exists()
    for chunk in in_chunks(sorted(party_ids)):
        connection.execute(delete(m.party).where(m.party.c.id.in_(chunk), ~in_credit, ~has_alias, ~has_agreement))


def _write(connection: Connection, new: Sequence[Row], changed: Mapping[int, Row]) -> dict[str, int]:
    """Insert rows and replace those with the given ids; return the ids of inserted rows by digest."""
    rows = (*new, *changed.values())
    parties = put_parties(connection, _party_keys(rows))
    moved = [*in_chunks(_named_otherwise(connection, changed, parties))]
    for chunk in moved:
        rollups.note(connection, m.use.c.credit_id.in_(chunk), -1)
    left = _take_out_chain(connection, changed)
    inserted = insert_with_ids(connection, m.credit, "line_digest", [_columns(row, parties) for row in new])
    before = suppliers_of(connection, changed)
    columns = [{"id": row_id, **_columns(row, parties)} for row_id, row in changed.items()]
    update_staged(connection, m.credit, columns)
    _move_uses(connection, [row["id"] for row in columns if before.get(row["id"]) != row["supplier_id"]])
    ids = [*(inserted[row["line_digest"]] for row in new), *changed]
    chain = [
        {"credit_id": credit_id, "role": role, "place": place, "party_id": parties[name, _KIND[role]]}
        for credit_id, row in zip(ids, rows, strict=True)
        for role, place, name in row["parties"]
    ]
    insert_rows(connection, m.credit_party, chain)
    for chunk in moved:
        rollups.note(connection, m.use.c.credit_id.in_(chunk), 1)
    delete_unused_parties(connection, left)
    return inserted


def _named_otherwise(connection: Connection, changed: Mapping[int, Row], parties: Mapping[PartyKey, int]) -> list[int]:
    """Return the ids of those credits whose parties will change."""
    chain = m.credit_party.c
    now: dict[int, set[tuple[str, int]]] = {credit_id: set() for credit_id in changed}
    for chunk in in_chunks(changed):
        found = select(chain.credit_id, chain.role, chain.party_id).where(chain.credit_id.in_(chunk))
        for credit_id, role, party_id in connection.execute(found):
            now[credit_id].add((role, party_id))
    return [
        credit_id
        for credit_id, row in changed.items()
        if now[credit_id] != {(role, parties[name, _KIND[role]]) for role, _, name in row["parties"]}
    ]


def _move_uses(connection: Connection, credit_ids: Collection[int]) -> None:
    """Copy the suppliers of credits to their uses."""
    use, credit = m.use.c, m.credit.c
    supplier = select(credit.supplier_id).where(credit.id == use.credit_id).scalar_subquery()
    for chunk in in_chunks(credit_ids):
        connection.execute(update(m.use).where(use.credit_id.in_(chunk)).values(supplier_id=supplier))


class CreditDecisions(NamedTuple):
    """People's decisions: corrections by line, and the current names of merged agencies and creators."""

    corrections: Mapping[str, CorrectionRecord]
    merges: Mapping[str, str]
    people: Mapping[str, str]

    def apply(self, row: Row) -> Row:
        """Return a row of ``credit_row`` as people corrected it, with agencies under their current names."""
        correction = self.corrections.get(row["line"])
        if correction is None:
            return apply_merges(row, self.merges, self.people)
        return apply_merges(
            apply_correction(row, correction),
            self.merges,
            self.people,
            supplier_corrected=correction.supplier is not None,
        )


def _decisions(connection: Connection, lines: Collection[str]) -> CreditDecisions:
    return CreditDecisions(
        current_corrections(connection, lines), current_merges(connection), current_merges(connection, "creator")
    )


def _apply_decisions(connection: Connection, stored: Mapping[int, Row]) -> list[int]:
    decisions = _decisions(connection, {row["line"] for row in stored.values()})
    new = {row_id: decisions.apply(parser_reading(row)) for row_id, row in stored.items()}
    _write(connection, [], {row_id: row for row_id, row in new.items() if row["reading"] != stored[row_id]["reading"]})
    return [row_id for row_id, row in new.items() if {*row["parties"]} != {*stored[row_id]["parties"]}]


@lru_cache(maxsize=10_000)
def _read(credit: CreditRecord) -> Row:
    """Return ``credit_row(credit)``, which callers must not modify; cached, because archives repeat most lines."""
    return credit_row(credit)


def _rank(row: Row) -> tuple[float, str]:
    return row["confidence"], row["reading"]


def _stored_readings(connection: Connection, digests: Collection[str]) -> dict[str, _StoredReading]:
    """Return the parser's stored readings by digest of the line; ignore corrections."""
    column = m.credit.c
    columns = (column.line_digest, column.id, column.version, column.confidence, column.reading, column.parsed)
    out = {}
    for chunk in in_chunks(digests):
        for row in connection.execute(select(*columns).where(column.line_digest.in_(chunk))):
            rank = (row.confidence, row.reading)
            if row.parsed is not None:
                rank = _rank(json.loads(row.parsed))
            out[row.line_digest] = _StoredReading(row.id, row.version, rank)
    return out


def _stored_rows(connection: Connection, by: Column[Any], values: Collection[Any]) -> dict[int, Row]:
    """Return the rows with these values in a column by id, as from ``credit_row``, with ``version`` and ``parsed``."""
    columns = [column for column in m.credit.c if column.name not in ("id", "supplier_id")]
    chain, party = m.credit_party.c, m.party.c
    out: dict[int, Row] = {}
    for chunk in in_chunks(values):
        found = connection.execute(select(m.credit.c.id, *columns).where(by.in_(chunk)))
        out |= {row.pop("id"): row | {"parties": []} for row in map(dict, found.mappings())}
    for ids in in_chunks(sorted(out)):
        names = select(chain.credit_id, chain.role, chain.place, party.name).join(m.party, party.id == chain.party_id)
        for credit_id, *place in connection.execute(names.where(chain.credit_id.in_(ids)).order_by(chain.place)):
            out[credit_id]["parties"].append(tuple(place))
    return out


def _party_keys(rows: Iterable[Row]) -> set[PartyKey]:
    return {(name, _KIND[role]) for row in rows for role, _, name in row["parties"]}


def _columns(row: Row, parties: Mapping[PartyKey, int]) -> Row:
    """Return the columns of table ``credit`` for a row of ``credit_row``."""
    supplier = next((name for role, _, name in row["parties"] if role == "supplier"), None)
    supplier_id = None if supplier is None else parties[supplier, "agency"]
    columns = {name: value for name, value in row.items() if name != "parties"}
    return {"parsed": None, **columns, "supplier_id": supplier_id}


def _take_out_chain(connection: Connection, credit_ids: Collection[int]) -> set[int]:
    """Delete the parties of credits; return the ids of those parties."""
    parties: set[int] = set()
    column = m.credit_party.c
    for chunk in in_chunks(credit_ids):
        parties.update(
            connection.execute(select(column.party_id).where(column.credit_id.in_(chunk)).distinct()).scalars()
        )
        connection.execute(delete(m.credit_party).where(column.credit_id.in_(chunk)))
    return parties


def _party_ids(connection: Connection, parties: Collection[PartyKey]) -> dict[PartyKey, int]:
    column = m.party.c
    return {
        (name, kind): party_id
        for chunk in in_chunks(sorted({name for name, _ in parties}))
        for party_id, name, kind in connection.execute(
            select(column.id, column.name, column.kind).where(column.name.in_(chunk))
        )
    }
