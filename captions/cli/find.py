"""``captions find``: search captions and credit lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from captions.cli import options as o
from captions.cli import screen
from captions.cli.inputs import opened_store, stored_publication
from captions.cli.output import for_report, note, note_limit, opened, uncollected
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
    every: screen.All = False,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Search captions and credit lines for all of the given words. Case and accents are ignored.

    Whole words are listed before longer words that start the same way, newest first.

    \b
    Example:
      captions find "ferry harbor" --limit 20
    """
    import captions_db as db

    between = o.separator(delimiter, is_csv=form is o.Listing.csv)
    targets = for_report(output, overwrite=overwrite)
    height = screen.height(output, limit, table=form is o.Listing.table, every=every)
    with (
        opened_store(db_url) as engine,
        db.finding(
            engine,
            " ".join(words),
            since=since,
            until=until,
            publication=stored_publication(engine, publication),
            agency=agency,
            supplier=supplier,
            limit=limit if height is None else height,
        ) as found,
        opened(output, targets, for_spreadsheet=form is o.Listing.csv) as stream,
    ):
        rows = map(_row, found.uses)
        listed = found.total if limit is None else min(limit, found.total)
        if height is not None:
            listed = _write_screen(rows, stream, height)
        elif form is o.Listing.table:
            _write_table(rows, stream)
        else:
            with uncollected():
                head = {"total": found.total, "more": found.more}
                write_rows("uses", _COLUMNS, rows, form.value, stream, head, between)
    if listed == found.total and not found.more:
        note(f"{found.total} found")
    note_limit(listed, found.total, more=found.more, on_screen=height is not None)


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


def _write_table(rows: Iterator[Row], stream: TextIO) -> None:
    """Write a few columns of the rows; a terminal shows rows early."""
    from captions.report import as_table

    first = list(islice(rows, as_table.PART) if stream.isatty() else rows)
    if first:
        as_table.write(_columns(first), chain(first, rows), stream)


def _write_screen(rows: Iterable[Row], stream: TextIO, height: int) -> int:
    """Write a few columns of the rows that fit, and return their number."""
    from captions.report import as_table

    found = list(rows)
    return as_table.write_screen(_columns(found), found, stream, height) if found else 0


def _columns(rows: Iterable[Row]) -> list[Column]:
    """Return the columns of a table, with the date only if any use has one."""
    dated = any(row["used_on"] for row in rows)
    return [c for c in _COLUMNS if c.key in _IN_TABLE or (c.key == "used_on" and dated)]
