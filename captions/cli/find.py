"""``captions find``: search captions and credit lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from captions.cli import options as o
from captions.cli import screen
from captions.cli.inputs import note_unknown_names, opened_store, stored_publication
from captions.cli.output import count, for_report, format_of, note, note_limit, opened, uncollected
from captions.escaping import command
from captions.report import Column, Row, write_rows

if TYPE_CHECKING:
    from captions_db import FoundFilters, FoundUse, PictureFilter, UncaptionedPicture, UsesBeingFound
    from sqlalchemy import Engine

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
    Column("supplier", "Supplier"),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("images", "Pictures"),
)
_IN_TABLE = (
    Column("use", "Use", number=True),
    Column("used_on", "Date", width=10),
    Column("publication", "Publication"),
    Column("supplier", "Supplier"),
    Column("caption", "Text", wide=True, cut=160),
    Column("credit", "Credit line", wide=True),
    Column("source", "Article", path=True, rank=1),
)
_NAMED = 3
"""Articles that a note names."""
_IF_KNOWN = ("used_on", "publication", "supplier")
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="WORDS", help="Words, or the beginnings of words.", show_default=False),
]
Picture = Annotated[
    str | None,
    typer.Option(
        "--picture", metavar="PICTURE", help="Only this picture: its URL, file name or the supplier's number."
    ),
]


def find(
    words: Words = None,
    db_url: o.Database = o.DATABASE,
    agency: o.Agency = None,
    supplier: o.Supplier = None,
    creator: o.Creator = None,
    publication: o.Publication = None,
    picture: Picture = None,
    period: o.Period = None,
    since: o.Since = None,
    until: o.Until = None,
    chosen: o.FileFormat = None,
    limit: o.Limit = None,
    every: screen.All = False,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Search captions and credit lines.

    List the uses with all of the words, or those that the options choose. Case and accents are ignored, and Söder
    finds Soeder. Whole words are listed before longer words that start the same way, newest first.

    \b
    Examples:
      captions find "ferry harbor" --limit 20
      captions find --creator "Jo Reed" --period 2026-Q3
      captions find --picture 841304270
    """
    import captions_db as db

    form = format_of(chosen, output, o.Listing.table)
    if not words and not any((agency, supplier, creator, publication, picture, period, since, until)):
        raise typer.BadParameter("give words to search for, or a filter such as --creator or --period")
    first, last, _ = o.days_of_period(period, since, until)
    by_picture = None if picture is None else picture_filter(picture)
    between = o.separator(delimiter, is_csv=form is o.Listing.csv)
    targets = for_report(output, overwrite=overwrite)
    height = screen.height(output, limit, table=form is o.Listing.table, every=every)
    with (
        opened_store(db_url) as engine,
        db.finding(
            engine,
            " ".join(words) if words else None,
            filters := _filters(engine, publication, agency, supplier, creator, by_picture),
            since=first,
            until=last,
            limit=limit if height is None else height,
        ) as found,
        opened(output, targets, for_spreadsheet=form is o.Listing.csv) as stream,
    ):
        bare = None if words else _uncaptioned(engine, filters, first, last)
        listed = _write(found, form, stream, height, between, bare)
    if listed is None:
        listed = found.total if limit is None else min(limit, found.total)
    _note_found(found, listed, words, bare or (), on_screen=height is not None)


def _filters(
    engine: Engine,
    publication: str | None,
    agency: str | None,
    supplier: str | None,
    creator: str | None,
    picture: PictureFilter | None,
) -> FoundFilters:
    """Return the filters; note the names that the database does not have."""
    import captions_db as db

    note_unknown_names(engine, agency=agency, supplier=supplier, creator=creator)
    return db.FoundFilters(stored_publication(engine, publication), agency, supplier, creator, picture)


def _note_found(
    found: UsesBeingFound,
    listed: int,
    words: list[str] | None,
    bare: Sequence[UncaptionedPicture],
    *,
    on_screen: bool,
) -> None:
    """Say on stderr how many uses are found, and in which articles a picture has none."""
    if listed == found.total and not found.more:
        note(f"{found.total} found{_remedy(words) if not found.total else ''}")
    note_limit(listed, found.total, more=found.more, on_screen=on_screen)
    if bare:
        _note_uncaptioned(bare)


def _uncaptioned(
    engine: Engine, filters: FoundFilters, since: date | None, until: date | None
) -> list[UncaptionedPicture] | None:
    """Return the pictures without caption or credit that a search for a picture finds; None for other searches."""
    import captions_db as db

    if filters.picture is None or filters.agency or filters.supplier or filters.creator:
        return None
    return db.find_uncaptioned(engine, *filters.picture, publication=filters.publication, since=since, until=until)


def _note_uncaptioned(pictures: Sequence[UncaptionedPicture]) -> None:
    """Say on stderr which articles print the picture without caption or credit: they have no use to list."""
    articles = list(dict.fromkeys(picture.source for picture in pictures))
    more = f" and {len(articles) - _NAMED} more" if len(articles) > _NAMED else ""
    number = count(len(pictures), "picture")
    note(
        f"{number} without caption or credit {'match' if len(pictures) > 1 else 'matches'}: "
        f"{', '.join(articles[:_NAMED])}{more}; see: {command('show', articles[0])}"
    )


def _remedy(words: list[str] | None) -> str:
    """Return what to try if nothing is found by a word that looks like a picture's number, URL or file name."""
    for word in words or ():
        if re.fullmatch(r"(?i)\d{5,}|https?://.*|.*\.(?:jpe?g|png|gif|webp|avif|tiff?)", word):
            return f"; to search for a picture, run: {command('find', **{'--picture': word})}"
    return ""


def _write(
    found: UsesBeingFound,
    form: o.Listing,
    stream: TextIO,
    height: int | None,
    delimiter: str,
    bare: list[UncaptionedPicture] | None,
) -> int | None:
    """Write the uses; return how many fit on the screen, None if it has no limit."""
    rows = map(_row, found.uses)
    if height is not None:
        return _write_screen(rows, stream, height)
    if form is o.Listing.table:
        _write_table(rows, stream)
        return None
    with uncollected():
        head: dict[str, object] = {"total": found.total, "more": found.more}
        if bare is not None:
            head["uncaptioned"] = [{"source": p.source, "url": p.address, "alt": p.alt} for p in bare]
        write_rows("uses", _COLUMNS, rows, form.value, stream, head, delimiter)
    return None


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
        "supplier": use.supplier,
        "creators": use.creators,
        "agencies": use.agencies,
        "images": use.images,
    }


def picture_filter(text: str) -> PictureFilter:
    """Return the filter for a picture's URL, file name or number; raise BadParameter if it is too short."""
    import captions_db as db

    from captions.licensing import licenses

    matches = o.as_option(lambda: licenses.picture_named(text))
    # Any case and encoding of a URL has the longest run of letters and digits in the picture's name.
    name = re.split("[?#]", text)[0].rstrip("/").rpartition("/")[2]
    return db.PictureFilter(max(re.findall("[0-9A-Za-z]+", re.sub("%..", " ", name)), key=len, default=""), matches)


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
    """Return the columns of a table, without the date, publication or supplier if no use has one."""
    listed = list(rows)
    return [c for c in _IN_TABLE if c.key not in _IF_KNOWN or any(row[c.key] for row in listed)]
