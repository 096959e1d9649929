"""``captions ingest``: reads articles into the store, in batches; what is known and unchanged is not read again."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note
from captions.reading import Entry, Source, Unread

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.catalog import Settings
    from captions.vocabulary import Vocabulary

Names = tuple[tuple[str, str], ...]
# A batch is what an interruption can lose, and what is held in memory at once.
BATCH_FILES, BATCH_CHARACTERS = 400, 16_000_000
_NUMBER = re.compile(r"^\d+ ")


@dataclass(slots=True)
class _Count:
    """What was read in the articles that are new or changed."""

    captions: int = 0
    printings: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """What was noted of them, and of how many."""

    def note(self, notes: Iterable[str]) -> None:
        """Counts notes; those that differ by a number alone count together."""
        self.notes.update({_NUMBER.sub("", note) for note in notes})

    def sorted_notes(self) -> list[tuple[str, int]]:
        """The notes and of how many articles they are, the most first."""
        return sorted(self.notes.items(), key=lambda item: (-item[1], item[0]))


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, archives, or - for stdin.")],
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
    """
    # Imported here: the database takes 0.4 s, which `captions credit` need not wait for.
    import db
    from captions import catalog, reading
    from captions.reading.records import parse_map
    from captions.version import VERSION

    names = parse_map(fields or [])
    words = o.words(agencies, db_url)
    settings = catalog.Settings(o.register_of(agencies, db_url), publication, published)
    items = reading.find(paths)
    engine = db.open_store(db_url, create=True)
    try:
        run = db.start_run(engine, VERSION)
        failed, count = _run(engine, run, items, names, words, settings)
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
        counts = {"failed": len(failed), "captions": count.captions, "printings": count.printings}
        as_json.write({**totals, **counts, "notes": dict(count.sorted_notes()), "failures": failures}, sys.stdout)
    else:
        found = f"; {count.captions} captions, {count.printings} printings" if summary.new + summary.changed else ""
        typer.echo(
            f"read {summary.read}, new {summary.new}, changed {summary.changed}, unchanged {summary.unchanged}, "
            f"failed {len(failed)}{found}"
        )
        for text, articles in count.sorted_notes():
            typer.echo(f"{articles} of them: {text}")
    if any(failure.missing for failure in failed) or (failed and not summary.read):
        raise typer.Exit(2)


def _run(
    engine: Engine, run: int, items: Sequence[Entry | Unread], names: Names, words: Vocabulary, settings: Settings
) -> tuple[list[Unread], _Count]:
    """Reads and stores everything, batch by batch; gives what failed, and what was found."""
    failed: list[Unread] = []
    count = _Count()
    fingerprint = settings.fingerprint()
    shown = sys.stderr.isatty() and len(items) > 1
    with typer.progressbar(length=len(items), label="reading", file=sys.stderr) if shown else nullcontext() as progress:
        for sources, unread, size in _batches(items, names):
            failed.extend(_store(engine, run, sources, unread, words, settings, fingerprint, count))
            if progress is not None:
                progress.update(size)
    return failed, count


def _batches(items: Sequence[Entry | Unread], names: Names) -> Iterator[tuple[list[Source], list[Unread], int]]:
    """What was read and what was not, and how many items ended, until a batch is full."""
    from captions import reading

    sources: list[Source] = []
    unread: list[Unread] = []
    size = ended = 0
    for item in items:
        for result in (item,) if isinstance(item, Unread) else reading.read(item, names):
            if isinstance(result, Unread):
                unread.append(result)
            else:
                sources.append(result)
                size += len(result.text)
            if len(sources) + len(unread) >= BATCH_FILES or size >= BATCH_CHARACTERS:
                yield sources, unread, ended
                sources, unread, size, ended = [], [], 0, 0
        ended += 1
    if sources or unread or ended:
        yield sources, unread, ended


def _store(
    engine: Engine,
    run: int,
    sources: Sequence[Source],
    unread: Sequence[Unread],
    words: Vocabulary,
    settings: Settings,
    fingerprint: str,
    count: _Count,
) -> list[Unread]:
    """Parses what the store does not have yet, and writes a batch: all of it or none. Gives all that was not read."""
    import db
    from captions import catalog, kinds, reading

    known = db.known_hashes(engine, [catalog.source_name(source) for source in sources])
    records = []
    failed = list(unread)
    for source in sources:
        before = known.get(catalog.source_name(source))
        if catalog.is_stored(before, source, fingerprint, settings):
            continue
        article = reading.article(source, words)
        if not article.captions and (none := kinds.is_no_article(article.notes)):
            failed.append(Unread(source.name, none))
            continue
        count.note((*source.notes, *article.notes))
        told = settings if before is None else catalog.told_before(engine, source, settings)
        records.append(catalog.article_record(source, article, told, fingerprint))
    failures = [record for failure in failed if (record := catalog.failure_record(failure)) is not None]
    skipped = len(sources) - len(records) - (len(failed) - len(unread))
    db.write_articles(engine, run, records, failures, skipped=skipped)
    used = sorted(catalog.agencies_used(records) & set(words.agencies))
    if used:
        db.register_parties(
            engine,
            [(n, "agency", (*words.agencies[n].aliases, *words.agencies[n].weak_aliases)) for n in used],
        )
    count.captions += sum(len(record.uses) for record in records)
    count.printings += sum(use.printings for record in records for use in record.uses)
    return failed
