"""``captions check``: audit articles without storing them, for a CMS, a commit hook or CI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from captions.cli import completion, settings
from captions.cli import findings as f
from captions.cli import options as o
from captions.cli.inputs import has_database, note_missing, opened_store
from captions.cli.output import for_report, format_of, note
from captions.errors import InputError
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Article
from captions.sources import Source, Unread

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.audit.check import Checked
    from captions.audit.request import AuditRequest
    from captions.report.audit_report import Report

_QUOTAS = "quotas not counted; run: captions audit"
Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Files, folders or archives; - for stdin.")]
On = Annotated[
    date | None,
    typer.Option(
        "--on", parser=o.last_day, metavar="DATE", help="The day of use.  [default: the article's date, else today]"
    ),
]
Own = Annotated[
    str | None,
    typer.Option(
        "--publication",
        metavar="NAME",
        help="Your publication, for articles that name none.",
        autocompletion=completion.publication,
    ),
]


def check(
    files: Files,
    scope: o.AuditScope = None,
    territory: o.AuditTerritory = None,
    on: On = None,
    own: Own = None,
    code: f.Codes = [],  # noqa: B006 - typer copies it
    severity: f.Levels = [],  # noqa: B006 - typer copies it
    fail_on: f.FailOn = f.FailLevel.error,
    chosen: f.ReportFormat = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
    baseline: o.Baseline = None,
    limit: o.Limit = None,
    fields: o.Map = None,
    seconds: o.TimeLimit = 60,
    db_url: o.Database = o.DATABASE,
    agencies: o.Agencies = None,
) -> None:
    """Audit articles without storing them.

    Agreements, licenses, corrections and waivers come from the database, if there is one. Quotas, and what other
    articles say about a picture, need the whole archive: see `captions audit`.

    The exit code is 1 if there is a finding at or above --fail-on, and 2 if something could not be read.

    \b
    Examples:
      captions check page.html
      captions check - --format json < page.html
      captions check articles/ --for syndication --territory DE
      captions check articles/ --fail-on warning --format sarif
    """
    from captions.audit.baseline import read_baseline
    from captions.audit.check import CHECKED, checked
    from captions.audit.request import AuditRequest
    from captions.ingest.records import Settings

    _refuse(code, CHECKED)
    form = format_of(chosen, output, f.ReportForm.table)
    targets = for_report(output, (*files, agencies, baseline), overwrite=overwrite)
    grades, to = settings.current().grades(), scope.value if scope else None
    request = AuditRequest(frozenset(code), frozenset(severity), grades, scope=to, territory=territory)
    unread: list[Unread] = []
    with ExitStack() as stack:
        decisions = stack.enter_context(opened_store(db_url)) if has_database(db_url) else None
        note_missing(decisions, db_url)
        words = o.words(agencies, db_url)
        read = Settings(o.register_of(agencies, db_url), own, publications=() if own else o.own_publications())
        articles = _read(files, fields or [], seconds, words, unread)
        earlier = read_baseline(baseline) if baseline else ()
        found = checked(articles, decisions, request, words, read, earlier, on=on, today=date.today())
        report = _report(stack.enter_context(found), request, limit, decisions)
        f.write_report(report, form, output, targets)
    if unread:
        raise typer.Exit(2)
    f.exit_on(fail_on, report)


def _refuse(codes: list[str], known: tuple[str, ...]) -> None:
    if unknown := [code for code in codes if code not in known]:
        raise typer.BadParameter(f"{unknown[0]} counts a whole archive; see: captions audit", param_hint="--code")


def _read(
    files: list[str], fields: list[str], seconds: float, words: Vocabulary, unread: list[Unread]
) -> Iterator[tuple[Source, Article] | Unread]:
    """Read everything in files and folders, in a process with limits; add to ``unread`` what could not be read."""
    from captions.ingest.reading import ReaderProcess
    from captions.processes.limits import Limits
    from captions.sources.records import parse_map

    reader: ReaderProcess[tuple[Source, Article]]
    with ReaderProcess(Limits(seconds), parse_map(fields), partial(_article, words=words)) as reader:
        for item in reader.read_all(files):
            if isinstance(item, Unread):
                note(f"not read: {item.name}: {item.reason}")
                unread.append(item)
            yield item


def _article(source: Source, words: Vocabulary) -> tuple[Source, Article]:
    """Read an article; raise InputError if a page has none."""
    from captions import sources
    from captions.page import page_type

    article = sources.article(source, words)
    if not article.captions and (no_article := page_type.is_no_article(article.notes)):
        raise InputError(no_article)
    return source, article


def _report(found: Checked, request: AuditRequest, limit: int | None, decisions: Engine | None) -> Report:
    import captions_db as db

    from captions.report.audit_report import report_of

    has_quota = decisions is not None and any(row.quota is not None for row in db.agreements(decisions))
    notes = (*f.switched_off(request.grades, request.codes), *((_QUOTAS,) if has_quota else ()))
    return report_of(found.result, found, limit, notes)
