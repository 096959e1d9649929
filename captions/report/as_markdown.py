"""Write rows and reports as GitHub Markdown, for a comment or a wiki; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from captions import escaping
from captions.report.rows import Column, Row, as_text

if TYPE_CHECKING:
    from captions.report.audit_report import DecisionSource, Report

_FOLDED = 20
"""The findings listed with a decision."""
_FINDINGS = (
    Column("severity", "Severity"),
    Column("code", "Code"),
    Column("used_on", "Date"),
    Column("source", "Article"),
    Column("position", "Caption", number=True),
    Column("caption", "Text", cut=120),
    Column("credit", "Credit line", cut=120),
    Column("message", "Finding"),
    Column("command", "Command"),
)


def write(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO) -> None:
    """Write a line of titles, then a line for each row; align numbers right."""
    stream.write(_line([escaping.markdown(column.title) for column in columns]))
    stream.write(_line(["---:" if column.number else "---" for column in columns]))
    for row in rows:
        stream.write(_line([_cell(column, row) for column in columns]))


def write_audit(report: Report, summary: Sequence[Column], stream: TextIO) -> None:
    """Write a report: totals, then its codes and its findings as tables."""
    from captions.report.audit_report import RISK, row

    stream.write(f"# Audit of picture credits\n\n{escaping.markdown(report.heading())}.\n")
    if unchecked := report.unchecked_note():
        stream.write(f"\n{escaping.markdown(unchecked)}\n")
    if report.overview is not None:
        overview = report.overview()
        stream.write(f"\nCredited: {overview.credited} of {report.uses}.\n")
        if risk := report.at_risk:
            stream.write(f"\nMoney at risk: {escaping.markdown(str(risk))} ({escaping.markdown(risk.note)}).\n")
    if at_risk := report.risk_rows():
        stream.write("\n## Money at risk\n\n")
        write(RISK, at_risk, stream)
    if not report.total:
        return
    stream.write("\n## Findings by code\n\n")
    write(summary, report.summary(), stream)
    if (decisions := report.decisions()) is not None:
        _write_decisions(decisions, report.limit, stream)
    stream.write("\n## Findings\n\n")
    write(_FINDINGS, map(row, report.listed), stream)
    if note := report.listed_note():
        stream.write(f"\n{note}. To list all, omit --limit.\n")


def _write_decisions(decisions: DecisionSource, limit: int | None, stream: TextIO) -> None:
    """Write the decisions, each with its first uses folded."""
    from captions.report.audit_report import counts_of, number, place_of

    stream.write("\n## Decisions\n")
    for decision in islice(decisions.with_findings(_FOLDED), limit):
        facts = [counts_of(decision), *filter(None, [decision.cost])]
        about = escaping.short(decision.about, 120)
        title = f"{decision.severity} {decision.code}{f' {about}' if about else ''}: {', '.join(facts)}"
        stream.write(f"\n### {escaping.markdown(title)}\n\n{escaping.markdown(decision.message)}\n\n")
        stream.write(
            f"{code(decision.command, in_table=False)}\n\n<details><summary>{counts_of(decision)}</summary>\n\n"
        )
        for finding in decision.examples:
            caption = escaping.short(finding.use.caption, 120) if finding.use else ""
            stream.write(f"- {escaping.markdown(f'{place_of(finding)} {caption}'.rstrip())}\n")
        if more := decision.findings - len(decision.examples):
            stream.write(f"- and {number(more, 'other')}\n")
        stream.write("\n</details>\n")


def _cell(column: Column, row: Row) -> str:
    text = as_text(row.get(column.key))
    if column.key == "command":
        return code(text) if text else ""
    return escaping.markdown(escaping.short(text, column.cut) if column.cut else text)


def code(text: str, *, in_table: bool = True) -> str:
    """Return a command as code, by default in a table cell; its fence is longer than any run of backticks in it."""
    text = escaping.line(text) if not text.isprintable() else text
    runs = [len(run) for run in "".join(c if c == "`" else " " for c in text).split()]
    fence = "`" * (max(runs, default=0) + 1)
    edge = " " if text.startswith("`") or text.endswith("`") else ""
    # A bar ends a cell even in code; GitHub removes this backslash.
    quoted = f"{fence}{edge}{text}{edge}{fence}"
    return quoted.replace("|", r"\|") if in_table else quoted


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
