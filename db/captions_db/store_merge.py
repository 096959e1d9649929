"""Merge another store into a store: its articles, and people's decisions with who made them and when.

Nothing is replaced by a guess: a decision that contradicts one of this store is reported and left out. Articles are
those of ``captions_db.same_articles``: of several readings, the best is stored. Merging a store again changes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, select

from captions_db import models as m
from captions_db import settling
from captions_db.articles import put_own_publications, register_parties, write_batch
from captions_db.bulk import in_chunks, insert_rows
from captions_db.connection import writing
from captions_db.decision_merge import DecisionMerge, Members
from captions_db.forgotten import record_of_content, rows_of_articles
from captions_db.records import ArticleRecord
from captions_db.rollups import count_noted
from captions_db.rows import Row

_AT_ONCE = 400


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


def merge_store(target: Engine, other: Engine, *, dry_run: bool = False, members: Members = frozenset) -> StoreMerge:
    """Add the articles and decisions of another store in one transaction; with ``dry_run``, only report them.

    ``members`` expands groups of territories.
    """
    merged = StoreMerge()
    try:
        with other.connect() as source, writing(target) as connection:
            before = settling.decided(connection)
            decisions = DecisionMerge(source, connection, _merge_articles(source, connection, merged), members)
            decisions.run()
            own = m.ingest_run.c.publication
            put_own_publications(connection, source.scalars(select(own).where(own.is_not(None)).distinct()))
            settling.settle_since(connection, before)
            count_noted(connection)
            merged.decisions, merged.conflicts = decisions.counts, sorted(decisions.conflicts)
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    return merged


def _merge_articles(source: Connection, connection: Connection, merged: StoreMerge) -> dict[str, str]:
    """Merge the articles; return the new names of their places, by those in the other store."""
    renamed: dict[str, str] = {}
    all_ids = source.scalars(select(m.article.c.id).order_by(m.article.c.source)).all()
    for start in range(0, len(all_ids), _AT_ONCE):
        ids = all_ids[start : start + _AT_ONCE]
        contents = [json.loads(row["content"]) for row in rows_of_articles(source, ids)]
        read = [(record_of_content(content), _with_digests(content)) for content in contents]
        there = _digests(connection, {row["source"] for _, rows in read for row in rows})
        records, places = [], []
        for article, rows in read:
            renamed |= {row["source"]: _free_name(row["source"], row["digest"], there) for row in rows}
            record, more = _placed(article, rows, there)
            records.append(record)
            places.append(more)
        new = [record for record in records if record.digest]
        counts = write_batch(connection, None, new, _versions(source, ids))
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


def _versions(source: Connection, article_ids: Sequence[int]) -> dict[str, str]:
    """Return the version of the program that read each credit of some articles, by the digest of its line."""
    credit, use = m.credit.c, m.use.c
    found = select(credit.line_digest, credit.version).distinct().where(use.article_id.in_(article_ids))
    joined = m.use.join(m.credit, (credit.id == use.credit_id) | (credit.id == use.structured_credit_id))
    return {row.line_digest: row.version for row in source.execute(found.select_from(joined))}


def _with_digests(content: dict[str, Any]) -> list[Row]:
    """Return the places of an article; those read before places had digests get one of the words of the article."""
    rows: list[Row] = content["places"]
    return [row | {"digest": row["digest"] or record_of_content(content).content_key} for row in rows]


def _digests(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the digest of each stored place among these, also of places that an earlier merge renamed."""
    place = m.place.c
    rows = [
        row
        for chunk in in_chunks(sorted(names))
        for row in connection.execute(
            select(place.source, place.digest, place.article_id).where(place.source.in_(chunk))
        )
    ]
    found = {row.source: row.digest for row in rows}
    for chunk in in_chunks(sorted({row.article_id for row in rows if not row.digest})):
        for row in rows_of_articles(connection, chunk):
            found |= {place["source"]: place["digest"] for place in _with_digests(json.loads(row["content"]))}
    return found


def _placed(record: ArticleRecord, rows: Iterable[Row], there: dict[str, str]) -> tuple[ArticleRecord, list[Row]]:
    """Return an article with its place, under another name if this store has other content there; and more places.

    The digest is empty if this store has the same content at that place.
    """
    others = {row["source"]: row for row in rows}
    own = others.pop(record.source, None) or {"content_hash": "merged", "digest": record.content_key}
    is_same = there.get(record.source) == own["digest"]
    name = record.source if is_same else _free_name(record.source, own["digest"], there)
    more = [row | {"source": _free_name(row["source"], row["digest"], there)} for row in others.values()]
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
