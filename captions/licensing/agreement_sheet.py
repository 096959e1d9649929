"""Agreements as rows of a CSV file."""

from __future__ import annotations

from captions import dates
from captions.errors import CaptionsError
from captions.files.csv_input import SheetRow
from captions.licensing import terms
from captions.licensing.agreements import Agreement, check
from captions.licensing.quotas import quota_text
from captions.text import tidy

COLUMNS = (
    "supplier", "creator", "kind", "from", "to", "scope", "territory", "quota", "price", "currency", "exclude", "below",
    "requires", "note",
)  # fmt: skip
"""The columns of a CSV file of agreements."""


def from_row(row: SheetRow) -> Agreement:
    """Return the agreement in a CSV row with some of :data:`COLUMNS`; CaptionsError names line and column."""
    supplier, creator = row.cells.get("supplier", ""), row.cells.get("creator", "")
    if supplier and creator:
        raise row.wrong("it names a supplier and a creator; leave one of the cells empty")
    quota, period, days = row.read("quota", terms.quota, None) or (None, None, None)
    currency = row.read("currency", terms.currency, None)
    try:
        return check(
            Agreement(
                supplier=supplier or creator,
                creator=bool(creator),
                kind=row.read("kind", terms.kind, "flat"),
                starts=row.read("from", dates.parse, None),
                ends=row.read("to", lambda text: dates.parse(text, last=True), None),
                scopes=row.read("scope", terms.scopes, ()),
                territories=row.read("territory", terms.territories, ()),
                excluded=row.read("exclude", _names, ()),
                below=row.read("below", terms.yes, False),
                quota=quota,
                quota_period=period,
                quota_days=days,
                price=row.read("price", lambda text: terms.money(text, currency), None),
                currency=currency,
                requires=row.cells.get("requires") or None,
                note=row.cells.get("note") or None,
            )
        )
    except CaptionsError as error:
        raise error if str(error).startswith(f"{row.name} line") else row.wrong(error) from None


def as_row(agreement: Agreement) -> dict[str, str]:
    """Return the cells under :data:`COLUMNS`, which :func:`from_row` reads back as the same terms."""
    a = agreement
    cells = {
        "supplier": None if a.creator else a.supplier,
        "creator": a.supplier if a.creator else None,
        "kind": a.kind,
        "from": a.starts,
        "to": a.ends,
        "scope": ";".join(a.scopes),
        "territory": ";".join(a.territories),
        "quota": quota_text(a),
        "price": None if a.price is None else format(a.price, "f"),
        "currency": a.currency,
        "exclude": ";".join(a.excluded),
        "below": "yes" if a.below else "",
        "requires": a.requires,
        "note": a.note,
    }
    return {name: "" if value is None else str(value) for name, value in cells.items()}


def _names(text: str) -> tuple[str, ...]:
    # Not split at commas, which company names contain.
    return tuple(dict.fromkeys(part for part in map(tidy, text.split(";")) if part))
