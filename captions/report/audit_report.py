"""The audit report: one object, from which every format is written, so that all count the same findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from captions.audit.codes import CODES, SEVERITIES, Code
from captions.audit.finding import Finding, counted
from captions.audit.overview import Overview
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
    Column("clear", "Command"),
    Column("supplier", "Supplier"),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("qualifiers", "Qualifiers"),
    Column("headline", "Headline"),
    Column("publication", "Publication"),
    Column("used_on", "Day"),
    Column("url", "Address"),
    Column("use", "Use", number=True),
)
"""What JSON and CSV tell of a finding, in this order. ``use`` is its number in the store."""


class Thumbnails(Protocol):
    """Gives small pictures as JPEG in base64; an empty text where there is none."""

    def of_finding(self, finding: Finding) -> str:
        """Gives the picture of a finding."""

    def of_use(self, use: int) -> str:
        """Gives the picture of a use by its number."""


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of an audit, of how many uses; ``limit`` shortens what is shown, never what is counted.

    ``findings`` are gone through as they are written, in their order; ``counts`` says how many there are of each code.
    Without ``counts`` they are counted, so a list is needed: not an iterator.
    """

    findings: Iterable[Finding]
    uses: int
    articles: int
    limit: int | None = None
    counts: Mapping[str, int] | None = None
    codes: Mapping[str, Code] = field(default_factory=lambda: CODES)
    """The codes with their severities, which the intended use may change."""
    waived: int = 0
    """Findings set aside by waivers, which are not among ``findings``."""
    known: int = 0
    """Findings of the baseline, which are not among ``findings``."""
    overview: Callable[[], Overview] | None = None
    """Tells what a page says beside the findings; None where only the findings are known."""
    thumbnails: Thumbnails | None = None
    """Small pictures for a page; None where they are not asked for."""
    notes: tuple[str, ...] = ()
    """What the reader must know to read the numbers right: ``no agreements are stored``."""

    @property
    def by_code(self) -> Mapping[str, int]:
        """Findings by code, in the order of codes."""
        return counted(self.findings) if self.counts is None else self.counts

    @property
    def by_severity(self) -> dict[str, int]:
        """Findings by severity, worst first."""
        counts = dict.fromkeys(SEVERITIES, 0)
        for code, count in self.by_code.items():
            counts[self.codes[code].severity] += count
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def total(self) -> int:
        """How many findings there are, shown or not."""
        return sum(self.by_code.values())

    @property
    def shown_count(self) -> int:
        """How many findings are listed."""
        return self.total if self.limit is None else min(self.limit, self.total)

    @property
    def shown(self) -> Iterator[Finding]:
        """The findings that are listed, one after the other."""
        return islice(self.findings, self.shown_count)

    @property
    def totals(self) -> dict[str, object]:
        """What was audited and found, in numbers."""
        return {
            "articles": self.articles,
            "uses": self.uses,
            "findings": self.total,
            "by_severity": self.by_severity,
            "by_code": dict(self.by_code),
            "waived": self.waived,
            "known": self.known,
        }

    def heading(self) -> str:
        """``52 uses in 14 articles: 9 findings (1 error, 6 warnings, 2 info); waived: 3``."""
        by_severity = self.by_severity
        parts = [
            number(by_severity["error"], "error"),
            number(by_severity["warning"], "warning"),
            f"{by_severity['info']} info",
        ]
        found = f"{number(self.total, 'finding')} ({', '.join(parts)})" if self.total else "no findings"
        aside = [f"{name}: {count}" for name, count in (("waived", self.waived), ("known", self.known)) if count]
        heading = f"{number(self.uses, 'use')} in {number(self.articles, 'article')}: {found}"
        return "; ".join((heading, *aside, *self.notes))

    def shown_note(self) -> str:
        """``shown: 12 of 63``; empty where all are shown."""
        return f"shown: {self.shown_count} of {self.total}" if self.shown_count < self.total else ""

    def summary(self) -> list[Row]:
        """A row for each code found, worst first: its count, meaning and remedy."""
        rows = [(SEVERITIES.index(self.codes[c].severity), c, n) for c, n in self.by_code.items()]
        return [
            {
                "code": code,
                "severity": self.codes[code].severity,
                "count": count,
                "title": self.codes[code].title,
                "remedy": self.codes[code].remedy,
            }
            for _rank, code, count in sorted(rows)
        ]


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
        "clear": finding.clear,
        "supplier": credit.supplier if credit else None,
        "creators": credit.creators if credit else (),
        "agencies": credit.agencies if credit else (),
        "qualifiers": credit.qualifiers if credit else (),
        "headline": use.headline if use else None,
        "publication": use.publication if use else None,
        "used_on": use.used_on if use else None,
        "url": use.url if use else None,
        "use": use.id if use else None,
    }


def number(count: int, noun: str) -> str:
    """``1 use``, ``2 uses``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
