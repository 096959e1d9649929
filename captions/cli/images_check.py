"""``captions images check``: compare scanned pictures with their printed credits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from captions.cli import findings as f
from captions.cli import options as o
from captions.cli import settings
from captions.cli.inputs import opened_store
from captions.cli.output import count, for_report, format_of

if TYPE_CHECKING:
    from captions.audit.image_check import ImageCheck
    from captions.report.audit_report import Report


def check(
    db_url: o.Database = o.DATABASE,
    chosen: f.ReportFormat = None,
    output: o.Output = None,
    overwrite: o.Overwrite = False,
    fail_on: f.FailOn = f.FailLevel.never,
    code: f.Codes = [],  # noqa: B006 - typer copies it
    severity: f.Levels = [],  # noqa: B006 - typer copies it
    waived: f.Waived = False,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """Compare scanned pictures with their printed credits.

    Pictures are compared with the uses in the database and with each other; `captions audit` includes the same
    findings. A picture is matched to a use by its file name or an embedded ID in the page's picture URL, by its
    embedded caption, or as a copy of a matched picture: scaled, recompressed or slightly cropped.

    \b
    Examples:
      captions images scan pictures/; captions images check
      captions images check --code CR202 --format csv -o disagree.csv
      captions images check --fail-on error
    """
    from captions.audit.image_check import check as check_pictures

    form = format_of(chosen, output, f.ReportForm.table)
    targets = for_report(output, (agencies,), overwrite=overwrite)
    words = o.words(agencies, db_url)
    grades = settings.current().grades()
    with opened_store(db_url) as engine:
        today = datetime.now(UTC).astimezone().date()
        checked = check_pictures(
            engine,
            words,
            today=today,
            codes=code,
            severities=[level.value for level in severity],
            waived=waived,
            grades=grades,
        )
        f.note_outdated_pictures(engine)
    report = _report(checked, limit, grades, code)
    f.write_report(report, form, output, targets)
    f.exit_on(fail_on, report)


def _report(checked: ImageCheck, limit: int | None, grades: Mapping[str, str], codes: Sequence[str]) -> Report:
    from captions.audit.codes import graded
    from captions.audit.decisions import key_of
    from captions.audit.fixes import FixCommands
    from captions.report.audit_report import Report

    found = checked.findings
    remark = f"{count(checked.pictures, 'picture')}, {checked.unmatched} not matched to a use"
    if not checked.pictures:
        remark = "no pictures in the database; run: captions images scan FOLDER"
    commands = FixCommands()
    return Report(
        found,
        checked.uses,
        checked.articles,
        limit,
        found.counts,
        codes=graded(grades=grades, asked=codes),
        waived=checked.waived,
        notes=(remark, *f.switched_off(grades, codes)),
        key_of=lambda finding: key_of(finding, commands),
    )
