"""``captions audit``: what is wrong with the picture uses in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from captions.audit.codes import CODES, SEVERITIES
from captions.cli import options as o
from captions.cli.garbage import uncollected
from captions.cli.output import note, opened
from captions.errors import CaptionsError
from captions.licensing import terms


class Form(StrEnum):
    """The forms of the report."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"
    markdown = "markdown"
    sarif = "sarif"


class Scope(StrEnum):
    """What pictures are used for."""

    web = "web"
    print = "print"
    syndication = "syndication"
    social = "social"


def known_codes(codes: list[str]) -> list[str]:
    """Codes in capitals; raises BadParameter for one that there is not."""
    given = [code.upper() for code in codes]
    if unknown := [code for code in given if code not in CODES]:
        raise typer.BadParameter(f"no code {unknown[0]}; there are {', '.join(CODES)}")
    return given


def _one_territory(text: str | None) -> str | None:
    return None if text is None else o.as_option(lambda: _single(terms.territories(text), text))


def _single(codes: tuple[str, ...], text: str) -> str:
    if len(codes) != 1:
        raise CaptionsError(f"{text!r} is not one territory; name one, or a group such as EU")
    return codes[0]


_LAST = 0


def _run(text: str) -> int:
    """The number of a run; :data:`_LAST` stands for the last, whose number only the database knows."""
    if text == "last":
        return _LAST
    if not text.isdecimal() or not int(text):
        raise typer.BadParameter(f"{text!r} is no number of a run; see: captions db runs")
    return int(text)


ReportFormat = Annotated[Form, typer.Option("--format", help="How to write it.")]
FailOn = Annotated[
    o.Fail, typer.Option("--fail-on", help="Exit with 1 if there are findings of this severity or worse.")
]
Codes = Annotated[
    list[str], typer.Option("--code", callback=known_codes, metavar="CR...", help="Only this code; repeatable.")
]
Levels = Annotated[
    list[o.Level], typer.Option("--severity", metavar="LEVEL", help="Only error, warning or info; repeatable.")
]
Waived = Annotated[bool, typer.Option("--waived", help="What is waived, instead of what is not.")]


@uncollected()
def audit(
    db_url: o.Database = o.DATABASE,
    form: ReportFormat = Form.table,
    output: o.Output = None,
    fail_on: FailOn = o.Fail.never,
    code: Codes = [],  # noqa: B006 - typer copies it
    severity: Levels = [],  # noqa: B006 - typer copies it
    supplier: Annotated[
        str | None, typer.Option("--supplier", metavar="NAME", help="Only uses of this supplier.")
    ] = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    scope: Annotated[
        Scope | None, typer.Option("--for", help="Whether agreements cover this use; restrictions bar syndication.")
    ] = None,
    territory: Annotated[
        str | None,
        typer.Option("--territory", callback=_one_territory, metavar="CODE", help="Whether they cover it there."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Only what an earlier audit (its JSON) lacks.")
    ] = None,
    run: Annotated[
        int | None,
        typer.Option(
            "--run", parser=_run, metavar="N|last", help="Only what this ingest stored, changed or could not read."
        ),
    ] = None,
    waived: Waived = False,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help="With --format html: show the pictures that were scanned, small.")
    ] = False,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """Report what is wrong with the pictures in the database, worst first.

    Every use is compared with every other and counted on its quota, whatever the filters; they choose what is reported.
    Pictures that `captions images scan` has read are held against what is printed of them, and against each other.

    \b
    Examples:
      captions audit --severity error --limit 20
      captions audit --for syndication --territory DE
      captions audit --format html --thumbnails -o report.html
      captions audit --format json -o audit.json
      captions audit --baseline audit.json --fail-on error
      captions audit --run last
    """
    import captions_db as db

    from captions.audit.baseline import read_baseline
    from captions.audit.request import AuditRequest
    from captions.audit.run import audited
    from captions.report.audit_report import Report
    from captions.report.write import write_audit

    if thumbnails and form is not Form.html:
        raise typer.BadParameter("--thumbnails goes with --format html")
    words = o.words(agencies, db_url)
    if supplier is not None and (row := words.agency(supplier)):
        supplier = row.name
    request = AuditRequest(
        frozenset(code),
        frozenset(severity),
        supplier,
        publication,
        since,
        until,
        scope.value if scope else None,
        territory,
        waived,
        run,
        thumbnails,
    )
    known = read_baseline(baseline) if baseline else ()
    engine = db.open_store(db_url)
    try:
        if run == _LAST and (runs := db.run_summaries(engine, limit=1)):
            request = replace(request, run=runs[0].id)
        with audited(engine, request, words, known, today=date.today()) as result:
            if thumbnails and result.archive is None:
                note("no pictures are stored; run: captions images scan FOLDER")
            if result.undated and (since or until):
                note(f"{result.undated} uses without a day are left out; see: captions ingest --published")
            if result.without_run:
                note(f"{result.without_run} uses are left out: an older program stored them, and kept no run")
            pictures = None
            if thumbnails and result.archive is not None:
                from captions.report.contact_sheet import Thumbnails

                pictures = Thumbnails(result.archive)
            report = Report(
                result,
                result.uses,
                result.articles,
                limit,
                counts=result.counts,
                codes=result.codes,
                waived=result.waived,
                known=result.known,
                overview=result.overview,
                thumbnails=pictures,
                notes=() if result.agreements else ("no agreements are stored",),
            )
            with opened(output, for_spreadsheet=form is Form.csv) as stream:
                write_audit(report, form.value, stream)
    finally:
        engine.dispose()
    if output is not None:
        note(f"{report.heading()}; written to {output}")
    if fail_on is not o.Fail.never:
        bad = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
        if any(report.by_severity[name] for name in bad):
            raise typer.Exit(1)
