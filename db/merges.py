"""Merging agencies: two names of one party. What was counted for the one counts for the other, articles unread.

A merge is laid over the readings of credit lines as corrections are (``db.corrections``): it holds for lines to come,
what the program read stays beside, and undone it is as if it had never been.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, distinct, func, insert, select, update

from db import models as m
from db.border import json_list, storable, utc
from db.bulk import in_chunks
from db.corrections import holding
from db.counts import count_noted
from db.credits import put_merged, put_parties
from db.session import writing


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """An agency's name that is another name of another agency; see ``db.models.said``."""

    id: int
    name: str
    into: str
    reason: str
    who: str
    made: datetime
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge, or undoing it, changed."""

    credits: int
    """Credit lines that name the party that is gone."""
    uses: int
    """Uses with one of these lines."""
    agreements: int
    waivers: int
    creators: int = 0
    """Credit lines in which one of the names was read as a creator: those are not changed."""


def merge_parties(engine: Engine, names: Collection[str], into: str, who: str, reason: str = "") -> Merged:
    """Say that these names of agencies are other names of one agency, in one transaction.

    ``merge_parties(engine, ["Gull Press"], "Reuters", "kim")``: credits, uses, agreements and waivers of Gull Press
    are Reuters' then, and so are those of lines that are stored later. A name merged already is left as it is.
    ValueError if an agreement leaves out the one or the other by name: it would cover what it did not.
    """
    into = storable(into)
    gone = sorted({storable(name) for name in names} - {into})
    column = m.party_merge.c
    with writing(engine) as connection:
        _refuse_exclusions(connection, {*gone, into})
        moment = datetime.now(UTC)
        again = {"undone": moment, "undone_by": storable(who), "undone_reason": "merged the other way round"}
        # A party that others are merged into goes by its own name from now on.
        connection.execute(update(m.party_merge).where(column.name == into, column.undone.is_(None)).values(again))
        known = holding(connection)
        new = [name for name in gone if known.get(name) != into]
        party = put_parties(connection, {(into, "agency")})[into, "agency"]
        credit_ids = _credits_of(connection, gone)
        answer = Merged(
            len(credit_ids), _uses_of(connection, credit_ids), 0, 0, len(_credits_of(connection, gone, "creator"))
        )
        for name in new:
            connection.execute(update(m.party_merge).where(column.name == name, column.undone.is_(None)).values(again))
            agreements = _move_agreements(connection, name, party)
            waivers = _move_waivers(connection, name, into)
            row = {"name": name, "merged_into": into, "reason": storable(reason), "who": storable(who), "made": moment}
            row |= {"agreements": json_list(agreements), "waivers": json_list(waivers)}
            connection.execute(insert(m.party_merge).values(row))
            answer = replace(
                answer, agreements=answer.agreements + len(agreements), waivers=answer.waivers + len(waivers)
            )
        put_merged(connection, credit_ids)
        count_noted(connection)
    return answer


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
                made=utc(row.made),
                undone=utc(row.undone),
                undone_by=row.undone_by,
                undone_reason=row.undone_reason,
            )
            for row in connection.execute(select(m.party_merge).order_by(column.id))
        ]


def undo_merge(engine: Engine, name: str, into: str, who: str, reason: str) -> Merged:
    """Part two agencies again: lines, agreements and waivers are under the names that they had.

    ValueError if the name is not merged into the other.
    """
    name, into = storable(name), storable(into)
    column = m.party_merge.c
    with writing(engine) as connection:
        of_it = (column.name == name, column.merged_into == into, column.undone.is_(None))
        row = connection.execute(select(m.party_merge).where(*of_it)).one_or_none()
        if row is None:
            raise ValueError(f"{name} is not merged into {into}")
        values = {"undone": datetime.now(UTC), "undone_by": storable(who), "undone_reason": storable(reason)}
        connection.execute(update(m.party_merge).where(column.id == row.id).values(values))
        party = put_parties(connection, {(name, "agency")})[name, "agency"]
        agreements, waivers = json.loads(row.agreements), json.loads(row.waivers)
        for chunk in in_chunks(agreements):
            connection.execute(update(m.agreement).where(m.agreement.c.id.in_(chunk)).values(party_id=party))
        for chunk in in_chunks(waivers):
            connection.execute(update(m.waiver).where(m.waiver.c.id.in_(chunk)).values(supplier=name))
        # Of those that name the other, the ones over whose reading a person said something.
        put_merged(connection, _credits_of(connection, [holding(connection).get(into, into)], over=True))
        count_noted(connection)
        credit_ids = _credits_of(connection, [name])
        return Merged(len(credit_ids), _uses_of(connection, credit_ids), len(agreements), len(waivers))


def _credits_of(
    connection: Connection, names: Collection[str], kind: str = "agency", *, over: bool = False
) -> list[int]:
    """Give the credits that name one of these parties; with ``over`` those alone that persons said something of."""
    party, chain = m.party.c, m.credit_party.c
    found = select(chain.credit_id).distinct().join(m.party, party.id == chain.party_id).where(party.kind == kind)
    if over:
        found = found.join(m.credit, m.credit.c.id == chain.credit_id).where(m.credit.c.parsed.is_not(None))
    return sorted({it for chunk in in_chunks(names) for it in connection.scalars(found.where(party.name.in_(chunk)))})


def _uses_of(connection: Connection, credit_ids: Collection[int]) -> int:
    count = select(func.count(distinct(m.use.c.id)))
    return sum(
        connection.execute(count.where(m.use.c.credit_id.in_(chunk))).scalar_one() for chunk in in_chunks(credit_ids)
    )


def _move_agreements(connection: Connection, name: str, party: int) -> list[int]:
    """Give agreements with a party to another; gives their numbers."""
    of_it = select(m.party.c.id).where(m.party.c.name == name, m.party.c.kind == "agency").scalar_subquery()
    moved = update(m.agreement).where(m.agreement.c.party_id == of_it).values(party_id=party)
    return sorted(connection.scalars(moved.returning(m.agreement.c.id)))


def _move_waivers(connection: Connection, name: str, into: str) -> list[int]:
    """Let waivers of a supplier's findings be of another's; gives their numbers."""
    moved = update(m.waiver).where(m.waiver.c.supplier == name).values(supplier=into)
    return sorted(connection.scalars(moved.returning(m.waiver.c.id)))


def _refuse_exclusions(connection: Connection, names: Collection[str]) -> None:
    """Raise ValueError where an agreement leaves one of these names out: merged, it would cover or lose all of it."""
    column = m.agreement.c
    for row in connection.execute(select(column.id, column.excluded).where(column.undone.is_(None))):
        for name in sorted({*json.loads(row.excluded)} & {*names}):
            raise ValueError(f"agreement {row.id} leaves out {name}")
