"""``captions images check``: pictures against what is printed of them."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from captions.audit.codes import SEVERITIES
from captions.cli import options as o
from captions.cli.audit import Codes, FailOn, Form, Levels, ReportFormat, Waived
from captions.cli.output import note, opened


def check(
    db_url: o.Database = o.DATABASE,
    form: ReportFormat = Form.table,
    output: o.Output = None,
    fail_on: FailOn = o.Fail.never,
    code: Codes = [],  # noqa: B006 - typer copies it
    severity: Levels = [],  # noqa: B006 - typer copies it
    waived: Waived = False,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """Hold scanned pictures against what is printed.

    They are compared with the uses in the database, and with each other; `captions audit` tells the same among its own
    findings. A picture belongs to a use by the name of its file or an embedded id in the page's address, by the caption
    embedded in it, or because it is the same picture as one that does: scaled, compressed again or cropped a little.

    \b
    Examples:
      captions images scan pictures/; captions images check
      captions images check --code CR202 --format csv -o disagree.csv
      captions images check --fail-on error
    """
    import captions_db as db

    from captions.audit.image_check import check as checked
    from captions.report.audit_report import Report
    from captions.report.write import write_audit

    words = o.words(agencies, db_url)
    engine = db.open_store(db_url)
    try:
        today = datetime.now(UTC).astimezone().date()
        done = checked(
            engine, words, today=today, codes=code, severities=[level.value for level in severity], waived=waived
        )
    finally:
        engine.dispose()
    found = done.findings
    remarks = [f"{o.count(done.pictures, 'picture')}, {done.unmatched} of them of no use that is stored"]
    if not done.pictures:
        remarks = ["no pictures are stored; run: captions images scan FOLDER"]
    report = Report(found, done.uses, done.articles, limit, found.counts, waived=done.waived, notes=tuple(remarks))
    with opened(output, for_spreadsheet=form is Form.csv) as stream:
        write_audit(report, form.value, stream)
    if output is not None:
        note(f"{report.heading()}; written to {output}")
    if fail_on is not o.Fail.never:
        bad = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
        if any(report.by_severity[name] for name in bad):
            raise typer.Exit(1)
