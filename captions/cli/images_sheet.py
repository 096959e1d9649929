"""``captions images sheet``: write a contact sheet of the pictures with findings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from captions.cli import findings as f
from captions.cli import options as o
from captions.cli import settings
from captions.cli.inputs import opened_store
from captions.cli.output import count, for_report, note, opened

SheetFile = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The HTML file to write.")]


def sheet(
    output: SheetFile,
    code: f.Codes = [],  # noqa: B006 - typer copies it
    limit: o.Limit = None,
    overwrite: o.Overwrite = False,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Write an HTML contact sheet of the pictures to review.

    Each picture with a finding of `captions images check` appears as a thumbnail next to its printed and embedded
    credits. The page works offline and contains its thumbnails, at most 1,000 unless --limit is given.

    \b
    Example:
      captions images sheet -o sheet.html --code CR202
    """
    import captions_db as db

    from captions.audit.image_check import check
    from captions.report.contact_sheet import write_sheet

    targets = for_report(output, (agencies,), overwrite=overwrite)
    words = o.words(agencies, db_url)
    grades = settings.current().grades()
    with opened_store(db_url) as engine:
        targets.protect(db.image_files(engine))
        checked = check(engine, words, today=datetime.now(UTC).astimezone().date(), codes=code, grades=grades)
        with opened(output, targets) as stream:
            listed, total = write_sheet(checked, stream, limit)
    of_all = f" of {total}, worst first; for all, use --limit {total}" if listed < total and limit is None else ""
    note(f"{count(listed, 'picture')}{of_all}; written to {output}")
