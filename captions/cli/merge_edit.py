"""Merge names of creators and of publications, and list the merges of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from captions import escaping
from captions.cli import options as o
from captions.cli.inputs import opened_store, user_name
from captions.cli.output import DECISION, UNDONE, count, decision_row, write_decisions
from captions.report import Column

_MERGES = (
    Column("name", "Name", wide=True),
    Column("into", "Merged into", wide=True),
    *DECISION,
)
Undo = Annotated[bool, typer.Option("--undo", help="Separate the two names again; needs --reason.")]
AllMerges = Annotated[bool, typer.Option("--all", help="Include merges that were undone.")]


def merge(
    kind: str, names: Sequence[str], into: str, who: str | None, reason: str, db_url: str, *, undo: bool = False
) -> None:
    """Merge names into another, or separate them again, and print what changed."""
    from captions.corrections import merges

    names = list(names)
    with opened_store(db_url) as engine:
        if undo:
            done = merges.undo_names(engine, kind, names[0], into, user_name(who), o.required(reason, "--reason"))
        else:
            done = merges.merge_names(engine, kind, names, into, user_name(who), " ".join(reason.split()))
    lines = f"{count(done.credits, 'credit line')}, " if kind == "creator" else ""
    verb, link = ("separated", "from") if undo else ("merged", "into")
    typer.echo(escaping.line(f"{verb} {', '.join(names)} {link} {into}: {lines}{count(done.uses, 'use')}"))


def write_merges(kind: str, form: o.Listing, limit: int | None, db_url: str, *, every: bool) -> None:
    """List the merges of a kind: those in force, or with ``every`` all of them."""
    import captions_db as db

    with opened_store(db_url) as engine:
        found = db.merges(engine, kind)
    rows = [{"name": merge.name, "into": merge.into, **decision_row(merge)} for merge in found]
    write_decisions("merges", _MERGES, (*_MERGES, *UNDONE), rows, form, limit, every=every)
