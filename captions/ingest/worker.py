"""Read chunks of input in a worker process, skipping articles that the store already has."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace

from captions import sources
from captions.ingest import records
from captions.ingest.guessed_dates import GUESSED
from captions.ingest.records import Record, Settings
from captions.lexicon.vocabulary import Vocabulary
from captions.processes.pool import Step
from captions.sources import InputFile, Source, Unread
from captions.sources.source import Options, digest_of

Item = InputFile | Source | Unread
# A file with more articles or bytes than this is read as several chunks.
MOST_ARTICLES, LARGEST_FILE = 100, 8_000_000
_NUMBER = re.compile(r"^\d+ ")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Input that a worker reads as one task."""

    items: tuple[Item, ...]
    size: int = 0
    completes: str | None = None
    """The name of a large file whose last articles are in this chunk."""
    unchanged: tuple[str, ...] = ()
    """The places of articles left out because the store has them."""


@dataclass(slots=True)
class ChunkResult:
    """The articles and failures read from a chunk, in input order."""

    records: list[Record] = field(default_factory=list)
    """New and changed articles."""
    failed: list[Unread] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    """The places of articles that the store has already."""
    notes: Counter[str] = field(default_factory=Counter)
    """The number of articles per note; notes that differ only in a leading number count as the same."""
    oversized: list[InputFile] = field(default_factory=list)
    """Files with too many articles for one chunk; none of them was read."""
    size: int = 0
    """The bytes read from files."""
    completed: list[str] = field(default_factory=list)
    """The names of files read to their end."""
    may_wait: bool = False
    """Whether the next input is a stream, which may block for a long time."""


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Everything a worker needs to know."""

    url: str
    """The database URL."""
    words: Vocabulary
    settings: Settings
    names: tuple[tuple[str, str], ...] = ()
    """The user's field names, as pairs of part and field."""


class ChunkReader:
    """The function that a worker process runs on each task."""

    def __init__(self, config: WorkerConfig) -> None:
        """Open the store for lookups."""
        self._config = config
        self._fingerprint = config.settings.fingerprint()
        self._engine = records.reader(config.url)

    def __call__(self, chunk: Chunk, step: Step) -> ChunkResult:
        """Read a chunk."""
        result = ChunkResult(size=chunk.size)
        found: list[tuple[int, Source]] = []
        same = self._unchanged_files(chunk.items, step)
        result.unchanged = [*chunk.unchanged, *sorted(same)]
        for at, item in enumerate(chunk.items):
            step(at)
            if item.name in same:
                continue
            articles = self._articles(item) if isinstance(item, InputFile) else [item]
            if articles is None and isinstance(item, InputFile):
                result.oversized.append(item)
            for article in articles or ():
                if isinstance(article, Unread):
                    result.failed.append(article)
                else:
                    found.append((at, article))
        known = records.known(self._engine, [source for _, source in found])
        for at, source in found:
            before = known.get(records.source_name(source))
            if records.is_stored(before, source, self._fingerprint, self._config.settings):
                result.unchanged.append(records.source_name(source))
            else:
                step(at)
                self._parse(source, before is not None, result)
        return result

    def _unchanged_files(self, items: tuple[Item, ...], step: Step) -> set[str]:
        """Return the names of single-article files that have not changed; they need not even be decoded."""
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
            with suppress(OSError):  # reported when the file is read
                found = replace(named[item.name], digest=digest_of(item.path.read_bytes()))
                if records.is_stored(before, found, self._fingerprint, self._config.settings):
                    same.add(item.name)
        return same

    def _articles(self, file: InputFile) -> list[Source | Unread] | None:
        """Return the articles of a file, or None if there are too many for one chunk."""
        found: list[Source | Unread] = []
        size = 0
        for article in sources.read(file, Options(self._config.names)):
            found.append(article)
            size += len(article.text) if isinstance(article, Source) else 0
            if len(found) > 1 and (len(found) > MOST_ARTICLES or size > LARGEST_FILE):
                return None
        return found

    def _parse(self, source: Source, is_stored: bool, result: ChunkResult) -> None:
        """Parse an article and add it to the result."""
        article = sources.parsed(source, self._config.words)
        if isinstance(article, Unread):
            result.failed.append(article)
            return
        result.notes.update({_NUMBER.sub("", note) for note in (*source.notes, *article.notes)})
        if records.is_of_other_version(source, self._fingerprint):
            result.notes.update(["parsed by another version; to update, run captions archive read with --refresh"])
        settings = self._config.settings
        if is_stored:
            settings = records.with_earlier_facts(self._engine, source, settings)
        record = records.article_record(source, article, settings, self._fingerprint)
        if (record.published_in or "").endswith(GUESSED):
            result.notes.update(["no date given, so the day is guessed, and no quota counts it as certain"])
        result.records.append(record)
