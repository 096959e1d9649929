"""The audit of a store: the rules judge what is few, the database joins that with all uses; findings are streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Engine

import db
import db.audit as store
from captions.audit import SEVERITIES, graded
from captions.auditing.answer import Answer
from captions.auditing.judge import Judge
from captions.auditing.question import Known, Question
from captions.errors import CaptionsError
from captions.text import name_key
from captions.vocabulary import Vocabulary, default


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
        from captions.imaging.check import CHECKED, archive

        if question.pictures or ranks.keys() & set(CHECKED):
            held = archive(engine, words, store=False)
    with store.auditing(engine, ranks) as audit:
        if question.run is not None and question.run not in (runs := audit.runs()):
            there = f"the last is {runs[-1]}" if runs else "nothing was ingested yet"
            raise CaptionsError(f"no run {question.run}; {there}; see: captions db runs")
        audit.confine(_confines(question, audit.suppliers() if question.supplier else ()))
        yield Judge(audit, question, words, held).answer(engine, baseline, codes, today)


def _confines(question: Question, suppliers: Sequence[str]) -> store.Confines:
    named = None
    if question.supplier is not None:
        key = name_key(question.supplier)
        named = tuple(name for name in suppliers if name_key(name) == key)
    return store.Confines(question.publication, question.since, question.until, named, question.run)


__all__ = ["Answer", "Known", "Question", "audited"]
