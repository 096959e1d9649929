"""``captions ingest``: reads articles into the store, in batches; what is known and unchanged is not read again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.garbage import seldom_collected
from captions.cli.output import note
from captions.cli.progress import Progress, cores, progress
from captions.report import Column, Row
from captions.sources import Unread

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.ingest.worker import ChunkResult
    from captions.lexicon.vocabulary import Vocabulary

# A batch is what an interruption can lose, and what is held in memory at once.
BATCH_ARTICLES, BATCH_CHARACTERS = 400, 16_000_000
_FAILURES = (Column("source", "Not read"), Column("reason", "Why", wide=True))


@dataclass(slots=True)
class _Count:
    """What was read in the articles that are new or changed."""

    captions: int = 0
    occurrences: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """What was noted of them, and of how many."""

    def sorted_notes(self) -> list[tuple[str, int]]:
        """The notes and of how many articles they are, the most first."""
        return sorted(self.notes.items(), key=lambda item: (-item[1], item[0]))


@seldom_collected()
def ingest(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders, archives, or - for stdin.")
    ] = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
    publication: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where they were published, unless they say it themselves.")
    ] = None,
    published: Annotated[
        date | None,
        typer.Option(parser=o.first_day, metavar="DAY", help="When, unless they say it themselves."),
    ] = None,
    fields: o.Map = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Read in N processes; else on all cores.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--time-limit", min=0.01, metavar="SECONDS", help="Give an article up after so long.")
    ] = 60,
    list_failures: Annotated[
        bool, typer.Option("--failures", help="Read nothing; list what could not be read, with the reasons.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry-failures", help="Read the files again in which something could not be read.")
    ] = False,
    form: o.ShapeFormat = o.Shape.table,
) -> None:
    """Read articles into the database.

    Text, HTML, MHTML, JSON and JSON Lines, CSV, RSS, Atom and WordPress exports, ninjs, NITF, NewsML-G2, WARC, WACZ and
    Parquet, also packed (gzip) and in ZIP and TAR; the kind is found by content.

    Reading an article again changes nothing; a changed one replaces its captions. What cannot be read is listed,
    and the rest goes on. Exit code 2 if a path does not exist or nothing could be read.

    \b
    Examples:
      captions ingest articles/ --publication "Harbor Echo"
      captions ingest archive.jsonl.gz --map text=story.body,url=link
      captions ingest --failures
      captions ingest --retry-failures
    """
    if bool(paths) + list_failures + retry != 1:
        raise typer.BadParameter("give one of PATH..., --failures and --retry-failures")
    if list_failures:
        _list_failures(db_url, form)
        return
    # Imported here: the database takes 0.4 s, which `captions credit` need not wait for.
    import captions_db as db

    from captions import sources, stored
    from captions.ingest import records
    from captions.ingest.pipeline import Pipeline
    from captions.ingest.pool import Limits
    from captions.ingest.worker import WorkerConfig
    from captions.sources.records import parse_map

    names = parse_map(fields or [])
    words = o.words(agencies, db_url)
    settings = records.Settings(o.register_of(agencies, db_url), publication, published)
    engine = db.open_store(db_url, create=not retry, cache=db.SMALL_CACHE)
    try:
        broken = [failure.source for failure in stored.failures(engine)]
        paths = paths or sorted({_file_of(source) for source in broken})
        run = db.start_run(engine, settings.version)
        config = WorkerConfig(db_url, words, settings, names)
        parts = Pipeline(config, jobs or cores(), Limits(seconds), engine).results(sources.find(paths))
        with progress(paths) as shown, closing(parts):
            failed, count = _run(engine, run, parts, words, shown, {f for s in broken for f in stored.files_of(s)})
        summary = db.finish_run(engine, run)
    except KeyboardInterrupt:
        note("what was written so far stays; the same command goes on from there")
        raise
    finally:
        engine.dispose()
    for failure in failed:
        note(f"not read: {failure.name}: {failure.reason}")
    if form is o.Shape.json:
        from captions.report import as_json

        totals = {name: getattr(summary, name) for name in ("read", "new", "changed", "unchanged")}
        failures = [{"source": failure.name, "reason": failure.reason} for failure in failed]
        counts = {"failed": len(failed), "captions": count.captions, "occurrences": count.occurrences}
        as_json.write(
            {"run": run, **totals, **counts, "notes": dict(count.sorted_notes()), "failures": failures}, sys.stdout
        )
    else:
        found = f"; {count.captions} captions, {count.occurrences} occurrences" if summary.new + summary.changed else ""
        typer.echo(
            f"read {summary.read}, new {summary.new}, changed {summary.changed}, unchanged {summary.unchanged}, "
            f"failed {len(failed)}{found}"
        )
        for text, articles in count.sorted_notes():
            typer.echo(f"{articles} of them: {text}")
    if any(failure.missing for failure in failed) or (failed and not summary.read):
        raise typer.Exit(2)


def _list_failures(db_url: str, form: o.Shape) -> None:
    import captions_db as db

    from captions import stored
    from captions.report import write_rows

    engine = db.open_store(db_url)
    try:
        rows: list[Row] = [{"source": one.source, "reason": one.reason} for one in stored.failures(engine)]
    finally:
        engine.dispose()
    if rows or form is o.Shape.json:
        write_rows("failures", _FAILURES, rows, form.value, sys.stdout)
    else:
        typer.echo("nothing failed")


def _file_of(source: str) -> str:
    """The file that a source stands in: the longest beginning of its name that is one."""
    from captions import stored

    return next((name for name in stored.files_of(source) if Path(name).is_file()), source)


def _run(
    engine: Engine, run: int, parts: Iterator[ChunkResult], words: Vocabulary, shown: Progress, broken: set[str]
) -> tuple[list[Unread], _Count]:
    """Stores everything, batch by batch: all of one or none; gives what failed, and what was found.

    ``broken`` are names of files in which earlier runs could not read something.
    """
    from captions.ingest import records

    failed: list[Unread] = []
    count = _Count()
    for batch in _batches(parts, shown):
        records.write(
            engine,
            run,
            batch.records,
            batch.failed,
            batch.unchanged,
            words,
            sorted(broken.intersection(batch.completed)),
        )
        failed += batch.failed
        count.notes += batch.notes
        count.captions += sum(len(record.uses) for record in batch.records)
        count.occurrences += sum(use.occurrences for record in batch.records for use in record.uses)
    return failed, count


def _batches(parts: Iterator[ChunkResult], shown: Progress) -> Iterator[ChunkResult]:
    """Parts put together until a batch is full, or what comes next may be long in coming."""
    from captions.ingest.worker import ChunkResult

    batch, articles, characters = ChunkResult(), 0, 0
    for part in parts:
        batch.records += part.records
        batch.failed += part.failed
        batch.unchanged += part.unchanged
        batch.notes += part.notes
        batch.completed += part.completed
        more = len(part.records) + len(part.failed) + part.unchanged
        articles += more
        characters += sum(len(record.text) for record in part.records)
        shown.advance(more, part.size)
        if articles and (articles >= BATCH_ARTICLES or characters >= BATCH_CHARACTERS or part.may_wait):
            yield batch
            batch, articles, characters = ChunkResult(), 0, 0
    if articles or batch.completed:
        yield batch
