"""Cut the input into chunks, have workers read them on all cores, and return the results in input order.

Chunks and results do not depend on the number of workers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from functools import partial

from sqlalchemy import Engine

from captions.ingest import records
from captions.ingest.reading import ReaderProcess
from captions.ingest.worker import LARGEST_FILE, Chunk, ChunkReader, ChunkResult, Item, WorkerConfig
from captions.processes.limits import Limits
from captions.processes.pool import Died, Pool, Ticket
from captions.sources import InputFile, Source, Unread

# A chunk of this many items or bytes takes a worker about 50 ms.
CHUNK_ITEMS, CHUNK_SIZE = 25, 2_000_000
# Chunks per worker that are cut in advance of the results.
_CHUNKS_AHEAD = 8

_Ticket = Ticket[Chunk]


class Pipeline:
    """A pool of workers that read an archive."""

    def __init__(self, config: WorkerConfig, jobs: int, limits: Limits, engine: Engine) -> None:
        """Prepare the pool; ``engine`` is the writer's, whose connections no worker may inherit."""
        # Imported before the first worker is forked, so that all workers share the modules.
        import captions.page.parser
        import captions.plain.parser
        import captions.sources.formats  # noqa: F401

        self._config = config
        self._window = _CHUNKS_AHEAD * jobs
        self._engine = engine
        self._fingerprint = config.settings.fingerprint()
        self._pool: Pool[Chunk, ChunkResult] = Pool(partial(ChunkReader, config), jobs, limits, engine.dispose)
        self._limits = limits

    def results(self, items: Iterable[Item]) -> Generator[ChunkResult, None, None]:
        """Yield the results in input order, reading ahead only as far as the workers need."""
        with self._pool:
            yield from self._in_order(self._chunks(items), urgent=False)

    def _chunks(self, items: Iterable[Item]) -> Iterator[Chunk | InputFile]:
        """Cut the input into chunks; yield a stream uncut, because reading it may block."""
        batch: list[Item] = []
        size = 0
        for item in items:
            is_large = isinstance(item, InputFile) and (item.size is None or item.size > LARGEST_FILE)
            if batch and (is_large or len(batch) >= CHUNK_ITEMS or size >= CHUNK_SIZE):
                yield Chunk(tuple(batch), size)
                batch, size = [], 0
            if not isinstance(item, InputFile) or not is_large:
                batch.append(item)
                size += item.size or 0 if isinstance(item, InputFile) else 0
            elif item.size is None:
                yield item
            else:
                yield from self._cut(item)
        if batch:
            yield Chunk(tuple(batch), size)

    def _cut(self, file: InputFile) -> Iterator[Chunk]:
        """Cut a file with many articles into chunks, each file in a process of its own."""
        reader: ReaderProcess[Source] = ReaderProcess(
            self._limits, self._config.names, before_fork=self._engine.dispose
        )
        batch: list[Item] = []
        size = place = 0
        with reader:
            for item in reader.read(file):
                batch.append(item.result)
                size += len(item.result.text) if isinstance(item.result, Source) else 0
                if len(batch) >= CHUNK_ITEMS or size >= CHUNK_SIZE:
                    now = place if file.size is None else max(item.position, place)
                    yield self._chunk_of_changes(batch, now - place)
                    batch, size, place = [], 0, now
        yield self._chunk_of_changes(batch, (file.size or place) - place, file.name)

    def _chunk_of_changes(self, items: list[Item], size: int, completes: str | None = None) -> Chunk:
        """Leave out articles that the store has: looking them up here is faster than sending them to a worker."""
        found = [item for item in items if isinstance(item, Source)]
        known = records.known(self._engine, found)
        settings = self._config.settings
        same = {
            source.name: records.source_name(source)
            for source in found
            if records.is_stored(known.get(records.source_name(source)), source, self._fingerprint, settings)
        }
        return Chunk(tuple(item for item in items if item.name not in same), size, completes, tuple(same.values()))

    def _in_order(self, chunks: Iterable[Chunk | InputFile], *, urgent: bool) -> Iterator[ChunkResult]:
        window: deque[tuple[Chunk, _Ticket | None]] = deque()
        for chunk in chunks:
            is_stream = isinstance(chunk, InputFile)
            while window and (is_stream or len(window) >= self._window):
                yield from self._outcome(*window.popleft())
            if isinstance(chunk, InputFile):
                yield ChunkResult(may_wait=True)
                yield from self._in_order(self._cut(chunk), urgent=urgent)
            else:
                window.append((chunk, self._pool.submit(chunk, urgent=urgent) if chunk.items else None))
        while window:
            yield from self._outcome(*window.popleft())

    def _outcome(self, chunk: Chunk, ticket: _Ticket | None, *, is_retry: bool = False) -> Iterator[ChunkResult]:
        empty = ChunkResult(unchanged=list(chunk.unchanged), size=chunk.size)
        result = empty if ticket is None else self._pool.result(ticket)
        if isinstance(result, Died):
            yield from self._split(chunk, result, is_retry)
        else:
            later = {file.name for file in result.oversized}
            files = (item.name for item in chunk.items if isinstance(item, InputFile))
            result.completed = [name for name in files if name not in later]
            if chunk.completes is not None:
                result.completed.append(chunk.completes)
            yield result
            for file in result.oversized:
                yield from self._in_order(self._cut(file), urgent=True)

    def _split(self, chunk: Chunk, died: Died, is_retry: bool) -> Iterator[ChunkResult]:
        """Retry a chunk that killed its worker: the items before the bad one, the bad one by itself, and the rest."""
        bad = chunk.items[died.at]
        yield from self._retry(chunk.items[: died.at])
        if isinstance(bad, InputFile):
            yield from self._in_order(self._cut(bad), urgent=True)
        elif is_retry or died.final:
            yield ChunkResult(failed=[Unread(bad.name, died.reason)])
        else:
            yield from self._retry((bad,), is_retry=True)
        yield from self._retry(chunk.items[died.at + 1 :])
        completed = [] if chunk.completes is None else [chunk.completes]
        yield ChunkResult(size=chunk.size, unchanged=list(chunk.unchanged), completed=completed)

    def _retry(self, items: tuple[Item, ...], *, is_retry: bool = False) -> Iterator[ChunkResult]:
        if items:
            chunk = Chunk(items)
            yield from self._outcome(chunk, self._pool.submit(chunk, urgent=True), is_retry=is_retry)
