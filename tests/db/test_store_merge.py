"""Two stores merged into one: articles by identity, decisions with who made them, and conflicts that are listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import captions_db as db
import pytest
from captions_db import AgreementRecord, CorrectionRecord, LicenseRecord, WaiverRecord
from captions_db import models as m
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.db.test_articles import ARTICLES, REUTERS, article, use, write
from tests.support.contents import contents
from tests.support.engines import Stores

LINE = REUTERS.line
FLAT = AgreementRecord("Reuters", starts=date(2024, 1, 1), ends=date(2024, 12, 31), added_by="kim")


@pytest.fixture
def other(stores: Stores) -> Iterator[Engine]:
    engine = db.open_store(stores.empty(), create=True)
    yield engine
    engine.dispose()


def test_articles_and_decisions_are_merged(engine: Engine, other: Engine) -> None:
    write(engine, ARTICLES[:2])
    write(other, ARTICLES)
    db.merge_parties(other, ["AFP"], "Reuters", "kim", "same owner")
    db.add_corrections(other, [CorrectionRecord(LINE, supplier="dpa", reason="asked", who="kim")])
    db.add_agreements(other, [FLAT])
    db.add_licenses(other, [LicenseRecord("R-7", asset="841304270")])
    db.add_waivers(other, [WaiverRecord("CR101", source="two.txt", reason="known", who="kim")])
    before = contents(engine)
    planned = db.merge_store(engine, other, dry_run=True)
    assert contents(engine) == before
    merged = db.merge_store(engine, other)
    assert merged == planned
    expected = {"party_merge": 1, "correction": 1, "agreement": 1, "license": 1, "waiver": 1}
    assert (merged.articles, merged.decisions, merged.conflicts) == (len(ARTICLES) - 2, expected, [])
    after = contents(engine)
    assert after == contents(other)
    for table in (m.correction, m.agreement, m.waiver, m.party_merge, m.license_):
        with engine.connect() as connection, other.connect() as source:
            assert connection.execute(select(table.c.added)).all() == source.execute(select(table.c.added)).all()
    again = db.merge_store(engine, other)
    assert (again.articles, again.better, set(again.decisions.values()), again.conflicts) == (0, 0, {0}, [])
    assert contents(engine) == after


def test_conflicts_are_listed_and_left_out(engine: Engine, other: Engine) -> None:
    for store, supplier, end, into in ((engine, "dpa", 12, "Reuters"), (other, "AFP", 11, "dpa")):
        write(store, ARTICLES)
        db.merge_parties(store, ["Gull Press"], into, supplier, "")
        db.add_corrections(store, [CorrectionRecord(LINE, supplier=supplier, reason="asked", who=supplier)])
        db.add_agreements(store, [replace(FLAT, ends=date(2024, end, 1))])
    before = contents(engine)
    merged = db.merge_store(engine, other)
    assert merged.conflicts == [
        "agreement: Reuters, 2024-01-01 to 2024-11-01, overlaps agreement 1 of this database",
        f"correction: {LINE!r} is read in two ways, by dpa and by AFP",
        "merged name: Gull Press is merged into dpa in the other database, "
        "but Gull Press is merged into Reuters in this one",
    ]
    assert set(merged.decisions.values()) == {0}
    assert contents(engine) == before


def test_agreements_for_other_scopes_do_not_conflict(engine: Engine, other: Engine) -> None:
    db.add_agreements(engine, [replace(FLAT, scopes=("print",))])
    db.add_agreements(other, [replace(FLAT, scopes=("web",))])
    assert db.merge_store(engine, other).conflicts == []
    assert [it.scopes for it in db.agreements(engine)] == [("print",), ("web",)]


def test_a_decision_undone_in_one_database_is_a_conflict(engine: Engine, other: Engine) -> None:
    for store in (engine, other):
        db.add_agreements(store, [FLAT])
    db.undo_agreement(other, 1, "kim", "a mistake")
    assert db.merge_store(engine, other).conflicts == [
        "agreement: undone only in the other database: Reuters, agency, flat"
    ]
    assert db.merge_store(other, engine).conflicts == ["agreement: undone only in this database: Reuters, agency, flat"]


def test_files_of_the_same_name_are_different_articles(engine: Engine, other: Engine) -> None:
    write(engine, [article("a", use(1, "A gull", REUTERS))])
    write(other, [article("a", use(1, "A dog", REUTERS))])
    db.add_waivers(other, [WaiverRecord("CR101", source="a.txt", reason="known", who="kim")])
    for _ in range(2):
        db.merge_store(engine, other)
        first, second = sorted(row.source for row in db.uses_for_audit(engine))
        assert first == "a.txt"
        assert second.startswith("a.txt:")
        assert [it.source for it in db.waivers(engine)] == [second]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4)))
def test_a_merge_has_the_articles_of_both(sqlite: Stores, ours: set[int], theirs: set[int]) -> None:
    engine, other, whole = (db.open_store(sqlite.empty()) for _ in range(3))
    for store, numbers in ((engine, ours), (other, theirs), (whole, ours | theirs)):
        write(store, [ARTICLES[number] for number in sorted(numbers)])
    db.merge_store(engine, other)
    assert contents(engine) == contents(whole)
    for store in (engine, other, whole):
        store.dispose()
