"""``captions agreement``: manage the newsroom's agreements with its suppliers."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import completion
from captions.cli import options as o
from captions.cli.agreement_rows import DATA, TABLE, UNDONE_TABLE, data_row, table_row, terms_text
from captions.cli.inputs import known_agency, opened_store, sheet_rows, user_name
from captions.cli.output import count, extension_of, note, opened, write_facts, write_listing
from captions.files.csv_input import cell_text
from captions.files.targets import Targets
from captions.licensing import terms
from captions.licensing.agreement_sheet import COLUMNS, as_row, from_row
from captions.licensing.agreements import Agreement, check
from captions.report import Column, write_rows
from captions.text import name_key, tidy

if TYPE_CHECKING:
    from captions.licensing.repository import AddedAgreement

app = typer.Typer(help="Manage agreements with suppliers and freelancers.", no_args_is_help=True, rich_markup_mode=None)
Kind = StrEnum("Kind", {kind: kind for kind in terms.KINDS})  # type: ignore[misc]  # mypy wants a literal

Supplier = Annotated[
    str | None,
    typer.Argument(
        metavar="SUPPLIER", help="The supplier: a name or alias in the register.", autocompletion=completion.supplier
    ),
]
Creator = Annotated[
    str | None,
    typer.Option("--creator", metavar="NAME", help="A freelancer instead of a supplier, as credit lines name them."),
]
From = Annotated[
    date | None, typer.Option("--from", parser=o.first_day, metavar="DATE", help="The first day.  [default: open]")
]
To = Annotated[
    date | None, typer.Option("--to", parser=o.last_day, metavar="DATE", help="The last day.  [default: open]")
]
Scopes = Annotated[
    str,
    typer.Option(
        "--scope", metavar="LIST", help="web, print, syndication, social.  [default: all]", show_default=False
    ),
]
Territories = Annotated[
    str,
    typer.Option(
        "--territory", metavar="LIST", help="Countries or groups: IL,US or EU.  [default: world]", show_default=False
    ),
]
Quota = Annotated[
    str | None,
    typer.Option("--quota", metavar="N/PERIOD", help="500/month, 1500/quarter, 6000/year, 6000/term, 500/30d."),
]
Price = Annotated[str | None, typer.Option("--price", metavar="AMOUNT", help="The total price: 18000.50.")]
PerUse = Annotated[str | None, typer.Option("--per-use", metavar="AMOUNT", help="The price per use.")]
Currency = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="EUR, USD, ILS.")]
AgreementKind = Annotated[
    Kind | None, typer.Option("--kind", help="The kind of agreement.  [default: flat; with --per-use: per-use]")
]
Excluded = Annotated[
    list[str], typer.Option("--exclude", metavar="NAME", help="A collection that is not covered; repeatable.")
]
Below = Annotated[bool, typer.Option("--below", help="Cover the agencies that belong to the supplier as well.")]
Requires = Annotated[str | None, typer.Option("--requires", metavar="TEXT", help="What a use must print.")]
Remark = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="A note for your records.")]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of the agreement.")]


@app.command()
def add(
    supplier: Supplier = None,
    creator: Creator = None,
    starts: From = None,
    ends: To = None,
    scope: Scopes = "",
    territory: Territories = "",
    quota: Quota = None,
    price: Price = None,
    per_use: PerUse = None,
    currency: Currency = None,
    kind: AgreementKind = None,
    exclude: Excluded = [],  # noqa: B006 - typer copies it
    below: Below = False,
    requires: Requires = None,
    remark: Remark = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Add an agreement. Overlaps and gaps with the supplier's other agreements are reported.

    \b
    Examples:
      captions agreement add Reuters --from 2026 --to 2026 \\
        --quota 500/month --price 18000 --currency EUR
      captions agreement add AP --from 2026-03-01 \\
        --per-use 45 --currency USD --note "by email, Feb. 12"
      captions agreement add --creator "Jo Reed" --per-use 80 --currency EUR
    """
    from captions.licensing import repository

    code = None if currency is None else terms.currency(currency)
    quota_count, quota_period, quota_days = (None, None, None) if quota is None else terms.quota(quota)
    if (supplier is None) is (creator is None):
        raise typer.BadParameter("name a supplier, or a freelancer with --creator")
    agreement = check(
        Agreement(
            supplier=tidy(creator or "") if supplier is None else known_agency(supplier, o.words(agencies, db_url)),
            creator=creator is not None,
            kind=_kind(kind, price, per_use),
            starts=starts,
            ends=ends,
            scopes=terms.scopes(scope),
            territories=terms.territories(territory),
            excluded=tuple(dict.fromkeys(map(cell_text, exclude))),
            below=below,
            quota=quota_count,
            quota_period=quota_period,
            quota_days=quota_days,
            price=_amount(price if per_use is None else per_use, code),
            currency=code,
            requires=cell_text(requires or "") or None,
            note=cell_text(remark or "") or None,
            added_by=user_name(who),
        )
    )
    with opened_store(db_url, create=True) as engine:
        _print_added(repository.add(engine, [agreement]))


def _party(name: str, freelancers: Collection[str], agencies: Path | None, db_url: str) -> str:
    """Return the name of a freelancer with an agreement, or else of a supplier."""
    known = {name_key(freelancer): freelancer for freelancer in freelancers}
    return known.get(name_key(name)) or known_agency(name, o.words(agencies, db_url))


def _kind(kind: Kind | None, price: str | None, per_use: str | None) -> str:
    """Return the kind of an agreement with these prices; raise BadParameter if they contradict it."""
    if price is not None and per_use is not None:
        raise typer.BadParameter("--price and --per-use cannot be combined")
    if per_use is None:
        return kind.value if kind else "flat"
    if kind not in (None, "per-use"):
        raise typer.BadParameter(f"--per-use cannot be combined with --kind {kind}")
    return "per-use"


def _amount(text: str | None, currency: str | None) -> Decimal | None:
    return None if text is None else terms.money(text, currency)


@app.command("list")
def list_(
    supplier: Annotated[
        str | None,
        typer.Option(
            "--supplier",
            metavar="NAME",
            help="Only agreements with this supplier or freelancer.",
            autocompletion=completion.supplier,
        ),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=o.first_day, metavar="DATE", help="Only agreements in force on this date."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Include agreements that have ended.")] = False,
    undone: Annotated[bool, typer.Option("--undone", help="Show undone agreements instead.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """List agreements that have not ended.

    \b
    Examples:
      captions agreement list --on 2026-05-18
      captions agreement list --all --format csv
      captions agreement list --undone
    """
    from captions.licensing import repository

    if undone and (on is not None or every):
        raise typer.BadParameter("--undone cannot be combined with --on or --all")
    with opened_store(db_url) as engine:
        name = None if supplier is None else _party(supplier, repository.freelancers(engine), agencies, db_url)
        found = repository.undone(engine, name) if undone else repository.listed(engine, name, on)
    today = date.today()
    current = [a for a in found if undone or every or on is not None or a.ends is None or a.ends >= today]
    if form is o.Listing.table:
        write_listing("agreements", UNDONE_TABLE if undone else TABLE, [*map(table_row, current)], form, limit)
    else:
        write_listing("agreements", DATA, [*map(data_row, current)], form, limit)
    if len(current) < len(found):
        note(f"{len(found) - len(current)} more have ended; see: captions agreement list --all")


@app.command()
def show(number: Number, form: o.ListingFormat = o.Listing.table, db_url: o.Database = o.DATABASE) -> None:
    """Show all terms of an agreement.

    \b
    Example:
      captions agreement show 3
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        row = data_row(repository.find(engine, number))
    if form is o.Listing.table:
        write_facts("Agreement", str(number), DATA[1:], row)
    else:
        write_rows("agreements", DATA, [row], form.value, sys.stdout)


@app.command()
def end(
    number: Number,
    on: Annotated[date, typer.Option("--on", parser=o.last_day, metavar="DATE", help="The new last day.")],
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """End an agreement early, or end one that is open.

    \b
    Example:
      captions agreement end 3 --on 2026-06-30 --reason "canceled by letter, March 2"
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        ended = repository.end(engine, number, on, o.required(reason, "--reason"), user_name(who))
    typer.echo(f"agreement {number} with {ended.supplier} ends on {ended.ends}")


@app.command()
def renew(
    number: Number,
    ends: Annotated[date, typer.Option("--to", parser=o.last_day, metavar="DATE", help="The new last day.")],
    price: Annotated[str | None, typer.Option("--price", metavar="AMOUNT", help="The new price.")] = None,
    quota: Annotated[
        str | None, typer.Option("--quota", metavar="N/PERIOD", help="The new quota: 500/month, 6000/term, ...")
    ] = None,
    scope: Annotated[
        str | None, typer.Option("--scope", metavar="LIST", help="The new scopes: web, print, syndication, social.")
    ] = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="LIST", help="The new countries or groups: IL,US or EU.")
    ] = None,
    remark: Remark = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Renew an agreement.

    Adds an agreement that starts the day after the old one ends, with the same terms unless an option changes them.
    The note is not repeated.

    \b
    Example:
      captions agreement renew 3 --to 2027-12-31 --price 18900
    """
    from captions.licensing import repository, terms

    changes = {
        "quota": None if quota is None else terms.quota(quota),
        "scopes": None if scope is None else terms.scopes(scope),
        "territories": None if territory is None else terms.territories(territory),
        "note": cell_text(remark or "") or None,
    }
    with opened_store(db_url) as engine:
        amount = _amount(price, repository.find(engine, number).currency)
        added = repository.renew(engine, number, ends, user_name(who), price=amount, **changes)
    _print_added([added], with_terms=True)


@app.command()
def undo(
    number: Number,
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo an agreement entered by mistake.

    It stays on record but no longer counts. To end a real agreement, use `captions agreement end`.

    \b
    Example:
      captions agreement undo 3 --reason "500 a month, not 5000: see 4"
    """
    from captions.licensing import repository

    with opened_store(db_url) as engine:
        undone = repository.undo(engine, number, user_name(who), o.required(reason, "--reason"))
    typer.echo(f"undid agreement {number} with {undone.supplier}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file as written by `captions agreement export`.")],
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Import agreements from a CSV file.

    If a row is invalid, nothing is added; agreements that exist already are skipped.

    \b
    Example:
      captions agreement import agreements.csv
    """
    from captions.licensing import repository

    words = o.words(agencies, db_url)
    read = [from_row(row) for row in sheet_rows(file, ("supplier",), COLUMNS)]
    suppliers = dict.fromkeys(agreement.supplier for agreement in read if not agreement.creator)
    names = {name: known_agency(name, words) for name in suppliers}
    with opened_store(db_url, create=True) as engine:
        by = user_name(who)
        added = repository.add(
            engine, [replace(a, supplier=a.supplier if a.creator else names[a.supplier], added_by=by) for a in read]
        )
    for result in added:
        for remark in result.remarks:
            note(f"agreement {result.agreement.id}: {remark}")
    new = sum(result.new for result in added)
    typer.echo(f"added {new}, skipped {len(added) - new} that exist already")


@app.command()
def export(
    output: o.Output = None,
    delimiter: o.Delimiter = None,
    overwrite: o.Overwrite = False,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Export all agreements as CSV.

    Edit the file in a spreadsheet, or import it into another database.

    \b
    Example:
      captions agreement export -o agreements.csv
    """
    from captions.licensing import repository

    between = o.separator(delimiter, is_csv=True)
    extension_of(output, ("csv",))
    targets = Targets(overwrite=overwrite)
    with opened_store(db_url) as engine:
        found = repository.listed(engine)
    columns = [Column(name, name) for name in COLUMNS]
    with opened(output, targets, for_spreadsheet=True) as stream:
        write_rows("agreements", columns, map(as_row, found), "csv", stream, delimiter=between)
    if output is not None:
        note(f"wrote {count(len(found), 'agreement')} to {output}")


def _print_added(added: Sequence[AddedAgreement], *, with_terms: bool = False) -> None:
    for result in added:
        agreement = result.agreement
        for remark in result.remarks:
            note(remark)
        if result.new:
            of_terms = f": {terms_text(agreement)}" if with_terms else ""
            typer.echo(f"added agreement {agreement.id} with {agreement.supplier}{of_terms}")
        else:
            typer.echo(f"agreement {agreement.id} with {agreement.supplier} exists already")
