"""``captions show``: everything about one use or one article."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions import __version__, escaping
from captions.cli import options as o
from captions.cli import settings
from captions.cli.inputs import database_name, opened_store
from captions.cli.output import for_report, format_of, is_stdout, note, opened
from captions.errors import CaptionsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.files.targets import Targets
    from captions.lexicon.vocabulary import Vocabulary
    from captions.report.dossier_report import DossierReport


class ShowFormat(StrEnum):
    """Output formats of a use or an article."""

    table = "table"
    json = "json"
    html = "html"


What = Annotated[
    str,
    typer.Argument(
        metavar="USE|ARTICLE|URL",
        help="The number of a use; or an article: its name, the end of it, or its URL.",
        show_default=False,
    ),
]
IsArticle = Annotated[bool, typer.Option("--article", help="A number is that of an article.")]
Evidence = Annotated[
    bool, typer.Option("--evidence", help="Write a page to print for a claim letter: every fact with its source.")
]
Form = Annotated[
    ShowFormat | None,
    typer.Option("--format", help="Output format.  [default: by the name of the output file, else table]"),
]


def show(
    what: What,
    db_url: o.Database = o.DATABASE,
    is_article: IsArticle = False,
    evidence: Evidence = False,
    agencies: o.Agencies = None,
    form: Form = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
) -> None:
    """Show all facts about one use, or about an article and its uses.

    What is printed, where, how the line was read, which agreement or license permits the use on its day, what the
    audit finds, and what people decided. `captions find` and `captions audit` list the numbers of uses.

    \b
    Examples:
      captions show 12
      captions show "05-river.txt #2"
      captions show https://echo.example/news/crane --format json
      captions show 12 --evidence -o use_12.html
    """
    if evidence and form not in (None, ShowFormat.html):
        raise typer.BadParameter("--evidence is a page; use --format html or omit --format")
    chosen = format_of(form, output, ShowFormat.html if evidence else ShowFormat.table)
    targets = for_report(output, (agencies,), overwrite=overwrite)
    words = o.words(agencies, db_url)
    with opened_store(db_url) as engine:
        report = _report(engine, words, what, is_article=is_article)
    if evidence and report.article is not None:
        numbers = ", ".join(str(it.use.id) for it in report.uses) or "none"
        raise CaptionsError(f"--evidence is about one use; choose one of this article: {numbers}")
    _write(report, chosen, output, targets, db_url, evidence=evidence)
    if not is_stdout(output):
        note(f"written to {output}")


def _report(engine: Engine, words: Vocabulary, what: str, *, is_article: bool) -> DossierReport:
    """Return what to show; raise CaptionsError for a use or an article that the store does not have."""
    import captions_db as db

    from captions.audit.dossier import use_dossiers
    from captions.audit.waivers import named_source
    from captions.report.dossier_report import DossierReport

    today, grades = date.today(), settings.current().grades()
    use = None
    if what.isascii() and what.isdigit() and not is_article:
        use = int(what)
        if not (found := use_dossiers(engine, words, [use], today, grades)):
            raise CaptionsError(f"no use {what} in the database; list the numbers of uses with: captions find WORDS")
        return DossierReport(found)
    article = db.article_text(engine, what)
    if article is None:
        if "://" in what or is_article:
            raise _missing(what)
        name, use = named_source(engine, what)
        article = db.article_text(engine, name)
    if article is None:  # a picture file or a file that could not be read
        raise _missing(what)
    numbers = [row.use_id for row in article.uses] if use is None else [use]
    dossiers = use_dossiers(engine, words, numbers, today, grades)
    if use is not None:
        return DossierReport(dossiers)
    bare = db.uncaptioned_of(engine, article.source)
    return DossierReport(dossiers, article, db.places_of(engine, article.id), bare)


def _missing(what: str) -> CaptionsError:
    remedy = "list articles with: captions find WORDS"
    if "://" in what:
        remedy = f"if it is a picture's URL, run: {escaping.command('find', **{'--picture': what})}"
    return CaptionsError(f"no article {what} in the database; {remedy}")


def _write(
    report: DossierReport, form: ShowFormat, output: Path | None, targets: Targets, db_url: str, *, evidence: bool
) -> None:
    from captions.report import dossier_report

    with opened(output, targets) as stream:
        if evidence:
            place = database_name(db_url)
            dossier_report.write_evidence(report.uses[0], date.today(), __version__, place, stream)
        else:
            dossier_report.write(report, form.value, stream)
