"""``captions forget``: remove articles from the database, and restore them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.default_command import DEFAULT, DefaultCommand, DefaultGroup
from captions.cli.inputs import opened_store, user_name
from captions.cli.output import DECISION, UNDONE, count, decision_row, note, note_limit, write_decisions
from captions.errors import CaptionsError
from captions.report import Column, Row, write_rows

if TYPE_CHECKING:
    from captions_db import ForgettableArticle
    from sqlalchemy import Engine

app = typer.Typer(cls=DefaultGroup, help="Remove articles from the database.", rich_markup_mode=None)
_ARTICLES = (
    Column("source", "Article", path=True),
    Column("headline", "Headline", wide=True, cut=60),
    Column("publication", "Publication", wide=True, cut=40),
    Column("published", "Date"),
    Column("uses", "Uses", number=True),
)
_TABLE = (
    Column("id", "No.", number=True),
    Column("source", "Article", path=True),
    Column("uses", "Uses", number=True),
    *DECISION,
)
_DATA = (*_TABLE, Column("url", "URL"), Column("headline", "Headline"), *UNDONE)
_SHOWN = 20
What = Annotated[
    list[str] | None,
    typer.Argument(metavar="ARTICLE", help="The file, record or URL of an article.", show_default=False),
]
OfRun = Annotated[
    int | None, typer.Option("--run", min=1, metavar="N", help="The articles that this ingest run stored first.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, and remove nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Remove the articles without asking.")]
Numbers = Annotated[list[int], typer.Argument(metavar="N", help="The numbers of the removed articles.")]


@app.command(DEFAULT, cls=DefaultCommand, hidden=True)
def forget(
    articles: What = None,
    run: OfRun = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    reason: o.Reason = "",
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Remove articles with their uses, wherever they were read. They can be restored.

    The articles are listed first. If their files are read again, they are stored again.

    \b
    Examples:
      captions forget drafts/test.html --yes --reason "a test page"
      captions forget https://echo.example/news/crane --dry-run
      captions forget --run 7 --yes --reason "the wrong folder"
      captions forget undo 3 --reason "it was printed after all"
    """
    import captions_db as db

    if bool(articles) + (run is not None) != 1:
        raise typer.BadParameter("give articles or --run N, and only one of them")
    with opened_store(db_url) as engine:
        if run is not None:
            try:
                found = db.articles_of_run(engine, run)
            except ValueError:
                raise CaptionsError(f"no run {run} in the database; check its number") from None
        else:
            found = _named(engine, articles or [])
        if not found:
            typer.echo("nothing to remove")
            return
        forget_found(engine, found, who, reason, dry_run=dry_run, yes=yes)


def forget_found(
    engine: Engine, found: Sequence[ForgettableArticle], who: str | None, reason: str, *, dry_run: bool, yes: bool
) -> None:
    """List articles and remove them: with ``yes``, or if the user at the terminal agrees."""
    import captions_db as db

    rows: list[Row] = [
        {**{name: getattr(it, name) for name in ("source", "headline", "publication", "published")}, "uses": it.uses}
        for it in found[:_SHOWN]
    ]
    write_rows("articles", _ARTICLES, rows, "table", sys.stdout)
    note_limit(len(rows), len(found))
    total = f"{count(len(found), 'article')} with {count(sum(it.uses for it in found), 'use')}"
    if dry_run:
        typer.echo(f"would remove {total}")
        return
    if not yes and not (sys.stdin is not None and sys.stdin.isatty() and typer.confirm(f"Remove {total}?", err=True)):
        raise CaptionsError(f"nothing was removed; to remove {total}, add --yes")
    name = user_name(who)
    uses = db.forget(engine, [it.id for it in found], name, " ".join(reason.split()))
    typer.echo(f"removed {count(len(found), 'article')} with {count(uses, 'use')}; see: captions forget list")


def _named(engine: Engine, articles: Sequence[str]) -> list[ForgettableArticle]:
    """Return the articles that the user named. Raise CaptionsError if one is not stored."""
    import captions_db as db

    from captions.lexicon.page_urls import identity

    found: dict[int, ForgettableArticle] = {}
    for key in articles:
        own = identity(key)
        here = db.articles_at(engine, [key], [] if own is None else [own])
        if not here:
            raise CaptionsError(f"no article {key!r} in the database; name it by the file it was read from, or its URL")
        found |= {it.id: it for it in here}
    return sorted(found.values(), key=lambda it: (it.source, it.id))


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Include articles that were restored.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the articles that were removed: who, when and why.

    \b
    Example:
      captions forget list --all --format csv
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        found = db.forgotten(engine)
    rows: list[Row] = [
        {**{name: getattr(it, name) for name in ("id", "source", "uses", "url", "headline")}, **decision_row(it)}
        for it in found
    ]
    write_decisions("forgotten", _TABLE, _DATA, rows, form, limit, every=every)


@app.command()
def undo(
    numbers: Numbers,
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Restore removed articles with their uses.

    \b
    Example:
      captions forget undo 3 --reason "it was printed after all"
    """
    import captions_db as db

    with opened_store(db_url) as engine:
        try:
            new = db.restore(engine, numbers, user_name(who), o.required(reason, "--reason"))
        except ValueError as error:
            what = str(error).replace("forgotten", "removed article")
            raise CaptionsError(f"{what}; see: captions forget list --all") from None
    typer.echo(f"restored {count(new, 'article')}")
    if new < len(numbers):
        note(f"{count(len(numbers) - new, 'article')} had been read again already")
