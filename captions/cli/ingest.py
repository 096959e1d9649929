"""``captions ingest``: read articles into the database in batches; skip those that have not changed."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions import dates
from captions.cli import completion
from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import count, note
from captions.cli.progress import Progress, cores, progress
from captions.report import Column, Row
from captions.sources import Unread

if TYPE_CHECKING:
    from captions_db import RunSummary
    from sqlalchemy import Engine

    from captions.ingest.records import Settings
    from captions.ingest.worker import ChunkResult
    from captions.lexicon.vocabulary import Vocabulary

# A batch is what an interruption can lose, and what is in memory at once.
BATCH_ARTICLES, BATCH_CHARACTERS = 400, 16_000_000
_FAILURES = (Column("source", "Not read"), Column("reason", "Reason", wide=True))
_RARE_COLLECTION = (5_000, 10, 10)

Paths = Annotated[list[str] | None, typer.Argument(metavar="PATH", help="Files, folders or archives; - for stdin.")]
PublishedIn = Annotated[
    str | None,
    typer.Option(
        "--publication",
        metavar="NAME",
        help="The publication of articles that do not name theirs.",
        autocompletion=completion.publication,
    ),
]
Override = Annotated[
    bool, typer.Option("--override-publication", help="Use --publication also for articles that name another.")
]
PublishedOn = Annotated[
    str | None,
    typer.Option(
        "--published",
        callback=o.date_text,
        metavar="DATE",
        help="The date of articles that do not give theirs: a day, or only a month or a year.",
    ),
]
GuessDates = Annotated[
    bool,
    typer.Option("--guess-dates", help="Guess the day of pages that give no date; guesses are marked with ?."),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, metavar="N", help="Number of processes.  [default: one per core]"),
]
ListFailures = Annotated[
    bool, typer.Option("--failures", help="List the files and records that could not be read, and why.")
]
RetryFailures = Annotated[
    bool, typer.Option("--retry-failures", help="Read again the files in which something could not be read.")
]
Prune = Annotated[
    bool, typer.Option("--prune", help="List articles below PATH whose files are gone; with --yes, remove them.")
]
Yes = Annotated[bool, typer.Option("--yes", help="With --prune: remove these articles.")]


@dataclass(slots=True)
class _Tally:
    """Counts over the new and changed articles of a run."""

    captions: int = 0
    occurrences: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """Notes on the articles, with the number of articles each applies to."""

    def sorted_notes(self) -> list[tuple[str, int]]:
        """Return the notes and their numbers of articles, most frequent first."""
        return sorted(self.notes.items(), key=lambda item: (-item[1], item[0]))


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Collect garbage rarely, and never what exists already; worker processes inherit this.

    Turning collection off would use up the memory, because a page's tree is a cycle.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_RARE_COLLECTION)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


@_rarely_collected()
def ingest(
    paths: Paths = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
    publication: PublishedIn = None,
    override: Override = False,
    published: PublishedOn = None,
    guess_dates: GuessDates = False,
    fields: o.Map = None,
    jobs: Jobs = None,
    seconds: o.TimeLimit = 60,
    list_failures: ListFailures = False,
    retry: RetryFailures = False,
    prune: Prune = False,
    yes: Yes = False,
    form: o.ShapeFormat = o.Shape.table,
) -> None:
    """Read articles into the database.

    Reads text, HTML, MHTML, JSON, JSON Lines, CSV, RSS, Atom, WordPress exports, ninjs, NITF, NewsML-G2, WARC, WACZ and
    Parquet, also compressed with gzip or in a ZIP or TAR archive. The format is detected from the content.

    Reading an article again changes nothing, also from another file: an article is known by its URL, else by its
    content. A changed article replaces its captions. Input that cannot be read is reported and skipped.
    The exit code is 2 if a path does not exist or nothing could be read.

    \b
    Examples:
      captions ingest articles/ --publication "Harbor Echo"
      captions ingest archive.jsonl.gz --map text=story.body,url=link
      captions ingest articles/ --prune
      captions ingest --failures
      captions ingest --retry-failures
    """
    if bool(paths) + list_failures + retry != 1:
        raise typer.BadParameter("give PATH, --failures or --retry-failures, and only one of them")
    if prune and (not paths or form is o.Shape.json):
        raise typer.BadParameter("--prune needs PATH, and writes no JSON")
    o.needs("--override-publication", override, "--publication", publication)
    o.needs("--yes", yes, "--prune", prune)
    if list_failures:
        _list_failures(db_url, form)
        return
    from captions.ingest.records import Settings

    words = o.words(agencies, db_url)
    when = dates.day_or_period(published) if published else (None, None)
    own = () if publication else o.own_publications()
    settings = Settings(o.register_of(agencies, db_url), publication, *when, override, guess_dates, own)
    summary, failed, tally = _ingest(paths, db_url, words, settings, fields or [], jobs or cores(), seconds)
    for failure in failed:
        note(f"not read: {failure.name}: {failure.reason}")
    if form is o.Shape.json:
        _write_json(summary, failed, tally)
    else:
        _print_summary(summary, failed, tally)
    if prune:
        _prune(paths or [], db_url, failed, yes=yes, read=summary.read)
    if any(failure.missing for failure in failed) or (failed and not summary.read):
        raise typer.Exit(2)


def _ingest(
    paths: list[str] | None,
    db_url: str,
    words: Vocabulary,
    settings: Settings,
    fields: list[str],
    jobs: int,
    seconds: float,
) -> tuple[RunSummary, list[Unread], _Tally]:
    """Read paths, or without any the files of earlier failures, into a database; return what happened."""
    # Imported here, because the database takes 0.4 s to import and `captions credit` does not need it.
    import captions_db as db

    from captions import sources, stored
    from captions.ingest import guessed_dates
    from captions.ingest.pipeline import Pipeline
    from captions.ingest.worker import WorkerConfig
    from captions.processes.limits import Limits
    from captions.sources.records import parse_map

    names = parse_map(fields)
    if settings.guess_dates:
        guessed_dates.check()
    engine = db.open_store(db_url, create=bool(paths), cache=db.SMALL_CACHE)
    try:
        broken = [failure.source for failure in stored.failures(engine)]
        paths = paths or sorted({_file_of(source) for source in broken})
        db.add_own_publications(engine, [name for _, name in settings.publications])
        run = db.start_run(engine, settings.version, settings.publication)
        config = WorkerConfig(db_url, words, settings, names)
        parts = Pipeline(config, jobs, Limits(seconds), engine).results(sources.find(paths))
        suspects = {name for source in broken for name in stored.files_of(source)}
        with progress(paths) as bar, closing(parts):
            failed, tally = _store(engine, run, parts, words, bar, suspects)
        return db.finish_run(engine, run), failed, tally
    except KeyboardInterrupt:
        note("articles read so far are stored; run the same command again to continue")
        raise
    finally:
        engine.dispose()


def _prune(paths: list[str], db_url: str, failed: list[Unread], *, yes: bool, read: int) -> None:
    from captions.cli import prune

    # The folder of a disk that is not mounted is empty.
    is_missing = any(failure.missing for failure in failed)
    if is_missing or not read:
        why = "a path does not exist" if is_missing else "no article was found"
        note(f"no article removed: {why}; check that the disk is connected, or use captions forget")
        return
    prune.prune(paths, db_url, yes=yes)


def _write_json(summary: RunSummary, failed: list[Unread], tally: _Tally) -> None:
    from captions.report import as_json

    totals = {name: getattr(summary, name) for name in ("read", "new", "changed", "unchanged", "elsewhere")}
    failures = [{"source": failure.name, "reason": failure.reason} for failure in failed]
    counts = {"failed": len(failed), "captions": tally.captions, "occurrences": tally.occurrences}
    notes = {"notes": dict(tally.sorted_notes()), "failures": failures}
    as_json.write({"run": summary.id, **totals, **counts, **notes}, sys.stdout)


def _print_summary(summary: RunSummary, failed: list[Unread], tally: _Tally) -> None:
    found = ""
    if summary.new + summary.changed:
        found = f"; {count(tally.captions, 'caption')}, {count(tally.occurrences, 'occurrence')}"
    typer.echo(
        f"read {summary.read}, new {summary.new}, changed {summary.changed}, unchanged {summary.unchanged}, "
        f"failed {len(failed)}{found}"
    )
    if summary.elsewhere:
        typer.echo(f"{summary.elsewhere} already stored under other names")
    for text, articles in tally.sorted_notes():
        typer.echo(f"{count(articles, 'article')}: {text}")


def _list_failures(db_url: str, form: o.Shape) -> None:
    from captions import stored
    from captions.report import write_rows

    with opened_store(db_url) as engine:
        rows: list[Row] = [{"source": failure.source, "reason": failure.reason} for failure in stored.failures(engine)]
    if rows or form is o.Shape.json:
        write_rows("failures", _FAILURES, rows, form.value, sys.stdout)
    else:
        typer.echo("no failures")


def _file_of(source: str) -> str:
    """Return the file that contains a source: the longest prefix of its name that is a file, else the name."""
    from captions import stored

    return next((name for name in stored.files_of(source) if Path(name).is_file()), source)


def _store(
    engine: Engine, run: int, parts: Iterator[ChunkResult], words: Vocabulary, bar: Progress, broken: set[str]
) -> tuple[list[Unread], _Tally]:
    """Store articles batch by batch, each batch completely or not at all; return the failures and the tally.

    ``broken`` has the names of files in which earlier runs could not read something.
    """
    from captions.ingest import records

    failed: list[Unread] = []
    tally = _Tally()
    for batch in _batches(parts, bar):
        counts = records.write(
            engine,
            run,
            batch.records,
            batch.failed,
            batch.unchanged,
            words,
            sorted(broken.intersection(batch.completed)),
        )
        failed += batch.failed
        tally.notes += batch.notes
        tally.captions += counts.captions
        tally.occurrences += counts.occurrences
    return failed, tally


def _batches(parts: Iterator[ChunkResult], bar: Progress) -> Iterator[ChunkResult]:
    """Join parts until a batch is full or the next part may take a while."""
    from captions.ingest.worker import ChunkResult

    batch, articles, characters = ChunkResult(), 0, 0
    for part in parts:
        batch.records += part.records
        batch.failed += part.failed
        batch.unchanged += part.unchanged
        batch.notes += part.notes
        batch.completed += part.completed
        more = len(part.records) + len(part.failed) + len(part.unchanged)
        articles += more
        characters += sum(len(record.text) for record in part.records)
        bar.advance(more, part.size)
        if articles and (articles >= BATCH_ARTICLES or characters >= BATCH_CHARACTERS or part.may_wait):
            yield batch
            batch, articles, characters = ChunkResult(), 0, 0
    if articles or batch.completed:
        yield batch
