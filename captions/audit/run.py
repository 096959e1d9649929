"""The audit of a store: rules judge each distinct credit and agreement, SQL joins the verdicts to the uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import captions_db as db
import captions_db.audit as store
from sqlalchemy import Engine

from captions.audit.codes import SEVERITIES, Code, graded
from captions.audit.engine import LICENSED_CODES, AuditEngine
from captions.audit.license_check import pictures_for
from captions.audit.request import AuditRequest, BaselineFinding
from captions.audit.result import AuditResult
from captions.errors import CaptionsError
from captions.lexicon.vocabulary import Vocabulary, default
from captions.text import name_key


@contextmanager
def audited(
    engine: Engine,
    request: AuditRequest | None = None,
    words: Vocabulary | None = None,
    baseline: Iterable[BaselineFinding] = (),
    proposed: Sequence[db.WaiverRecord] = (),
    *,
    today: date,
) -> Iterator[AuditResult]:
    """Audit a store; the result can be read while the context lasts.

    ``today`` decides which waivers have expired. The result reflects one moment of the store. Scanned pictures are
    matched to the uses first, and compared with them. What ``proposed`` waivers would set aside counts as known. Raise
    CaptionsError if the request names an unknown run.
    """
    request = request or AuditRequest()
    words = words or default()
    codes = graded(request.scope, request.grades, request.codes)
    ranks = ranks_of(request, codes)
    licensed = pictures_for(engine, words) if ranks.keys() & LICENSED_CODES else None
    pictures = None
    if db.has_images(engine):
        # Imported here because the picture readers take 0.1 s to load, and a store without pictures needs none.
        from captions.audit.image_rules import CHECKED
        from captions.imaging.library import archive

        if request.pictures or ranks.keys() & set(CHECKED):
            pictures = licensed or archive(engine, words, store=False)
    with store.auditing(engine, ranks) as audit:
        if request.run is not None and request.run not in (runs := audit.runs()):
            last = f"the last run is {runs[-1]}" if runs else "nothing has been ingested yet"
            raise CaptionsError(f"no run {request.run}; {last}; see: captions db runs")
        audit.confine(_confines(request, audit.suppliers() if request.supplier else ()))
        yield AuditEngine(audit, request, words, pictures, licensed).result(
            engine, baseline, codes, today, db.suppressions_of(audit.connection, proposed)
        )


def ranks_of(request: AuditRequest, codes: Mapping[str, Code]) -> dict[str, int]:
    """Return the requested codes with their order in the report, worst first."""
    wanted = sorted(
        (SEVERITIES.index(row.severity), code)
        for code, row in codes.items()
        if code in (request.codes or codes) and row.severity in (request.severities or SEVERITIES)
    )
    return {code: rank for rank, (_severity, code) in enumerate(wanted)}


def _confines(request: AuditRequest, suppliers: Sequence[str]) -> store.ReportFilter:
    named = None
    if request.supplier is not None:
        key = name_key(request.supplier)
        named = tuple(name for name in suppliers if name_key(name) == key)
    period = (request.since, request.until)
    return store.ReportFilter(request.publication, *period, named, request.run, request.source, request.use)
