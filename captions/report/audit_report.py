"""The audit report: every format is written from this object, so all count the same findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Protocol

from captions import escaping
from captions.audit.codes import CODES, SEVERITIES, Code
from captions.audit.decisions import Decision, key_of
from captions.audit.finding import Finding, counted
from captions.audit.overview import AtRisk, Overview, Unchecked
from captions.audit.result import AuditResult
from captions.report.rows import Column, Row

# In characters: the last part of a path or an address.
_LONGEST_NAME = 40

COLUMNS = (
    Column("severity", "Severity"),
    Column("code", "Code"),
    Column("source", "Article"),
    Column("position", "Caption", number=True),
    Column("caption", "Text", wide=True),
    Column("credit", "Credit line", wide=True),
    Column("message", "Finding", wide=True),
    Column("meaning", "Meaning"),
    Column("fix", "How to fix it"),
    Column("command", "Command"),
    Column("supplier", "Supplier"),
    Column("creators", "Creators"),
    Column("agencies", "Agencies"),
    Column("qualifiers", "Qualifiers"),
    Column("headline", "Headline"),
    Column("publication", "Publication"),
    Column("used_on", "Date"),
    Column("url", "URL"),
    Column("use", "Use", number=True),
    Column("decision", "Decision"),
)
"""The keys of a finding in JSON and CSV, in this order. ``use`` is its number in the store, ``decision`` the key of the
decision that settles it."""
RISKIEST = 10
"""Suppliers listed with money at risk on a terminal."""
RISK = (
    Column("supplier", "Money at risk", wide=True),
    Column("uses", "Uses", number=True),
    Column("at_risk", "Cost", number=True),
)
"""The columns of :meth:`Report.risk_rows`."""


class DecisionSource(Protocol):
    """The findings grouped by the decisions that settle them, in report order."""

    def __len__(self) -> int:
        """Return the number of decisions."""

    def with_findings(self, most: int) -> Iterator[Decision]:
        """Yield the decisions, each with at most so many of its findings."""


class ThumbnailSource(Protocol):
    """A source of thumbnails, as JPEG in base64; ``""`` if there is none."""

    def of_finding(self, finding: Finding) -> str:
        """Return the thumbnail of a finding."""

    def of_use(self, use: int) -> str:
        """Return the thumbnail of a use by its number."""


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of an audit with its totals; ``limit`` shortens the listing, never the totals.

    Writers iterate over ``findings`` in order; ``counts`` has their number by code. Without ``counts``, ``findings``
    must be a list, which is counted.
    """

    findings: Iterable[Finding]
    uses: int
    articles: int
    limit: int | None = None
    counts: Mapping[str, int] | None = None
    codes: Mapping[str, Code] = field(default_factory=lambda: CODES)
    """The codes, with the severities for the intended use."""
    waived: int = 0
    """Waived findings, which ``findings`` excludes."""
    known: int = 0
    """Findings of the baseline, which ``findings`` excludes."""
    overview: Callable[[], Overview] | None = None
    """Count what a page shows besides the findings; None if only the findings are known."""
    thumbnails: ThumbnailSource | None = None
    """Thumbnails for a page; None for a page without thumbnails."""
    notes: tuple[str, ...] = ()
    """Caveats for the reader: ``no pictures in the database``."""
    unchecked: Unchecked | None = None
    """The uses that no stored agreement can be checked against; None if there are agreements."""
    at_risk: AtRisk | None = None
    """The cost of uncovered uses, by supplier; None if agreements were not checked."""
    asked: tuple[tuple[str, str], ...] = ()
    """What was asked, when, and of which database: names and values for a page that is sent on."""
    supplier: str | None = None
    """The only supplier in the report."""
    grouped: Callable[[], DecisionSource] | None = None
    """Group the findings by decision; None if the report lists only findings."""
    key_of: Callable[[Finding], str] | None = None
    """Return the key of the decision that settles a finding."""

    def decisions(self) -> DecisionSource | None:
        """Return the decisions; None if the report lists only findings, or has none."""
        return self.grouped() if self.grouped is not None and self.total else None

    def rows(self) -> Iterator[Row]:
        """Yield a row for each listed finding, under the keys of :data:`COLUMNS`."""
        key_of = self.key_of or _no_key
        return ({**row(finding), "decision": key_of(finding)} for finding in self.listed)

    @property
    def by_code(self) -> Mapping[str, int]:
        """Return the number of findings by code, in the order of codes."""
        return counted(self.findings) if self.counts is None else self.counts

    @property
    def by_severity(self) -> dict[str, int]:
        """Return the number of findings by severity, worst first."""
        counts = dict.fromkeys(SEVERITIES, 0)
        for code, count in self.by_code.items():
            counts[self.codes[code].severity] += count
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def total(self) -> int:
        """Return the number of findings, listed or not."""
        return sum(self.by_code.values())

    @property
    def listed_count(self) -> int:
        """Return the number of listed findings."""
        return self.total if self.limit is None else min(self.limit, self.total)

    @property
    def listed(self) -> Iterator[Finding]:
        """Yield the listed findings."""
        return islice(self.findings, self.listed_count)

    @property
    def totals(self) -> dict[str, object]:
        """Return the totals of the audit."""
        return {
            "articles": self.articles,
            "uses": self.uses,
            "findings": self.total,
            "by_severity": self.by_severity,
            "by_code": dict(self.by_code),
            "waived": self.waived,
            "known": self.known,
            "unchecked": {"uses": self.unchecked.uses, "suppliers": self.unchecked.suppliers}
            if self.unchecked
            else {"uses": 0, "suppliers": 0},
            "at_risk": None if self.at_risk is None else _risk_data(self.at_risk),
        }

    def heading(self) -> str:
        """Return the first line: ``52 uses in 14 articles: 9 findings (1 error, 6 warnings, 2 info); waived: 3``."""
        by_severity = self.by_severity
        parts = [
            number(by_severity["error"], "error"),
            number(by_severity["warning"], "warning"),
            f"{by_severity['info']} info",
        ]
        found = f"{number(self.total, 'finding')} ({', '.join(parts)})" if self.total else "no findings"
        aside = [f"{name}: {count}" for name, count in (("waived", self.waived), ("in baseline", self.known)) if count]
        heading = f"{number(self.uses, 'use')} in {number(self.articles, 'article')}: {found}"
        return "; ".join((heading, *aside, *self.notes))

    def unchecked_note(self) -> str:
        """Return the line about uses that are not checked against agreements; ``""`` if there are none."""
        return str(self.unchecked) if self.unchecked and self.unchecked.uses else ""

    def all_notes(self) -> list[str]:
        """Return every caveat: the notes, and the uses that are not checked."""
        return [*self.notes, *filter(None, [self.unchecked_note()])]

    def risk_rows(self) -> list[Row]:
        """Return a row for each supplier with uncovered uses: the number of uses and their cost; then all of them."""
        risk = self.at_risk
        if risk is None or not risk.uses:
            return []
        rows: list[Row] = [
            {"supplier": row.supplier or "(supplier unclear)", "uses": row.uses, "at_risk": str(row)}
            for row in risk.suppliers
        ]
        unknown = f" + unknown for {risk.unpriced}" if risk.unpriced and risk.amounts else ""
        return [*rows, {"supplier": "All suppliers", "uses": risk.uses, "at_risk": f"{risk}{unknown}"}]

    def risk_note(self) -> str:
        """Return the money at risk by supplier, in one line, those with most uses; ``""`` if there is none."""
        rows = self.at_risk.suppliers if self.at_risk else ()
        parts = [
            f"{row.supplier or '(supplier unclear)'} {row} for {number(row.uses, 'use')}" for row in rows[:RISKIEST]
        ]
        if rest := rows[RISKIEST:]:
            parts.append(f"{number(len(rest), 'more supplier')} for {number(sum(row.uses for row in rest), 'use')}")
        return f"money at risk: {'; '.join(parts)}" if parts else ""

    def listed_note(self) -> str:
        """Return ``12 of 63 findings listed, worst first``; ``""`` if all are listed."""
        if self.listed_count == self.total:
            return ""
        return f"{self.listed_count} of {number(self.total, 'finding')} listed, worst first"

    def summary(self) -> list[Row]:
        """Return a row for each code found, worst first: its count, meaning and fix."""
        rows = [(SEVERITIES.index(self.codes[c].severity), c, n) for c, n in self.by_code.items()]
        return [
            {
                "code": code,
                "severity": self.codes[code].severity,
                "count": count,
                "meaning": self.codes[code].meaning,
                "fix": self.codes[code].fix,
            }
            for _rank, code, count in sorted(rows)
        ]


def report_of(
    result: AuditResult,
    findings: Iterable[Finding] | None = None,
    limit: int | None = None,
    notes: tuple[str, ...] = (),
) -> Report:
    """Return the report of an audit; ``findings`` replace those of the result."""
    return Report(
        result if findings is None else findings,
        result.uses,
        result.articles,
        limit,
        counts=result.counts,
        codes=result.codes,
        waived=result.waived,
        known=result.known,
        overview=result.overview,
        notes=notes,
        unchecked=result.unchecked,
        at_risk=result.at_risk,
        key_of=lambda finding: key_of(finding, result.commands),
    )


def _no_key(finding: Finding) -> None:
    return None


def _risk_data(risk: AtRisk) -> dict[str, object]:
    """Return money at risk for JSON; amounts are text, never floats, and null if no price is known."""

    def amount(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:.2f}"

    return {
        "uses": risk.uses,
        "unpriced": risk.unpriced,
        "amounts": [{"currency": currency, "amount": amount(value)} for currency, value in risk.amounts],
        "suppliers": [
            {"supplier": row.supplier, "uses": row.uses, "currency": row.currency, "amount": amount(row.amount)}
            for row in risk.suppliers
        ],
    }


def row(finding: Finding) -> Row:
    """Return a finding under the keys of :data:`COLUMNS`."""
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
        "meaning": finding.meaning,
        "fix": finding.fix,
        "command": finding.command,
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


def decision_row(decision: Decision) -> Row:
    """Return a decision as a row for JSON; amounts are text, and an unknown amount is null."""
    return {
        "decision": decision.key,
        "code": decision.code,
        "severity": decision.severity,
        "about": decision.about,
        "findings": decision.findings,
        "uses": decision.uses,
        "articles": decision.articles,
        "amounts": tuple(f"{amount:.2f} {currency}" for currency, amount in decision.amounts),
        "unpriced": decision.unpriced,
        "message": decision.message,
        "command": decision.command,
        "examples": tuple(place_of(finding) for finding in decision.examples),
    }


def place_of(finding: Finding) -> str:
    """Return the place of a finding: ``archive/05-river.txt #2``."""
    return finding.source + (f" #{finding.use.position}" if finding.use else "")


def short_place(finding: Finding) -> str:
    """Return the end of a finding's place, with the number of its use: ``use 12 in …/05-river.txt #2``.

    Of an address, the site and the last part remain: ``use 12 in echo.example/…/harbor-fair #2``.
    """
    place = _short_source(finding.source) + (f" #{finding.use.position}" if finding.use else "")
    return f"use {finding.use.id} in {place}" if finding.use and finding.use.id is not None else place


def _short_source(source: str) -> str:
    _, is_url, address = source.partition("://")
    path = address.partition("?")[0] if is_url else source
    first, *rest = [part for part in path.split("/") if part] or [source]
    if not rest:
        return escaping.short(first, _LONGEST_NAME)
    name = escaping.short(rest[-1], _LONGEST_NAME)
    if not is_url:
        return f"…/{name}"
    return f"{first}/…/{name}" if len(rest) > 1 else f"{first}/{name}"


def counts_of(decision: Decision) -> str:
    """Return how many uses and articles a decision settles: ``10 uses in 8 articles``; else its findings."""
    if not decision.uses:
        return number(decision.findings, "finding")
    return f"{number(decision.uses, 'use')} in {number(decision.articles, 'article')}"


def number(count: int, noun: str) -> str:
    """Return ``1 use``, ``2 uses``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
