"""Read shards on all cores of one machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from captions.archive.batches import read_batches
from captions.archive.folder import ArchiveFolder, ShardCounts
from captions.archive.shards import Names, Shard, ShardCut, pages
from captions.lexicon.fingerprint import fingerprint, parser_version
from captions.processes.limits import DEFAULT_LIMITS, Limits, stop_step
from captions.processes.pool import Died, Pool, Step, Ticket

# How often a shard is read again from its beginning, because the process that reads it was ended.
_TRIES = 3
_REFRESH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How to read shards: where to, with which register and field names, within which limits."""

    folder: ArchiveFolder
    register: Path | None = None
    names: Names = ()
    limits: Limits = DEFAULT_LIMITS

    @property
    def version(self) -> str:
        """The version of the parser, with its tables and the register."""
        return parser_version(fingerprint(self.register))


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far the reading of shards is: the pages read and the bytes of their files, in total."""

    pages: int
    size: int


@dataclass(frozen=True, slots=True)
class ShardOutcome:
    """A shard that was read to its end, or why it was not."""

    shard: Shard
    counts: ShardCounts | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    shard: Shard
    cut: ShardCut | None = None


def unread_shards(shards: Iterable[Shard], settings: ReadSettings, *, refresh: bool) -> tuple[list[Shard], int]:
    """Return the shards to read, and how many of the others were read by another version of the parser.

    With ``refresh``, those are to be read again.
    """
    waiting, outdated, version = [], 0, settings.version
    for shard in shards:
        found = settings.folder.version(shard)
        if found is None or (refresh and found != version):
            waiting.append(shard)
        else:
            outdated += found != version
    return waiting, outdated


def read_shard(
    settings: ReadSettings, shard: Shard, step: Step | None = None, cut: ShardCut | None = None
) -> ShardCounts:
    """Read a shard into its file."""
    found = pages(shard, settings.names, step, stop_step, cut) if step else pages(shard, settings.names, cut=cut)
    batches = read_batches(found, register=settings.register, names=settings.names, limits=settings.limits)
    return settings.folder.write(shard, batches, settings.version)


def read_shards(shards: Sequence[Shard], settings: ReadSettings, jobs: int) -> Iterator[ShardOutcome | ShardProgress]:
    """Read shards in processes, and yield the outcome of each once it is known; in between, yield the progress."""
    with Pool(partial(_ShardReader, settings), jobs, settings.limits, queued=1) as pool:
        running = {shard.name: pool.submit(_Task(shard)) for shard in shards}
        tries = dict.fromkeys(running, 0)
        read = size = 0
        while running:
            pool.wait(_REFRESH_SECONDS)
            for name, ticket in [(name, ticket) for name, ticket in running.items() if ticket.done]:
                del running[name]
                outcome = pool.result(ticket)
                tries[name] += 1
                if isinstance(outcome, Died) and tries[name] < _TRIES:
                    running[name] = pool.submit(_next_task(ticket, outcome, tries[name]), urgent=True)
                    continue
                shard = ticket.task.shard
                if isinstance(outcome, Died):
                    yield ShardOutcome(shard, None, outcome.reason)
                else:
                    read += outcome.rows
                    yield ShardOutcome(shard, outcome)
                size += shard.size
            more, done = pool.running()
            yield ShardProgress(read + more, size + done)


def _next_task(ticket: Ticket[_Task], died: Died, tries: int) -> _Task:
    """Return the task to try next: the same again, unless it would end the same way, then without the rest."""
    if died.final or tries > 1:
        return replace(ticket.task, cut=ShardCut(died.at, died.reason))
    return ticket.task


@dataclass(frozen=True, slots=True)
class _ShardReader:
    """The function that a worker process runs on each shard."""

    settings: ReadSettings

    def __call__(self, task: _Task, step: Step) -> ShardCounts:
        """Read a shard."""
        stop_step()
        return read_shard(self.settings, task.shard, step, task.cut)
