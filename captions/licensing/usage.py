"""The seam between the agreements and the uses that they cover: what is used up, and in which scope a use was made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import captions_db as db
from sqlalchemy import Engine

from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, Period
from captions.licensing.balance import Account, period_on, state_on
from captions.licensing.coverage import Agreements, Asked, Group
from captions.licensing.repository import listed
from captions.model import Credit

_ANY = "any"


def accounts(engine: Engine, words: Vocabulary, on: date) -> list[Account]:
    """What of each agreement is used up on a day, sorted by supplier, start and number.

    A use counts for the one agreement that the audit says covers it. Later uses do not count.
    """
    held = Agreements(listed(engine), words, Asked())
    ledger = _Ledger(held, on)
    for supplier in db.suppliers_in_use(engine):
        if held.with_(supplier):
            ledger.add(supplier, list(_named_lines(engine, held, supplier)))
    return ledger.read(engine)


def scope_spans(engine: Engine, words: Vocabulary) -> list[db.DateSpan]:
    """From when to when which scopes are agreed for whose pictures; ``any`` where the agreement sets no limit."""
    held = Agreements(listed(engine), words, Asked())
    out = []
    for supplier in db.suppliers_in_use(engine):
        group = Group(supplier)
        undated = held.undated(group).agreement
        if undated is not None:
            out.append(db.DateSpan(supplier, None, None, _scope(undated), dated=False))
        out += [
            db.DateSpan(supplier, stretch.first, stretch.last, _scope(stretch.agreement))
            for stretch in held.stretches(group)
            if stretch.agreement is not None
        ]
    return out


def _scope(agreement: Agreement) -> str:
    return ", ".join(agreement.scopes) or _ANY


def _named_lines(engine: Engine, held: Agreements, supplier: str) -> Iterator[tuple[Group, list[int]]]:
    """The credits whose line names what an agreement leaves out, by what it names."""
    if not any(agreement.excluded for agreement in held.with_(supplier)):
        return
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in db.lines_of(engine, supplier):
        group = held.group(Credit(row.line, agencies=row.agencies, supplier=supplier))
        if group is not None and group.excluded:
            found[group.excluded].append(row.id)
    for names, credit_ids in sorted(found.items()):
        yield Group(supplier, names), credit_ids


class _Ledger:
    """What is to be counted for which agreement; then the database counts."""

    def __init__(self, held: Agreements, on: date) -> None:
        self._held, self._on = held, on
        # (agreement, what is counted of it, +1 or -1), beside a span and its credits.
        self._entries: list[tuple[int | None, str, int]] = []
        self._spans: list[db.DateSpan] = []
        self._confined: list[Sequence[int] | None] = []

    def add(self, supplier: str, named: Sequence[tuple[Group, list[int]]]) -> None:
        """Enters a supplier's uses; those whose line names an excluded collection are taken out, and entered alone."""
        self._enter(Group(supplier), None, 1)
        for group, credit_ids in named:
            self._enter(Group(supplier), credit_ids, -1)
            self._enter(group, credit_ids, 1)

    def _enter(self, group: Group, credit_ids: list[int] | None, sign: int) -> None:
        for stretch in self._held.stretches(group):
            if (a := stretch.agreement) is not None:
                whole = Period(a.starts, a.ends, "")
                for kind, period in (("used", period_on(a, self._on)), ("total", whole)):
                    first = max(filter(None, (stretch.first, period.first)), default=None)
                    last = min(filter(None, (stretch.last, period.last, self._on)))
                    if first is None or first <= last:
                        span = db.DateSpan(group.supplier, first, last)
                        self._note((a.id, kind, sign), span, credit_ids)
        stands = self._held.undated(group).agreement
        possible = self._held.with_(group.supplier) if stands is None else (stands,)
        for a in possible:
            if not set(a.excluded) & set(group.excluded) and state_on(a, self._on) != "not begun":
                bounded = period_on(a, self._on)
                certain = a is stands and bounded.first is None and bounded.last is None
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
            for a in self._held.held
        ]
