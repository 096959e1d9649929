"""The scope agreed for each use."""

from __future__ import annotations

import captions_db as db
from sqlalchemy import Engine

from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement
from captions.licensing.coverage import Coverage, CreditGroup, IntendedUse
from captions.licensing.repository import listed

_ANY = "any"


def scope_spans(engine: Engine, words: Vocabulary) -> list[db.DateSpan]:
    """Return the periods in which each supplier's scopes are agreed; ``any`` if an agreement does not limit them."""
    coverage = Coverage(listed(engine), words, IntendedUse())
    out = []
    for supplier in db.suppliers_in_use(engine):
        group = CreditGroup(supplier)
        undated = coverage.without_day(group).agreement
        if undated is not None:
            out.append(db.DateSpan(supplier, None, None, _scope(undated), dated=False))
        out += [
            db.DateSpan(supplier, period.first, period.last, _scope(period.agreement))
            for period in coverage.periods(group)
            if period.agreement is not None
        ]
    return out


def _scope(agreement: Agreement) -> str:
    return ", ".join(agreement.scopes) or _ANY
