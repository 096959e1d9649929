"""Licenses as rows of a CSV file."""

from __future__ import annotations

from captions import dates
from captions.caption.similarity import is_telling
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow
from captions.licensing import licenses, terms
from captions.licensing.licenses import License, check
from captions.text import match_key, tidy

COLUMNS = (
    "invoice", "asset", "image", "caption", "from", "to", "scope", "territory", "archive_years", "price", "currency",
    "note",
)  # fmt: skip
"""The columns of a CSV file of licenses."""


def from_row(row: SheetRow, who: str) -> License:
    """Return the license in a CSV row with some of :data:`COLUMNS`; CaptionsError names line and column."""
    currency = row.read("currency", terms.currency, None)
    caption = row.read("caption", telling, None)
    invoice = tidy(row.cells.get("invoice", ""))
    if not invoice:
        raise row.wrong("the number of the invoice is missing")
    try:
        return check(
            License(
                invoice=invoice,
                starts=row.read("from", dates.parse, None),
                ends=row.read("to", lambda text: dates.parse(text, last=True), None),
                scopes=row.read("scope", terms.scopes, ()),
                territories=row.read("territory", terms.territories, ()),
                archive_years=row.read("archive_years", _years, None),
                price=row.read("price", lambda text: terms.money(text, currency), None),
                currency=currency,
                address=row.read("image", picture_url, None),
                asset=row.read("asset", licenses.asset_number, None),
                caption=caption,
                caption_key=match_key(caption) if caption else None,
                note=row.cells.get("note") or None,
                added_by=who,
            )
        )
    except CaptionsError as error:
        raise error if str(error).startswith(f"{row.name} line") else row.wrong(error) from None


def picture_url(text: str) -> str:
    """Return the URL of a picture; raise CaptionsError for another text."""
    if licenses.address_key(text) is None:
        raise CaptionsError(f"{text!r} is not the URL of a picture; use one such as https://cdn.example/crane.jpg")
    return text.strip()


def telling(caption: str) -> str:
    """Return a caption that identifies its picture; raise CaptionsError if it is too short for that."""
    caption = tidy(caption)
    if not is_telling(match_key(caption)):
        raise CaptionsError(f"{caption!r} is too short to identify a picture")
    return caption


def _years(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= 100):
        raise CaptionsError(f"{text!r} is not a number of years; use 0 to 100")
    return int(text)
