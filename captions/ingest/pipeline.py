"""What there is to read -> articles as the store takes them: cut into shards, and read by workers on all cores.

Shards, and with them what comes out, are the same however many workers there are, and in the order of the files.
"""

from __future__ import annotations

import os
import re
import traceback
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

from sqlalchemy import Engine

from captions import sources
from captions.ingest import records
from captions.ingest.pool import Died, Limits, Pool, Step, Ticket
from captions.ingest.records import Record, Settings
from captions.lexicon.vocabulary import Vocabulary
from captions.page import page_type
from captions.sources import InputFile, Source, Unread
from captions.sources.source import digest_of

Item = InputFile | Source | Unread
Names = tuple[tuple[str, str], ...]
# A shard is what a worker takes at once: some 50 ms of work.
ITEMS, SIZE = 25, 2_000_000
# A file of more articles than this, or larger, is cut into shards itself.
FEW, LARGE = 100, 8_000_000
# Shards for each worker that are cut ahead of what is written.
_AHEAD = 8
_NUMBER = re.compile(r"^\d+ ")


@dataclass(slots=True)
class Part:
    """What came of a shard, in the order of what it was read from."""

    records: list[Record] = field(default_factory=list)
    """What is new or changed."""
    failed: list[Unread] = field(default_factory=list)
    unchanged: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """What was noted, and of how many articles; notes that differ by a number alone count together."""
    long: list[InputFile] = field(default_factory=list)
    """Files that hold too much for one shard: nothing of them was read."""
    size: int = 0
    """How many bytes of the files these are."""
    done: list[str] = field(default_factory=list)
    """The names of files that were read to their end."""
    waits: bool = False
    """Whether a stream is read next, which may be long in coming."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a worker reads at once."""

    items: tuple[Item, ...]
    size: int = 0
    ends: str | None = None
    """The file of many articles of which these are the last."""
    unchanged: int = 0
    """How many more there were that the store has as they are."""


@dataclass(frozen=True, slots=True)
class Open:
    """A file to be taken apart, its articles to be read one by one: one of them killed a worker."""

    entry: InputFile


@dataclass(frozen=True, slots=True)
class How:
    """How to read: all that a worker must know."""

    url: str
    """The database's."""
    words: Vocabulary
    settings: Settings
    names: Names = ()


class Worker:
    """Reads shards, in a process of its own; what the store has unchanged it does not parse."""

    def __init__(self, how: How) -> None:
        """Opens the store to look into it."""
        self._how = how
        self._fingerprint = how.settings.fingerprint()
        self._engine = records.reader(how.url)

    def __call__(self, task: Shard | Open, step: Step) -> Part | list[Source | Unread] | None:
        """The articles of a shard; the sources of a file to be taken apart, None of one with too many."""
        return self._part(task, step) if isinstance(task, Shard) else self._sources(task.entry)

    def _part(self, shard: Shard, step: Step) -> Part:
        part = Part(size=shard.size)
        sources: list[tuple[int, Source]] = []
        same = self._same(shard.items, step)
        part.unchanged = shard.unchanged + len(same)
        for at, item in enumerate(shard.items):
            step(at)
            if item.name in same:
                continue
            found = self._sources(item) if isinstance(item, InputFile) else [item]
            if found is None and isinstance(item, InputFile):
                part.long.append(item)
            for one in found or ():
                if isinstance(one, Unread):
                    part.failed.append(one)
                else:
                    sources.append((at, one))
        known = records.known(self._engine, [source for _, source in sources])
        for at, source in sources:
            before = known.get(records.source_name(source))
            if records.is_stored(before, source, self._fingerprint, self._how.settings):
                part.unchanged += 1
            else:
                step(at)
                self._read(source, before is not None, part)
        return part

    def _same(self, items: tuple[Item, ...], step: Step) -> set[str]:
        """The names of files of one article that still hold what the store has of it: they are not even decoded."""
        named = {item.name: Source(item.name, "", "") for item in items if isinstance(item, InputFile)}
        known = records.known(self._engine, named.values())
        same = set()
        for at, item in enumerate(items):
            if not isinstance(item, InputFile) or item.path is None:
                continue
            before = known.get(records.source_name(named[item.name]))
            if before is None:
                continue
            step(at)
            with suppress(OSError):  # it is told when the file is read
                found = replace(named[item.name], digest=digest_of(item.path.read_bytes()))
                if records.is_stored(before, found, self._fingerprint, self._how.settings):
                    same.add(item.name)
        return same

    def _sources(self, entry: InputFile) -> list[Source | Unread] | None:
        found: list[Source | Unread] = []
        size = 0
        for one in sources.read(entry, self._how.names):
            found.append(one)
            size += len(one.text) if isinstance(one, Source) else 0
            if len(found) > 1 and (len(found) > FEW or size > LARGE):
                return None
        return found

    def _read(self, source: Source, again: bool, part: Part) -> None:
        try:
            article = sources.article(source, self._how.words)
        except MemoryError:
            raise
        except Exception as error:
            if os.environ.get("CAPTIONS_TRACEBACK"):
                traceback.print_exc()
            part.failed.append(
                Unread(source.name, f"a mistake in this program, please report it: {type(error).__name__}: {error}")
            )
            return
        if not article.captions and (none := page_type.is_no_article(article.notes)):
            part.failed.append(Unread(source.name, none))
            return
        part.notes.update({_NUMBER.sub("", note) for note in (*source.notes, *article.notes)})
        settings = self._how.settings
        told = records.told_before(self._engine, source, settings) if again else settings
        part.records.append(records.article_record(source, article, told, self._fingerprint))


class Reading:
    """The reading of an archive on several cores."""

    def __init__(self, how: How, jobs: int, limits: Limits, engine: Engine) -> None:
        """``engine`` is that of the writer, whose connections no worker may inherit."""
        # Loaded here, before the first worker is started, who then has them.
        import captions.page.parser
        import captions.plain.parser
        import captions.sources.formats  # noqa: F401

        self._how = how
        self._ahead = _AHEAD * jobs
        self._engine = engine
        self._fingerprint = how.settings.fingerprint()
        self._pool: Pool[Shard | Open, Part | list[Source | Unread] | None] = Pool(
            partial(Worker, how), jobs, limits, engine.dispose
        )

    def parts(self, items: Iterable[Item]) -> Generator[Part, None, None]:
        """What comes of all these, in their order. Bounded: no more is read ahead than the workers need."""
        with self._pool:
            yield from self._in_order(self._shards(items), urgent=False)

    def _shards(self, items: Iterable[Item]) -> Iterator[Shard | InputFile]:
        """Cuts what there is to read; a stream, which may be waited for, is given as it is."""
        some: list[Item] = []
        size = 0
        for item in items:
            is_large = isinstance(item, InputFile) and (item.size is None or item.size > LARGE)
            if some and (is_large or len(some) >= ITEMS or size >= SIZE):
                yield Shard(tuple(some), size)
                some, size = [], 0
            if not isinstance(item, InputFile) or not is_large:
                some.append(item)
                size += item.size or 0 if isinstance(item, InputFile) else 0
            elif item.size is None:
                yield item
            else:
                yield from self._cut(item)
        if some:
            yield Shard(tuple(some), size)

    def _cut(self, entry: InputFile) -> Iterator[Shard]:
        """The shards of one file of many articles."""
        files: list[BinaryIO] = []
        some: list[Item] = []
        size = place = 0
        for one in sources.read(entry, self._how.names, files.append):
            some.append(one)
            size += len(one.text) if isinstance(one, Source) else 0
            if len(some) >= ITEMS or size >= SIZE:
                now = files[0].tell() if entry.size is not None and files and not files[0].closed else place
                yield self._shard(some, now - place)
                some, size, place = [], 0, now
        yield self._shard(some, (entry.size or place) - place, entry.name)

    def _shard(self, items: list[Item], size: int, ends: str | None = None) -> Shard:
        """What the store does not have as it is: to send the rest to a worker takes longer than to look it up."""
        sources = [item for item in items if isinstance(item, Source)]
        known = records.known(self._engine, sources)
        same = {
            source.name
            for source in sources
            if records.is_stored(known.get(records.source_name(source)), source, self._fingerprint, self._how.settings)
        }
        return Shard(tuple(item for item in items if item.name not in same), size, ends, len(same))

    def _in_order(self, cut: Iterable[Shard | InputFile], *, urgent: bool) -> Iterator[Part]:
        window: deque[tuple[Shard, Ticket[Shard | Open] | None]] = deque()
        for shard in cut:
            is_stream = isinstance(shard, InputFile)
            while window and (is_stream or len(window) >= self._ahead):
                yield from self._outcome(*window.popleft())
            if isinstance(shard, InputFile):
                yield Part(waits=True)
                yield from self._in_order(self._cut(shard), urgent=urgent)
            else:
                window.append((shard, self._pool.submit(shard, urgent=urgent) if shard.items else None))
        while window:
            yield from self._outcome(*window.popleft())

    def _outcome(self, shard: Shard, ticket: Ticket[Shard | Open] | None, *, alone: bool = False) -> Iterator[Part]:
        result = Part(unchanged=shard.unchanged, size=shard.size) if ticket is None else self._pool.result(ticket)
        if isinstance(result, Died):
            yield from self._apart(shard, result, alone)
        elif isinstance(result, Part):
            later = {entry.name for entry in result.long}
            result.done = [one.name for one in shard.items if isinstance(one, InputFile) and one.name not in later]
            if shard.ends is not None:
                result.done.append(shard.ends)
            yield result
            for entry in result.long:
                yield from self._in_order(self._cut(entry), urgent=True)

    def _apart(self, shard: Shard, died: Died, alone: bool) -> Iterator[Part]:
        """Reads again what a worker had when it died: what stood before and after the one it was at, and it alone."""
        at, items = died.at, shard.items
        bad = items[at]
        yield from self._again(items[:at])
        if isinstance(bad, InputFile):
            opened = self._pool.result(self._pool.submit(Open(bad), urgent=True))
            if isinstance(opened, Died):
                yield Part(failed=[Unread(bad.name, opened.reason)], done=[bad.name])
            elif isinstance(opened, list):
                for one in opened:
                    yield from self._again((one,))
                yield Part(done=[bad.name])
            else:
                yield from self._in_order(self._cut(bad), urgent=True)
        elif alone or died.final:
            yield Part(failed=[Unread(bad.name, died.reason)])
        else:
            yield from self._again((bad,), alone=True)
        yield from self._again(items[at + 1 :])
        yield Part(size=shard.size, unchanged=shard.unchanged, done=[] if shard.ends is None else [shard.ends])

    def _again(self, items: tuple[Item, ...], *, alone: bool = False) -> Iterator[Part]:
        if items:
            shard = Shard(items)
            yield from self._outcome(shard, self._pool.submit(shard, urgent=True), alone=alone)
