"""``captions statement``: all uses of a supplier or freelancer in a period, ready to send."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import completion, settings
from captions.cli import options as o
from captions.cli.inputs import opened_store
from captions.cli.output import for_report, format_of, is_stdout, note, opened
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from captions.files.targets import Targets
    from captions.report.statement_report import StatementReport


class StatementFormat(StrEnum):
    """Output formats of a statement."""

    table = "table"
    csv = "csv"
    json = "json"
    html = "html"
    xlsx = "xlsx"


Supplier = Annotated[
    str | None,
    typer.Argument(
        metavar="SUPPLIER", help="The supplier: a name or alias in the register.", autocompletion=completion.supplier
    ),
]
Creator = Annotated[
    str | None,
    typer.Option(
        "--creator",
        metavar="NAME",
        help="A freelancer with an agreement instead of a supplier.",
        autocompletion=completion.creator,
    ),
]
Form = Annotated[
    StatementFormat | None,
    typer.Option("--format", help=o.FORMAT_HELP, show_default=False),
]


def statement(
    supplier: Supplier = None,
    db_url: o.Database = o.DATABASE,
    creator: Creator = None,
    period: o.Period = None,
    since: o.Since = None,
    until: o.Until = None,
    agencies: o.Agencies = None,
    form: Form = None,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """List the uses of a supplier or freelancer in a period.

    Unknown prices are "unknown". Uses without a day, and uses whose line names the supplier but does not show who
    supplied the picture, are listed separately and are in no total. A use with a license of its own shows its invoice.

    \b
    Examples:
      captions statement Reuters --period 2026-Q3
      captions statement --creator "Jo Reed" --since 2026 -o jo_reed.xlsx
      captions statement dpa --period 2026-07 --format html -o dpa.html
    """
    if (supplier is None) is (creator is None):
        raise typer.BadParameter("name a supplier, or a freelancer with --creator")
    chosen = format_of(form, output, StatementFormat.table)
    if chosen is StatementFormat.xlsx and is_stdout(output):
        raise CaptionsError("XLSX is binary: choose an output file with -o")
    between = o.separator(delimiter, is_csv=chosen is StatementFormat.csv)
    first, last, name = o.days_of_period(period, since, until)
    targets = for_report(output, (agencies,), overwrite=overwrite)
    report = _report(db_url, supplier, creator, agencies, (first, last, name))
    _write(report, chosen, output, targets, between)
    if not is_stdout(output):
        note(f"{report.heading()}; {report.total()}; written to {output}")


def _report(
    db_url: str,
    supplier: str | None,
    creator: str | None,
    agencies: Path | None,
    period: tuple[date | None, date | None, str | None],
) -> StatementReport:
    from captions.audit.payee import freelancer_named, supplier_named
    from captions.audit.statement import statement as computed
    from captions.licensing.agreements import DateRange
    from captions.report.statement_report import StatementReport

    first, last, name = period
    words = o.words(agencies, db_url)
    with opened_store(db_url) as engine:
        if supplier is not None:
            payee = supplier_named(engine, words, supplier)
        else:
            payee = freelancer_named(engine, creator or "")
        days = DateRange(first, last)
        today = date.today()
        return StatementReport(
            computed(engine, words, payee, days, today),
            name or ("all days" if days == DateRange(None, None) else str(days)),
            today,
            sorted(set(settings.current().publications.values())),
        )


def _write(
    report: StatementReport, form: StatementFormat, output: Path | None, targets: Targets, delimiter: str
) -> None:
    from captions.report import statement_report

    if form is StatementFormat.xlsx and output is not None:
        with targets.replaced(output) as part:
            statement_report.write_workbook(report, part)
        return
    with opened(output, targets, for_spreadsheet=form is StatementFormat.csv) as stream:
        statement_report.write(report, form.value, stream, delimiter)
