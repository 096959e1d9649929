"""``captions license``: manage the licenses of single pictures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import agreement as of_agreements
from captions.cli import options as o
from captions.cli.inputs import opened_store, sheet_rows, user_name
from captions.cli.license_rows import DATA, TABLE, UNDONE_TABLE, data_row, table_row
from captions.cli.output import note, write_listing
from captions.errors import CaptionsError
from captions.files.csv_input import cell_text
from captions.licensing import licenses, terms
from captions.licensing.licenses import License, check
from captions.text import match_key, tidy

if TYPE_CHECKING:
    from captions.imaging.hashing import Hashes

app = typer.Typer(help="Manage licenses of single pictures.", no_args_is_help=True, rich_markup_mode=None)
Invoice = Annotated[
    str, typer.Option("--invoice", metavar="NUMBER", help="The number of the invoice.", show_default=False)
]
Image = Annotated[str | None, typer.Option("--image", metavar="URL", help="The picture's URL in articles.")]
Asset = Annotated[
    str | None,
    typer.Option("--asset", metavar="NUMBER", help="The supplier's number of the picture, as in its URL or file name."),
]
Picture = Annotated[
    Path | None,
    typer.Option("--picture", metavar="FILE", help="The picture itself; articles' pictures must be scanned."),
]
Caption = Annotated[str | None, typer.Option("--caption", metavar="TEXT", help="The caption, without its credit.")]
Archive = Annotated[
    int | None,
    typer.Option("--archive-years", metavar="N", help="How long articles may stay online after --to.  [default: 0]"),
]


@app.command()
def add(
    invoice: Invoice,
    image: Image = None,
    asset: Asset = None,
    picture: Picture = None,
    caption: Caption = None,
    starts: of_agreements.From = None,
    ends: of_agreements.To = None,
    scope: of_agreements.Scopes = "",
    territory: of_agreements.Territories = "",
    archive_years: Archive = None,
    price: Annotated[str | None, typer.Option("--price", metavar="AMOUNT", help="The price: 180.50.")] = None,
    currency: of_agreements.Currency = None,
    remark: of_agreements.Remark = None,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Add the license of a picture. Its uses on these days need no agreement, and count against no quota.

    Identify the picture in one way or several; a use matches if one of them does.

    \b
    Examples:
      captions license add --invoice R-2024-17 --asset 841304270 \\
        --from 2024-05-01 --to 2025-04-30 --scope web --price 180 --currency EUR
      captions license add --invoice R-2024-18 --picture crane.jpg \\
        --to 2025 --archive-years 2
    """
    from captions.licensing import license_repository

    code = None if currency is None else terms.currency(currency)
    file_hash, hashes = (None, None) if picture is None else _of_file(picture)
    license_ = check(
        License(
            invoice=o.required(invoice, "--invoice"),
            starts=starts,
            ends=ends,
            scopes=terms.scopes(scope),
            territories=terms.territories(territory),
            archive_years=archive_years,
            price=None if price is None else terms.money(price, code),
            currency=code,
            address=None if image is None else _url(image),
            asset=None if asset is None else licenses.asset_number(asset),
            file_hash=file_hash,
            dhash=hashes.dhash if hashes else None,
            phash=hashes.phash if hashes else None,
            caption=None if caption is None else tidy(caption),
            caption_key=None if caption is None else _caption_key(caption),
            note=cell_text(remark or "") or None,
            added_by=user_name(who),
        )
    )
    with opened_store(db_url, create=True) as engine:
        ((number, new),) = license_repository.add(engine, [license_])
    typer.echo(f"added license {number}" if new else f"license {number} exists already")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file; its columns are named like the options of license add.")
    ],
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Import licenses from a CSV file: invoice, asset, image, caption, from, to, scope, territory, price and others.

    If a row is invalid, nothing is added; licenses that exist already are skipped.

    \b
    Example:
      captions license import licenses.csv
    """
    from captions.corrections.license_sheet import COLUMNS, from_row
    from captions.licensing import license_repository

    by = user_name(who)
    found = [from_row(row, by) for row in sheet_rows(file, ("invoice",), COLUMNS)]
    with opened_store(db_url, create=True) as engine:
        added = license_repository.add(engine, found)
    new = sum(is_new for _, is_new in added)
    typer.echo(f"added {new}, skipped {len(added) - new} that exist already")


@app.command("list")
def list_(
    expiring: Annotated[
        str | None,
        typer.Option("--expiring", metavar="PERIOD", help="Only licenses that end soon: within 30d, 6w, 3m or 1y."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Include licenses that have ended.")] = False,
    undone: Annotated[bool, typer.Option("--undone", help="Show undone licenses instead.")] = False,
    form: o.ListingFormat = o.Listing.table,
    limit: o.Limit = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """List licenses that have not ended, soonest to end first.

    A license that articles may outlast ends with its archive years.

    \b
    Examples:
      captions license list --expiring 30d
      captions license list --all --format csv
      captions license list --undone
    """
    from captions.licensing import license_repository

    if undone and (expiring is not None or every):
        raise typer.BadParameter("--undone cannot be combined with --expiring or --all")
    within = None if expiring is None else o.as_option(lambda: licenses.period(expiring))
    with opened_store(db_url) as engine:
        found = license_repository.listed(engine, undone=undone)
    today = date.today()
    current = [it for it in found if undone or every or it.online_until is None or it.online_until >= today]
    if within is not None:
        last = today + within
        chosen = [it for it in current if licenses.expires_within(it, today, last)]
    else:
        chosen = current
    if form is o.Listing.table:
        write_listing("licenses", UNDONE_TABLE if undone else TABLE, [*map(table_row, chosen)], form, limit)
    else:
        write_listing("licenses", DATA, [*map(data_row, chosen)], form, limit)
    if len(current) < len(found):
        note(f"{len(found) - len(current)} more have ended; see: captions license list --all")


@app.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="N", help="The number of the license.")],
    reason: o.RequiredReason,
    who: o.Who = None,
    db_url: o.Database = o.DATABASE,
) -> None:
    """Undo a license entered by mistake. It stays on record but no longer counts.

    \b
    Example:
      captions license undo 3 --reason "another picture of the series"
    """
    from captions.licensing import license_repository

    with opened_store(db_url) as engine:
        undone = license_repository.undo(engine, number, user_name(who), o.required(reason, "--reason"))
    typer.echo(f"undid license {number} (invoice {undone.invoice})")


def _url(text: str) -> str:
    if licenses.address_key(text) is None:
        raise typer.BadParameter(
            f"{text!r} is not the URL of a picture; use one such as https://cdn.example/crane.jpg", param_hint="--image"
        )
    return text.strip()


def _caption_key(text: str) -> str:
    from captions.caption.similarity import is_telling

    key = match_key(tidy(text))
    if not is_telling(key):
        raise typer.BadParameter(f"{text!r} is too short to identify a picture", param_hint="--caption")
    return key


def _of_file(path: Path) -> tuple[str, Hashes | None]:
    """Return the digest of a picture file, as a scan stores it, and the hashes of what it shows."""
    from captions.imaging.hashing import hashes
    from captions.imaging.scan import file_digest

    try:
        digest = file_digest(path)
    except OSError as error:
        raise CaptionsError(f"cannot read {path}: {error.strerror}; check the path") from None
    return digest, hashes(path)
