"""Write decisions for a terminal: what is wrong, how much it concerns, where, and the command that settles it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from rich.text import Text

from captions import escaping
from captions.audit.decisions import Decision
from captions.report import as_table, findings_text
from captions.report.audit_report import counts_of, number, place_of, short_place

if TYPE_CHECKING:
    from rich.console import Console

_ABOUT, _MESSAGE = 100, 300


def write(decisions: Iterable[Decision], stream: TextIO, height: int | None = None) -> int:
    """Write decisions separated by blank lines, and return their number.

    With ``height``, write only as many as fit into so many lines, but at least one.
    """
    console = as_table.console(stream)
    return findings_text.write_blocks((_lines(decision, console) for decision in decisions), stream, height)


def _lines(decision: Decision, console: Console) -> list[Text]:
    first, is_single = decision.examples[0], decision.findings == 1
    where = examples(decision)
    facts = [where if is_single else counts_of(decision), *filter(None, [decision.cost])]
    if not is_single and decision.about and decision.about != first.source:
        facts.insert(0, escaping.short(decision.about, _ABOUT))
    message = escaping.short(decision.message, _MESSAGE)
    parts = (findings_text.picture_of(first), message) if is_single else (message, where)
    return [
        *findings_text.head(decision.severity, decision.code, "  ".join(facts), console),
        *(line for part in filter(None, parts) for line in findings_text.body(part, console)),
        *(Text(line) for line in findings_text.command(decision.command, console.width)),
    ]


def examples(decision: Decision) -> str:
    """Return the places of a few findings: ``use 12 in …/05-river.txt #2, use 40 in …/06-fair.txt #1, and 8 more``."""
    places = list(dict.fromkeys(escaping.line(short_place(finding)) for finding in decision.examples))
    if decision.uses == 0 and len(places) == 1:
        return escaping.line(place_of(decision.examples[0]))
    more = decision.findings - len(decision.examples)
    return ", ".join(places) + (f", and {number(more, 'other')}" if more > 0 else "")
