"""Share the options and the output of commands that report findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from captions.audit.codes import CODES, OFF, SEVERITIES
from captions.cli import completion, settings
from captions.cli import options as o
from captions.cli.output import count, note, opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from captions.files.targets import Targets
    from captions.report.audit_report import Report


class ReportForm(StrEnum):
    """Output formats of an audit report."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"
    markdown = "markdown"
    sarif = "sarif"


class FailLevel(StrEnum):
    """The lowest severity for which a command exits with 1."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class Level(StrEnum):
    """Severities to choose from."""

    error = "error"
    warning = "warning"
    info = "info"


def known_codes(codes: list[str]) -> list[str]:
    """Return codes in capitals; raise BadParameter if one does not exist."""
    given = [code.upper() for code in codes]
    if unknown := [code for code in given if code not in CODES]:
        raise typer.BadParameter(f"unknown code {unknown[0]}; choose from {', '.join(CODES)}")
    return given


ReportFormat = Annotated[ReportForm | None, typer.Option("--format", help=o.FORMAT_HELP, show_default=False)]
FailOn = Annotated[
    FailLevel, typer.Option("--fail-on", help="Exit with 1 if there is a finding of this severity or worse.")
]
Codes = Annotated[
    list[str],
    typer.Option(
        "--code",
        callback=known_codes,
        autocompletion=completion.codes,
        metavar="CODE",
        help="Only findings with this code; repeatable.",
    ),
]
Levels = Annotated[
    list[Level],
    typer.Option(
        "--severity", metavar="LEVEL", help="Only findings of this severity: error, warning, info; repeatable."
    ),
]
Waived = Annotated[bool, typer.Option("--waived", help="Show waived findings instead of open ones.")]


def switched_off(grades: Mapping[str, str], asked: Collection[str] = ()) -> tuple[str, ...]:
    """Return the note on the codes that ``captions.toml`` switches off, except those asked for; without any, none."""
    off = sorted(code for code, grade in grades.items() if grade == OFF and code not in asked)
    return (f"off in {settings.FILE}: {', '.join(off)}",) if off else ()


def note_outdated_pictures(engine: Engine) -> None:
    """Say on stderr how many pictures were read without the metadata that this version reads."""
    import captions_db as db

    from captions import __version__

    if outdated := db.outdated_images(engine, __version__):
        pictures = count(outdated, "picture")
        note(f"{pictures} scanned by an older version, which read less metadata; run: captions images scan FOLDER")


def write_report(
    report: Report,
    form: ReportForm,
    output: Path | None,
    targets: Targets,
    height: int | None = None,
    delimiter: str = ",",
) -> None:
    """Write a report to a file or stdout; if to a file, print its first line on stderr.

    With ``height``, a table lists only the findings that fit into so many lines. ``delimiter`` separates the cells of
    CSV.
    """
    from captions.report.write import write_audit

    with opened(output, targets, for_spreadsheet=form is ReportForm.csv) as stream:
        write_audit(report, form.value, stream, height, delimiter)
    if output is not None:
        note(f"{report.heading()}; written to {output}")
    if (output is not None or form is ReportForm.csv) and (unchecked := report.unchecked_note()):
        note(unchecked)
    if form is ReportForm.csv and output is None:
        for remark in report.notes:
            note(remark)
    if form is ReportForm.csv and (at_risk := report.risk_note()):
        note(at_risk)


def exit_on(level: FailLevel, report: Report) -> None:
    """Exit with 1 if the report counts a finding of this severity or worse."""
    if level is not FailLevel.never:
        worst = SEVERITIES[: SEVERITIES.index(level.value) + 1]
        if any(report.by_severity[severity] for severity in worst):
            raise typer.Exit(1)
