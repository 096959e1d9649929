"""Merge agencies, creators or publications: two names of one party, counted together without reading articles again.

Merges apply to the readings of credit lines, as corrections do (``captions_db.overlay``), and to agreements and
waivers, which keep their original names. They apply to later articles too, and undoing a merge leaves no trace: only
the current merges matter, whatever was merged and undone before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Table, bindparam, func, select, update

from captions_db import models as m
from captions_db import settling
from captions_db.bulk import in_chunks, insert_rows
from captions_db.connection import writing
from captions_db.credits import PartyKey, delete_unused_parties, put_parties, rewrite_credits
from captions_db.overlay import current_merges, merge_rows
from captions_db.publications import names_of, rename
from captions_db.rollups import count_noted
from captions_db.rows import filled, record_of, storable
from captions_db.search import name_key
from captions_db.undo import undo


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """An agency's name merged into another agency; see ``captions_db.models.decisions``."""

    id: int
    name: str
    into: str
    reason: str
    who: str
    added: datetime
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None
    kind: str = "agency"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The number of rows that a merge, or undoing it, changed."""

    credits: int
    """Credit lines that now name another party."""
    uses: int
    """Uses with one of these lines."""
    agreements: int
    waivers: int
    creators: int = 0
    """Credit lines that name one of the merged names as a creator; those are not changed."""


class ExclusionError(ValueError):
    """An agreement excludes a name that is to be merged, so that the merge would change what it covers.

    ``str(error)`` is ``"agreement 3 excludes Gull Press"``, ``agreement`` its number.
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
    kind: str = "agency",
) -> MergeResult:
    """Merge names of agencies into one agency, in one transaction; or of creators or publications, by their ``kind``.

    ``merge_parties(engine, ["Gull Press"], "Reuters", "kim")`` moves credits, uses, agreements and waivers of Gull
    Press to Reuters, now and whenever such a line is stored. ``spellings`` adds each stored creator or agency with the
    ``key`` of one of them. Names already merged into the agency stay so; merges into other agencies are undone first.
    Raise ExclusionError if an agreement excludes one of the names, compared by key.
    """
    into, who = storable(into), storable(who)
    with writing(engine) as connection:
        before = current_merges(connection, kind)
        gone = sorted({*map(storable, names), *_stored(connection, {*map(key, spellings)}, key, kind)} - {into})
        current = {row.name: row for row in merge_rows(connection, kind)}
        # Skip names already merged into the agency, or into another name of this merge.
        new = [name for name in gone if name not in current or current[name].merged_into not in {into, *gone}]
        # The target of a merge must not itself be merged into another agency.
        for name in current.keys() & {*new, *([into] if new else [])}:
            undo(connection, m.party_merge, current[name].id, who, f"a later merge into {into}")
        row = {"kind": kind, "merged_into": into, "reason": storable(reason), "who": who, "added": datetime.now(UTC)}
        insert_rows(connection, m.party_merge, [filled({"name": name, **row}) for name in new])
        if kind == "publication":
            names_of(connection, {name: key(name) for name in (*gone, into)})
            return _rename(connection)
        renamed = _renamed(connection, before, kind)
        if kind == "creator":
            return _apply(connection, before, renamed, kind)
        _refuse_exclusions(connection, {*renamed, into} if renamed else (), key)
        done = _apply(connection, before, renamed, kind)
        return replace(done, creators=len(_credits_of(connection, gone, "creator")))


def merges(engine: Engine, kind: str = "agency") -> list[MergeRecord]:
    """Return all merges of a kind, undone ones included, in the order in which they were added."""
    column = m.party_merge.c
    with engine.connect() as connection:
        rows = connection.execute(select(m.party_merge).where(column.kind == kind).order_by(column.id))
        return [record_of(MergeRecord, row, into=row.merged_into) for row in rows]


def undo_merges(engine: Engine, numbers: Iterable[int], who: str, reason: str, kind: str = "agency") -> MergeResult:
    """Undo merges in one transaction: lines, agreements and waivers return to their original names.

    Raise ValueError if a merge is missing or already undone.
    """
    with writing(engine) as connection:
        before = current_merges(connection, kind)
        for number in numbers:
            undo(connection, m.party_merge, number, who, reason)
        if kind == "publication":
            return _rename(connection)
        return _apply(connection, before, _renamed(connection, before, kind), kind)


def apply_merges(connection: Connection, before: Mapping[str, str], kind: str) -> None:
    """Apply the current merges of a kind, after rows were added; ``before`` are those that applied until then."""
    if kind == "publication":
        _rename(connection)
    else:
        _apply(connection, before, _renamed(connection, before, kind), kind)


def _rename(connection: Connection) -> MergeResult:
    """Apply the current merges of publications; return what changed."""
    uses = rename(connection)
    count_noted(connection)
    if uses:
        # Pictures by a newsroom's own publication need no agreement.
        settling.mark_terms(connection, "merge of publications")
    return MergeResult(0, uses, 0, 0)


def _renamed(connection: Connection, before: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return names whose current name changed, with their current names."""
    now = current_merges(connection, kind)
    return {name: now.get(name, name) for name in {*before, *now} if before.get(name) != now.get(name)}


def _apply(connection: Connection, before: Mapping[str, str], renamed: Mapping[str, str], kind: str) -> MergeResult:
    """Apply the current merges to renamed agencies or creators; return what changed."""
    credit_ids = _credits_of(connection, renamed.keys() - before.keys(), kind)
    # Names merged before appear only in credits that a person changed.
    earlier = {before[name] for name in renamed.keys() & before.keys()}
    credit_ids |= _credits_of(connection, earlier, kind, decided_only=True)
    moved = rewrite_credits(connection, credit_ids)
    agreements = _move_agreements(connection, renamed, kind)
    waivers = _move_waivers(connection, renamed) if kind == "agency" else 0
    count_noted(connection)
    if renamed:
        by = f"merge into {next(iter(sorted(renamed.values())))}"
        settling.mark_credits(connection, moved, by)
        settling.mark_terms(connection, by, {*renamed, *renamed.values()})
    return MergeResult(len(moved), _uses_of(connection, moved), agreements, waivers)


def _stored(connection: Connection, keys: Collection[str], key: Callable[[str], str], kind: str) -> set[str]:
    """Return the names with one of these keys: of creators, or of creators and agencies."""
    if not keys or kind == "publication":
        return set()
    names = select(m.party.c.name) if kind == "agency" else select(m.party.c.name).where(m.party.c.kind == kind)
    return {name for name in connection.scalars(names) if key(name) in keys}


def _credits_of(
    connection: Connection, names: Collection[str], kind: str = "agency", *, decided_only: bool = False
) -> set[int]:
    """Return the credits that name one of these parties; with ``decided_only``, only those that a person changed."""
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


def _move_agreements(connection: Connection, names: Mapping[str, str], kind: str) -> int:
    """Move agreements to the current names of their suppliers, or of freelancers; return how many moved."""
    column, party_ids = m.agreement.c, set()
    to: dict[int, PartyKey] = {}
    found = select(column.id, column.applies_to, column.party_id, m.party.c.name).join(m.party)
    found = found.where(m.party.c.kind == kind)
    for chunk in in_chunks(names):
        for number, applies_to, party_id, name in connection.execute(found.where(column.applies_to.in_(chunk))):
            if name != names[applies_to]:
                party_ids.add(party_id)
                to[number] = names[applies_to], kind
    parties = put_parties(connection, to.values())
    _set(connection, m.agreement, "party_id", {number: parties[key] for number, key in to.items()})
    delete_unused_parties(connection, party_ids)
    return len(to)


def _move_waivers(connection: Connection, names: Mapping[str, str]) -> int:
    """Move waivers to the current names of their suppliers; return how many moved."""
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
    """Raise ExclusionError if an agreement excludes one of these names."""
    column = m.agreement.c
    agreements = connection.execute(
        select(column.id, column.excluded).where(column.undone.is_(None)).order_by(column.id)
    )
    left_out = {key(name): number for number, excluded in agreements for name in json.loads(excluded)}
    refused = min((name for name in names if key(name) in left_out), default=None)
    if refused is not None:
        number = left_out[key(refused)]
        error = ExclusionError(f"agreement {number} excludes {refused}")
        error.agreement = number
        raise error
