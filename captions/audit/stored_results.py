"""Read stored findings as those of an audit: the same decisions, commands and uses, without auditing again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import cast

import captions_db as db
from captions_db.audit import stored_listing as stored
from sqlalchemy import Engine

from captions.audit.codes import CODES, Severity
from captions.audit.decisions import EXAMPLES, Decision
from captions.audit.finding import Finding
from captions.audit.fixes import FixCommands
from captions.stored import use_of


def decision_of(engine: Engine, row: stored.StoredDecision, today: date) -> Decision | None:
    """Return a stored decision with its first open findings; None if none is left."""
    left = row.open
    first = stored.findings_of(engine, row.id, today=today, limit=EXAMPLES)
    examples = tuple(finding for _, finding in numbered_findings(engine, first))
    if not left or not examples:
        return None
    uses = row.uses
    if left != row.findings:
        uses = stored.count_uses(engine, row.id, today=today) if uses else 0
    costs = tuple((currency, Decimal(amount)) for currency, amount in json.loads(row.costs))
    return Decision(row.key, left, uses, row.articles, costs, row.unpriced, row.command, row.about, examples)


def numbered_findings(engine: Engine, rows: Iterable[stored.StoredFinding]) -> Iterator[tuple[int, Finding]]:
    """Yield stored findings with their numbers and uses; leave out those on uses that are gone."""
    rows = list(rows)
    numbers = {row.use_id for row in rows if row.use_id is not None}
    uses = {use.use_id: use_of(use) for use in db.uses_by_ids(engine, numbers)}
    commands = FixCommands()
    for row in rows:
        severity = cast(Severity, row.severity)
        grade = None if severity == CODES[row.code].severity else severity
        if row.use_id is None:
            # A finding on an agreement is about its supplier; the key of any other names the command.
            about = row.about if row.key.split(" ", 2)[1] == "supplier" else ""
            yield row.id, Finding(row.code, row.message, row.source, None, row.command, grade, about)
        elif (use := uses.get(row.use_id)) is not None:
            own = row.key.split(" ", 2)[1] in ("command", "use")
            command = row.command if own else commands.of(row.code, use)
            yield row.id, Finding(row.code, row.message, row.source, use, command, grade)
