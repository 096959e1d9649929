"""Fail at every call of a driver in turn: a write happens completely or not at all, and a read can be repeated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import captions_db as db
import pytest
from captions_db import models as m
from captions_db.connection import connect
from captions_db.drift import broken_references, damage, drift
from captions_db.rollups import count_again, count_uses, wrong_counts
from sqlalchemy import DateTime, Engine, Table, select

from tests.db.test_articles import AFP, ARTICLES, REUTERS, STALE, use
from tests.support.engines import Stores
from tests.support.faults import Faults, faults, io_error

# SQLAlchemy leaves a server-side cursor whose fetch failed to the end of the transaction, which closes it.
pytestmark = pytest.mark.filterwarnings("ignore:.*ServerCursor object.*:ResourceWarning")
Step = Callable[[Engine], Any]
WHO = ("kim", "asked them")
CHANGED = tuple(replace(it, content_hash="new", uses=(use(0, "New", AFP), use(4, "Old", REUTERS))) for it in ARTICLES)
FAILURES = (db.FailureRecord("bad.txt", "an empty file"),)
CORRECTION = db.CorrectionRecord(REUTERS.line, ("Amal Awad",), ("Getty Images",), "Getty Images", reason="x", who="kim")
AGREEMENT = db.AgreementRecord(supplier="AFP", price=Decimal("18000"), currency="EUR")
PICTURE = db.ImageRecord("cc", "1", "JPEG", 32, 24, 5, 7, (1, 2, 3, 4), "{}", ("cut",))

WRITES: dict[str, Step] = {
    "start a run": lambda engine: db.start_run(engine, "2"),
    "write articles": lambda engine: db.write_articles(
        engine, 1, CHANGED, FAILURES, parties=[("Tidewater", "agency", ("TW",))], settled=["one.txt"]
    ),
    "add agreements": lambda engine: db.add_agreements(engine, [AGREEMENT, replace(AGREEMENT, supplier="dpa")]),
    "end an agreement": lambda engine: db.end_agreement(engine, 1, date(2026, 1, 1), "x", "kim"),
    "undo an agreement": lambda engine: db.undo_agreement(engine, 1, *WHO),
    "add corrections": lambda engine: db.add_corrections(engine, [replace(CORRECTION, line=AFP.line)]),
    "undo a correction": lambda engine: db.undo_correction(engine, 1, *WHO),
    "add waivers": lambda engine: db.add_waivers(engine, [db.WaiverRecord(code="CR301", supplier="AFP", who="kim")]),
    "undo a waiver": lambda engine: db.undo_waiver(engine, 1, *WHO),
    "merge parties": lambda engine: db.merge_parties(engine, ["APA"], "AFP", "kim"),
    "undo merges": lambda engine: db.undo_merges(engine, [1], *WHO),
    "put pictures": lambda engine: db.put_images(engine, [PICTURE], {"c.jpg": "cc", "b.jpg": "cc"}),
    "forget pictures": lambda engine: db.forget_files(engine, ["a.jpg"]),
    "link pictures": lambda engine: db.put_image_uses(
        engine, [db.ImageUse(1, use.use_id, "hash") for use in db.uses_for_audit(engine)]
    ),
}
"""Each in one transaction."""
LONG_WRITES: dict[str, Step] = {
    "finish a run": lambda engine: db.finish_run(engine, 1),
    "count uses": lambda engine: count_uses(engine, 2),
    "count again": count_again,
}
"""In several transactions: a failed one is completed by doing it again."""
READS: dict[str, Step] = {
    "articles": lambda engine: list(db.articles(engine)),
    "an article": lambda engine: db.article_text(engine, "two.txt"),
    "uses": lambda engine: list(db.uses_for_audit(engine)),
    "hashes": lambda engine: db.known_hashes(engine, ["one.txt", "no.txt"]),
    "search": lambda engine: db.find(engine, "street"),
    "usage": lambda engine: db.agency_usage(engine, by=("supplier", "month")),
    "changes": lambda engine: db.usage_changes(
        engine, ("supplier",), (date(2023, 1, 1), date(2023, 6, 30)), (date(2023, 7, 1), date(2023, 12, 31))
    ),
    "spans": lambda engine: db.count_spans(engine, [db.DateSpan("AFP", date(2023, 1, 1), None)]),
    "lines": lambda engine: db.lines_of(engine, "APA"),
    "parties": lambda engine: [db.parties(engine), db.suppliers_in_use(engine)],
    "runs": lambda engine: db.run_summaries(engine),
    "decisions": lambda engine: [db.agreements(engine), db.corrections(engine), db.waivers(engine), db.merges(engine)],
    "pictures": lambda engine: [list(db.images(engine)), db.image_uses(engine), db.image_files(engine)],
    "a view": lambda engine: [list(rows) for rows in db.view_rows(engine, "use_in_words")],
    "checks": lambda engine: [damage(engine), broken_references(engine), wrong_counts(engine)],
    "drift": drift,
}
ERRORS: dict[str, tuple[Callable[[str], BaseException], type[BaseException]]] = {
    "I/O error": (io_error, db.UnusableStoreError),
    "no memory": (lambda _: MemoryError(), MemoryError),
}
EVERY = {"I/O error": 1, "no memory": 3} if "CAPTIONS_SEARCH" in os.environ else {"I/O error": 2, "no memory": 7}
"""Which calls of a write fail, one after the other: each, each second ..."""
each_error = pytest.mark.parametrize("error", ERRORS)


@pytest.fixture(scope="module")
def filled(stores: Stores) -> str:
    """Return the URL of a store with something in every table."""
    url = stores.empty()
    engine = db.open_store(url, create=True)
    db.write_articles(engine, db.start_run(engine, "1"), STALE, [db.FailureRecord("one.txt#3", "broken")])
    db.write_articles(engine, 1, ARTICLES)
    db.finish_run(engine, 1)
    db.add_agreements(engine, [replace(AGREEMENT, supplier="Reuters")])
    db.add_corrections(engine, [CORRECTION])
    db.add_waivers(engine, [db.WaiverRecord(code="CR101", source="two.txt", who="kim")])
    db.merge_parties(engine, ["Gull Press", "Getty Images"], "Getty", "kim")
    db.put_images(engine, [replace(PICTURE, file_hash="aa")], {"a.jpg": "aa"})
    db.put_image_uses(engine, [db.ImageUse(1, 1, "name")])
    engine.dispose()
    return url


def rows(engine: Engine, *, stable: bool = False) -> dict[str, list[Any]]:
    """Return all rows of all tables; with ``stable``, without times and ids, which a failed attempt may use up."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(*_columns(table, stable)))), key=repr)
            for table in m.METADATA.sorted_tables
        }


def _columns(table: Table, stable: bool) -> list[Any]:
    return [c for c in table.c if not stable or not (isinstance(c.type, DateTime) or c.name == "id")]


@contextmanager
def opened(url: str) -> Iterator[tuple[Engine, Faults]]:
    with faults() as fault:
        engine = db.open_store(url, create=True)
        try:
            yield engine, fault
        finally:
            engine.dispose()


def calls(fault: Faults, step: Step, engine: Engine, error: str, after: Callable[[], None], every: int = 1) -> int:
    """Let each call of a step, or every n-th, fail in turn until the step succeeds; return how many calls failed."""
    raised, expected = ERRORS[error]
    for failed, number in enumerate(count(1, every)):
        try:
            with fault.at(number, lambda: raised(engine.dialect.name)):
                step(engine)
        except expected as caught:
            assert isinstance(caught, MemoryError) or str(caught).isprintable()
            after()
        else:
            if fault.calls < number:  # the step ended before the call that would have failed
                return failed
            assert step is LONG_WRITES["finish a run"]  # the uses that it could not count are counted later
    raise AssertionError


@each_error
@pytest.mark.parametrize("name", WRITES)
def test_a_failed_write_changes_nothing(stores: Stores, filled: str, name: str, error: str) -> None:
    expected = db.open_store(stores.copy(filled), create=True)
    WRITES[name](expected)
    with opened(stores.copy(filled)) as (engine, fault):
        before = rows(engine)

        def unchanged() -> None:
            assert rows(engine) == before

        assert calls(fault, WRITES[name], engine, error, unchanged, EVERY[error]) >= 3 / EVERY[error]
        assert rows(engine) != before
        assert rows(engine, stable=True) == rows(expected, stable=True)
    expected.dispose()


@each_error
@pytest.mark.parametrize("name", LONG_WRITES)
def test_a_failed_write_in_steps_is_completed_by_another(stores: Stores, filled: str, name: str, error: str) -> None:
    def prepared(url: str) -> None:
        engine = db.open_store(url, create=True)
        db.write_articles(engine, 1, CHANGED)
        engine.dispose()

    place = stores.copy(filled)
    prepared(place)
    expected = db.open_store(stores.copy(place), create=True)
    LONG_WRITES[name](expected)
    with opened(place) as (engine, fault):
        assert calls(fault, LONG_WRITES[name], engine, error, lambda: None) > 3
        assert rows(engine, stable=True) == rows(expected, stable=True)
        assert wrong_counts(engine) == []
    expected.dispose()


@each_error
@pytest.mark.parametrize("name", READS)
def test_a_failed_read_can_be_repeated(filled: str, name: str, error: str) -> None:
    with opened(filled) as (engine, fault):
        wanted = READS[name](engine)
        every = 23 if name == "drift" else 1  # it creates a whole schema
        assert calls(fault, READS[name], engine, error, lambda: None, every) > 1
        assert READS[name](engine) == wanted


@each_error
def test_a_failed_opening_leaves_nothing_or_a_store(stores: Stores, error: str) -> None:
    place = stores.place()
    with faults() as fault:

        def step(_: object) -> None:
            db.open_store(place, create=True).dispose()

        engine = connect(place, create=True)
        assert calls(fault, step, engine, error, lambda: None, every=5) > 3
        assert [*damage(engine), *drift(engine), *broken_references(engine)] == []
        engine.dispose()
