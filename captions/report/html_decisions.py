"""The decisions in the HTML report: each with the command that settles it, and its findings folded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import islice

from captions import escaping
from captions.audit.codes import CODES
from captions.audit.decisions import Decision
from captions.audit.finding import Finding
from captions.report.audit_report import Report, counts_of, number, place_of

DECISIONS = 2_000
"""The most decisions listed; browsers fail on larger pages."""
_FOLDED = 50
"""The findings listed with a decision."""
_UNBROKEN = re.compile(r"(?<= )--[a-z-]{3,16}(?= )|[0-9]{4}-[0-9]{2}-[0-9]{2}(?=\s|$)")


def message(finding: Finding, report: Report) -> str:
    """Return what is wrong with a use; in a report on one supplier, without the other side of a conflict."""
    if report.supplier is not None and CODES[finding.code].quotes_other:
        return finding.meaning
    return finding.message


def asked(report: Report) -> Iterator[str]:
    """Yield what the report says about itself: the question, the day, the database and the version."""
    if report.asked:
        yield '<dl class="asked">\n'
        for name, value in report.asked:
            yield f"<div><dt>{escape(name)}</dt><dd>{escaping.markup(value)}</dd></div>\n"
        yield "</dl>\n"


def decisions(report: Report) -> Iterator[str]:
    """Yield the section of decisions; nothing if the report lists only findings."""
    if (found := report.decisions()) is None:
        return
    total = len(found)
    count = min(total, DECISIONS if report.limit is None else min(report.limit, DECISIONS))
    yield '<section id="decisions">\n<h2>Decisions</h2>\n'
    listed = number(total, "decision") if count == total else f"{count} of {total} decisions listed"
    yield f"<p>{listed}; errors first, then those that cost most. Each command settles all findings of its entry; "
    yield "replace <code>…</code> with what only you know.</p>\n<ol>\n"
    for decision in islice(found.with_findings(_FOLDED), count):
        yield from _entry(decision, report)
    yield "</ol>\n</section>\n"


def as_code(command: str) -> str:
    """Return a command for a page, whose options and dates are not broken at their hyphens."""
    text = escape(command) if command.isprintable() else escaping.markup(command)
    unbroken = _UNBROKEN.sub(r"<span>\g<0></span>", text)
    return f"<code>{unbroken}</code>"


def _entry(decision: Decision, report: Report) -> Iterator[str]:
    facts = [counts_of(decision), *filter(None, [decision.cost])]
    about = f' <b dir="auto">{escaping.markup(decision.about)}</b>' if decision.about else ""
    key = escape(escaping.line(decision.key), quote=True)
    yield f'<li data-decision="{key}"><p><span class="{decision.severity}">{decision.severity} {decision.code}</span>'
    yield f'{about} <span class="soft">{escape("; ".join(facts))}</span></p>\n'
    yield f'<p dir="auto">{escaping.markup(message(decision.examples[0], report))}</p>\n'
    yield as_code(decision.command) + "\n"
    yield f"<details><summary>{number(decision.findings, 'finding')}</summary>\n<ul>\n"
    for finding in decision.examples:
        caption = escaping.markup(finding.use.caption) if finding.use else ""
        yield f'<li dir="auto">{escaping.markup(place_of(finding))} <small dir="auto">{caption}</small></li>\n'
    if more := decision.findings - len(decision.examples):
        yield f"<li>and {number(more, 'other')}</li>\n"
    yield "</ul>\n</details></li>\n"
