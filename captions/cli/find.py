"""``captions find``: search captions and credit lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import note, note_limit, opened
from captions.report import Column, Row, write_rows

if TYPE_CHECKING:
    from captions_db import FoundUse

_COLUMNS = (
    Column("used_on", "Date"),
    Column("source", "Article", wide=True),
    Column("position", "Caption", number=True),
    Column("caption", "Text", wide=True, cut=160),
    Column("credit", "Credit line", wide=True),
    Column("publication", "Publication"),
    Column("headline", "Headline"),
    Column("url", "URL"),
    Column("use", "Use", number=True),
)
_IN_TABLE = ("source", "caption", "credit")
Words = Annotated[list[str], typer.Argument(metavar="WORDS", help="Words, or the beginnings of words.")]


def find(
    words: Words,
    db_url: o.Database = o.DATABASE,
    agency: o.Agency = None,
    supplier: o.Supplier = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    output: o.Output = None,
) -> None:
    """Search captions and credit lines for all of the given words. Case and accents are ignored.

    Whole words are listed before longer words that start the same way, newest first.

    \b
    Example:
      captions find "ferry harbor" --limit 20
    """
    import captions_db as db

    with opened_store(db_url) as engine:
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
    rows = [_row(use) for use in found.uses]
    with opened(output, for_spreadsheet=form is o.Listing.csv) as stream:
        if rows or form is not o.Listing.table:
            head = {"total": found.total, "more": found.more}
            write_rows("uses", _columns(rows, form), rows, form.value, stream, head)
    if len(rows) == found.total and not found.more:
        note(f"{found.total} found")
    note_limit(len(rows), found.total, more=found.more)


def _row(use: FoundUse) -> Row:
    return {
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


def _columns(rows: Sequence[Row], form: o.Listing) -> Sequence[Column]:
    """Return the columns to write; a table has a few, and the date only if any use has one."""
    if form is not o.Listing.table:
        return _COLUMNS
    dated = any(row["used_on"] for row in rows)
    return [c for c in _COLUMNS if c.key in _IN_TABLE or (c.key == "used_on" and dated)]
