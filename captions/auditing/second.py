"""Comparing in a second process: where no article was looked at for near captions, it takes as long as all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple

from sqlalchemy import Engine

import db.audit as store
from captions import relay
from captions.auditing.answer import Credits
from captions.auditing.compared import CODES, Share, Verdict, compared
from captions.pipes import Turns

FROM = 50_000
"""Uses from which on a second process is worth its while."""
_PARTS = 16
"""Into so many parts the articles are cut in which near captions are looked for."""

Comparing = Callable[[store.Audit, Credits], Iterator[Verdict]]


class Divided(NamedTuple):
    """An audit that has begun, and what compares in it and gives what was found, here or elsewhere."""

    audit: store.Audit
    compare: Comparing


@contextmanager
def divided(engine: Engine, ranks: dict[str, int]) -> Iterator[Divided]:
    """Begins an audit; where that is worth its while, a second process begins to compare, at the same moment."""
    codes = CODES & ranks.keys()
    size = store.size(engine)
    if not codes or size.uses < FROM or engine.dialect.name != "sqlite" or not relay.can_relay():
        with store.auditing(engine, ranks) as audit:
            yield Divided(audit, _alone([Share(codes)]))
        return
    shares = _shares(codes, size.articles)

    def find() -> Iterator[tuple[str, str, list[int]]]:
        with store.auditing(engine, ranks) as audit:
            yield "", "", []  # it is at its moment
            yield from map(tuple, _taken(shares, turns, audit, Credits(audit)))

    engine.dispose()  # SQLite's connections are of one process
    with ExitStack() as stack:
        turns = stack.enter_context(closing(Turns(len(shares))))
        try:
            found = stack.enter_context(relay.ahead(find))
        except OSError:  # no more processes, or no memory for one
            yield Divided(stack.enter_context(store.auditing(engine, ranks)), _alone(shares))
            return
        changed = stack.enter_context(store.watched(engine))
        found.begin()
        audit = stack.enter_context(store.auditing(engine, ranks))
        # Where something was written between the two moments, they are of two stores.
        yield Divided(audit, _alone(shares) if changed() else _beside(shares, turns, found))


def _shares(codes: frozenset[str], articles: int) -> list[Share]:
    # The last has no end: since the articles were counted, more may have come.
    ends = [*((part + 1) * articles // _PARTS for part in range(_PARTS - 1)), None]
    near = [Share({"CR402"}, part * articles // _PARTS + 1, end) for part, end in enumerate(ends)]
    return [*([Share({"CR201"})] if "CR201" in codes else []), *(near if "CR402" in codes else [])]


def _taken(shares: list[Share], turns: Turns, audit: store.Audit, lines: Credits) -> Iterator[Verdict]:
    """What comes of the shares that nobody has taken yet."""
    for turn in turns:
        yield from compared(audit, shares[turn], lines)


def _alone(shares: list[Share]) -> Comparing:
    return lambda audit, lines: (verdict for share in shares for verdict in compared(audit, share, lines))


def _beside(shares: list[Share], turns: Turns, others: Iterable[tuple[str, str, list[int]]]) -> Comparing:
    def compare(audit: store.Audit, lines: Credits) -> Iterator[Verdict]:
        yield from _taken(shares, turns, audit, lines)
        yield from map(Verdict._make, others)

    return compare
