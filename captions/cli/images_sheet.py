"""``captions images sheet``: pictures that need a person, on one page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.audit import known_codes
from captions.cli.output import note, opened


def sheet(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The HTML file to write.")],
    code: Annotated[
        list[str], typer.Option("--code", callback=known_codes, metavar="CR...", help="Only this code; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Write a page of pictures that need a person.

    Those that `captions images check` finds something of are shown small, beside their printed and embedded credits.
    The page needs no network and holds the small pictures itself: 1000 of them, if --limit does not say otherwise.

    \b
    Example:
      captions images sheet -o sheet.html --code CR202
    """
    import captions_db as db

    from captions.audit.image_check import check
    from captions.report.contact_sheet import write_sheet

    words = o.words(agencies, db_url)
    engine = db.open_store(db_url)
    try:
        done = check(engine, words, today=datetime.now(UTC).astimezone().date(), codes=code)
        with opened(output) as stream:
            shown, total = write_sheet(done, stream, limit)
    finally:
        engine.dispose()
    of_all = f" of {total}, the worst first; all: --limit {total}" if shown < total and limit is None else ""
    note(f"{o.count(shown, 'picture')}{of_all}; written to {output}")
