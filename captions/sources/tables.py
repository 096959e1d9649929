"""Read tables with one article per row: CSV with a header row, and Parquet (with pyarrow)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO

from captions.decoding import decode
from captions.sources import source
from captions.sources.records import PARTS, RecordNames, key, names, source_of
from captions.sources.source import Options, Read, Unread, UnreadableError
from captions.sources.streams import joined, seekable

_DELIMITERS = ",;\t|"
_TEXTS = ("text", "html")


def delimiter_of(head: bytes, options: Options) -> str | None:
    """Return the delimiter of a table whose first row is a header; None if there is no such table.

    A header names a column with text and another known column, or a column that the user named.
    """
    first = decode(head[: source.HEAD].split(b"\n", 1)[0])[0].strip()
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
        known = sum(any(each in names()[part] for part in PARTS) for each in keys)
        if own & set(cells) or (texts and known > 1 and known * 3 >= len(cells)):
            return delimiter
    return None


def read_csv(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per row; a bad row fails without the others."""
    head = stream.read(source.HEAD)
    delimiter = delimiter_of(head, options) or ","
    lines = _decoded(joined(head, stream))
    csv.field_size_limit(source.LARGEST)
    rows = csv.reader(lines, delimiter=delimiter)
    columns = [cell.strip() for cell in next(rows)]
    named, number = RecordNames(name), 0
    while True:
        number += 1
        at = f"{name}:{rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Unread(at, f"broken CSV: {error}")
            continue
        if any(row):
            yield source_of(dict(zip(columns, row, strict=False)), named, number, at, options)
    if number == 1:
        raise UnreadableError("no article in it: the table has a header but no rows")


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a table, each decoded separately, so that a table of any size fits in memory."""
    first = True
    while line := stream.readline(source.LARGEST):
        yield decode(line)[0].removeprefix("\ufeff" if first else "").replace("\0", "")
        first = False


def read_parquet(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per row, in batches."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UnreadableError("Parquet needs pyarrow: pip install 'captions[parquet]'") from None
    named, number = RecordNames(name), 0
    try:
        table = ParquetFile(seekable(stream))
        wanted = _columns(table.schema_arrow.names, options)
        for batch in table.iter_batches(batch_size=64, columns=wanted):
            for record in batch.to_pylist():
                number += 1
                yield source_of(record, named, number, f"{name}:{number}", options)
    except (ArrowException, OSError) as error:
        raise UnreadableError(f"broken Parquet file: {' '.join(str(error).split())[:120]}") from None
    if not number:
        raise UnreadableError("no article in it: the table has no rows")


def _columns(there: list[str], options: Options) -> list[Any] | None:
    """Return the columns worth decoding, those that may hold a part of an article; None for all."""
    usual = {name for part in PARTS for name in names()[part]}
    own = {field.split(".")[0] for _, field in options.names} | {field for _, field in options.names}
    wanted = [name for name in there if key(name) in usual or name in own]
    return wanted or None
