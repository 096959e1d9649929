"""``captions db``: inspect, check, back up and upgrade the database."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from itertools import count as counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions import escaping
from captions.cli import options as o
from captions.cli.inputs import database_name, opened_store
from captions.cli.output import count, note, note_limit, timestamp
from captions.errors import CaptionsError
from captions.files.targets import Targets
from captions.report import Column, Row, Value, write_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(help="Inspect, check, back up and upgrade the database.", no_args_is_help=True, rich_markup_mode=None)
_FACTS = (Column("what", "Database"), Column("value", "", wide=True))

_RUNS = (
    Column("run", "Run", number=True),
    Column("started", "Started"),
    Column("finished", "Finished"),
    Column("read", "Read", number=True),
    Column("new", "New", number=True),
    Column("changed", "Changed", number=True),
    Column("unchanged", "Unchanged", number=True),
    Column("failed", "Failed", number=True),
    Column("version", "Version"),
)
_TIMES = ("started", "finished")


@app.command()
def info(db_url: o.Database = o.DATABASE, form: o.ShapeFormat = o.Shape.table) -> None:
    """Show the size of a database, and when it was last written.

    \b
    Example:
      captions db info --format json
    """
    import captions_db as db
    from captions_db.connection import where
    from captions_db.schema import HEAD

    with opened_store(db_url) as engine:
        runs = db.run_summaries(engine, limit=1)
        total = db.agency_usage(engine).total
        facts: dict[str, Value] = {
            "place": where(engine),
            "schema": HEAD,
            "articles": sum(1 for _ in db.articles(engine)),
            "uses": total.uses,
            "agencies": sum(1 for party in db.parties(engine) if party.uses),
            "creators": total.creators,
            "first": total.first,
            "last": total.last,
            "last_run": runs[0].started.isoformat(timespec="seconds") if runs else None,
            "last_run_version": runs[0].version if runs else None,
            "last_run_finished": runs[0].finished is not None if runs else None,
        }
    if form is o.Shape.json:
        from captions.report import as_json
        from captions.report.rows import as_data

        as_json.write({name: as_data(value) for name, value in facts.items()}, sys.stdout)
        return
    rows: list[Row] = [
        {"what": name.replace("_", " "), "value": value} for name, value in facts.items() if value is not None
    ]
    write_rows("facts", _FACTS, rows, "table", sys.stdout)


@app.command()
def runs(form: o.ListingFormat = o.Listing.table, limit: o.Limit = None, db_url: o.Database = o.DATABASE) -> None:
    """List ingest runs, newest first.

    Shows how many articles each run stored, changed and could not read.

    \b
    Examples:
      captions db runs --limit 5
      captions audit --run 3
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        found = db.run_summaries(engine)
    rows: list[dict[str, Value]] = [
        {
            "run": run.id,
            "started": timestamp(run.started),
            "finished": timestamp(run.finished),
            "read": run.read,
            "new": run.new,
            "changed": run.changed,
            "unchanged": run.unchanged,
            "failed": run.failed,
            "version": run.version,
        }
        for run in (found if limit is None else found[:limit])
    ]
    columns: Sequence[Column] = _RUNS
    if form is o.Listing.table:
        columns = tuple(c if c.key not in _TIMES else Column(c.key, f"{c.title} (UTC)") for c in _RUNS)
        rows = [row | {name: _minute(row[name]) or "interrupted" for name in _TIMES} for row in rows]
    write_rows("runs", columns, rows, form.value, sys.stdout, {"total": len(found)})
    note_limit(len(rows), len(found))


def _minute(time: Value) -> str:
    """Shorten a time to fit a table: ``2026-05-18T09:30:00+00:00`` becomes ``2026-05-18 09:30``."""
    return str(time or "")[:16].replace("T", " ")


@app.command()
def upgrade(db_url: o.Database = o.DATABASE) -> None:
    """Upgrade an older database to this version.

    An upgrade that fails changes nothing. Before an upgrade or a repair, an SQLite database is backed up next to its
    file.

    \b
    Example:
      captions db upgrade
    """
    import captions_db as db

    version = db.upgrade_store(db_url, before=_back_up_first)
    typer.echo(f"{database_name(db_url)} is up to date: schema {version}")


def _back_up_first(engine: Engine) -> None:
    import captions_db as db

    if engine.dialect.name != "sqlite":
        note(f"no backup was made; to make one, run: {db.dump_command(engine, 'captions.dump')}")
        return
    name = f"{engine.url.database}.backup"
    path = next(path for path in map(Path, chain([name], (f"{name}-{n}" for n in counter(2)))) if not path.exists())
    with Targets().replaced(path) as part:
        db.backup(engine, part)
    note(f"backed up to {path}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; no existing file is replaced.")],
    db_url: o.Database = o.DATABASE,
) -> None:
    """Back up the database to a file, while other commands use it.

    Do not copy the file of a database in use: the copy can lack the latest changes, or everything. To restore a backup,
    use it with --db, or rename it when no command is running. For a PostgreSQL database, shows the command to run.

    \b
    Examples:
      captions db backup captions-2026-05-18.db
      captions db check --db captions-2026-05-18.db
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        if engine.dialect.name != "sqlite":
            note("PostgreSQL has its own program for backups; run:")
            typer.echo(db.dump_command(engine, file))
            return
        with Targets().replaced(file) as part:
            if file.exists() and file.stat().st_size:
                raise CaptionsError(f"{file} already exists; choose a new file for the backup")
            db.backup(engine, part)
    note(f"backed up to {file}")


@app.command()
def merge(
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The database to merge: a path or a URL.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be merged, and change nothing.")
    ] = False,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Merge another database into this one; the other is not changed.

    Adds its articles, of several readings the best; and its agreements, licenses, corrections, waivers and merged
    names, with who decided and when. What contradicts a decision of this database is listed and left out:
    settle it here or there, and merge again. Merging again changes nothing.
    Scanned pictures and stored findings are not merged: scan and audit here.

    \b
    Examples:
      captions db merge sports.db --dry-run
      captions db merge sports.db --db newsroom.db
    """
    import captions_db as db

    from captions.licensing.terms import members

    if database_name(other) == database_name(db_url):
        raise CaptionsError(f"{database_name(other)} is the same database; choose another one to merge")
    with opened_store(other) as source, opened_store(db_url) as target:
        merged = db.merge_store(target, source, dry_run=dry_run, members=members)
    found = [count(merged.articles, "new article"), count(merged.better, "better reading")]
    found += [count(number, name.replace("party_merge", "merged name")) for name, number in merged.decisions.items()]
    typer.echo(f"{'would merge' if dry_run else 'merged'}: {', '.join(found)}")
    for line in merged.conflicts:
        typer.echo(escaping.line(f"conflict: {line}"))
    if merged.conflicts:
        raise typer.Exit(1)


@app.command()
def check(db_url: o.Database = o.DATABASE) -> None:
    """Check a database for damage; exit with 2 if there is any.

    Lists every problem on stdout: a damaged file, references to missing rows, a table, index, view or trigger that is
    missing or changed, and stored counts that do not match the uses.

    \b
    Example:
      captions db check
    """
    import captions_db as db
    from captions_db.connection import where
    from captions_db.drift import broken_references, damage, drift
    from captions_db.rollups import wrong_counts

    with opened_store(db_url) as engine:
        place = where(engine)
        broken = damage(engine)
        if not broken:
            broken = [*drift(engine), *broken_references(engine)]
        uses = 0 if broken else sum(1 for _ in db.uses_for_audit(engine))
        miscounted = [] if broken else wrong_counts(engine)
    for line in (*broken, *miscounted):
        typer.echo(escaping.line(line))
    if broken:
        raise CaptionsError(f"{place} is damaged; restore a backup, or ingest into a new database")
    if miscounted:
        raise CaptionsError(f"{place} has wrong counts of uses; to recount, run: captions db upgrade")
    typer.echo(f"{place} passed all checks: {count(uses, 'use')}")
