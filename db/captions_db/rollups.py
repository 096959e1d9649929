"""Update the rollups: see ``captions_db.models.rollups``.

Writing an article changes no rollup: its uses have ids above ``counted.last_use`` and are counted at the end of a run.
Changes to counted uses, from a re-read article or a changed credit line, are noted in the same transaction. The rollups
therefore stay consistent when a program is killed.
"""

from __future__ import annotations

from sys import maxsize
from time import monotonic, sleep
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    String,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from captions_db import models as m
from captions_db.connection import writing
from captions_db.models.rollups import COUNTS, chain_of, keys_of
from captions_db.periods import period_of

AT_ONCE = 20_000
"""Uses counted in one transaction: half a second, for which other writers wait."""
_TURN = 1.0
"""Seconds after which other writers get a turn."""
_CHAINS = sorted({chain_of(keys_of(table)) for table in COUNTS})


def up_to_date(connection: Connection) -> bool:
    """Return whether the rollups include all uses in their current state."""
    last, newest, change = connection.execute(
        select(
            select(m.counted.c.last_use).scalar_subquery(),
            select(func.max(m.use.c.id)).scalar_subquery(),
            select(m.count_change.c.id).limit(1).scalar_subquery(),
        )
    ).one()
    return bool(change is None and (newest or 0) <= last)


def note(connection: Connection, which: ColumnElement[bool], times: int) -> None:
    """Note that counted uses disappear (``times`` is -1) or appear (1); skip uses that are not counted yet."""
    if last := _last(connection):
        _note(connection, which & (m.use.c.id <= last), times)


def count_noted(connection: Connection) -> None:
    """Add the noted changes to the rollups."""
    if connection.execute(select(m.count_change.c.id).limit(1)).first() is None:
        return
    change = m.count_change.c
    gone = select(change.id).where(change.uses < 0).limit(1)
    some_gone = connection.execute(gone).first() is not None
    for table in COUNTS:
        keys = keys_of(table)
        columns = [_key(name, m.count_change) for name in keys]
        added = (
            select(*columns, func.sum(change.uses))
            .where(change.chain == chain_of(keys))
            .group_by(*columns)
            .having(func.sum(change.uses) != 0)
        )
        kind = sqlite if connection.dialect.name == "sqlite" else postgresql
        put = kind.insert(table).from_select([*keys, "uses"], added)
        connection.execute(
            put.on_conflict_do_update(index_elements=keys, set_={"uses": table.c.uses + put.excluded.uses})
        )
        if some_gone:
            left = table.c[keys[0]].in_(select(change[keys[0]]).where(change.uses < 0))
            connection.execute(delete(table).where(table.c.uses == 0, left))
    connection.execute(delete(m.count_change))


def count_uses(engine: Engine, at_once: int = AT_ONCE) -> None:
    """Count all uses that are not counted yet, ``at_once`` in each transaction; write nothing if there are none.

    Uses that other programs write meanwhile may be left for the next time.
    """
    with engine.connect() as connection:
        if up_to_date(connection):
            return
        goal = connection.execute(select(func.max(m.use.c.id))).scalar() or 0
    began = monotonic()
    while _count_some(engine, at_once) < goal:
        if engine.dialect.name == "sqlite" and monotonic() - began > _TURN:
            # A waiting writer retries every tenth of a second.
            sleep(0.11)
            began = monotonic()


def _count_some(engine: Engine, at_once: int) -> int:
    """Add noted changes and up to ``at_once`` uses; return the id of the last counted use."""
    with writing(engine) as connection:
        last, use = _last(connection), m.use.c
        some = select(use.id).where(use.id > last).order_by(use.id).limit(at_once).subquery()
        newest = connection.execute(select(func.max(some.c.id))).scalar()
        if newest is not None:
            _note(connection, (use.id > last) & (use.id <= newest), 1)
            connection.execute(update(m.counted).values(last_use=newest))
        count_noted(connection)
        # No uses above the last: those seen at the beginning are deleted.
        return maxsize if newest is None else int(newest)


def count_again(engine: Engine) -> None:
    """Clear the rollups and count all uses."""
    with writing(engine) as connection:
        for table in (*COUNTS, m.count_change):
            connection.execute(delete(table))
        connection.execute(update(m.counted).values(last_use=0))
    count_uses(engine)


def wrong_counts(engine: Engine) -> list[str]:
    """List rollups that do not match the uses: ``["2 counts in uses_by_agency are wrong"]``."""
    found = []
    with engine.connect() as connection:
        last = _last(connection)
        for table in COUNTS:
            keys = keys_of(table)
            chain = chain_of(keys)
            change = m.count_change
            noted = select(*[_key(name, change) for name in keys], change.c.uses).where(change.c.chain == chain)
            live = _uses(chain, m.use.c.id <= last).subquery()
            counted = select(*[_key(name, live) for name in keys], -live.c.uses)
            both = union_all(select(table), noted, counted).subquery("both_counts")
            left = select(func.sum(both.c.uses).label("uses")).group_by(*[both.c[name] for name in keys]).subquery()
            if count := connection.execute(select(func.count()).where(left.c.uses != 0)).scalar_one():
                counts, are = ("count", "is") if count == 1 else ("counts", "are")
                found.append(f"{count:,} {counts} in {table.name} {are} wrong")
    return found


def _last(connection: Connection) -> int:
    return int(connection.execute(select(m.counted.c.last_use)).scalar_one())


def _note(connection: Connection, which: ColumnElement[bool], times: int) -> None:
    for chain in _CHAINS:
        found = _uses(chain, which).subquery()
        names = [column.name for column in m.count_change.c if column.name not in ("id", "chain", "uses")]
        row = [literal(chain, String), *[found.c[name] for name in names], found.c.uses * literal_column(str(times))]
        connection.execute(insert(m.count_change).from_select(["chain", *names, "uses"], select(*row)))


def _uses(chain: str, which: ColumnElement[bool]) -> Select[Any]:
    """Select uses as rows of ``count_change``: one row for each party in a requested role."""
    use = m.use.c
    source: FromClause = m.use
    keys: dict[str, ColumnElement[Any]] = {
        "supplier_id": func.coalesce(use.supplier_id, _ZERO),
        "month": func.coalesce(period_of("month", cast(use.used_on, Text)), _EMPTY),
        "publication": func.coalesce(use.publication, _EMPTY),
        "agency_id": _ZERO,
        "creator_id": _ZERO,
    }
    for name in chain.split():
        role = name.removesuffix("_id")
        party = m.credit_party.alias(role)
        of_it = (party.c.credit_id == use.credit_id) & (party.c.role == literal_column(f"'{role}'"))
        source = source.outerjoin(party, of_it)
        keys[name] = func.coalesce(party.c.party_id, _ZERO)
    columns = [column.label(name) for name, column in keys.items()]
    return select(*columns, literal_column("1").label("uses")).select_from(source).where(which)


_ZERO: ColumnElement[Any] = literal_column("0")
_EMPTY: ColumnElement[Any] = literal_column("''")


def _key(name: str, of: FromClause) -> ColumnElement[Any]:
    """Return a rollup's column from a table that has all columns by month."""
    return of.c[name] if name in of.c else period_of(name, of.c.month).label(name)
