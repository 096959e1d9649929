"""Count the stored uses that agreements cover: balances, and the scope agreed for each use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import captions_db as db
from sqlalchemy import Engine

from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, Period
from captions.licensing.balance import Account, period_on, state_on
from captions.licensing.coverage import Coverage, CreditGroup, IntendedUse
from captions.licensing.repository import listed
from captions.model import Credit

_ANY = "any"


def accounts(engine: Engine, words: Vocabulary, on: date) -> list[Account]:
    """Return the balance of each agreement on a day, sorted by supplier, start and number.

    A use counts only for the agreement that covers it in the audit. Later uses do not count.
    """
    coverage = Coverage(listed(engine), words, IntendedUse())
    ledger = _Ledger(coverage, on)
    for supplier in db.suppliers_in_use(engine):
        if coverage.of_supplier(supplier):
            ledger.add(supplier, list(_lines_with_exclusions(engine, coverage, supplier)))
    return ledger.read(engine)


def scope_spans(engine: Engine, words: Vocabulary) -> list[db.DateSpan]:
    """Return the periods in which each supplier's scopes are agreed; ``any`` if an agreement does not limit them."""
    coverage = Coverage(listed(engine), words, IntendedUse())
    out = []
    for supplier in db.suppliers_in_use(engine):
        group = CreditGroup(supplier)
        undated = coverage.undated(group).agreement
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


def _lines_with_exclusions(
    engine: Engine, coverage: Coverage, supplier: str
) -> Iterator[tuple[CreditGroup, list[int]]]:
    """Yield the credits whose line names an excluded collection, grouped by what it names."""
    if not any(agreement.excluded for agreement in coverage.of_supplier(supplier)):
        return
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in db.lines_of(engine, supplier):
        group = coverage.group(Credit(row.line, agencies=row.agencies, supplier=supplier))
        if group is not None and group.excluded:
            found[group.excluded].append(row.id)
    for names, credit_ids in sorted(found.items()):
        yield CreditGroup(supplier, names), credit_ids


class _Ledger:
    """Collect what to count for each agreement; then the database counts in one query."""

    def __init__(self, coverage: Coverage, on: date) -> None:
        self._coverage, self._on = coverage, on
        # Parallel lists: (agreement, figure, +1 or -1), a span, and its credits.
        self._entries: list[tuple[int | None, str, int]] = []
        self._spans: list[db.DateSpan] = []
        self._confined: list[Sequence[int] | None] = []

    def add(self, supplier: str, excluded: Sequence[tuple[CreditGroup, list[int]]]) -> None:
        """Enter a supplier's uses, and separately those whose line names an excluded collection."""
        self._enter(CreditGroup(supplier), None, 1)
        for group, credit_ids in excluded:
            self._enter(CreditGroup(supplier), credit_ids, -1)
            self._enter(group, credit_ids, 1)

    def _enter(self, group: CreditGroup, credit_ids: list[int] | None, sign: int) -> None:
        for covered in self._coverage.periods(group):
            if (a := covered.agreement) is not None:
                whole = Period(a.starts, a.ends, "")
                for kind, period in (("used", period_on(a, self._on)), ("total", whole)):
                    first = max(filter(None, (covered.first, period.first)), default=None)
                    last = min(filter(None, (covered.last, period.last, self._on)))
                    if first is None or first <= last:
                        span = db.DateSpan(group.supplier, first, last)
                        self._note((a.id, kind, sign), span, credit_ids)
        covering = self._coverage.undated(group).agreement
        possible = self._coverage.of_supplier(group.supplier) if covering is None else (covering,)
        for a in possible:
            if not set(a.excluded) & set(group.excluded) and state_on(a, self._on) != "not begun":
                bounded = period_on(a, self._on)
                certain = a is covering and bounded.first is None and bounded.last is None
                for kind in ("used", "total") if certain else ("undated",):
                    self._note((a.id, kind, sign), db.DateSpan(group.supplier, None, None, dated=False), credit_ids)

    def _note(self, entry: tuple[int | None, str, int], span: db.DateSpan, credit_ids: list[int] | None) -> None:
        self._entries.append(entry)
        self._spans.append(span)
        self._confined.append(credit_ids)

    def read(self, engine: Engine) -> list[Account]:
        counted: Counter[tuple[int | None, str]] = Counter()
        counts = db.count_spans(engine, self._spans, self._confined)
        for (agreement_id, kind, sign), count in zip(self._entries, counts, strict=True):
            counted[agreement_id, kind] += sign * count
        return [
            Account(a, self._on, counted[a.id, "used"], counted[a.id, "total"], counted[a.id, "undated"])
            for a in self._coverage.agreements
        ]
