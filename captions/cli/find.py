"""``captions find``: where a picture was used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from captions.cli import options as o
from captions.cli.output import note, opened
from captions.report import Column, write_rows

_COLUMNS = (
    Column("used_on", "Day"),
    Column("source", "Article", wide=True),
    Column("position", "Caption", number=True),
    Column("caption", "Text", wide=True, cut=160),
    Column("credit", "Credit line", wide=True),
    Column("publication", "Publication"),
    Column("headline", "Headline"),
    Column("url", "Address"),
    Column("use", "Use", number=True),
)
_SHOWN = ("source", "caption", "credit")


def find(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words, or how they begin.")],
    db_url: o.Database = o.DATABASE,
    agency: o.Agency = None,
    supplier: Annotated[
        str | None, typer.Option("--supplier", metavar="NAME", help="Only what this agency supplied.")
    ] = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    output: o.Output = None,
) -> None:
    """Search captions and credits for words; all must be there. Case and accents do not matter.

    First what has the words whole, then what has longer ones that begin so; the latest first.

    \b
    Example:
      captions find "ferry harbor" --limit 20
    """
    import captions_db as db

    engine = db.open_store(db_url)
    try:
        found = db.find(
            engine,
            " ".join(words),
            since=since,
            until=until,
            publication=publication,
            agency=agency,
            supplier=supplier,
            limit=limit,
        )
    finally:
        engine.dispose()
    rows = [
        {
            "used_on": use.used_on,
            "source": use.source,
            "position": use.position,
            "caption": use.caption,
            "credit": use.line,
            "publication": use.publication,
            "headline": use.headline,
            "url": use.url,
            "use": use.use_id,
        }
        for use in found.uses
    ]
    columns: Sequence[Column] = _COLUMNS
    if form is o.Listing.table:
        dated = any(row["used_on"] for row in rows)
        columns = tuple(c for c in _COLUMNS if c.key in _SHOWN or (c.key == "used_on" and dated))
    with opened(output, for_spreadsheet=form is o.Listing.csv) as stream:
        if rows or form is not o.Listing.table:
            write_rows("uses", columns, rows, form.value, stream, {"total": found.total, "more": found.more})
    if len(rows) == found.total and not found.more:
        note(f"{found.total} found")
    o.tell_cut(len(rows), found.total, more=found.more)
