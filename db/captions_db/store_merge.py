"""Merge another store into a store: its articles, and people's decisions with who made them and when.

Nothing is replaced by a guess: a decision that contradicts one of this store is reported and left out. Articles are
those of ``captions_db.same_articles``: of several readings, the best is stored. Merging a store again changes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from captions_db import models as m
from captions_db.articles import register_parties, write_batch
from captions_db.bulk import in_chunks, insert_rows
from captions_db.connection import writing
from captions_db.credits import put_parties, rewrite_lines
from captions_db.forgotten import record_of_content, rows_of_articles
from captions_db.merges import apply_merges
from captions_db.overlay import current_merges
from captions_db.records import ArticleRecord
from captions_db.rollups import count_noted
from captions_db.rows import Row, utc

_AT_ONCE = 400
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


@dataclass(slots=True)
class StoreMerge:
    """What a merge adds: articles and decisions by their table; and the conflicts, each in a sentence."""

    articles: int = 0
    better: int = 0
    """Articles of which the other store has a better reading."""
    decisions: dict[str, int] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


class _DryRunError(Exception):
    """Roll back the transaction of a dry run."""


def merge_store(target: Engine, other: Engine, *, dry_run: bool = False) -> StoreMerge:
    """Add the articles and decisions of another store in one transaction; with ``dry_run``, only report them."""
    merged = StoreMerge()
    try:
        with other.connect() as source, writing(target) as connection:
            renamed = _merge_articles(source, connection, merged)
            _merge_decisions(source, connection, merged, renamed)
            count_noted(connection)
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    merged.conflicts.sort()
    return merged


def _merge_articles(source: Connection, connection: Connection, merged: StoreMerge) -> dict[str, str]:
    """Merge the articles; return the new names of their places, by those in the other store."""
    renamed: dict[str, str] = {}
    run = m.ingest_run.c
    version = str(source.scalar(select(run.version).where(run.version != "").order_by(run.id.desc()).limit(1)) or "")
    ids = source.scalars(select(m.article.c.id).order_by(m.article.c.source)).all()
    for start in range(0, len(ids), _AT_ONCE):
        contents = [json.loads(row["content"]) for row in rows_of_articles(source, ids[start : start + _AT_ONCE])]
        names = {row["source"] for content in contents for row in content["places"]}
        there = _digests(connection, names)
        records, places = [], []
        for content in contents:
            renamed |= {row["source"]: _free_name(row["source"], row["digest"], there) for row in content["places"]}
            record, more = _placed(content, there)
            records.append(record)
            places.append(more)
        counts = write_batch(connection, None, [it for it in records if it.digest], version)
        merged.articles += counts.new
        merged.better += counts.changed
        _add_places(connection, records, places)
    aliases: defaultdict[tuple[str, Any], list[str]] = defaultdict(list)
    party, alias = m.party.c, m.party_alias.c
    for name, kind, spelling in source.execute(
        select(party.name, party.kind, alias.alias).join(m.party, party.id == alias.party_id)
    ):
        aliases[name, kind].append(spelling)
    register_parties(connection, [(name, kind, spellings) for (name, kind), spellings in aliases.items()])
    return renamed


def _digests(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the digest of each stored place among these, also of places that an earlier merge renamed."""
    place = m.place.c
    return {
        row.source: row.digest
        for chunk in in_chunks(sorted(names))
        for row in connection.execute(select(place.source, place.digest).where(place.source.in_(chunk)))
    }


def _placed(content: dict[str, Any], there: dict[str, str]) -> tuple[ArticleRecord, list[Row]]:
    """Return an article with its place, under another name if this store has other content there; and more places.

    The digest is empty if this store has the same content at that place.
    """
    rows = {row["source"]: row for row in content["places"]}
    record = record_of_content(content)
    own = rows.pop(record.source, None) or {"content_hash": "merged", "digest": record.content_key}
    is_same = there.get(record.source) == own["digest"]
    name = record.source if is_same else _free_name(record.source, own["digest"], there)
    more = [row | {"source": _free_name(row["source"], row["digest"], there)} for row in rows.values()]
    digest = "" if is_same else own["digest"]
    return replace(record, source=name, content_hash=own["content_hash"], digest=digest), more


def _free_name(source: str, digest: str, there: dict[str, str]) -> str:
    """Return the name of a place; two newsrooms may each have a file ``a.txt`` of their own."""
    return source if there.get(source) in (None, digest) else f"{source}:{digest[:12]}"


def _add_places(connection: Connection, records: Iterable[ArticleRecord], places: Iterable[list[Row]]) -> None:
    place = m.place.c
    rows: dict[str, tuple[str, Row]] = {}
    for record, more in zip(records, places, strict=True):
        rows |= {row["source"]: (record.source, row) for row in more}
    names = {*rows, *(source for source, _ in rows.values())}
    owners = {
        row.source: row.article_id
        for chunk in in_chunks(sorted(names))
        for row in connection.execute(select(place.source, place.article_id).where(place.source.in_(chunk)))
    }
    no_run = dict.fromkeys(("first_run", "changed_run", "last_run"))
    new = [row | no_run | {"article_id": owners[source]} for name, (source, row) in rows.items() if name not in owners]
    insert_rows(connection, m.place, new)


def _merge_decisions(source: Connection, connection: Connection, merged: StoreMerge, renamed: dict[str, str]) -> None:
    before = {kind: current_merges(connection, kind) for kind in ("agency", "creator", "publication")}
    _add(source, connection, m.party_merge, merged, _clashing_merge)
    for kind, earlier in before.items():
        apply_merges(connection, earlier, kind)
    lines = _add(source, connection, m.correction, merged, _clashing_correction)
    rewrite_lines(connection, {row["line"] for row in lines})
    _add(source, connection, m.agreement, merged, _clashing_agreement)
    _add(source, connection, m.license_, merged, lambda row, others: None)
    _add(source, connection, m.waiver, merged, lambda row, others: None, renamed)


def _add(
    source: Connection,
    connection: Connection,
    table: Table,
    merged: StoreMerge,
    clash: Callable[[Row, Collection[Row]], str | None],
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> list[Row]:
    """Add the decisions of a table that this store lacks and that contradict none of its own; return them."""
    theirs, ours = _decisions(source, table), _decisions(connection, table)
    if table is m.waiver:
        theirs = [_waiver_here(connection, row, renamed) for row in theirs]
    added: list[Row] = []
    # Decisions of the other store do not contradict each other.
    own = [row for row in ours if row["undone"] is None]
    for row in theirs:
        meaning = _meaning(table, row)
        same = [it for it in ours if _meaning(table, it) == meaning]
        if any(it["undone"] is None or row["undone"] is not None for it in same):
            if row["undone"] is not None and all(it["undone"] is None for it in same):
                merged.conflicts.append(f"{_name(table)}: undone only in the other database: {_summary(table, row)}")
            continue
        if same:
            merged.conflicts.append(f"{_name(table)}: undone only in this database: {_summary(table, row)}")
            continue
        problem = None if row["undone"] is not None else clash(row, own)
        if problem is not None:
            merged.conflicts.append(f"{_name(table)}: {problem}")
            continue
        insert_rows(connection, table, [_stored(connection, table, row)])
        ours.append(row)
        added.append(row)
    merged.decisions[table.name] = len(added)
    return added


def _decisions(connection: Connection, table: Table) -> list[Row]:
    """Return the rows of a table in the order in which they were added; agreements with the kind of their party."""
    statement = select(table).order_by(table.c.added, table.c.id)
    if table is m.agreement:
        statement = statement.add_columns(m.party.c.kind.label("party_kind")).join(m.party)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    return [row | {"added": utc(row["added"]), "undone": utc(row["undone"])} for row in rows]


def _meaning(table: Table, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in _MEANING[table.name])


def _stored(connection: Connection, table: Table, row: Row) -> Row:
    """Return a row as this store has it: under a new number, with its own parties and merged names."""
    values = {name: value for name, value in row.items() if name not in ("id", "party_kind")}
    if table is m.agreement:
        name, kind = str(row["applies_to"]), str(row["party_kind"])
        key = current_merges(connection, kind).get(name, name), kind
        values["party_id"] = put_parties(connection, [key])[key]
    if table is m.waiver and row["applies_to"]:
        values["supplier"] = current_merges(connection).get(row["applies_to"], row["applies_to"])
    return values


def _waiver_here(connection: Connection, row: Row, renamed: Mapping[str, str]) -> Row:
    """Return a waiver with the name that its article has in this store."""
    if row["source"] is None:
        return row
    place, article, name = m.place.c, m.article.c, renamed.get(row["source"], row["source"])
    here = select(article.source).join(m.place, place.article_id == article.id).where(place.source == name)
    return row | {"source": connection.scalar(here) or name}


def _clashing_merge(row: Row, others: Collection[Row]) -> str | None:
    for other in others:
        is_chained = other["name"] in (row["name"], row["merged_into"]) or other["merged_into"] == row["name"]
        if other["kind"] == row["kind"] and is_chained:
            return f"{_merge(row)} in the other database, but {_merge(other)} in this one"
    return None


def _merge(row: Row) -> str:
    return f"{row['name']} is merged into {row['merged_into']}"


def _clashing_correction(row: Row, others: Collection[Row]) -> str | None:
    own = next((other for other in others if other["line"] == row["line"]), None)
    return None if own is None else f"{row['line']!r} is read in two ways, by {own['who']} and by {row['who']}"


def _clashing_agreement(row: Row, others: Collection[Row]) -> str | None:
    for other in others:
        is_same_party = all(other[name] == row[name] for name in ("applies_to", "party_kind"))
        if is_same_party and _overlap(row, other):
            days = f"{row['starts'] or 'any day'} to {row['ends'] or 'any day'}"
            return f"{row['applies_to']}, {days}, overlaps agreement {other['id']} of this database"
    return None


def _overlap(row: Row, other: Row) -> bool:
    starts = max(it["starts"] or date.min for it in (row, other))
    ends = min(it["ends"] or date.max for it in (row, other))
    scopes, others = (set(json.loads(it["scopes"])) for it in (row, other))
    return starts <= ends and (not scopes or not others or bool(scopes & others))


def _name(table: Table) -> str:
    return table.name.replace("party_merge", "merged name")


def _summary(table: Table, row: Row) -> str:
    return ", ".join(_texts(row[name] for name in _MEANING[table.name][:3]))


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (str(value) for value in values if value is not None)
