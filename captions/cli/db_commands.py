"""``captions db``: what a database holds, whether it is sound, and bringing it up to this program."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from captions import escaping
from captions.cli import options as o
from captions.errors import CaptionsError
from captions.report import Column, Row, Value, write_rows

app = typer.Typer(help="Look after the database.", no_args_is_help=True, rich_markup_mode=None)
_COLUMNS = (Column("what", "Database"), Column("value", "", wide=True))

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
_MOMENTS = ("started", "finished")


@app.command()
def info(db_url: o.Database = o.DATABASE, form: o.ShapeFormat = o.Shape.table) -> None:
    """Tell what a database holds, and when it was last written.

    \b
    Example:
      captions db info --format json
    """
    import captions_db as db
    from captions_db.connection import where
    from captions_db.schema import HEAD

    engine = db.open_store(db_url)
    try:
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
    finally:
        engine.dispose()
    if form is o.Shape.json:
        from captions.report import as_json
        from captions.report.rows import as_data

        as_json.write({name: as_data(value) for name, value in facts.items()}, sys.stdout)
        return
    rows: list[Row] = [
        {"what": name.replace("_", " "), "value": value} for name, value in facts.items() if value is not None
    ]
    write_rows("facts", _COLUMNS, rows, "table", sys.stdout)


@app.command()
def runs(form: o.ListingFormat = o.Listing.table, limit: o.Limit = None, db_url: o.Database = o.DATABASE) -> None:
    """List the runs of the ingest, the latest first: what each stored, changed, and could not read.

    \b
    Examples:
      captions db runs --limit 5
      captions audit --run 3
    """
    import captions_db as db

    engine = db.open_store(db_url)
    try:
        found = db.run_summaries(engine)
    finally:
        engine.dispose()
    rows: list[dict[str, Value]] = [
        {
            "run": one.id,
            "started": o.moment(one.started),
            "finished": o.moment(one.finished),
            "read": one.read,
            "new": one.new,
            "changed": one.changed,
            "unchanged": one.unchanged,
            "failed": one.failed,
            "version": one.version,
        }
        for one in (found if limit is None else found[:limit])
    ]
    columns: Sequence[Column] = _RUNS
    if form is o.Listing.table:
        columns = tuple(c if c.key not in _MOMENTS else Column(c.key, f"{c.title} (UTC)") for c in _RUNS)
        rows = [row | {name: _minute(row[name]) or "cut off" for name in _MOMENTS} for row in rows]
    write_rows("runs", columns, rows, form.value, sys.stdout, {"total": len(found)})
    o.tell_cut(len(rows), len(found))


def _minute(moment: Value) -> str:
    """``2026-05-18T09:30:00+00:00`` as a table has room for it: ``2026-05-18 09:30``."""
    return str(moment or "")[:16].replace("T", " ")


@app.command()
def upgrade(db_url: o.Database = o.DATABASE) -> None:
    """Bring an older database up to this program. All of it or nothing; copy the file before, all the same.

    \b
    Example:
      captions db upgrade
    """
    import captions_db as db

    version = db.upgrade_store(db_url)
    typer.echo(f"{db_url} has schema {version}, which this program reads and writes")


@app.command()
def check(db_url: o.Database = o.DATABASE) -> None:
    """Read everything in a database and compare its schema with today's; exit code 2 if something is broken.

    What is wrong is listed on stdout: a damaged file, rows that point to nothing, and drift: a table, an index, a view
    or a trigger that is missing or changed, and counts of uses that are not what the uses are.

    \b
    Example:
      captions db check
    """
    import captions_db as db
    from captions_db.connection import where
    from captions_db.drift import broken_references, damage, drift
    from captions_db.rollups import wrong_counts

    engine = db.open_store(db_url)
    try:
        place = where(engine)
        broken = damage(engine)
        if not broken:
            broken = [*drift(engine), *broken_references(engine)]
        uses = 0 if broken else sum(1 for _ in db.uses_for_audit(engine))
        miscounted = [] if broken else wrong_counts(engine)
    finally:
        engine.dispose()
    for line in (*broken, *miscounted):
        typer.echo(escaping.line(line))
    if broken:
        raise CaptionsError(f"{place} is damaged; restore it from a copy, or ingest into a new one")
    if miscounted:
        raise CaptionsError(f"{place} has wrong counts of uses; to count them anew, run: captions db upgrade")
    typer.echo(f"{place} is sound: {uses} uses")
