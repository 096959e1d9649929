"""The audit's report: one object, written as a table, JSON, CSV or HTML. All count the same findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TextIO

from captions.audit import CODES, SEVERITIES, Finding, counted
from captions.report import safe
from captions.report.rows import Column, Row

COLUMNS = (
    Column("severity", "Severity"),
    Column("code", "Code"),
    Column("source", "Article"),
    Column("position", "Caption", number=True),
    Column("caption", "Text", wide=True),
    Column("credit", "Credit line", wide=True),
    Column("message", "Finding", wide=True),
    Column("title", "Meaning"),
    Column("remedy", "What clears it"),
    Column("supplier", "Supplier"),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("marks", "Marks"),
    Column("headline", "Headline"),
    Column("publication", "Publication"),
    Column("used_on", "Day"),
    Column("url", "Address"),
    Column("use", "Use", number=True),
)
"""What JSON and CSV tell of a finding, in this order. ``use`` is its number in the store."""
_TABLE = (
    Column("kind", "Code", width=7),
    Column("place", "Article", cut=36),
    Column("picture", "Caption | credit line", wide=True),
    Column("message", "Finding", wide=True, cut=140),
)
_PAGE = (
    Column("code", "Code"),
    Column("severity", "Severity"),
    Column("source", "Article"),
    Column("position", "Caption", number=True),
    Column("caption", "Text"),
    Column("credit", "Credit line"),
    Column("message", "Finding"),
)
_SUMMARY = (
    Column("code", "Code"),
    Column("severity", "Severity", width=8),
    Column("count", "Count", number=True),
    Column("title", "Meaning", wide=True),
    Column("remedy", "What clears it", wide=True),
)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of an audit, of how many uses; ``limit`` shortens what is shown, never what is counted."""

    findings: Sequence[Finding]
    uses: int
    articles: int
    limit: int | None = None

    @property
    def shown(self) -> Sequence[Finding]:
        """The findings that are listed."""
        return self.findings if self.limit is None else self.findings[: self.limit]

    @property
    def totals(self) -> dict[str, object]:
        """What was audited and found, in numbers."""
        by_severity = Counter(finding.severity for finding in self.findings)
        return {
            "articles": self.articles,
            "uses": self.uses,
            "findings": len(self.findings),
            "by_severity": {severity: by_severity[severity] for severity in SEVERITIES},
            "by_code": counted(self.findings),
        }

    def heading(self) -> str:
        """``52 uses in 14 articles: 9 findings (1 error, 6 warnings, 2 info)``."""
        by_severity = Counter(finding.severity for finding in self.findings)
        parts = [
            number(by_severity["error"], "error"),
            number(by_severity["warning"], "warning"),
            f"{by_severity['info']} info",
        ]
        found = f"{number(len(self.findings), 'finding')} ({', '.join(parts)})" if self.findings else "no findings"
        return f"{number(self.uses, 'use')} in {number(self.articles, 'article')}: {found}"

    def shown_note(self) -> str:
        """``shown: 12 of 63``; empty where all are shown."""
        return f"shown: {len(self.shown)} of {len(self.findings)}" if len(self.shown) < len(self.findings) else ""

    def summary(self) -> list[Row]:
        """A row for each code found, worst first: its count, meaning and remedy."""
        rows = [(SEVERITIES.index(CODES[c].severity), c, n) for c, n in counted(self.findings).items()]
        return [
            {
                "code": code,
                "severity": CODES[code].severity,
                "count": count,
                "title": CODES[code].title,
                "remedy": CODES[code].remedy,
            }
            for _rank, code, count in sorted(rows)
        ]


def write_audit(report: Report, form: str, stream: TextIO) -> None:
    """Writes a report as ``table``, ``json``, ``csv`` or ``html``."""
    if form == "json":
        from captions.report import as_json

        head = {"totals": report.totals, "shown": len(report.shown)}
        as_json.write_listing(head, "findings", as_json.objects(COLUMNS, map(row, report.shown)), stream)
    elif form == "csv":
        from captions.report import as_csv

        as_csv.write(COLUMNS, map(row, report.shown), stream)
    elif form == "html":
        from captions.report import as_html

        as_html.write(
            "Audit of picture credits",
            report.heading(),
            [
                as_html.Table("What was found", _SUMMARY, report.summary()),
                as_html.Table("Findings", _PAGE, list(map(row, report.shown))),
            ],
            report.shown_note(),
            stream,
        )
    else:
        from captions.report import as_table

        stream.write(report.heading() + "\n")
        if report.findings:
            folder = _folder([finding.source for finding in report.shown])
            stream.write(f"articles in {safe.line(folder)}\n\n" if folder else "\n")
            as_table.write(_TABLE, [_short(finding, folder) for finding in report.shown], stream)
            stream.write(f"\n{note}\n\n" if (note := report.shown_note()) else "\n")
            as_table.write(_SUMMARY, report.summary(), stream)


def row(finding: Finding) -> Row:
    """All that is known of a finding, under the keys of :data:`COLUMNS`."""
    use = finding.use
    credit = use.credit if use else None
    return {
        "severity": finding.severity,
        "code": finding.code,
        "source": finding.source,
        "position": use.position if use else None,
        "caption": use.caption if use else None,
        "credit": credit.line if credit else None,
        "message": finding.message,
        "title": finding.title,
        "remedy": finding.remedy,
        "supplier": credit.supplier if credit else None,
        "creators": credit.creators if credit else (),
        "agencies": credit.agencies if credit else (),
        "marks": credit.marks if credit else (),
        "headline": use.headline if use else None,
        "publication": use.publication if use else None,
        "used_on": use.used_on if use else None,
        "url": use.url if use else None,
        "use": use.id if use else None,
    }


def _folder(sources: Sequence[str]) -> str:
    """The folder in which all articles are, with its slash: said once, it leaves room in a table; or ``""``."""
    levels = zip(*(source.split("/")[:-1] for source in sources), strict=False)
    shared = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels)]
    return "".join(f"{name}/" for name in shared)


def _short(finding: Finding, folder: str) -> Row:
    """A finding in four columns."""
    use = finding.use
    picture = ""
    if use:
        credit = safe.short(use.credit.line, 60) if use.credit else ""
        picture = " | ".join(part for part in (safe.short(use.caption, 70), credit) if part)
    return {
        "kind": f"{finding.severity} {finding.code}",
        "place": finding.source.removeprefix(folder) + (f" #{use.position}" if use else ""),
        "picture": picture,
        "message": finding.message,
    }


def number(count: int, noun: str) -> str:
    """``1 use``, ``2 uses``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
