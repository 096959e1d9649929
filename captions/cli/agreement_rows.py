"""Lay out agreements as rows of a listing."""

from __future__ import annotations

from captions.cli.output import UNDONE, UNDONE_IN_TABLE, timestamp
from captions.licensing.agreements import Agreement, DateRange
from captions.licensing.quotas import quota_text, quota_unit
from captions.report import Column, Row, Value

TABLE = (
    Column("id", "No.", number=True),
    Column("supplier", "Supplier", wide=True),
    Column("kind", "Kind"),
    Column("from", "From", width=10),
    Column("to", "To", width=10),
    Column("scopes", "Scope", rank=1),
    Column("territories", "Territory", rank=2),
    Column("quota", "Quota", number=True),
    Column("price", "Price", number=True),
)
UNDONE_TABLE = (
    *(column for column in TABLE if column.key in ("id", "supplier", "kind", "from", "to")),
    *UNDONE_IN_TABLE,
)
DATA = (
    Column("id", "Agreement", number=True),
    Column("supplier", "Supplier"),
    Column("kind", "Kind"),
    Column("from", "From"),
    Column("to", "To"),
    Column("scopes", "Scopes"),
    Column("territories", "Territories"),
    Column("quota", "Quota", number=True),
    Column("quota_period", "Quota period"),
    Column("price", "Price", number=True),
    Column("currency", "Currency"),
    Column("excluded", "Excludes"),
    Column("below", "Includes subsidiaries"),
    Column("requires", "Requires"),
    Column("note", "Note"),
    Column("added", "Added"),
    Column("added_by", "Added by"),
    Column("ended", "Ended early"),
    Column("ended_by", "Ended by"),
    Column("end_reason", "Reason for ending"),
    *UNDONE,
    Column("creator", "Freelancer"),
)


def table_row(agreement: Agreement) -> Row:
    """Return an agreement as a row of a table, with the quota and the price in one column each."""
    a = agreement
    price = None if a.price is None else f"{a.price:f} {a.currency}"
    return {
        **data_row(a),
        "supplier": a.supplier,
        "quota": quota_text(a),
        "undone": str(a.undone)[:10],
        "price": f"{price}/use" if price and a.kind == "per-use" else price,
        "scopes": a.scopes or "all",
        "territories": a.territories or "all",
    }


def terms_text(agreement: Agreement) -> str:
    """Return the main terms in one line: ``2027-01-01 to 2027-12-31, flat, 18900.00 EUR, 500/month, web, EU``."""
    a, row = agreement, table_row(agreement)
    places = (("all scopes", a.scopes), ("worldwide", a.territories))
    limits = [", ".join(listed) or unlimited for unlimited, listed in places]
    return ", ".join(str(it) for it in (DateRange(a.starts, a.ends), a.kind, row["price"], row["quota"], *limits) if it)


def data_row(agreement: Agreement) -> dict[str, Value]:
    """Return an agreement as a row of data, with all its terms."""
    a = agreement
    return {
        "id": a.id,
        "supplier": None if a.creator else a.supplier,
        "creator": a.supplier if a.creator else None,
        "kind": a.kind,
        "from": a.starts,
        "to": a.ends,
        "scopes": a.scopes,
        "territories": a.territories,
        "quota": a.quota,
        "quota_period": quota_unit(a),
        # Text, because many programs read JSON numbers as floats.
        "price": None if a.price is None else format(a.price, "f"),
        "currency": a.currency,
        "excluded": a.excluded,
        "below": a.below,
        "requires": a.requires,
        "note": a.note,
        "added": timestamp(a.added),
        "added_by": a.added_by,
        "ended": timestamp(a.ended),
        "ended_by": a.ended_by,
        "end_reason": a.end_reason,
        "undone": timestamp(a.undone),
        "undone_by": a.undone_by,
        "undone_reason": a.undone_reason,
    }
