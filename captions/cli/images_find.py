"""``captions images find``: find copies of a picture, and where they were used."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.report import Column, Row, write_rows

_COLUMNS = (
    Column("path", "File", wide=True),
    Column("how", "Matched by"),
    Column("source", "Article", wide=True),
    Column("position", "Caption", number=True),
    Column("credit", "Credit line", wide=True),
    Column("use", "Use", number=True),
)
Picture = Annotated[
    str, typer.Argument(metavar="PICTURE", help="The picture to look for; it need not be in the database.")
]


def find(
    picture: Picture,
    form: o.ListingFormat = o.Listing.table,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Find scanned copies of a picture and where they were used.

    Copies are found even if they were scaled, recompressed, brightened, slightly cropped or given a border. Their uses
    are those that the last `captions images check` matched.

    \b
    Example:
      captions images find claimed.jpg
    """
    import captions_db as db

    from captions.imaging.match import same_as

    with opened_store(db_url) as engine:
        copies = same_as(engine, picture)
        links = [link for link in db.image_uses(engine) if link.image_id in {copy.id for copy in copies}]
        uses = {row.use_id: row for row in db.uses_by_ids(engine, {link.use_id for link in links})}
    rows: list[Row] = []
    for copy in copies:
        matched = [(link.how, uses[link.use_id]) for link in links if link.image_id == copy.id and link.use_id in uses]
        for path in copy.paths:
            rows += [
                {
                    "path": path,
                    "how": how,
                    "source": use.source,
                    "position": use.position,
                    "credit": use.credit.line if use.credit else None,
                    "use": use.use_id,
                }
                for how, use in matched
            ] or [{"path": path}]
    write_rows("pictures", _COLUMNS, rows, form.value, sys.stdout, {"total": len(rows)})
