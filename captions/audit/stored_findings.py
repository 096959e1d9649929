"""Store the findings of an audit by decision, and settle those that a correction of their credit line clears."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime

from captions_db import settling
from captions_db.rows import Row
from sqlalchemy import Engine

from captions import __version__
from captions.audit.codes import CODES
from captions.audit.decisions import Decision, DecisionGroups
from captions.audit.request import AuditRequest
from captions.audit.result import AuditResult
from captions.audit.run import audited
from captions.lexicon.vocabulary import Vocabulary

_TERMS = frozenset(("agreements", "quotas", "licenses"))
_OF_ONE_SUPPLIER = frozenset(("line", "supplier", "use"))
"""The kinds of decisions whose findings have one supplier, as they are called in the keys of decisions."""
_BY_CREDIT = frozenset(code for code, row in CODES.items() if row.scope == "credit" and row.picture_rule is None)
"""The codes that a credit has or has not, whatever its uses are."""
_FEW = 20
"""Uses that are audited one by one; more of them, in one audit of all uses."""


def store(
    result: AuditResult, groups: DecisionGroups, request: AuditRequest, baseline: str, version: str, at: datetime
) -> int:
    """Store the findings of an audit in place of those of the same question; return the audit's number.

    ``at`` is the time at which the audit began. The result cannot be read afterwards.
    """
    return result.keep(question(request, baseline), version, at, _rows(groups))


def audit_and_store(engine: Engine, request: AuditRequest, words: Vocabulary, today: date) -> int:
    """Audit a store and store the findings; return the audit's number."""
    began = datetime.now(UTC)
    with audited(engine, request, words, today=today) as result:
        return store(result, DecisionGroups(result), request, "", __version__, began)


def question(request: AuditRequest, baseline: str = "") -> str:
    """Return what an audit was asked, as JSON: ``{"scope": "syndication", "territory": "DE"}``."""
    asked = {
        "codes": sorted(request.codes),
        "severities": sorted(request.severities),
        "supplier": request.supplier,
        "publication": request.publication,
        "since": request.since and str(request.since),
        "until": request.until and str(request.until),
        "scope": request.scope,
        "territory": request.territory,
        "run": request.run,
        "source": request.source,
        "use": request.use,
        "baseline": baseline,
        "grades": dict(sorted(request.grades.items())),
    }
    return json.dumps({name: value for name, value in asked.items() if value}, ensure_ascii=False)


def recheck_lines(engine: Engine, lines: Collection[str], words: Vocabulary, today: date) -> None:
    """Settle the stored findings on these corrected credit lines that are not found any more."""
    probes = settling.probes(engine, lines, _BY_CREDIT)
    if not probes:
        return
    uses = sorted({probe.use_id for probe in probes})
    codes = frozenset(probe.code for probe in probes)
    requests: Iterable[AuditRequest] = [AuditRequest(codes=codes)]
    if len(uses) <= _FEW:
        requests = [AuditRequest(codes=codes, use=use) for use in uses]
    messages: dict[tuple[str, int], str] = {}
    asked = {(probe.code, probe.use_id) for probe in probes}
    for request in requests:
        with audited(engine, request, words, today=today) as result:
            for finding in result:
                if finding.use is not None and (key := (finding.code, finding.use.id or 0)) in asked:
                    messages[key] = finding.message
    found = [(probe, messages.get((probe.code, probe.use_id))) for probe in probes]
    gone = [probe for probe, message in found if message is None]
    unchanged = [probe for probe, message in found if message == probe.message]
    settling.put_probed(engine, gone, unchanged)


def _rows(groups: DecisionGroups) -> Iterator[Row]:
    for place, decision in enumerate(groups, 1):
        yield {"place": place, **_row(decision)}


def _row(decision: Decision) -> Row:
    first = decision.examples[0]
    use = first.use
    supplier = first.about or (use.supplier if use else None)
    return {
        "key": decision.key,
        "code": decision.code,
        "severity": decision.severity,
        "message": decision.message,
        "about": decision.about,
        "supplier": supplier if decision.key.split(" ", 2)[1] in _OF_ONE_SUPPLIER else None,
        "command": decision.command,
        "on_terms": bool(_TERMS & {*CODES[decision.code].reads}),
        "cost": decision.cost,
        "costs": json.dumps([(currency, str(amount)) for currency, amount in decision.amounts]),
        "unpriced": decision.unpriced,
        "findings": decision.findings,
        "uses": decision.uses,
        "articles": decision.articles,
        "example": first.source + (f" #{use.position}" if use else ""),
        "example_use": use.id if use else None,
        "open": decision.findings,
        "settled_until": None,
        "outdated_since": None,
        "outdated_by": None,
    }
