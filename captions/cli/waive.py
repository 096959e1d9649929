"""``captions waive``: set findings aside, with a reason, until a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.default_command import ITSELF, Either, Itself
from captions.cli.inputs import known_agency, sheet_rows, who_says
from captions.cli.listing import write_said
from captions.cli.open_store import opened_store
from captions.cli.output import note
from captions.report import Column, Row

if TYPE_CHECKING:
    from captions.audit.waivers import Waiver

app = typer.Typer(cls=Either, help="Set findings aside, with a reason.", rich_markup_mode=None)
_LIST = (
    Column("id", "No.", number=True),
    Column("code", "Code"),
    Column("of", "Of what", wide=True, cut=120),
    Column("reason", "Reason", wide=True, cut=80),
    Column("who", "Who"),
    Column("until", "Until"),
    Column("made", "Made"),
    Column("state", "State"),
)
_ALL = (
    *(column for column in _LIST if column.key in ("id", "state", "code")),
    Column("supplier", "Supplier"),
    Column("line", "Credit line"),
    Column("source", "Article"),
    Column("caption_digest", "Caption (digest)"),
    *(column for column in _LIST if column.key in ("until", "reason", "who", "made")),
    Column("undone", "Undone"),
    Column("undone_by", "Undone by"),
    Column("undone_reason", "Reason of the undoing"),
)


@app.command(ITSELF, cls=Itself, hidden=True)
def waive(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="The code of the finding: CR104.")] = None,
    supplier: Annotated[str | None, typer.Option("--supplier", metavar="NAME", help="Of this supplier.")] = None,
    line: Annotated[str | None, typer.Option("--line", metavar="LINE", help="Of this credit line, as printed.")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="FILE", help="Of this article.")] = None,
    use: Annotated[int | None, typer.Option("--use", metavar="N", help="Of this use; see the audit's CSV.")] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="Of all findings in a file that the audit wrote.")
    ] = None,
    reason: o.Reason = "",
    until: Annotated[
        date | None, typer.Option("--until", parser=o.last_day, metavar="DAY", help="To the end of this day.")
    ] = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Set findings of one code aside: of a supplier, a credit line, an article or a use. Several narrow it.

    \b
    Examples:
      captions waive CR104 --line Handout --reason "the town hall's, free for the press"
      captions waive CR306 --supplier AFP --until 2026-12-31 --reason "sold to nobody this year"
      captions audit --format csv -o audit.csv; captions waive --from audit.csv --reason "before our time"
      captions waive list
      captions waive undo 3 --reason "they sent a letter"
    """
    from captions.audit import waivers

    if (code is None) == (from_ is None):
        raise typer.BadParameter("give a code, or --from with a file that the audit wrote")
    why, by = o.needed(reason, "--reason"), who_says(who)
    if from_ is None:
        if supplier is None and line is None and source is None and use is None:
            raise typer.BadParameter("say of what: --supplier, --line, --source or --use")
        told = waivers.Waiver(
            waivers.code_of(code or ""),
            supplier=None if supplier is None else known_agency(supplier, o.words(agencies, db_url)),
            line=None if line is None else " ".join(line.split()),
            source=source,
            until=until,
            reason=why,
            who=by,
        )
    elif any(it is not None for it in (supplier, line, source, use)):
        raise typer.BadParameter("with --from, the file tells of what; leave the other options out")
    with opened_store(db_url, create=use is None and from_ is None) as engine:
        if from_ is not None:
            rows = sheet_rows(from_, ("code",))
            given = waivers.waivers_from(engine, rows, until, why, by)
        else:
            given = [told if use is None else waivers.of_use(engine, told, use)]
        done = waivers.waive(engine, given)
    if until is not None and until < _today():
        note(f"{until} is past: this sets nothing aside")
    new = sum(one.new for one in done)
    if new < len(done):
        note(f"{len(done) - new} are waived already")
    numbers = f": number {done[0].id}" if new == 1 and len(done) == 1 else ""
    typer.echo(
        f"waived {o.count(new, 'finding') if from_ is not None else given[0].code if new else 'nothing'}{numbers}"
    )


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those past or undone, too.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List the waivers that hold today, or all that were ever made.

    \b
    Example:
      captions waive list --all --format csv
    """

    from captions.audit import waivers

    with opened_store(db_url) as engine:
        told = waivers.waivers(engine, _today())
    rows = [_row(one, state) for one, state in told]
    write_said("waivers", {True: _LIST, False: _ALL}, rows, form, limit, every=every)


@app.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="N", help="The number of the waiver.")],
    reason: o.NeededReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo a waiver: what it set aside is found again.

    \b
    Example:
      captions waive undo 3 --reason "they sent a letter"
    """

    from captions.audit import waivers

    with opened_store(db_url) as engine:
        waivers.undo_waiver(engine, number, who_says(who), o.needed(reason, "--reason"))
    typer.echo(f"waiver {number} is undone")


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _row(one: Waiver, state: str) -> Row:
    caption = None if one.caption_digest is None else "one caption" if one.caption_digest else "no caption"
    of = {"supplier": one.supplier, "line": one.line, "article": one.source, "use": caption}
    return {
        "id": one.id,
        "code": one.code,
        "of": "; ".join(f"{what}: {value}" for what, value in of.items() if value is not None),
        "supplier": one.supplier,
        "line": one.line,
        "source": one.source,
        "caption_digest": one.caption_digest,
        "reason": one.reason,
        "who": one.who,
        "until": one.until,
        "made": o.moment(one.added),
        "state": state,
        "undone": o.moment(one.undone),
        "undone_by": one.undone_by,
        "undone_reason": one.undone_reason,
    }
