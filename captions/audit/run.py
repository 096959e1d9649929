"""The audit of a store: the rules judge what is few, the database joins that with all uses; findings are streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import captions_db as db
import captions_db.audit as store
from sqlalchemy import Engine

from captions.audit.codes import SEVERITIES, graded
from captions.audit.engine import Judge
from captions.audit.request import Known, Question
from captions.audit.result import Answer
from captions.errors import CaptionsError
from captions.lexicon.vocabulary import Vocabulary, default
from captions.text import name_key


@contextmanager
def audited(
    engine: Engine,
    question: Question | None = None,
    words: Vocabulary | None = None,
    baseline: Iterable[Known] = (),
    *,
    today: date,
) -> Iterator[Answer]:
    """Audits a store; the answer can be read as long as the context lasts.

    ``today`` decides which waivers have run out. All is told as it is at one moment of the store. Pictures that were
    scanned are matched to the uses before, and held against them. CaptionsError if it is asked of a run that there is
    none of.
    """
    question = question or Question()
    words = words or default()
    codes = graded(question.scope)
    wanted = sorted(
        (SEVERITIES.index(row.severity), code)
        for code, row in codes.items()
        if code in (question.codes or codes) and row.severity in (question.severities or SEVERITIES)
    )
    ranks = {code: rank for rank, (_severity, code) in enumerate(wanted)}
    held = None
    if db.has_images(engine):
        # Imported where used: what reads pictures takes 0.1 s, which a store without them need not wait for.
        from captions.audit.image_rules import CHECKED
        from captions.imaging.library import archive

        if question.pictures or ranks.keys() & set(CHECKED):
            held = archive(engine, words, store=False)
    with store.auditing(engine, ranks) as audit:
        if question.run is not None and question.run not in (runs := audit.runs()):
            there = f"the last is {runs[-1]}" if runs else "nothing was ingested yet"
            raise CaptionsError(f"no run {question.run}; {there}; see: captions db runs")
        audit.confine(_confines(question, audit.suppliers() if question.supplier else ()))
        yield Judge(audit, question, words, held).answer(engine, baseline, codes, today)


def _confines(question: Question, suppliers: Sequence[str]) -> store.ReportFilter:
    named = None
    if question.supplier is not None:
        key = name_key(question.supplier)
        named = tuple(name for name in suppliers if name_key(name) == key)
    return store.ReportFilter(question.publication, question.since, question.until, named, question.run)
