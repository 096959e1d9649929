"""Write the rows of each shard to a Parquet file of its own, which appears only once it is complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter, read_schema

from captions.archive.schema import SCHEMA
from captions.archive.shards import Shard
from captions.errors import CaptionsError
from captions.files.targets import replaced

UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""The month of articles without a day, as Hive, Spark and DuckDB name it."""
_VERSION = b"parser_version"
# Rows and bytes that are written together; they are in memory until then.
_GROUP_ROWS, _GROUP_SIZE = 4096, 32_000_000
# Short enough for the name of a temporary file to begin with all of it.
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ShardCounts:
    """The rows of a shard, and those with an error."""

    rows: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """The folder of an archive: a file per shard, or several in folders by month (``month=2024-05``)."""

    path: Path
    by_month: bool = False

    def check(self) -> None:
        """Create the folder; raise CaptionsError if it cannot be used, or if its files are not divided in this way."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            other = next(self.path.glob("*.parquet" if self.by_month else "month=*"), None)
        except OSError as error:
            raise CaptionsError(
                f"cannot write to {self.path}: {error.strerror or 'disk error'}; choose another folder with -o"
            ) from None
        if other is not None:
            there = "not divided" if self.by_month else "divided"
            raise CaptionsError(f"the files in {self.path} are {there} by month; choose another folder with -o")

    def version(self, shard: Shard) -> str | None:
        """Return the version of the parser that read a shard; None if it has not been read to its end."""
        try:
            found: bytes = (read_schema(self.path_of(shard)).metadata or {})[_VERSION]
        except (OSError, KeyError, pa.ArrowException):
            return None
        return found.decode()

    def write(self, shard: Shard, batches: Iterable[Any], version: str) -> ShardCounts:
        """Write the rows of a shard in place of those of an earlier run; nothing appears if it is interrupted."""
        rows = errors = 0
        self._remove(f".{_name(shard)}.*.part")
        with _Writers(self._file_of(shard, UNDATED), version) as writers:
            for batch in batches:
                rows += len(batch)
                errors += len(batch) - batch.column("error").null_count
                for month, part in _by_month(batch) if self.by_month else [(UNDATED, batch)]:
                    writers.add(self._file_of(shard, month), part)
            writers.flush()
            writers.close()
            if self.by_month:
                # The last file shows that the shard is complete, so it goes first and comes last.
                self.path_of(shard).unlink(missing_ok=True)
                self._remove(_name(shard))
        return ShardCounts(rows, errors)

    def _file_of(self, shard: Shard, month: str) -> Path:
        return (self.path / f"month={month}" if self.by_month else self.path) / _name(shard)

    def path_of(self, shard: Shard) -> Path:
        """Return the file that shows that a shard is complete; with folders by month, it has the undated articles."""
        return self._file_of(shard, UNDATED)

    def _remove(self, pattern: str) -> None:
        for file in [*self.path.glob(pattern), *self.path.glob(f"month=*/{pattern}")]:
            file.unlink(missing_ok=True)


@dataclass(slots=True, eq=False)
class _Writers:
    """Temporary files, one for each file to write, which take its place at the end; the first comes last."""

    first: Path
    version: str
    _stack: ExitStack = field(default_factory=ExitStack)
    _open: dict[Path, Any] = field(default_factory=dict)
    _waiting: dict[Path, list[Any]] = field(default_factory=dict)
    _rows: int = 0
    _size: int = 0

    def __enter__(self) -> _Writers:
        self._writer(self.first)
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()
        self._stack.__exit__(*error)

    def add(self, path: Path, batch: Any) -> None:
        self._waiting.setdefault(path, []).append(batch)
        self._rows += len(batch)
        self._size += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._size >= _GROUP_SIZE:
            self.flush()

    def flush(self) -> None:
        for path, batches in self._waiting.items():
            self._writer(path).write_table(pa.Table.from_batches(batches))
        self._waiting.clear()
        self._rows = self._size = 0

    def close(self) -> None:
        for writer in self._open.values():
            writer.close()
        self._open.clear()

    def _writer(self, path: Path) -> Any:
        if path not in self._open:
            path.parent.mkdir(exist_ok=True)
            part = self._stack.enter_context(replaced(path))
            schema = SCHEMA.with_metadata({_VERSION: self.version})
            self._open[path] = ParquetWriter(part, schema, compression="zstd")
        return self._open[path]


def _by_month(batch: Any) -> Iterator[tuple[str, Any]]:
    """Yield the rows of each month of a batch."""
    months = pc.fill_null(pc.strftime(batch.column("published"), "%Y-%m"), UNDATED)
    for month in sorted(months.unique().to_pylist()):
        yield month, batch.filter(pc.equal(months, month))


def _name(shard: Shard) -> str:
    """Return the name of a shard's file; shards of the same name in different folders have different ones."""
    digest = hashlib.blake2b(shard.name.encode("utf-8", "replace"), digest_size=4).hexdigest()
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in Path(shard.name).name)
    # Every program takes a file whose name begins with a dot or an underscore for a hidden one.
    return f"{safe[:_LONGEST_NAME].lstrip('._')}-{digest}.parquet"
