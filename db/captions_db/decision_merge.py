"""Merge the decisions of another store into a store, those with the same meaning once.

A decision that contradicts one of this store is reported and left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from captions_db import models as m
from captions_db.bulk import insert_rows
from captions_db.credits import put_parties, rewrite_lines
from captions_db.merges import apply_merges
from captions_db.overlay import current_merges
from captions_db.places import names_at
from captions_db.rows import Row, utc
from captions_db.search import name_key

Members = Callable[[Collection[str]], Collection[str]]
"""Expand groups of territories: ``("BENELUX", "DE")`` gives BE, DE, LU and NL."""

_MEANING = {
    "correction": ("line", "creators", "agencies", "supplier", "qualifiers", "license"),
    "waiver": ("code", "applies_to", "line", "source", "caption_digest", "until"),
    "party_merge": ("kind", "name", "merged_into"),
    "license": ("invoice", "starts", "ends", "scopes", "territories", "archive_years", "price", "currency", "address",
                "asset", "file_hash", "caption"),
    "agreement": ("applies_to", "party_kind", "kind", "starts", "ends", "scopes", "territories", "excluded", "below",
                  "quota", "quota_period", "quota_days", "price", "currency", "requires"),
}  # fmt: skip
"""The columns of a decision by which two of them are the same, whoever made them."""
_Clash = Callable[[Row], str | None]
"""Return how a row of the other store contradicts one of this store."""


class DecisionMerge:
    """The decisions to merge; :meth:`run` counts those that it adds, by table, and lists the conflicts."""

    def __init__(
        self, source: Connection, connection: Connection, renamed: Mapping[str, str], members: Members
    ) -> None:
        """Accept the new names of the other store's places, and the members of groups of territories."""
        self._source, self._connection, self._renamed, self._members = source, connection, renamed, members
        self.counts: dict[str, int] = {}
        self.conflicts: list[str] = []

    def run(self) -> None:
        """Add the decisions, and apply them."""
        connection = self._connection
        before = {kind: current_merges(connection, kind) for kind in ("agency", "creator", "publication")}
        excluded = {
            name_key(name): row["id"]
            for row in _decisions(connection, m.agreement)
            if row["undone"] is None
            for name in json.loads(row["excluded"])
        }
        self._add(m.party_merge, lambda own: _clashing_merge(own, excluded))
        for kind, earlier in before.items():
            apply_merges(connection, earlier, kind)
        lines = self._add(m.correction, _clashing_correction)
        rewrite_lines(connection, {row["line"] for row in lines})
        merges = {kind: current_merges(connection, kind) for kind in ("agency", "creator")}
        self._add(m.agreement, lambda own: _clashing_agreement(own, merges, self._members))
        self._add(m.license_, lambda own: lambda row: None)
        self._add(m.waiver, lambda own: lambda row: None)

    def _add(self, table: Table, clashing: Callable[[list[Row]], _Clash]) -> list[Row]:
        """Add the decisions of a table that this store lacks and that contradict none of its own; return them."""
        theirs, own = _decisions(self._source, table), _decisions(self._connection, table)
        current = [row for row in own if row["undone"] is None]
        if table is m.waiver:
            theirs = self._waivers_here(theirs)
        if table is m.correction:
            theirs, current = _compared(theirs, current)
        ours: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in own:
            ours[_meaning(table, row)].append(row)
        in_force = {_meaning(table, row) for row in theirs if row["undone"] is None}
        clash, added = clashing(current), []
        for row in theirs:
            meaning, is_undone = _meaning(table, row), row["undone"] is not None
            same = ours[meaning]
            problem = None
            if any(it["undone"] is None or is_undone for it in same):
                if not is_undone or meaning in in_force or any(it["undone"] is not None for it in same):
                    continue
                problem = f"undone only in the other database: {_summary(table, row)}"
            elif same:
                problem = f"undone only in this database: {_summary(table, row)}"
            elif not is_undone:
                problem = clash(row)
            if problem is None:
                added.append(row)
            else:
                self.conflicts.append(f"{table.name.replace('party_merge', 'merged name')}: {problem}")
        insert_rows(self._connection, table, self._stored(table, added))
        self.counts[table.name] = len(added)
        return added

    def _waivers_here(self, rows: Iterable[Row]) -> list[Row]:
        """Return waivers with the names that their articles have in this store, each once."""
        found = [row | {"source": row["source"] and self._renamed.get(row["source"], row["source"])} for row in rows]
        names = names_at(self._connection, {row["source"] for row in found if row["source"]})
        once: dict[tuple[object, ...], Row] = {}
        for row in found:
            here = row | {"source": names.get(row["source"], row["source"])}
            once.setdefault((_meaning(m.waiver, here), here["undone"]), here)
        return [*once.values()]

    def _stored(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        """Return rows as this store has them: under new numbers, with its own parties and merged names."""
        found = [{name: value for name, value in row.items() if name not in ("id", "party_kind")} for row in rows]
        if table is m.agreement:
            merges = {kind: current_merges(self._connection, kind) for kind in ("agency", "creator")}
            keys = [_party(row, merges) for row in rows]
            parties = put_parties(self._connection, keys)
            found = [row | {"party_id": parties[key]} for row, key in zip(found, keys, strict=True)]
        if table is m.waiver:
            agencies = current_merges(self._connection)
            found = [row | {"supplier": agencies.get(row["applies_to"], row["applies_to"])} for row in found]
        return found


def _decisions(connection: Connection, table: Table) -> list[Row]:
    """Return the rows of a table in the order in which they were added; agreements with the kind of their party."""
    statement = select(table).order_by(table.c.added, table.c.id)
    if table is m.agreement:
        statement = statement.add_columns(m.party.c.kind.label("party_kind")).join(m.party)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    return [row | {"added": utc(row["added"]), "undone": utc(row["undone"])} for row in rows]


def _meaning(table: Table, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in _MEANING[table.name])


def _compared(theirs: Iterable[Row], current: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the corrections of the other store to add, and those of this store that they may contradict.

    The latest correction of a line applies. Where this store has one, earlier ones of the other store are left out; if
    the other store replaced that very correction, those that replaced it contradict nothing.
    """
    latest = {row["line"]: row for row in current}
    lines: defaultdict[str, list[Row]] = defaultdict(list)
    for row in theirs:
        lines[row["line"]].append(row)
    rows: list[Row] = []
    for line, of_line in lines.items():
        applied = [row for row in of_line if row["undone"] is None]
        own = latest.get(line)
        if own is not None and applied:
            same = [n for n, row in enumerate(applied) if _meaning(m.correction, row) == _meaning(m.correction, own)]
            if same:
                del latest[line]
            applied = applied[same[-1] + 1 :] if same else applied[-1:]
        rows += [row for row in of_line if row["undone"] is not None or row in applied]
    return rows, [*latest.values()]


def _party(row: Row, merges: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """Return the current name and the kind of the party of an agreement."""
    name, kind = str(row["applies_to"]), str(row["party_kind"])
    return merges[kind].get(name, name), kind


def _clashing_merge(own: Iterable[Row], excluded: Mapping[str, int]) -> _Clash:
    """``excluded`` has the agreement that excludes a name, by the name's key."""
    by_name: dict[tuple[str, str], Row] = {}
    by_target: dict[tuple[str, str], Row] = {}
    for row in own:
        by_name[row["kind"], row["name"]] = row
        by_target.setdefault((row["kind"], row["merged_into"]), row)

    def clash(row: Row) -> str | None:
        kind, name, into = row["kind"], row["name"], row["merged_into"]
        other = by_name.get((kind, name)) or by_name.get((kind, into)) or by_target.get((kind, name))
        if other is not None:
            return f"{_merge(row)} in the other database, but {_merge(other)} in this one"
        left_out = next((it for it in (name, into) if kind == "agency" and name_key(it) in excluded), None)
        if left_out is not None:
            number = excluded[name_key(left_out)]
            return f"{_merge(row)} in the other database, but agreement {number} of this one excludes {left_out}"
        return None

    return clash


def _merge(row: Row) -> str:
    return f"{row['name']} is merged into {row['merged_into']}"


def _clashing_correction(own: Iterable[Row]) -> _Clash:
    by_line = {row["line"]: row for row in own}

    def clash(row: Row) -> str | None:
        other = by_line.get(row["line"])
        return None if other is None else f"{row['line']!r} is read in two ways, by {other['who']} and by {row['who']}"

    return clash


def _clashing_agreement(own: Iterable[Row], merges: Mapping[str, Mapping[str, str]], members: Members) -> _Clash:
    of_party: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in own:
        of_party[_party(row, merges)].append(row)
    merged = {name_key(it): (name, into) for name, into in merges["agency"].items() for it in (name, into)}

    def clash(row: Row) -> str | None:
        days = f"{row['applies_to']}, {row['starts'] or 'any day'} to {row['ends'] or 'any day'}"
        for other in of_party[_party(row, merges)]:
            if _overlap(row, other, members):
                return f"{days}, overlaps agreement {other['id']} of this database"
        for left_out in json.loads(row["excluded"]):
            if name_key(left_out) in merged:
                name, into = merged[name_key(left_out)]
                return f"{days}, excludes {left_out}, but {name} is merged into {into} in this database"
        return None

    return clash


def _overlap(row: Row, other: Row, members: Members) -> bool:
    starts = max(it["starts"] or date.min for it in (row, other))
    ends = min(it["ends"] or date.max for it in (row, other))
    is_shared = starts <= ends
    for column, expand in (("scopes", set[str]), ("territories", members)):
        limits: list[set[Any]] = [{*expand(json.loads(it[column]))} for it in (row, other)]
        is_shared = is_shared and (not all(limits) or bool(limits[0] & limits[1]))
    return is_shared


def _summary(table: Table, row: Row) -> str:
    return ", ".join(_texts(row[name] for name in _MEANING[table.name][:3]))


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (str(value) for value in values if value is not None)
