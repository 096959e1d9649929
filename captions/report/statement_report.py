"""Write the statement of a supplier or freelancer as a table, CSV, JSON, an HTML page or a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from captions.audit.statement import ELSEWHERE, AgreementShare, PayeeStatement, StatementUse
from captions.licensing.agreements import DateRange
from captions.licensing.quotas import quota_text
from captions.licensing.terms import digits_of
from captions.report.rows import Column, Value, as_data
from captions.text import count

STATEMENT_TITLE = "Statement of picture uses"
_SECTION = Column("section", "Section")
_USES = (
    Column("used_on", "Date"),
    Column("published_in", "Month or year"),
    Column("publication", "Publication"),
    Column("headline", "Headline"),
    Column("url", "Article"),
    Column("source", "Source"),
    Column("position", "Caption no.", number=True),
    Column("images", "Pictures"),
    Column("caption", "Caption"),
    Column("creators", "Creators"),
    Column("supplier", "Supplier"),
    Column("credit", "Credit line"),
    Column("price", "Price", number=True),
    Column("currency", "Currency"),
    Column("paid", "Paid by"),
    Column("agreement", "Agreement", number=True),
    Column("license", "License", number=True),
    Column("invoice", "Invoice"),
    Column("note", "Note"),
    Column("use", "Use", number=True),
)
"""The columns of CSV, JSON and a workbook."""
_AGREEMENTS = (
    Column("agreement", "No.", number=True),
    Column("kind", "Kind"),
    Column("from", "From"),
    Column("to", "To"),
    Column("price", "Price", number=True),
    Column("currency", "Currency"),
    Column("quota", "Quota"),
    Column("period", "Quota period"),
    Column("used", "Used", number=True),
    Column("left", "Left", number=True),
    Column("unknown", "Unknown", number=True),
    Column("uses", "Uses here", number=True),
)
_TOTALS = (
    Column("currency", "Currency"),
    Column("amount", "Amount", number=True),
    Column("uses", "Uses", number=True),
)
_ON_PAPER = (
    Column("date", "Date"),
    Column("publication", "Publication"),
    Column("article", "Article", wide=True),
    Column("images", "Picture", wide=True),
    Column("caption", "Caption", wide=True),
    Column("creators", "Creator"),
    Column("credit", "Credit line"),
    Column("owed", "Price", number=True),
    Column("terms", "Terms"),
)
"""The columns of a page, where several facts share a cell."""
_IN_TABLE = (
    Column("use", "Use", number=True),
    Column("date", "Date"),
    Column("publication", "Publication", wide=True, cut=40),
    Column("caption", "Caption", wide=True, cut=60),
    Column("creators", "Creator", wide=True),
    Column("owed", "Price", number=True),
)
_AGREEMENTS_IN_TABLE = (
    Column("agreement", "No.", number=True),
    Column("kind", "Kind"),
    Column("price", "Price", number=True),
    Column("quota", "Quota", number=True),
    Column("period", "Period", wide=True),
    Column("used", "Used", number=True),
    Column("left", "Left", number=True),
    Column("uses", "Uses here", number=True),
)


@dataclass(frozen=True, slots=True)
class StatementReport:
    """A statement, the name of its period, ``2026-Q3``, and the day and the newsrooms that it was produced by."""

    statement: PayeeStatement
    period: str
    produced: date
    newsrooms: Sequence[str] = ()

    @property
    def sections(self) -> tuple[tuple[str, str, Sequence[StatementUse]], ...]:
        """Return key, title and uses of each section."""
        it, name = self.statement, self.statement.payee.name
        return (
            ("uses", "Uses", it.uses),
            ("without_day", "Uses without a day, which may be of this period", it.without_day),
            ("unclear", f"Supplier unclear: the line names {name}", it.unclear),
        )

    @property
    def subject(self) -> str:
        """Return the supplier or freelancer, and the period: ``Reuters, 2026-Q3``."""
        return f"{self.statement.payee.name}, {self.period}"

    def heading(self) -> str:
        """Return the first line: ``Reuters, 2026-Q3: 12 uses``."""
        return f"{self.subject}: {count(len(self.statement.uses), 'use')}"

    def origin(self) -> str:
        """Return the last sentence of a page's heading: ``Produced on 2026-10-02 by Harbor Echo.``"""
        by = f" by {', '.join(self.newsrooms)}" if self.newsrooms else ""
        return f"Produced on {self.produced}{by}."

    def total(self) -> str:
        """Return the total by currency, and what it leaves out: ``total: 405.00 EUR; price unknown for 2 uses``."""
        it = self.statement
        parts = [" + ".join(_money(amount, currency) for currency, amount, _ in it.totals) or self._nothing()]
        if it.unpriced:
            parts.append(f"price unknown for {count(it.unpriced, 'use')}")
        if apart := len(it.without_day) + len(it.unclear):
            parts.append(f"not included: {count(apart, 'use')} without a day or with an unclear supplier")
        return f"total: {'; '.join(parts)}"

    def _nothing(self) -> str:
        if not self.statement.uses:
            return "no uses"
        return "unknown" if self.statement.unpriced else "no use has a price of its own"


def write(report: StatementReport, form: str, stream: TextIO, delimiter: str = ",") -> None:
    """Write a statement as ``table``, ``csv``, ``json`` or ``html``; ``delimiter`` separates the cells of CSV."""
    if form == "csv":
        from captions.report import as_csv

        rows = ({"section": key, **_row(use)} for key, _, uses in report.sections for use in uses)
        as_csv.write((_SECTION, *_USES), rows, stream, delimiter)
    elif form == "json":
        from captions.report import as_json

        as_json.write(_object(report), stream)
    elif form == "html":
        _write_page(report, stream)
    else:
        _write_table(report, stream)


def write_workbook(report: StatementReport, path: Path) -> None:
    """Write a statement as a workbook with a sheet for each section; raise CaptionsError without XlsxWriter."""
    from captions.report import as_xlsx

    names = {"uses": "Uses", "without_day": "Without a day", "unclear": "Supplier unclear"}
    columns = [column for column in _USES if column.key != "source"]
    title = f"{STATEMENT_TITLE}: {report.heading()}"
    sheets = [
        as_xlsx.Sheet(names[key], columns, [_row(use) for use in uses], title if key == "uses" else "")
        for key, _, uses in report.sections
    ]
    agreements = [_agreement(share) for share in report.statement.agreements]
    sheets.append(as_xlsx.Sheet("Totals", _TOTALS, list(_totals(report.statement))))
    sheets.append(as_xlsx.Sheet("Agreements", _AGREEMENTS, agreements))
    as_xlsx.write(title, [sheet for sheet in sheets if sheet.rows or sheet.heading], path)


def _object(report: StatementReport) -> dict[str, object]:
    from captions.report import as_json

    it, payee = report.statement, report.statement.payee
    return {
        "supplier": None if payee.creator else payee.name,
        "creator": payee.name if payee.creator else None,
        "period": report.period,
        "since": as_data(it.days.first),
        "until": as_data(it.days.last),
        "totals": [as_json.object_of(_TOTALS, row) for row in _totals(it)],
        "unpriced": it.unpriced,
        "agreements": [as_json.object_of(_AGREEMENTS, _agreement(share)) for share in it.agreements],
        **{key: [as_json.object_of(_USES, _row(use)) for use in uses] for key, _, uses in report.sections},
    }


def _write_page(report: StatementReport, stream: TextIO) -> None:
    from captions.report import as_page

    tables = [
        as_page.PageTable(title, _ON_PAPER, [_on_paper(use) for use in uses]) for _, title, uses in report.sections
    ]
    agreements = [{**_agreement(share), "left": _left(share)} for share in report.statement.agreements]
    tables.append(as_page.PageTable("Agreements", _AGREEMENTS, agreements))
    heading = f"{count(len(report.statement.uses), 'use')}; {report.total()}. {report.origin()}"
    as_page.write(f"{STATEMENT_TITLE}: {report.subject}", heading, tables, _note(report.statement), stream)


def _write_table(report: StatementReport, stream: TextIO) -> None:
    from captions import escaping
    from captions.report import as_table

    stream.write(escaping.line(f"{STATEMENT_TITLE}: {report.heading()}") + "\n")
    for key, title, uses in report.sections:
        if uses:
            stream.write("\n" if key == "uses" else f"\n{escaping.line(title)}\n\n")
            as_table.write(_IN_TABLE, [_on_paper(use) for use in uses], stream)
    stream.write(f"\n{report.total()}\n")
    if report.statement.agreements:
        stream.write("\n")
        shares = [{**_agreement(share), "left": _left(share)} for share in report.statement.agreements]
        for share in shares:
            if isinstance(share["price"], Decimal):
                share["price"] = _money(share["price"], str(share["currency"]))
        as_table.write(_AGREEMENTS_IN_TABLE, shares, stream)
    if note := _note(report.statement):
        stream.write(f"\n{note}\n")


def _note(it: PayeeStatement) -> str:
    """Say where only the agreements show the price."""
    flat = any(share.agreement.kind == "flat" and share.uses for share in it.agreements)
    return "flat: the price of the agreement covers the use" if flat else ""


def _row(it: StatementUse) -> dict[str, Value]:
    use = it.use
    return {
        "used_on": use.used_on,
        "published_in": use.published_in or None,
        "publication": use.publication,
        "headline": use.headline,
        "url": use.url,
        "source": use.source,
        "position": use.position,
        "images": it.images,
        "caption": use.caption,
        "creators": it.creators,
        "supplier": it.supplier,
        "credit": it.line,
        "price": "unknown" if it.unpriced else _rounded(it.price, it.currency),
        "currency": it.currency,
        "paid": it.paid,
        "agreement": it.agreement.id if it.agreement else None,
        "license": it.license.id if it.license else None,
        "invoice": it.license.invoice if it.license else None,
        "note": it.note or None,
        "use": use.use_id,
    }


def _on_paper(it: StatementUse) -> dict[str, Value]:
    use = it.use
    terms = (f"license, invoice {it.license.invoice}" if it.license else it.note, _under(it))
    return {
        "use": use.use_id,
        "date": use.used_on or use.published_in or "unknown",
        "publication": use.publication,
        "article": "; ".join(filter(None, (use.headline, use.url or use.source))),
        "images": it.images,
        "caption": use.caption,
        "creators": it.creators,
        "credit": it.line,
        "owed": it.paid if it.price is None else _money(it.price, it.currency or ""),
        "terms": "; ".join(filter(None, terms)),
    }


def _under(it: StatementUse) -> str:
    a = it.agreement
    return f"agreement {a.id}, {DateRange(a.starts, a.ends)}" if a and it.paid != ELSEWHERE else ""


def _totals(it: PayeeStatement) -> Iterator[dict[str, Value]]:
    for currency, amount, uses in it.totals:
        yield {"currency": currency, "amount": _rounded(amount, currency), "uses": uses}
    if it.unpriced:
        yield {"currency": None, "amount": "unknown", "uses": it.unpriced}


def _agreement(share: AgreementShare) -> dict[str, Value]:
    a = share.agreement
    return {
        "agreement": a.id,
        "kind": a.kind,
        "from": a.starts,
        "to": a.ends,
        "price": _rounded(a.price, a.currency),
        "currency": a.currency,
        "quota": quota_text(a),
        "period": share.period.name if share.period else None,
        "used": share.used,
        "left": "unknown" if share.unknown else share.left,
        "unknown": share.unknown if a.quota is not None else None,
        "uses": share.uses,
    }


def _left(share: AgreementShare) -> Value:
    """Return what a person reads as left of a quota: ``3``, or ``2 over``."""
    if share.unknown:
        return "unknown"
    return f"{-share.left} over" if share.left is not None and share.left < 0 else share.left


def _rounded(amount: Decimal | None, currency: str | None) -> Decimal | None:
    """Return an amount with at least the decimal places of its currency: 80 EUR gives 80.00."""
    if amount is None:
        return None
    places = Decimal(1).scaleb(-digits_of(currency))
    exact = amount.quantize(places)
    return exact if exact == amount else amount


def _money(amount: Decimal, currency: str) -> str:
    return f"{_rounded(amount, currency):f} {currency}"
