"""Lay out licenses as rows of a listing."""

from __future__ import annotations

from captions.cli.output import UNDONE, UNDONE_IN_TABLE, timestamp
from captions.licensing.licenses import License
from captions.report import Column, Row, Value

TABLE = (
    Column("id", "No.", number=True),
    Column("picture", "Picture", wide=True, cut=80),
    Column("invoice", "Invoice"),
    Column("from", "From", width=10),
    Column("to", "To", width=10),
    Column("online_until", "Online to", width=10),
    Column("scopes", "Scope"),
    Column("price", "Price", number=True),
)
UNDONE_TABLE = (
    *(column for column in TABLE if column.key in ("id", "picture", "invoice", "from", "to")),
    *UNDONE_IN_TABLE,
)
DATA = (
    Column("id", "License", number=True),
    Column("invoice", "Invoice"),
    Column("from", "From"),
    Column("to", "To"),
    Column("archive_years", "Archive years", number=True),
    Column("online_until", "Online to"),
    Column("scopes", "Scopes"),
    Column("territories", "Territories"),
    Column("price", "Price", number=True),
    Column("currency", "Currency"),
    Column("image", "URL"),
    Column("asset", "Supplier's number"),
    Column("file_hash", "File"),
    Column("caption", "Caption"),
    Column("note", "Note"),
    Column("added", "Added"),
    Column("added_by", "Added by"),
    *UNDONE,
)


def table_row(license_: License) -> Row:
    """Return a license as a row of a table, with what identifies its picture in one column."""
    it = license_
    return {
        **data_row(it),
        "picture": it.picture,
        "price": None if it.price is None else f"{it.price:f} {it.currency}",
        "scopes": it.scopes or "all",
        "undone": str(it.undone)[:10],
    }


def data_row(license_: License) -> dict[str, Value]:
    """Return a license as a row of data, with all its terms."""
    it = license_
    return {
        "id": it.id,
        "invoice": it.invoice,
        "from": it.starts,
        "to": it.ends,
        "archive_years": it.archive_years,
        "online_until": it.online_until,
        "scopes": it.scopes,
        "territories": it.territories,
        "price": None if it.price is None else f"{it.price:f}",
        "currency": it.currency,
        "image": it.address,
        "asset": it.asset,
        "file_hash": it.file_hash,
        "caption": it.caption,
        "note": it.note,
        "added": timestamp(it.added),
        "added_by": it.added_by,
        "undone": timestamp(it.undone),
        "undone_by": it.undone_by,
        "undone_reason": it.undone_reason,
    }
