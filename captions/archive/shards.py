"""Find the files of an archive, its shards, and read their pages in batches."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from captions import sources
from captions.archive.batches import ROWS, SIZE
from captions.archive.rows import Row, batch_of, page_row
from captions.archive.schema import PAGES
from captions.errors import CaptionsError
from captions.sources import STDIN, InputFile, Source, Unread
from captions.sources.source import Options

_MANIFESTS = (".paths", ".paths.gz")
Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of an archive: its name in the rows, its path, which is absolute, and its size in bytes."""

    name: str
    path: Path
    size: int = 0


@dataclass(frozen=True, slots=True)
class ShardCut:
    """Where to stop reading a shard, because the rest of it ends the process that reads it."""

    number: int
    """The number of the last page that can be read."""
    reason: str


def find_shards(paths: Iterable[str], prefix: Path | None = None) -> tuple[list[Shard], list[Unread]]:
    """Return the shards at these paths, each once, and what cannot be read.

    A manifest, a file named ``*.paths`` or ``*.paths.gz``, lists the paths of shards, one per line, in the folder
    ``prefix``; by default, they are in the folder of the manifest.
    """
    found: list[Shard] = []
    failed: list[Unread] = []
    for item in sources.find(path for given in paths for path in _listed(given, prefix)):
        if isinstance(item, Unread):
            failed.append(item)
        elif item.path is None or item.size is None:
            raise CaptionsError(f"{item.name} is not a file; an archive is read from files")
        else:
            found.append(Shard(item.name, item.path.absolute(), item.size))
    return found, failed


def _listed(path: str, prefix: Path | None) -> list[str]:
    """Return the paths in a manifest, or the path itself."""
    file = Path(path)
    if path == STDIN or not path.lower().endswith(_MANIFESTS) or not file.is_file():
        return [path]
    try:
        data = file.read_bytes()
        lines = (gzip.decompress(data) if path.lower().endswith(".gz") else data).decode("utf-8").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise CaptionsError(f"cannot read the manifest {path}: {reason}; download it again") from None
    return [str((prefix or file.parent) / line.strip()) for line in lines if line.strip()]


def pages(
    shard: Shard,
    names: Names = (),
    step: Callable[[int, int], None] = lambda number, done: None,
    stop: Callable[[], None] = lambda: None,
    cut: ShardCut | None = None,
) -> Iterator[Any]:
    """Yield the pages of a shard in batches of ``PAGES``.

    ``step`` is called before each page is read, with its number and the bytes read so far, and ``stop`` after it.
    """
    streams: list[BinaryIO] = []

    @contextmanager
    def open_file(file: InputFile) -> Iterator[BinaryIO]:
        with shard.path.open("rb") as stream:
            streams.append(stream)
            yield stream

    def position() -> int:
        return streams[0].tell() if streams and not streams[0].closed else 0

    items = sources.read(InputFile(shard.name, shard.path, shard.size), Options(names), open_file)
    rows: list[Row] = []
    number = size = 0
    while True:
        if cut is not None and number >= cut.number:
            rows.append(page_row(Unread(shard.name, cut.reason), shard.name, number + 1))
            break
        step(number, position())
        item = next(items, None)
        stop()
        if item is None:
            break
        number += 1
        rows.append(page_row(item, shard.name, number))
        size += len(item.text) if isinstance(item, Source) else 0
        if len(rows) >= ROWS or size >= SIZE:
            yield batch_of(rows, PAGES)
            rows, size = [], 0
    if rows:
        yield batch_of(rows, PAGES)
