"""``captions agreement``: the licenses that the newsroom holds with its suppliers."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import options as o
from captions.cli.inputs import known_agency, sheet_rows, who_says
from captions.cli.open_store import opened_store
from captions.cli.output import note, opened
from captions.licensing import terms
from captions.licensing.agreements import COLUMNS, Agreement, as_row, check, from_row
from captions.report import Column, Row, Value, write_rows

if TYPE_CHECKING:
    from captions.licensing.repository import AddedAgreement

app = typer.Typer(help="Look after the agreements with suppliers.", no_args_is_help=True, rich_markup_mode=None)
Kind = StrEnum("Kind", {kind: kind for kind in terms.KINDS})  # type: ignore[misc]  # mypy wants a literal

_LIST = (
    Column("id", "No.", number=True),
    Column("supplier", "Supplier", wide=True),
    Column("kind", "Kind"),
    Column("from", "From", width=10),
    Column("to", "To", width=10),
    Column("scopes", "Scope"),
    Column("territories", "Where"),
    Column("quota", "Quota", number=True),
    Column("price", "Price", number=True),
)
_UNDONE = (
    Column("undone", "Undone"),
    Column("undone_by", "Undone by"),
    Column("undone_reason", "Reason of the undoing"),
)
_LIST_UNDONE = (
    *(column for column in _LIST if column.key in ("id", "supplier", "kind", "from", "to")),
    Column("undone", "Undone", width=10),
    Column("undone_by", "By"),
    Column("undone_reason", "Reason", wide=True),
)
_ALL = (
    Column("id", "Agreement", number=True),
    Column("supplier", "Supplier"),
    Column("kind", "Kind"),
    Column("from", "From"),
    Column("to", "To"),
    Column("scopes", "Scopes"),
    Column("territories", "Territories"),
    Column("quota", "Quota", number=True),
    Column("quota_period", "Quota is counted by"),
    Column("price", "Price", number=True),
    Column("currency", "Currency"),
    Column("excluded", "Does not cover"),
    Column("below", "Covers the agencies below it"),
    Column("requires", "Asks for"),
    Column("note", "Note"),
    Column("added", "Added"),
    Column("added_by", "Added by"),
    Column("ended", "Ended by hand"),
    Column("ended_by", "Ended by"),
    Column("end_reason", "Reason of the end"),
    *_UNDONE,
)
From = Annotated[
    date | None, typer.Option("--from", parser=o.first_day, metavar="DAY", help="The first day; none: open.")
]
To = Annotated[date | None, typer.Option("--to", parser=o.last_day, metavar="DAY", help="The last day; none: open.")]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of the agreement.")]


@app.command()
def add(
    supplier: Annotated[str, typer.Argument(help="With whom: a name or an alias of the register.")],
    starts: From = None,
    ends: To = None,
    scope: Annotated[
        str, typer.Option("--scope", metavar="LIST", help="web, print, syndication, social; none: all.")
    ] = "",
    territory: Annotated[str, typer.Option("--territory", metavar="LIST", help="IL,US or EU; none: the world.")] = "",
    quota: Annotated[str | None, typer.Option("--quota", metavar="N/PERIOD", help="500/month, 6000/year.")] = None,
    price: Annotated[str | None, typer.Option("--price", metavar="AMOUNT", help="The whole price: 18000.50.")] = None,
    per_use: Annotated[str | None, typer.Option("--per-use", metavar="AMOUNT", help="The price of one use.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="EUR, USD, ILS.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="flat, unless there is a price of a use.")] = None,
    exclude: Annotated[
        list[str], typer.Option("--exclude", metavar="NAME", help="A collection that it does not cover; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    below: Annotated[bool, typer.Option("--below", help="It covers the agencies that belong to it, too.")] = False,
    requires: Annotated[str | None, typer.Option("--requires", metavar="TEXT", help="What a use must print.")] = None,
    remark: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Anything else.")] = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Add an agreement. Overlaps with others of the supplier, and days that none covers, are told.

    \b
    Examples:
      captions agreement add Reuters --from 2026 --to 2026 --quota 500/month --price 18000 --currency EUR
      captions agreement add AP --from 2026-03-01 --per-use 45 --currency USD --note "by mail of 12 Feb"
    """
    from captions.csv_input import cell_text

    code = None if currency is None else terms.currency(currency)
    if price is not None and per_use is not None:
        raise typer.BadParameter("give --price or --per-use, not both")
    if per_use is not None and kind not in (None, "per-use"):
        raise typer.BadParameter(f"a {kind} agreement has no price of a use; leave out --kind or --per-use")
    amount = price if per_use is None else per_use
    counted = (None, None) if quota is None else terms.quota(quota)
    agreement = check(
        Agreement(
            supplier=known_agency(supplier, o.words(agencies, db_url)),
            kind=kind.value if kind else "flat" if per_use is None else "per-use",
            starts=starts,
            ends=ends,
            scopes=terms.scopes(scope),
            territories=terms.territories(territory),
            excluded=tuple(dict.fromkeys(map(cell_text, exclude))),
            below=below,
            quota=counted[0],
            quota_period=counted[1],
            price=None if amount is None else terms.money(amount, code),
            currency=code,
            requires=cell_text(requires or "") or None,
            note=cell_text(remark or "") or None,
            added_by=who_says(who),
        )
    )
    from captions.licensing import repository

    with opened_store(db_url, create=True) as engine:
        _tell(repository.add(engine, [agreement]))


@app.command("list")
def list_(
    supplier: Annotated[str | None, typer.Option("--supplier", metavar="NAME", help="Only with this one.")] = None,
    on: Annotated[
        date | None, typer.Option("--on", parser=o.first_day, metavar="DAY", help="Those in force on this day.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    undone: Annotated[bool, typer.Option("--undone", help="Those that were undone, instead of the others.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """List the agreements: those that have not ended, those of one day, or all; or those that were undone.

    \b
    Examples:
      captions agreement list --on 2026-05-18
      captions agreement list --all --format csv
      captions agreement list --undone
    """
    from captions.licensing import repository

    if undone and (on is not None or every):
        raise typer.BadParameter("--undone lists what counts nowhere; leave out --on and --all")
    name = None if supplier is None else known_agency(supplier, o.words(agencies, db_url))
    with opened_store(db_url) as engine:
        found = repository.undone(engine, name) if undone else repository.listed(engine, name, on)
    today = date.today()
    kept = [a for a in found if undone or every or on is not None or a.ends is None or a.ends >= today]
    chosen = kept if limit is None else kept[:limit]
    columns = (_LIST_UNDONE if undone else _LIST) if form is o.Listing.table else _ALL
    row = _short if form is o.Listing.table else _row
    write_rows("agreements", columns, map(row, chosen), form.value, sys.stdout, {"total": len(kept)})
    o.tell_cut(len(chosen), len(kept))
    if len(kept) < len(found):
        note(f"{len(found) - len(kept)} have ended; see: captions agreement list --all")


@app.command()
def show(number: Number, form: o.ListingFormat = o.Listing.table, db_url: o.Database = o.DATABASE) -> None:
    """Show all terms of an agreement.

    \b
    Example:
      captions agreement show 3
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        row = _row(repository.find(engine, number))
    if form is not o.Listing.table:
        write_rows("agreements", _ALL, [row], form.value, sys.stdout)
        return
    told: list[Row] = [{"what": c.title, "value": row[c.key]} for c in _ALL[1:] if row[c.key]]
    columns = (Column("what", "Agreement"), Column("value", str(number), wide=True))
    write_rows("agreements", columns, told, "table", sys.stdout)


@app.command()
def end(
    number: Number,
    on: Annotated[date, typer.Option("--on", parser=o.last_day, metavar="DAY", help="The last day.")],
    reason: o.NeededReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """End an agreement before its time, or one without an end.

    \b
    Example:
      captions agreement end 3 --on 2026-06-30 --reason "cancelled by letter of 2 March"
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        ended = repository.end(engine, number, on, o.needed(reason, "--reason"), who_says(who))
    typer.echo(f"agreement {number} with {ended.supplier} ends on {ended.ends}")


@app.command()
def renew(
    number: Number,
    ends: Annotated[date, typer.Option("--to", parser=o.last_day, metavar="DAY", help="The new last day.")],
    price: Annotated[str | None, typer.Option("--price", metavar="AMOUNT", help="The new price.")] = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Add an agreement with the same terms, from the day after the end of another on.

    \b
    Example:
      captions agreement renew 3 --to 2027-12-31 --price 18900
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        currency = repository.find(engine, number).currency
        amount: Decimal | None = None if price is None else terms.money(price, currency)
        _tell([repository.renew(engine, number, ends, amount, who_says(who))])


@app.command()
def undo(
    number: Number,
    reason: o.NeededReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo an agreement that was entered by mistake: it is kept, and counts in no audit and no usage.

    One that was agreed and is over is ended, not undone: captions agreement end.

    \b
    Example:
      captions agreement undo 3 --reason "500 a month, not 5000: see 4"
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        undone = repository.undo(engine, number, who_says(who), o.needed(reason, "--reason"))
    typer.echo(f"agreement {number} with {undone.supplier} is undone")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file, as `captions agreement export` writes it.")],
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Add the agreements of a CSV file: all rows or, if one is wrong, none. Those that are there are skipped.

    \b
    Example:
      captions agreement import agreements.csv
    """
    from dataclasses import replace

    from captions.licensing import repository

    words = o.words(agencies, db_url)
    read = [from_row(row) for row in sheet_rows(file, ("supplier",), COLUMNS)]
    names = {name: known_agency(name, words) for name in dict.fromkeys(agreement.supplier for agreement in read)}
    with opened_store(db_url, create=True) as engine:
        by = who_says(who)
        added = repository.add(engine, [replace(one, supplier=names[one.supplier], added_by=by) for one in read])
    for one in added:
        for remark in one.remarks:
            note(f"agreement {one.agreement.id}: {remark}")
    new = sum(one.new for one in added)
    typer.echo(f"added {new}, skipped {len(added) - new} that are there already")


@app.command()
def export(output: o.Output = None, db_url: o.Database = o.DATABASE) -> None:
    """Write all agreements as CSV, to be mended in a spreadsheet and imported elsewhere.

    \b
    Example:
      captions agreement export -o agreements.csv
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        found = repository.listed(engine)
    columns = [Column(name, name) for name in COLUMNS]
    with opened(output, for_spreadsheet=True) as stream:
        write_rows("agreements", columns, map(as_row, found), "csv", stream)
    if output is not None:
        note(f"{len(found)} agreements written to {output}")


def _tell(added: list[AddedAgreement]) -> None:
    for one in added:
        a = one.agreement
        for remark in one.remarks:
            note(remark)
        typer.echo(f"agreement {a.id} with {a.supplier} {'added' if one.new else 'is there already'}")


def _short(agreement: Agreement) -> Row:
    a = agreement
    price = None if a.price is None else f"{a.price:f} {a.currency}"
    return {
        **_row(a),
        "quota": None if a.quota is None else f"{a.quota}/{a.quota_period}",
        "undone": str(a.undone)[:10],
        "price": f"{price} a use" if price and a.kind == "per-use" else price,
        "scopes": a.scopes or "all",
        "territories": a.territories or "all",
    }


def _row(agreement: Agreement) -> dict[str, Value]:
    a = agreement
    return {
        "id": a.id,
        "supplier": a.supplier,
        "kind": a.kind,
        "from": a.starts,
        "to": a.ends,
        "scopes": a.scopes,
        "territories": a.territories,
        "quota": a.quota,
        "quota_period": a.quota_period,
        # As text: JSON's numbers are floats to those who read them.
        "price": None if a.price is None else format(a.price, "f"),
        "currency": a.currency,
        "excluded": a.excluded,
        "below": a.below,
        "requires": a.requires,
        "note": a.note,
        "added": o.moment(a.added),
        "added_by": a.added_by,
        "ended": o.moment(a.ended),
        "ended_by": a.ended_by,
        "end_reason": a.end_reason,
        "undone": o.moment(a.undone),
        "undone_by": a.undone_by,
        "undone_reason": a.undone_reason,
    }
