"""Count the uses in an archive with DuckDB, as ``captions_db.agency_usage`` counts those in a database.

DuckDB finds the readings that a better one of the same article replaces. pyarrow then reads the parts of the captions
that are counted, because DuckDB would decode all of them, and DuckDB counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import captions_db as db
import pyarrow as pa
import pyarrow.compute as pc
from captions_db.queries.grouping import AMBIGUOUS, PHOTOGRAPHER_ONLY, UNCREDITED
from pyarrow.parquet import ParquetFile

from captions.errors import CaptionsError
from captions.lexicon.publications import publication_key

GROUPS = ("supplier", "agency", "creator", "publication", "month", "quarter", "year")
_CREDIT = "captions.list.element.credit"
_LEAVES = {"supplier": "supplier", "agencies": "agencies.list.element", "creators": "creators.list.element"}
_CHAIN = {"agency": "agencies", "creator": "creators"}
_TIMES = {
    "month": "strftime(published, '%Y-%m')",
    "quarter": "strftime(published, '%Y') || '-Q' || quarter(published)",
    "year": "strftime(published, '%Y')",
}
_BATCH = 65_536
_REASON = f"""CASE
    WHEN supplier IS NOT NULL THEN NULL
    WHEN len(agencies) > 0 THEN '{AMBIGUOUS}'
    WHEN len(creators) > 0 THEN '{PHOTOGRAPHER_ONLY}'
    ELSE '{UNCREDITED}' END"""
# As captions_db.same_articles: a reading without a URL belongs to the article with a URL and the same words, else one
# without a publication to the article of a publication with these words.
_REPLACED = """
WITH reading AS (
    SELECT filename AS file, file_row_number AS number, identity, content_key, rank,
        starts_with(identity, '//') AS is_url
    FROM read_parquet($files, filename = true, file_row_number = true, hive_partitioning = false)
    WHERE error IS NULL
),
alike AS (
    SELECT content_key, min(identity) FILTER (is_url) AS with_url,
        min(identity) FILTER (NOT is_url AND identity <> content_key) AS published
    FROM reading SEMI JOIN (SELECT content_key FROM reading WHERE NOT is_url) USING (content_key)
    GROUP BY content_key HAVING count(*) > 1
),
placed AS (
    SELECT file, number, rank, CASE WHEN is_url THEN identity ELSE coalesce(
        with_url, CASE WHEN identity = content_key THEN published END, identity) END AS article
    FROM reading LEFT JOIN alike USING (content_key)
),
several AS (SELECT hash(article) AS key FROM placed GROUP BY key HAVING count(*) > 1)
SELECT file, number FROM placed WHERE hash(article) IN (SELECT key FROM several)
QUALIFY row_number() OVER (PARTITION BY article ORDER BY rank DESC, file, number) > 1
"""


def archive_usage(
    folder: Path,
    by: Sequence[str] = ("supplier",),
    *,
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> db.UsageTable:
    """Count the uses in the Parquet files of a folder in groups; an article that was read several times counts once.

    A group without a supplier is split by the reason why it is unclear. Raise CaptionsError if the folder has no
    files, or files that lack a column.
    """
    import duckdb

    files = _files(folder)
    connection = duckdb.connect()
    try:
        replaced: defaultdict[str, list[int]] = defaultdict(list)
        for file, number in connection.execute(_REPLACED, {"files": files}).fetchall():
            replaced[file].append(number)
        uses = pa.RecordBatchReader.from_batches(*_uses(files, by, (since, until), replaced))
        connection.register("uses", uses)
        groups, total = _counted(connection, by)
        names = _publications(connection, files) if "publication" in by else {}
    except duckdb.Error as error:
        raise CaptionsError(f"cannot count {folder}: {' '.join(str(error).split())[:200]}") from None
    finally:
        connection.close()
    return _table(tuple(by), groups, total, names, limit)


def _files(folder: Path) -> list[str]:
    """Return the complete files of an archive, also those in folders by month."""
    files = sorted(
        str(path)
        for path in folder.rglob("*.parquet")
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )
    if not files:
        raise CaptionsError(f"no Parquet file in {folder}; write one with: captions archive read SHARD -o {folder}")
    for file in files:
        try:
            with ParquetFile(file) as table:
                names = table.schema_arrow.names
        except (OSError, pa.ArrowException) as error:
            raise CaptionsError(f"cannot read {file}: {' '.join(str(error).split())[:120]}") from None
        if not {"identity", "content_key", "rank", "captions"}.issubset(names):
            raise CaptionsError(
                f"{file} has no article keys; read its shard again with captions archive read --refresh"
            )
    return files


def _uses(
    files: list[str], by: Sequence[str], days: tuple[date | None, date | None], replaced: dict[str, list[int]]
) -> tuple[Any, Iterator[Any]]:
    """Return the schema and batches of the uses, with the columns that the groups need."""
    parts = {_CHAIN.get(name, name) for name in by} & {*_LEAVES}
    parts |= {"agencies", "creators"} if "supplier" in parts else set()
    facts = [
        *(["publication"] if "publication" in by else []),
        *(["published"] if {*by} & {*_TIMES} or any(days) else []),
    ]
    columns = [*facts, *(f"{_CREDIT}.{_LEAVES[part]}" for part in sorted(parts))]
    columns += [] if parts else ["captions.list.element.rule"]
    schema = pa.schema([
        *((name, pa.date32() if name == "published" else pa.string()) for name in facts),
        *((part, pa.string() if part == "supplier" else pa.list_(pa.string())) for part in sorted(parts)),
        *([] if facts or parts else [("rule", pa.string())]),
    ])  # fmt: skip

    def batches() -> Iterator[Any]:
        for file in files:
            with ParquetFile(file) as table:
                start, left_out = 0, sorted(replaced.get(file, ()))
                for batch in table.iter_batches(batch_size=_BATCH, columns=columns):
                    best = _within(_without(batch, start, left_out), days)
                    start += len(batch)
                    yield _flat(best, facts, sorted(parts), schema)

    return schema, batches()


def _without(batch: Any, start: int, rows: Sequence[int]) -> Any:
    """Return a batch whose first row has the number ``start`` without these rows of its file, which are sorted."""
    here = rows[bisect_left(rows, start) : bisect_left(rows, start + len(batch))]
    if not here:
        return batch
    flags = bytearray(b"\1") * len(batch)
    for number in here:
        flags[number - start] = 0
    mask = pa.Array.from_buffers(pa.uint8(), len(batch), [None, pa.py_buffer(flags)])
    return batch.filter(mask.cast(pa.bool_()))


def _within(batch: Any, days: tuple[date | None, date | None]) -> Any:
    """Return the rows of a batch within a period, without those that have no day."""
    for day, is_within in zip(days, (pc.greater_equal, pc.less_equal), strict=True):
        if day is not None:
            batch = batch.filter(is_within(batch.column("published"), pa.scalar(day, pa.date32())))
    return batch


def _flat(batch: Any, facts: Sequence[str], parts: Sequence[str], schema: Any) -> Any:
    """Return a row for each use in a batch of articles."""
    captions = batch.column("captions")
    parents = pc.list_parent_indices(captions)
    columns = [batch.column(name).take(parents) for name in facts]
    values = captions.flatten()
    if parts:
        # Its fields are null in uses without a credit.
        credit = values.field("credit")
        columns += [pc.struct_field(credit, name) for name in parts]
    elif not facts:
        columns = [values.field("rule")]
    return pa.RecordBatch.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def _counted(connection: Any, by: Sequence[str]) -> tuple[list[tuple[Any, ...]], int]:
    """Return the groups, each with the reason for an unclear supplier and its number of uses; and that of all uses."""
    is_of_supplier = "supplier" in by
    keys = [f"supplier, {_REASON} AS unclear"] if is_of_supplier else []
    keys += [_CHAIN[name] for name in by if name in _CHAIN]
    keys += ["publication"] if "publication" in by else []
    # Days are fewer than uses, so their months are written later.
    keys += ["published"] if {*by} & {*_TIMES} else []
    first = f"SELECT {', '.join(keys)}, count(*) AS uses FROM uses GROUP BY ALL"  # noqa: S608 - constants
    connection.execute(f"CREATE TEMP TABLE counted AS {first}")
    total = connection.execute("SELECT coalesce(sum(uses), 0) FROM counted").fetchone()[0]
    source = "counted"
    for name in by:
        if name in _CHAIN:
            part = _CHAIN[name]
            named = f"CASE WHEN len({part}) > 0 THEN list_distinct({part}) ELSE [NULL] END"
            source = f"(SELECT * EXCLUDE ({part}), unnest({named}) AS {name} FROM {source})"  # noqa: S608 - constants
    columns = [f"{_TIMES[name]} AS {name}" if name in _TIMES else name for name in by]
    columns += ["unclear"] if is_of_supplier else ["NULL AS unclear"]
    rows = connection.execute(f"SELECT {', '.join(columns)}, sum(uses) FROM {source} GROUP BY ALL").fetchall()  # noqa: S608 - constants
    return rows, int(total)


def _publications(connection: Any, files: list[str]) -> dict[str, str]:
    """Return the name of each publication by its spelling; spellings with the same key share the best one."""
    read = "SELECT DISTINCT publication FROM read_parquet($files) WHERE error IS NULL AND publication <> ''"
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for (name,) in connection.execute(read, {"files": files}).fetchall():
        by_key[publication_key(name)].append(name)
    return {name: db.best_spelling(names) for names in by_key.values() for name in names}


def _table(
    by: tuple[str, ...], groups: list[tuple[Any, ...]], total: int, names: dict[str, str], limit: int | None
) -> db.UsageTable:
    counted: Counter[tuple[Any, ...]] = Counter()
    for *values, unclear, uses in groups:
        named = tuple(
            names.get(value) if name == "publication" else value for name, value in zip(by, values, strict=True)
        )
        counted[named, unclear] += int(uses)
    rows = [db.UsageRow(values, uses, None, None, None, None, unclear) for (values, unclear), uses in counted.items()]
    rows.sort(key=lambda row: db.by_uses(row.uses, row.values, row.unclear))
    return db.UsageTable(by, tuple(rows[:limit]), db.UsageRow((), total, None, None, None, None), len(rows))
