"""``captions audit``: report problems with the picture uses in the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import findings as f
from captions.cli import options as o
from captions.cli import screen, settings
from captions.cli.inputs import note_unknown_names, opened_store, stored_publication
from captions.cli.output import count, for_report, format_of, note, uncollected
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.audit.decisions import DecisionGroups
    from captions.audit.request import AuditRequest
    from captions.audit.result import AuditResult
    from captions.lexicon.vocabulary import Vocabulary
    from captions.report.audit_report import Report

_LAST_RUN = 0
"""The last run, whose number only the database knows."""


def _run_number(text: str) -> int:
    if text == "last":
        return _LAST_RUN
    if not text.isdecimal() or not int(text):
        raise typer.BadParameter(f"{text!r} is not a run number; see: captions db runs")
    return int(text)


RunNumber = Annotated[
    int | None,
    typer.Option("--run", parser=_run_number, metavar="N|last", help="Only what this ingest run stored or changed."),
]
OfSource = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Only this article: its URL, or its name as the audit prints it."),
]
OfUse = Annotated[int | None, typer.Option("--use", min=1, metavar="N", help="Only the use with this number.")]
EveryUse = Annotated[
    bool, typer.Option("--all", help="List every use, instead of one entry per decision cut to a screenful.")
]
ShowThumbnails = Annotated[
    bool, typer.Option("--thumbnails", help="Show scanned pictures as thumbnails; needs --format html.")
]
KeepFindings = Annotated[
    bool, typer.Option("--store", help="Keep the findings in the database, for SQL, Datasette and captions export.")
]


@uncollected()
def audit(
    db_url: o.Database = o.DATABASE,
    chosen: f.ReportFormat = None,
    delimiter: o.Delimiter = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
    fail_on: f.FailOn = f.FailLevel.never,
    code: f.Codes = [],  # noqa: B006 - typer copies it
    severity: f.Levels = [],  # noqa: B006 - typer copies it
    supplier: o.Supplier = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    scope: o.AuditScope = None,
    territory: o.AuditTerritory = None,
    baseline: o.Baseline = None,
    run: RunNumber = None,
    source: OfSource = None,
    use: OfUse = None,
    waived: f.Waived = False,
    thumbnails: ShowThumbnails = False,
    limit: o.Limit = None,
    every: EveryUse = False,
    store: KeepFindings = False,
    agencies: o.Agencies = None,
) -> None:
    """Report problems with the pictures in the database.

    One entry for each decision, with the command that settles it: errors first, then by cost. --all lists every use.
    Filters choose which findings are reported; every use is still compared with all others and counted toward quotas.
    Pictures read by `captions images scan` are compared with their printed credits and each other.

    \b
    Examples:
      captions audit --for syndication --territory DE
      captions audit --format html --thumbnails -o report.html
      captions audit --baseline audit.json --fail-on error
      captions audit --store
    """
    from captions.audit.request import AuditRequest

    form = format_of(chosen, output, f.ReportForm.table)
    height = screen.height(output, limit, table=form is f.ReportForm.table, every=every)
    targets = for_report(output, (agencies, baseline), overwrite=overwrite)
    request = AuditRequest(
        frozenset(code), frozenset(severity), supplier=supplier, publication=publication, since=since, until=until,
        scope=scope.value if scope else None, territory=territory, waived=waived, run=run, use=use, pictures=thumbnails,
        store=store,
    )  # fmt: skip
    between = _separator(form, delimiter, request)
    write = partial(f.write_report, form=form, output=output, targets=targets, height=height, delimiter=between)
    f.exit_on(
        fail_on, _audited(db_url, request, source, o.words(agencies, db_url), baseline, limit, write, grouped=not every)
    )


def _audited(
    db_url: str,
    request: AuditRequest,
    source: str | None,
    words: Vocabulary,
    baseline: Path | None,
    limit: int | None,
    write: Callable[[Report], None],
    *,
    grouped: bool,
) -> Report:
    """Open the database, find in it what the request names, and write the report."""
    with opened_store(db_url) as engine:
        published = stored_publication(engine, request.publication)
        grades, named = settings.current().grades(), _canonical(request.supplier, words)
        note_unknown_names(engine, supplier=named)
        request = replace(request, publication=published, supplier=named, grades=grades)
        return _report(engine, _located(engine, request, source), words, baseline, limit, write, grouped=grouped)


def _located(engine: Engine, request: AuditRequest, source: str | None) -> AuditRequest:
    """Return the request for one article, or for the use in ``05-river.txt #2``; raise CaptionsError if unknown."""
    import captions_db as db

    from captions.audit.waivers import named_source

    if request.use is not None and db.use_by_id(engine, request.use) is None:
        raise CaptionsError(f"no use {request.use} in the database; its number is in captions audit --format csv")
    if source is None:
        return request
    article = db.article_text(engine, source)
    name, use = (article.source, None) if article is not None else named_source(engine, source)
    return replace(request, source=name, use=request.use if use is None else use)


def _separator(form: f.ReportForm, delimiter: o.Separator | None, request: AuditRequest) -> str:
    """Return what separates the cells of CSV; raise BadParameter for options that contradict each other."""
    if request.store and request.waived:
        raise typer.BadParameter("--store keeps open findings: omit --waived")
    if request.pictures and form is not f.ReportForm.html:
        raise typer.BadParameter("--thumbnails needs --format html")
    return o.separator(delimiter, is_csv=form is f.ReportForm.csv)


def _canonical(supplier: str | None, words: Vocabulary) -> str | None:
    known = words.agency(supplier) if supplier is not None else None
    return supplier if known is None else known.name


def _report(
    engine: Engine,
    request: AuditRequest,
    words: Vocabulary,
    baseline: Path | None,
    limit: int | None,
    write: Callable[[Report], None],
    *,
    grouped: bool,
) -> Report:
    """Audit a database and write the report while the findings can be read."""
    import captions_db as db

    from captions.audit.baseline import read_baseline
    from captions.audit.decisions import DecisionGroups
    from captions.audit.run import audited

    began = datetime.now(UTC)
    if request.run == _LAST_RUN and (runs := db.run_summaries(engine, limit=1)):
        request = replace(request, run=runs[0].id)
    known = read_baseline(baseline) if baseline else ()
    with audited(engine, request, words, known, today=date.today()) as result:
        _note_omissions(request, result)
        f.note_outdated_pictures(engine)
        off = f.switched_off(request.grades, request.codes)
        groups = cache(partial(DecisionGroups, result))  # the findings can be grouped once
        report = replace(
            _report_of(result, limit, off, groups if grouped else None, thumbnails=request.pictures),
            asked=_asked(engine, request),
            supplier=request.supplier,
        )
        write(report)
        if request.store:
            _store(result, groups(), request, baseline, began)
    return report


def _store(
    result: AuditResult, groups: DecisionGroups, request: AuditRequest, baseline: Path | None, began: datetime
) -> None:
    """Keep the findings in the database, and say on stderr how to read them."""
    from captions import __version__
    from captions.audit.stored_findings import store

    store(result, groups, request, str(baseline or ""), __version__, began)
    number = count(sum(result.counts.values()), "finding")
    note(f"stored {number} by decision; to read them, run: captions export open_findings_by_decision")


def _asked(engine: Engine, request: AuditRequest) -> tuple[tuple[str, str], ...]:
    """Return what the report says about itself: filters, intended use, day, database and version."""
    import captions_db as db

    from captions import __version__

    first, last = request.since, request.until
    days = f"{first or 'the beginning'} to {last or 'today'}" if first or last else "all"
    given = {
        "Supplier": request.supplier,
        "Publication": request.publication,
        "Days": days,
        "Codes": ", ".join(sorted(request.codes)),
        "Severities": ", ".join(sorted(request.severities)),
        "Article": request.source,
        "Use": request.use,
        "Ingest run": request.run,
        "Scope": request.scope or "not checked",
        "Territory": request.territory or "not checked",
        "Findings": "only those waived" if request.waived else None,
        "Audited on": date.today(),
        "Database": db.name_of(engine.url.render_as_string(hide_password=True)),
        "Program": f"captions {__version__}",
    }
    return tuple((name, str(value)) for name, value in given.items() if value not in (None, ""))


def _note_omissions(request: AuditRequest, result: AuditResult) -> None:
    """Say on stderr which uses the result leaves out, and why there are no thumbnails."""
    if request.pictures and result.archive is None:
        note("no pictures in the database; run: captions images scan FOLDER")
    if result.undated and (request.since or request.until):
        note(f"{_left_out(result.undated, ' without a date')}; set dates with: captions ingest PATH --published DATE")
    if result.without_run:
        note(f"{_left_out(result.without_run)}, because an older version stored them without a run")


def _left_out(uses: int, kind: str = "") -> str:
    return f"{count(uses, 'use')}{kind} {'is' if uses == 1 else 'are'} left out"


def _report_of(
    result: AuditResult,
    limit: int | None,
    notes: tuple[str, ...],
    grouped: Callable[[], DecisionGroups] | None,
    *,
    thumbnails: bool,
) -> Report:
    from captions.report.audit_report import report_of

    pictures = None
    if thumbnails and result.archive is not None:
        from captions.report.contact_sheet import Thumbnails

        pictures = Thumbnails(result.archive)
    report = report_of(result, limit=limit, notes=notes)
    return replace(report, thumbnails=pictures, grouped=grouped)
