"""Write ingest runs, and batches of whole articles with their uses.

Writing is idempotent: neither the order of articles, nor the size of batches, nor reading an article again, also from
another place, affects the final content of the store. Nothing remains of captions and credits that no article has any
more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, insert, or_, select, update

from captions_db import models as m
from captions_db import rollups, settling
from captions_db.bulk import ids_by, in_chunks, insert_rows, insert_staged, insert_with_ids
from captions_db.connection import writing
from captions_db.credits import delete_unused_credits, put_credits, put_parties, suppliers_of
from captions_db.errors import BaseStoreError
from captions_db.picture_keys import delete_keys, put_keys
from captions_db.places import free_identities, load, note_seen, write_places
from captions_db.publications import names_of
from captions_db.queries.listings import run_summary
from captions_db.readings import keyed
from captions_db.records import ArticleRecord, BatchCounts, FailureRecord, PartyKind, RunSummary
from captions_db.rows import Row, article_row, caption_row, check, optional, storable, storable_source, use_row
from captions_db.search import name_key
from captions_db.uncaptioned import delete_uncaptioned, put_uncaptioned

PartyNames = tuple[str, PartyKind, Iterable[str]]
"""A party's canonical name, its kind, and its other spellings."""


def start_run(engine: Engine, version: str, publication: str | None = None) -> int:
    """Record the start of an ingest and the version of the program; return the id of the run.

    ``publication`` is what the user named as the newsroom's own.
    """
    row = {
        "started": datetime.now(UTC),
        "version": storable(version),
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "elsewhere": 0,
        "failed": 0,
        "publication": optional(publication),
    }
    with writing(engine) as connection:
        key = connection.execute(insert(m.ingest_run).values(row)).inserted_primary_key
    if key is None:
        raise BaseStoreError("the database returned no id for the run")
    return int(key[0])


def add_own_publications(engine: Engine, names: Iterable[str]) -> None:
    """Record publications as the newsroom's own, each as a run that reads nothing and has no version."""
    with writing(engine) as connection:
        put_own_publications(connection, names)


def put_own_publications(connection: Connection, names: Iterable[str]) -> None:
    """Record those of these publications that are not yet recorded as the newsroom's own."""
    column = m.ingest_run.c.publication
    known = set(connection.scalars(select(column).where(column.is_not(None)).distinct()))
    counts = {"version": "", "new": 0, "changed": 0, "unchanged": 0, "elsewhere": 0, "failed": 0}
    row = {**counts, "started": datetime.now(UTC), "finished": datetime.now(UTC)}
    new = sorted({storable(name) for name in names} - known)
    insert_rows(connection, m.ingest_run, [{**row, "publication": name} for name in new])


def write_articles(
    engine: Engine,
    run_id: int,
    records: Sequence[ArticleRecord],
    failures: Sequence[FailureRecord] = (),
    *,
    seen: Collection[str] = (),
    parties: Iterable[PartyNames] = (),
    settled: Iterable[str] = (),
) -> BatchCounts:
    """Store articles and failures in one transaction: all of them or, if it raises, none.

    Readings from places that are stored with the same content hash are skipped; of several readings of one article, the
    best is stored (``captions_db.same_articles``). ``seen`` are places that the caller found unchanged with
    ``known_hashes``. ``parties`` are stored in the same transaction, so that no article is stored without its
    agencies' aliases. ``settled`` are files with failures in earlier runs that this run has read again: this run's
    failures replace the earlier ones.

    About 1,000 articles per call work well. Raise ValueError for an unknown run and for inconsistent records (two uses
    in one position, a confidence over 1), BaseStoreError if the database fails.
    """
    for record in records:
        check(record)
    keyed_records = [record if record.content_key else keyed(record) for record in records]
    with writing(engine) as connection:
        version = connection.execute(select(m.ingest_run.c.version).where(m.ingest_run.c.id == run_id)).scalar()
        if version is None:
            raise ValueError(f"no run {run_id}")
        written = write_batch(connection, run_id, keyed_records, str(version)) if records else BatchCounts()
        tally = replace(written, unchanged=written.unchanged + len(seen))
        note_seen(connection, run_id, seen)
        for name in settled:
            _forget_failures(connection, run_id, storable_source(name))
        insert_rows(
            connection,
            m.ingest_failure,
            [
                {"run_id": run_id, "source": storable_source(it.source), "reason": storable(it.reason)}
                for it in failures
            ],
        )
        register_parties(connection, parties)
        run = m.ingest_run.c
        connection.execute(
            update(m.ingest_run)
            .where(run.id == run_id)
            .values(
                new=run.new + tally.new,
                changed=run.changed + tally.changed,
                unchanged=run.unchanged + tally.unchanged,
                elsewhere=run.elsewhere + tally.elsewhere,
                failed=run.failed + len(failures),
            )
        )
    return tally


def _forget_failures(connection: Connection, run_id: int, file: str) -> None:
    """Delete the failures of earlier runs in a file or in the file's records and members."""
    failure = m.ingest_failure.c
    of_it = or_(failure.source == file, *(failure.source.startswith(file + sign, autoescape=True) for sign in "!#:"))
    connection.execute(delete(m.ingest_failure).where(failure.run_id < run_id, of_it))


def finish_run(engine: Engine, run_id: int) -> RunSummary:
    """Record the end of an ingest, count its uses, and return its summary. Raise ValueError for an unknown run."""
    with writing(engine) as connection:
        run = m.ingest_run.c
        connection.execute(update(m.ingest_run).where(run.id == run_id).values(finished=datetime.now(UTC)))
        summary = run_summary(connection, run_id)
    if summary is None:
        raise ValueError(f"no run {run_id}")
    with suppress(BaseStoreError):
        # All articles are stored; until the next run counts their uses, queries scan the uses instead.
        rollups.count_uses(engine)
    return summary


def register_parties(connection: Connection, parties: Iterable[PartyNames]) -> None:
    """Store missing parties and aliases: ``[("Reuters", "agency", ["RTR", "Retuers"])]``."""
    wanted = {(storable(name), kind): {storable(alias) for alias in aliases} - {""} for name, kind, aliases in parties}
    ids = put_parties(connection, wanted)
    rows = {
        (ids[key], alias): {"party_id": ids[key], "alias": alias, "alias_key": name_key(alias)}
        for key, aliases in wanted.items()
        for alias in sorted(aliases)
    }
    column = m.party_alias.c
    for chunk in in_chunks(sorted(set(ids.values()))):
        for party_id, alias in connection.execute(
            select(column.party_id, column.alias).where(column.party_id.in_(chunk))
        ):
            rows.pop((party_id, alias), None)
    insert_rows(connection, m.party_alias, list(rows.values()))


def write_batch(
    connection: Connection, run_id: int | None, records: Sequence[ArticleRecord], version: str | Mapping[str, str]
) -> BatchCounts:
    """Store the readings that are better than the stored ones, and the places of all.

    For ``version`` see :func:`captions_db.credits.put_credits`.
    """
    batch = load(connection, run_id, records)
    for record in records:
        batch.add(record)
    stored = [(it, it.record) for it in batch.articles if it.record is not None and it.became is None]
    caption_ids, credit_ids = _delete_uses(
        connection,
        [it.id for it in batch.articles if it.id is not None and (it.record is not None or it.became is not None)],
    )
    free_identities(connection, batch)
    # Of all readings, so that the names do not depend on which of them are kept.
    spellings = {storable(record.publication): record.publication_key for record in records if record.publication}
    names = names_of(connection, spellings)
    rows = [
        article_row(record)
        | {
            "identity": it.identity,
            "source": it.source,
            "publication": names.get(storable(record.publication or "")),
            "run_id": run_id,
        }
        for it, record in stored
    ]
    changed = [row | {"row_id": it.id} for (it, _), row in zip(stored, rows, strict=True) if it.id is not None]
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name not in {"row_id", "identity"}}
        statement = update(m.article).where(m.article.c.id == bindparam("row_id")).values(values)
        connection.execute(statement, [{k: v for k, v in row.items() if k != "identity"} for row in changed])
    new = [row for (it, _), row in zip(stored, rows, strict=True) if it.id is None]
    ids = insert_with_ids(connection, m.article, "identity", new)
    for it, _ in stored:
        it.id = ids[it.identity] if it.id is None else it.id
    _put_uses(connection, [(record, row, it.id or 0) for (it, record), row in zip(stored, rows, strict=True)], version)
    put_uncaptioned(connection, {it.id or 0: record.uncaptioned for it, record in stored})
    write_places(connection, batch)
    _delete_unused_captions(connection, caption_ids)
    delete_unused_credits(connection, credit_ids)
    uses = [use for _, record in stored for use in record.uses]
    return replace(batch.counts, captions=len(uses), occurrences=sum(use.occurrences for use in uses))


def delete_articles(connection: Connection, article_ids: Sequence[int]) -> None:
    """Delete articles with their uses and places, and the captions and credits that no article has any more."""
    caption_ids, credit_ids = _delete_uses(connection, article_ids)
    for chunk in in_chunks(article_ids):
        connection.execute(delete(m.place).where(m.place.c.article_id.in_(chunk)))
        connection.execute(delete(m.article).where(m.article.c.id.in_(chunk)))
    _delete_unused_captions(connection, caption_ids)
    delete_unused_credits(connection, credit_ids)


def _delete_uses(connection: Connection, article_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Delete the uses and other pictures of articles; return the ids of their captions and of their credits."""
    delete_uncaptioned(connection, article_ids)
    caption_ids: set[int] = set()
    credit_ids: set[int] = set()
    for chunk in in_chunks(article_ids):
        of_these = m.use.c.article_id.in_(chunk)
        columns = (m.use.c.caption_id, m.use.c.credit_id, m.use.c.structured_credit_id)
        for caption_id, credit_id, structured_id in connection.execute(select(*columns).where(of_these)):
            caption_ids.add(caption_id)
            credit_ids.update((credit_id, structured_id))
        rollups.note(connection, of_these, -1)
        use_ids = select(m.use.c.id).where(of_these)
        settling.leave_uses(connection, use_ids)
        delete_keys(connection, use_ids)
        connection.execute(delete(m.use_image).where(m.use_image.c.use_id.in_(use_ids)))
        connection.execute(delete(m.image_use).where(m.image_use.c.use_id.in_(use_ids)))
        connection.execute(delete(m.use).where(of_these))
    return caption_ids - {None}, credit_ids - {None}


def _put_uses(
    connection: Connection, articles: Sequence[tuple[ArticleRecord, Row, int]], version: str | Mapping[str, str]
) -> None:
    captions: dict[str, Row] = {}
    uses: list[Row] = []
    digests: list[str | None] = []
    images: dict[tuple[int, int], list[str]] = {}
    for record, article, article_id in articles:
        for use in record.uses:
            caption = caption_row(use)
            if caption is not None:
                captions[caption["digest"]] = caption
            digests.append(None if caption is None else caption["digest"])
            uses.append(use_row(use, article, article_id))
            if use.images:
                images[article_id, use.position] = [storable(address) for address in use.images]
    caption_ids = _put_captions(connection, captions)
    written = [use for record, _, _ in articles for use in record.uses]
    credit_ids = put_credits(
        connection, [use.credit for use in written] + [use.structured_credit for use in written], version
    )
    suppliers = suppliers_of(connection, credit_ids[: len(uses)])
    for row, key, credit_id, structured_id in zip(
        uses, digests, credit_ids[: len(uses)], credit_ids[len(uses) :], strict=True
    ):
        row["caption_id"] = None if key is None else caption_ids[key]
        row["credit_id"] = credit_id
        row["structured_credit_id"] = structured_id
        row["supplier_id"] = suppliers.get(credit_id)
    insert_staged(connection, m.use, uses)
    _put_images(connection, images)


def _put_captions(connection: Connection, rows: dict[str, Row]) -> dict[str, int]:
    """Store missing captions by digest; return the id of each."""
    ids = ids_by(connection, m.caption.c.digest, rows)
    missing = [row for key, row in rows.items() if key not in ids]
    return ids | insert_with_ids(connection, m.caption, "digest", missing)


def _put_images(connection: Connection, images: dict[tuple[int, int], list[str]]) -> None:
    """Store the URLs of pictures by article and position; their uses must be stored."""
    use = m.use.c
    rows = [
        {"use_id": use_id, "place": place, "address": address}
        for chunk in in_chunks(sorted({article_id for article_id, _ in images}))
        for use_id, article_id, position in connection.execute(
            select(use.id, use.article_id, use.position).where(use.article_id.in_(chunk))
        )
        for place, address in enumerate(images.get((article_id, position), ()))
    ]
    insert_rows(connection, m.use_image, rows)
    put_keys(connection, rows)


def _delete_unused_captions(connection: Connection, caption_ids: Collection[int]) -> None:
    for chunk in in_chunks(sorted(caption_ids)):
        used = select(m.use.c.id).where(m.use.c.caption_id == m.caption.c.id).exists()
        connection.execute(delete(m.caption).where(m.caption.c.id.in_(chunk), ~used))
