"""``captions audit``: what is wrong with the picture uses in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from captions.audit import CODES, SEVERITIES, Finding, Use, Uses
from captions.cli import options as o
from captions.cli.output import note, opened
from captions.report.findings import Report
from captions.text import name_key


class Form(StrEnum):
    """The forms of the report."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the report is confined to. An article that could not be read has no supplier, publication or day."""

    codes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    supplier: str | None = None
    publication: str | None = None
    since: date | None = None
    until: date | None = None

    def use(self, use: Use) -> bool:
        """Whether a use is in the report."""
        if self.supplier is not None and name_key(use.supplier or "") != name_key(self.supplier):
            return False
        if self.publication is not None and use.publication != self.publication:
            return False
        if self.since is None and self.until is None:
            return True
        day = use.used_on
        return day is not None and (self.since or date.min) <= day <= (self.until or date.max)

    def finding(self, finding: Finding) -> bool:
        """Whether a finding is in the report."""
        if self.codes and finding.code not in self.codes:
            return False
        if self.severities and finding.severity not in self.severities:
            return False
        if finding.use is None:
            return not (self.supplier or self.publication or self.since or self.until)
        return self.use(finding.use)


def _known_codes(codes: list[str]) -> list[str]:
    given = [code.upper() for code in codes]
    if unknown := [code for code in given if code not in CODES]:
        raise typer.BadParameter(f"no code {unknown[0]}; there are {', '.join(CODES)}")
    return given


def audit(
    db_url: o.Database = o.DATABASE,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.table,
    output: o.Output = None,
    fail_on: Annotated[
        o.Fail, typer.Option("--fail-on", help="Exit with 1 if there are findings of this severity or worse.")
    ] = o.Fail.never,
    code: Annotated[
        list[str], typer.Option("--code", callback=_known_codes, metavar="CR...", help="Only this code; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    severity: Annotated[
        list[o.Level], typer.Option("--severity", metavar="LEVEL", help="Only error, warning or info; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    supplier: Annotated[
        str | None, typer.Option("--supplier", metavar="NAME", help="Only uses of this supplier.")
    ] = None,
    publication: o.Publication = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = None,
    agencies: o.Agencies = None,
) -> None:
    """Report what is wrong with the pictures in the database, worst first.

    Every use is compared with every other, whatever the filters; they choose what is reported.

    \b
    Examples:
      captions audit --severity error --limit 20
      captions audit --format csv -o audit.csv
      captions audit --fail-on error
    """
    from captions.report.findings import write_audit

    wanted = Filter(frozenset(code), frozenset(severity), supplier, publication, since, until)
    report, undated = _report(db_url, agencies, wanted, limit)
    if undated:
        note(f"{undated} uses without a day are left out; see: captions ingest --published")
    with opened(output, for_spreadsheet=form is Form.csv) as stream:
        write_audit(report, form.value, stream)
    if output is not None:
        note(f"{report.heading()}; written to {output}")
    if fail_on is not o.Fail.never:
        bad = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
        if any(finding.severity in bad for finding in report.findings):
            raise typer.Exit(1)


def _report(url: str, agencies: Path | None, wanted: Filter, limit: int | None) -> tuple[Report, int]:
    """The report, and how many uses were left out because they have no day."""
    import db
    from captions import catalog
    from captions.audit import audit as find

    words = o.words(agencies, url)
    if wanted.supplier is not None and (row := words.agency(wanted.supplier)):
        wanted = replace(wanted, supplier=row.name)
    engine = db.open_store(url)
    try:
        uses = _Counted(catalog.StoredUses(engine), wanted.use)
        found = [f for f in find(uses, catalog.failures(engine), words) if wanted.finding(f)]
    finally:
        engine.dispose()
    undated = uses.undated if wanted.since or wanted.until else 0
    return Report(found, uses.count, uses.articles, limit), undated


class _Counted:
    """Uses that are counted while they are gone through: those the report is of."""

    def __init__(self, uses: Uses, wanted: Callable[[Use], bool]) -> None:
        self.uses, self.wanted = uses, wanted
        self.count = self.articles = self.undated = 0

    def __iter__(self) -> Iterator[Use]:
        self.count = self.articles = self.undated = 0
        last = None
        for use in self.uses:
            self.undated += use.used_on is None
            if self.wanted(use):
                self.count += 1
                self.articles += use.source != last
                last = use.source
            yield use
