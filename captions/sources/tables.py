"""Read tables with one article per row: CSV with a header row, and Parquet (with pyarrow)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from captions.decoding import decode
from captions.sources import archived, csv_rows, source
from captions.sources.json_pictures import flat_part, may_hold_pictures
from captions.sources.keys import key
from captions.sources.records import PARTS, RecordNames, names, source_of
from captions.sources.source import Options, Read, Unread, UnreadableError
from captions.sources.streams import as_utf8, head_as_utf8, seekable, with_head

_DELIMITERS = ",;\t|"
_TEXTS = ("text", "html")


def delimiter_of(head: bytes, options: Options) -> str | None:
    """Return the delimiter of a table whose first row is a header; None if there is no such table.

    A header names a column with text and another known column, or a column that the user named.
    """
    first = decode(head_as_utf8(head).split(b"\n", 1)[0])[0].strip()
    own = {field.split(".")[0] for part, field in options.names if part in _TEXTS}
    for delimiter in _DELIMITERS:
        try:
            cells = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        except csv.Error:
            continue
        if len(cells) < 2 or any(len(cell) > 60 for cell in cells):
            continue
        keys = [key(cell) for cell in cells]
        texts = sum(each in names()[part] for each in keys for part in _TEXTS)
        known = sum(any(each in names()[part] for part in PARTS) or bool(flat_part(each)) for each in keys)
        if own & set(cells) or (texts and known > 1 and known * 3 >= len(cells)):
            return delimiter
    return None


def read_csv(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per row; a bad row fails without the others."""
    head, stream = with_head(as_utf8(stream))
    delimiter = delimiter_of(head, options) or ","
    rows = csv_rows.rows(_decoded(stream), delimiter)
    columns = [cell.strip() for cell in next(rows).cells]
    if twice := _twice(columns, options):
        yield Unread(f"{name}:1", f"column {twice!r} appears twice; only the first is read, so rename the other")
    named, number = RecordNames(name), 0
    for number, row in enumerate(rows, 1):
        at = f"{name}:{row.line}"
        if row.problem:
            yield Unread(at, row.problem)
        elif any(row.cells):
            # In reverse, so that the first of two columns with the same name counts.
            record = dict(zip(reversed(columns[: len(row.cells)]), reversed(row.cells[: len(columns)]), strict=True))
            yield source_of({key: record[key] for key in columns if key in record}, named, number, at, options)
    if not number:
        raise UnreadableError("no article in it: the table has a header but no rows")


def _twice(columns: list[str], options: Options) -> str | None:
    """Return the name of a column that may hold a part of the article and that appears twice, or None."""
    usual = {each for part in PARTS for each in names()[part]}
    own = {field for _, field in options.names}
    counted = Counter(columns)
    return next((it for it in counted if counted[it] > 1 and (key(it) in usual or it in own)), None)


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a table, each decoded separately, so that a table of any size fits in memory."""
    first = True
    while line := stream.readline(source.LARGEST):
        yield decode(line)[0].removeprefix("\ufeff" if first else "").replace("\0", "")
        first = False


def read_parquet(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per row, in batches; an archive's articles are parsed already."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UnreadableError("Parquet needs pyarrow: pip install 'captions[archive]'") from None
    named, number = RecordNames(name), 0
    try:
        with seekable(stream) as file, ParquetFile(file) as table:
            there = table.schema_arrow.names
            is_archived = not options.names and archived.is_archived(there)
            wanted = archived.columns_of(there) if is_archived else _columns(there, options)
            for batch in table.iter_batches(batch_size=64, columns=wanted, use_threads=False):
                if is_archived:
                    yield from archived.sources_of(batch.to_pylist(), name, number)
                    number += len(batch)
                    continue
                for record in _records(batch):
                    number += 1
                    yield source_of(record, named, number, f"{name}:{number}", options)
    except (ArrowException, OSError) as error:
        raise UnreadableError(f"broken Parquet file: {' '.join(str(error).split())[:120]}") from None
    if not number:
        raise UnreadableError("no article in it: the table has no rows")


def _records(batch: Any) -> list[dict[str, Any]]:
    """Return the rows of a batch; of those that do not convert as a whole, each value that does by itself."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except Exception:  # each type of column raises others: ValueError, OverflowError, UnicodeDecodeError, ...
        columns = {name: batch.column(name) for name in batch.schema.names}
        return [{name: _value(column[at]) for name, column in columns.items()} for at in range(len(batch))]
    return rows


def _value(scalar: Any) -> Any:
    """Return the value of a cell; times that Python cannot represent as seconds since 1970, None for anything else."""
    with suppress(Exception):
        return scalar.as_py()
    value, unit = getattr(scalar, "value", None), getattr(scalar.type, "unit", None)
    if isinstance(value, int) and unit in _UNITS:
        return value / _UNITS[unit]
    data = scalar.as_buffer() if hasattr(scalar, "as_buffer") else None
    return None if data is None else decode(data.to_pybytes())[0]


_UNITS = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}


def _columns(there: list[str], options: Options) -> list[Any] | None:
    """Return the columns worth decoding, those that may hold a part of an article; None for all."""
    usual = {name for part in PARTS for name in names()[part]}
    own = {field.split(".")[0] for _, field in options.names} | {field for _, field in options.names}
    wanted = [name for name in there if key(name) in usual or name in own or may_hold_pictures(name)]
    if not any(key(name) in usual or name in own for name in wanted):
        return None
    return wanted or None
