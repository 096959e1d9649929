"""``captions publication``: list publications, and merge names of one publication."""

from __future__ import annotations

from typing import Annotated

import typer

from captions.cli import completion, merge_edit
from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import write_listing
from captions.report import Column, Row

app = typer.Typer(help="List publications and merge their names.", no_args_is_help=True, rich_markup_mode=None)
_LIST = (
    Column("name", "Publication", wide=True),
    Column("uses", "Uses", number=True),
    Column("spellings", "Other spellings", wide=True, cut=120),
)
Gone = Annotated[
    str, typer.Argument(metavar="FROM", help="The name to merge into the other.", autocompletion=completion.publication)
]
Into = Annotated[
    str,
    typer.Argument(metavar="INTO", help="The name that the publication keeps.", autocompletion=completion.publication),
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the publication.", autocompletion=completion.publication)
]
Spellings = Annotated[list[str], typer.Argument(metavar="SPELLING", help="Other names of it.")]


@app.command("list")
def list_(form: o.ListingFormat = o.Listing.table, limit: o.Limit = None, db_url: o.Database = o.DATABASE) -> None:
    """List the publications of the stored articles, with the spellings that were read.

    \b
    Example:
      captions publication list
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        found = db.publications(engine)
    rows: list[Row] = [{"name": it.name, "uses": it.uses, "spellings": it.spellings} for it in found]
    write_listing("publications", _LIST, rows, form, limit)


@app.command()
def merge(
    gone: Gone,
    into: Into,
    undo: merge_edit.Undo = False,
    reason: o.Reason = "",
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Merge two names of one publication.

    All uses in FROM become uses in INTO, now and when articles are read later. Names that differ only in letter case,
    a company suffix or a slogan are one publication anyway.

    \b
    Examples:
      captions publication merge "Echo Online" "Harbor Echo"
      captions publication merge "Echo Online" "Harbor Echo" --undo --reason "two contracts"
    """
    merge_edit.merge("publication", [gone], into, who, reason, db_url, undo=undo)


@app.command()
def alias(
    name: Name, spellings: Spellings, reason: o.Reason = "", who: o.Who = None, db_url: o.Database = o.DATABASE
) -> None:
    """Add other names of a publication, also before an article with them is read.

    \b
    Example:
      captions publication alias "Harbor Echo" "Echo Online" "The Echo"
    """
    merge_edit.merge("publication", spellings, name, who, reason, db_url)


@app.command()
def merges(
    every: merge_edit.AllMerges = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the publications merged into others.

    \b
    Example:
      captions publication merges --all --format csv
    """
    merge_edit.write_merges("publication", form, limit, db_url, every=every)
