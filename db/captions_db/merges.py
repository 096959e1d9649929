"""Merging agencies: two names of one party. What was counted for the one counts for the other, articles unread.

A merge is laid over the readings of credit lines as corrections are (``captions_db.overlay``), and over agreements and
waivers, each of which keeps the name that it was said of: it holds for those to come, and undone it is as if it had
never been. Whatever was merged and undone before, in whatever order, the merges that hold tell how the store is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Table, bindparam, func, select, update

from captions_db import models as m
from captions_db.bulk import in_chunks, insert_rows
from captions_db.connection import writing
from captions_db.credits import delete_unused_parties, put_parties, rewrite_credits
from captions_db.overlay import current_merges
from captions_db.rollups import count_noted
from captions_db.rows import storable, utc
from captions_db.search import name_key
from captions_db.undo import undo


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """An agency's name that is another name of another agency; see ``captions_db.models.decisions``."""

    id: int
    name: str
    into: str
    reason: str
    who: str
    added: datetime
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge, or undoing it, changed."""

    credits: int
    """Credit lines that name another party now."""
    uses: int
    """Uses with one of these lines."""
    agreements: int
    waivers: int
    creators: int = 0
    """Credit lines in which one of the names was read as a creator: those are not changed."""


class ExclusionError(ValueError):
    """An agreement leaves out a name that is to be merged: it would cover what it did not, or lose what it did.

    ``str(error)`` is ``"agreement 3 leaves out Gull Press"``, ``agreement`` its number.
    """

    agreement: int


def merge_parties(
    engine: Engine,
    names: Iterable[str],
    into: str,
    who: str,
    reason: str = "",
    *,
    spellings: Iterable[str] = (),
    key: Callable[[str], str] = name_key,
) -> MergeResult:
    """Say that these names of agencies are other names of one agency, in one transaction.

    ``merge_parties(engine, ["Gull Press"], "Reuters", "kim")``: credits, uses, agreements and waivers of Gull Press
    are Reuters' then, and so are those that are stored later. With ``spellings`` so is each name of a creator or an
    agency that is stored and has the ``key`` of one of these. A name merged into the agency already is left as it is;
    where it was merged elsewhere, that is undone. ExclusionError if an agreement leaves out, by its key, the one or the
    other.
    """
    into, who = storable(into), storable(who)
    with writing(engine) as connection:
        before, column = current_merges(connection), m.party_merge.c
        gone = sorted({*map(storable, names), *_stored(connection, {*map(key, spellings)}, key)} - {into})
        current = {row.name: row for row in connection.execute(select(m.party_merge).where(column.undone.is_(None)))}
        # One merged into the agency is there already, one merged into another of them goes along.
        new = [name for name in gone if name not in current or current[name].merged_into not in {into, *gone}]
        # A party that others are merged into goes by its own name from now on.
        for name in current.keys() & {*new, *([into] if new else [])}:
            undo(connection, m.party_merge, current[name].id, who, f"a later merge into {into}")
        row = {"merged_into": into, "reason": storable(reason), "who": who, "added": datetime.now(UTC)}
        insert_rows(connection, m.party_merge, [{"name": name, **row} for name in new])
        renamed = _renamed(connection, before)
        _refuse_exclusions(connection, {*renamed, into} if renamed else (), key)
        done = _apply(connection, before, renamed)
        return replace(done, creators=len(_credits_of(connection, gone, "creator")))


def merges(engine: Engine) -> list[MergeRecord]:
    """Give all merges that were ever made, in the order in which they were."""
    column = m.party_merge.c
    with engine.connect() as connection:
        return [
            MergeRecord(
                id=row.id,
                name=row.name,
                into=row.merged_into,
                reason=row.reason,
                who=row.who,
                added=utc(row.added),
                undone=utc(row.undone),
                undone_by=row.undone_by,
                undone_reason=row.undone_reason,
            )
            for row in connection.execute(select(m.party_merge).order_by(column.id))
        ]


def undo_merges(engine: Engine, numbers: Iterable[int], who: str, reason: str) -> MergeResult:
    """Part agencies again, in one transaction: lines, agreements and waivers are under the names that they had.

    ValueError if there is no merge with one of these numbers, or it is undone already.
    """
    with writing(engine) as connection:
        before = current_merges(connection)
        for number in numbers:
            undo(connection, m.party_merge, number, who, reason)
        return _apply(connection, before, _renamed(connection, before))


def _renamed(connection: Connection, before: Mapping[str, str]) -> dict[str, str]:
    """Give the names that go by another now than they did before, with those by which they go."""
    now = current_merges(connection)
    return {name: now.get(name, name) for name in {*before, *now} if before.get(name) != now.get(name)}


def _apply(connection: Connection, before: Mapping[str, str], renamed: Mapping[str, str]) -> MergeResult:
    """Store what is to be said of these names now; gives what that changed."""
    credit_ids = _credits_of(connection, renamed.keys() - before.keys())
    # A line whose name went by another is one over whose reading something was said.
    credit_ids |= _credits_of(connection, {before[name] for name in renamed.keys() & before.keys()}, decided_only=True)
    moved = rewrite_credits(connection, credit_ids)
    agreements, waivers = _move_agreements(connection, renamed), _move_waivers(connection, renamed)
    count_noted(connection)
    return MergeResult(len(moved), _uses_of(connection, moved), agreements, waivers)


def _stored(connection: Connection, keys: Collection[str], key: Callable[[str], str]) -> set[str]:
    """Give the names of parties that have one of these keys."""
    return {name for name in connection.scalars(select(m.party.c.name)) if key(name) in keys} if keys else set()


def _credits_of(
    connection: Connection, names: Collection[str], kind: str = "agency", *, decided_only: bool = False
) -> set[int]:
    """Give the credits that name one of these parties; with ``over`` those alone that persons said something of."""
    party, chain = m.party.c, m.credit_party.c
    found = select(chain.credit_id).distinct().join(m.party, party.id == chain.party_id).where(party.kind == kind)
    if decided_only:
        found = found.join(m.credit, m.credit.c.id == chain.credit_id).where(m.credit.c.parsed.is_not(None))
    return {it for chunk in in_chunks(names) for it in connection.scalars(found.where(party.name.in_(chunk)))}


def _uses_of(connection: Connection, credit_ids: Collection[int]) -> int:
    count = select(func.count(m.use.c.id))
    return sum(
        connection.execute(count.where(m.use.c.credit_id.in_(chunk))).scalar_one() for chunk in in_chunks(credit_ids)
    )


def _move_agreements(connection: Connection, names: Mapping[str, str]) -> int:
    """Let agreements that were said of these names be with those by which they go; gives how many were not."""
    column, party_ids, to = m.agreement.c, set(), {}
    found = select(column.id, column.applies_to, column.party_id, m.party.c.name).join(m.party)
    for chunk in in_chunks(names):
        for number, applies_to, party_id, name in connection.execute(found.where(column.applies_to.in_(chunk))):
            if name != names[applies_to]:
                party_ids.add(party_id)
                to[number] = names[applies_to], "agency"
    parties = put_parties(connection, to.values())
    _set(connection, m.agreement, "party_id", {number: parties[key] for number, key in to.items()})
    delete_unused_parties(connection, party_ids)
    return len(to)


def _move_waivers(connection: Connection, names: Mapping[str, str]) -> int:
    """Let waivers that were said of these names be of those by which they go; gives how many were not."""
    column = m.waiver.c
    found = select(column.id, column.applies_to, column.supplier)
    to = {
        number: names[applies_to]
        for chunk in in_chunks(names)
        for number, applies_to, supplier in connection.execute(found.where(column.applies_to.in_(chunk)))
        if supplier != names[applies_to]
    }
    _set(connection, m.waiver, "supplier", to)
    return len(to)


def _set(connection: Connection, table: Table, column: str, values: Mapping[int, object]) -> None:
    """Set a column of the rows with these numbers."""
    if values:
        changed = update(table).where(table.c.id == bindparam("number")).values({column: bindparam("value")})
        connection.execute(changed, [{"number": number, "value": value} for number, value in values.items()])


def _refuse_exclusions(connection: Connection, names: Collection[str], key: Callable[[str], str]) -> None:
    """Raise ExclusionError where an agreement leaves one of these names out."""
    column = m.agreement.c
    agreements = connection.execute(
        select(column.id, column.excluded).where(column.undone.is_(None)).order_by(column.id)
    )
    left_out = {key(name): number for number, excluded in agreements for name in json.loads(excluded)}
    refused = min((name for name in names if key(name) in left_out), default=None)
    if refused is not None:
        number = left_out[key(refused)]
        error = ExclusionError(f"agreement {number} leaves out {refused}")
        error.agreement = number
        raise error
