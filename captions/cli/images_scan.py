"""``captions images scan``: read pictures into the database."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import count, note

Folders = Annotated[list[str], typer.Argument(metavar="FOLDER", help="Folders of pictures, or single pictures.")]


def scan(
    folders: Folders,
    form: o.ShapeFormat = o.Shape.table,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Read the pictures of a folder into the database.

    Stores each picture's embedded metadata, and hashes that identify its copies. Pictures scanned before are not read
    again, even under a new name; files that no longer exist are removed. A file that cannot be read is reported and
    skipped. Then run `captions images check`.

    \b
    Examples:
      captions images scan pictures/
      captions images scan --format json pictures/2024 pictures/2025
    """
    from captions.imaging.scan import scan as scan_folders

    with opened_store(db_url, create=True) as engine:
        scanned = scan_folders(engine, folders)
    if form is o.Shape.json:
        from captions.report import as_json

        summary = {
            "new": scanned.new,
            "again": scanned.again,
            "gone": scanned.gone,
            "unhashed": scanned.unhashed,
            "failures": [{"source": path, "reason": reason} for path, reason in scanned.failures],
            "notes": [{"source": path, "note": remark} for path, remark in scanned.notes],
        }
        as_json.write(summary, sys.stdout)
        return
    for path, reason in scanned.failures:
        note(f"not read: {path}: {reason}")
    for path, remark in scanned.notes:
        note(f"{path}: {remark}")
    typer.echo(
        f"{count(scanned.new + scanned.again, 'picture')}: new {scanned.new}, known {scanned.again}, "
        f"gone {scanned.gone}, failed {len(scanned.failures)}; without hash {scanned.unhashed}"
    )
