"""``captions images find``: where a picture lies, and where it was used."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from captions.cli import options as o
from captions.report import Column, Row, write_rows

_COLUMNS = (
    Column("path", "File", wide=True),
    Column("how", "Known by"),
    Column("source", "Article", wide=True),
    Column("position", "Caption", number=True),
    Column("credit", "Credit line", wide=True),
    Column("use", "Use", number=True),
)


def find(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture; it need not be in the database.")],
    form: o.ListingFormat = o.Listing.table,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Find where a picture lies, and was used.

    The same picture is looked for among those that were scanned: it is found scaled, compressed again, brightened, with
    a border or cropped a little. Which uses it belongs to is as the last `captions images check` found.

    \b
    Example:
      captions images find claimed.jpg
    """
    import captions_db as db

    from captions.imaging.match import same_as

    engine = db.open_store(db_url)
    try:
        found = same_as(engine, picture)
        links = [link for link in db.image_uses(engine) if link.image_id in {it.id for it in found}]
        uses = {row.use_id: row for row in db.uses_by_ids(engine, {link.use_id for link in links})}
    finally:
        engine.dispose()
    rows: list[Row] = []
    for it in found:
        own = [(link.how, uses[link.use_id]) for link in links if link.image_id == it.id and link.use_id in uses]
        for path in it.paths:
            rows += [
                {
                    "path": path,
                    "how": how,
                    "source": use.source,
                    "position": use.position,
                    "credit": use.credit.line if use.credit else None,
                    "use": use.use_id,
                }
                for how, use in own
            ] or [{"path": path}]
    write_rows("pictures", _COLUMNS, rows, form.value, sys.stdout, {"total": len(rows)})
