"""Write an audit report in any of its formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import TextIO

from captions import escaping
from captions.audit.codes import CODES
from captions.audit.decisions import EXAMPLES
from captions.report.audit_report import COLUMNS, RISK, RISKIEST, DecisionSource, Report, decision_row, number
from captions.report.rows import Column, Row

_SUMMARY = (
    Column("code", "Code"),
    Column("severity", "Severity", width=8),
    Column("count", "Count", number=True),
    Column("meaning", "Meaning", wide=True),
    Column("fix", "How to fix it", wide=True),
)
_COST = "Cost per use: the agreement's price, or its flat price divided by its quota.\n"

_APART = 4
"""Lines before, between and after the findings and their summary."""


def write_audit(report: Report, form: str, stream: TextIO, height: int | None = None, delimiter: str = ",") -> None:
    """Write a report as ``table``, ``json``, ``csv``, ``html``, ``markdown`` or ``sarif``.

    With ``height``, a table lists only the findings that fit into so many lines. ``delimiter`` separates the cells
    of CSV.
    """
    if form == "json":
        _write_json(report, stream)
    elif form == "csv":
        from captions.report import as_csv

        as_csv.write(COLUMNS, report.rows(), stream, delimiter)
    elif form == "html":
        from captions.report import as_html

        as_html.write(report, stream)
    elif form == "markdown":
        from captions.report import as_markdown

        as_markdown.write_audit(report, _SUMMARY, stream)
    elif form == "sarif":
        from captions.report import as_sarif

        as_sarif.write(report, stream)
    else:
        _write_table(report, stream, height)


def _write_table(report: Report, stream: TextIO, height: int | None) -> None:
    from captions.report import as_table

    stream.write(report.heading() + "\n")
    if unchecked := report.unchecked_note():
        stream.write(unchecked + "\n")
    if not report.total:
        return
    if height is not None:
        # The summary of the codes follows, but findings get at least half of the screen.
        tables = as_table.lines(_SUMMARY, report.summary(), stream) + min(len(report.risk_rows()), RISKIEST) + 4
        height = max(height - tables - _APART, height // 2)
    if (decisions := report.decisions()) is not None:
        _write_decisions(decisions, report.limit, stream, height)
    else:
        _write_findings(report, stream, height)
    stream.write("\n")
    as_table.write(_SUMMARY, report.summary(), stream)
    if at_risk := report.risk_rows():
        stream.write("\n")
        *suppliers, total = at_risk
        as_table.write(RISK, [*suppliers[:RISKIEST], total], stream)
        stream.write(_COST)
        if rest := suppliers[RISKIEST:]:
            stream.write(f"\n{number(len(rest), 'more supplier')}; for all, run: captions audit --format markdown\n")


def _write_decisions(decisions: DecisionSource, limit: int | None, stream: TextIO, height: int | None) -> None:
    from captions.report import decisions_text

    total = len(decisions)
    order = ": errors first, then by cost" if total > 1 else ""
    stream.write(f"{number(total, 'decision')}{order}\n\n")
    listed = decisions_text.write(islice(decisions.with_findings(EXAMPLES), limit), stream, height)
    if listed < total:
        rest = "omit --limit" if height is None else "run: captions audit | less"
        stream.write(f"\n{listed} of {number(total, 'decision')} listed; for the others, {rest}\n")


def _write_findings(report: Report, stream: TextIO, height: int | None) -> None:
    from captions.report import findings_text

    findings = list(report.listed if height is None else islice(report.findings, height))
    folder = findings_text.folder_of([f.source for f in findings if f.use or CODES[f.code].scope == "article"])
    stream.write(f"articles in {escaping.line(folder)}\n\n" if folder else "\n")
    listed = findings_text.write(findings, folder, stream, height)
    remedy = "captions audit --format csv -o FILE" if height is None else "captions audit --all"
    if note := replace(report, limit=listed).listed_note():
        stream.write(f"\n{note}; for all, run: {remedy}\n")


def _write_json(report: Report, stream: TextIO) -> None:
    from captions.report import as_json

    head = {"totals": report.totals, "notes": report.all_notes(), "shown": report.listed_count}
    lists: dict[str, Iterable[Row]] = {"findings": report.rows()}
    if report.grouped is not None:
        decisions = report.decisions()
        grouped = () if decisions is None else islice(decisions.with_findings(EXAMPLES), report.limit)
        # Last, because a baseline looks for the findings near the beginning.
        lists["decisions"] = map(decision_row, grouped)
    as_json.write_lines(head, lists, stream)
