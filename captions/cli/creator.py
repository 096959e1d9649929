"""``captions creator``: merge two names of one person."""

from __future__ import annotations

from typing import Annotated

import typer

from captions.cli import completion, merge_edit
from captions.cli import options as o

app = typer.Typer(help="Merge names of creators.", no_args_is_help=True, rich_markup_mode=None)
Gone = Annotated[
    str, typer.Argument(metavar="FROM", help="The name to merge into the other.", autocompletion=completion.creator)
]
Into = Annotated[
    str, typer.Argument(metavar="INTO", help="The name that the creator keeps.", autocompletion=completion.creator)
]


@app.command()
def merge(
    gone: Gone,
    into: Into,
    undo: merge_edit.Undo = False,
    reason: o.Reason = "",
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Merge two names of one creator, such as initials, an apostrophe or a letter written in another way.

    All uses of FROM become those of INTO, now and when articles are read later; credit lines stay as printed.

    \b
    Examples:
      captions creator merge "T. R." "Tom Reed"
      captions creator merge "T. R." "Tom Reed" --undo --reason "two people"
    """
    merge_edit.merge("creator", [gone], into, who, reason, db_url, undo=undo)


@app.command()
def merges(
    every: merge_edit.AllMerges = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the creators merged into others.

    \b
    Example:
      captions creator merges --all --format csv
    """
    merge_edit.write_merges("creator", form, limit, db_url, every=every)
