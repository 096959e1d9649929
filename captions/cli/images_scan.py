"""``captions images scan``: pictures into the database."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note


def scan(
    folders: Annotated[list[str], typer.Argument(metavar="FOLDER", help="Folders of pictures, or pictures.")],
    form: o.ShapeFormat = o.Shape.table,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Read the pictures of folders into the database.

    What is embedded in them is kept, and hashes by which the same picture is known again. What was scanned already is
    not read again, whatever its name; files that are gone are forgotten. A file that can't be read is told and left
    out. `captions images check` then compares the pictures with what is printed.

    \b
    Examples:
      captions images scan pictures/
      captions images scan --format json pictures/2024 pictures/2025
    """
    import captions_db as db

    from captions.imaging.scan import scan as scanned
    from captions.report import as_json

    engine = db.open_store(db_url, create=True)
    try:
        done = scanned(engine, folders)
    finally:
        engine.dispose()
    if form is o.Shape.json:
        summary = {
            "new": done.new,
            "again": done.again,
            "gone": done.gone,
            "unhashed": done.unhashed,
            "failures": [{"source": path, "reason": reason} for path, reason in done.failures],
            "notes": [{"source": path, "note": remark} for path, remark in done.notes],
        }
        as_json.write(summary, sys.stdout)
        return
    for path, reason in done.failures:
        note(f"not read: {path}: {reason}")
    for path, remark in done.notes:
        note(f"{path}: {remark}")
    typer.echo(
        f"{o.count(done.new + done.again, 'picture')}: new {done.new}, known {done.again}, gone {done.gone}, "
        f"failed {len(done.failures)}; without hash {done.unhashed}"
    )
