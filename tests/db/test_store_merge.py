"""Two stores merged into one: articles by identity, decisions with who made them, and conflicts that are listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import captions_db as db
import pytest
from captions_db import AgreementRecord, CorrectionRecord, LicenseRecord, WaiverRecord
from captions_db import models as m
from captions_db.audit import auditing
from captions_db.audit.stored import put
from captions_db.overlay import current_corrections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, update

from tests.db.test_articles import ARTICLES, REUTERS, article, use, write
from tests.support.contents import contents
from tests.support.depth import examples
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


def test_agreements_that_share_no_scope_and_no_territory_do_not_conflict(engine: Engine, other: Engine) -> None:
    limits: list[dict[str, Any]] = [{"scopes": ("print",)}, {"scopes": ("web",), "territories": ("DE",)}]
    db.add_agreements(engine, [replace(FLAT, **them) for them in limits])
    theirs = [replace(FLAT, scopes=("web",), territories=(them,)) for them in ("AT", "DACH")]
    db.add_agreements(other, theirs)
    merged = db.merge_store(engine, other, members=lambda codes: {"DE" if it == "DACH" else it for it in codes})
    assert merged.conflicts == ["agreement: Reuters, 2024-01-01 to 2024-12-31, overlaps agreement 2 of this database"]
    assert [it.territories for it in db.agreements(engine)] == [(), ("DE",), ("AT",)]


def test_the_latest_correction_of_both_databases_applies(engine: Engine, other: Engine) -> None:
    # The readings of a line in this database and in the other, and the one that applies.
    lines: dict[str, tuple[str, str, str]] = {
        "only there": ("", "aba", "a"),
        "replaced there": ("a", "ab", "b"),
        "replaced here": ("ab", "a", "b"),
        "replaced there and the same": ("b", "ab", "b"),
        "read in two ways": ("a", "b", "a"),
    }
    for line, (*both, _) in lines.items():
        for store, suppliers in zip((engine, other), both, strict=True):
            for supplier in suppliers:
                db.add_corrections(store, [CorrectionRecord(line, supplier=supplier, reason="asked", who=supplier)])
    for _ in range(2):
        merged = db.merge_store(engine, other)
        assert merged.conflicts == ["correction: 'read in two ways' is read in two ways, by a and by b"]
        with engine.connect() as connection:
            applied = current_corrections(connection, lines)
        assert {line: it.supplier for line, it in applied.items()} == {line: it[2] for line, it in lines.items()}


def test_nothing_is_merged_into_a_name_that_an_agreement_excludes(engine: Engine, other: Engine) -> None:
    db.add_agreements(engine, [replace(FLAT, excluded=("Gull Press",))])
    db.merge_parties(other, ["gull press"], "dpa", "kim")
    assert db.merge_store(engine, other).conflicts == [
        "merged name: gull press is merged into dpa in the other database, "
        "but agreement 1 of this one excludes gull press"
    ]
    assert db.merge_store(other, engine).conflicts == [
        "agreement: Reuters, 2024-01-01 to 2024-12-31, excludes Gull Press, "
        "but gull press is merged into dpa in this database"
    ]


def test_own_publications_and_newer_readings_stay(engine: Engine, other: Engine) -> None:
    for store, version, creator in ((engine, "2", "Ammar Awad"), (other, "1", "Nobody")):
        run = db.start_run(store, version, publication=f"The Paper of {version}")
        db.write_articles(store, run, [article(version, use(1, "A gull", replace(REUTERS, creators=(creator,))))])
    for _ in range(2):
        db.merge_store(engine, other)
        assert {row.credit.creators for row in db.uses_for_audit(engine) if row.credit} == {("Ammar Awad",)}
        with auditing(engine, {}) as audit:
            assert audit.own_publications() == {"The Paper of 1", "The Paper of 2"}
    with engine.connect() as connection:
        assert len(connection.execute(select(m.ingest_run)).all()) == 2


def test_places_of_old_databases_have_no_digest(engine: Engine, other: Engine) -> None:
    for store, caption in ((engine, "A gull"), (other, "A dog")):
        write(store, [article("a", use(1, caption, REUTERS)), article("b", use(1, "A cat", REUTERS))])
        with store.begin() as connection:
            connection.execute(update(m.place).values(digest="", content_key="", rank=""))
            connection.execute(update(m.article).values(identity="source:" + m.article.c.source, rank=""))
    for _ in range(2):
        db.merge_store(engine, other)
        assert sorted(row.caption for row in db.uses_for_audit(engine)) == ["A cat", "A dog", "A gull"]


def test_merged_decisions_settle_stored_findings(engine: Engine, other: Engine) -> None:
    with auditing(engine, {}) as audit:
        put(audit, "{}", "1", datetime.now(UTC), iter(()))
    decision = dict.fromkeys(("key", "severity", "message", "about", "command", "cost", "costs", "example"), "")
    numbers = dict.fromkeys(("place", "unpriced", "findings", "uses", "articles", "open"), 1)
    with engine.begin() as connection:
        row = {"id": 1, "audit_id": 1, "code": "CR901", "on_terms": False, **decision, **numbers}
        connection.execute(insert(m.stored_decision).values(row))
        connection.execute(insert(m.stored_finding).values(id=1, decision_id=1, source="a.bin", message="x"))
    db.add_waivers(other, [WaiverRecord("CR901", source="a.bin", reason="known", who="kim")])
    db.merge_store(engine, other)
    with engine.connect() as connection:
        assert connection.scalars(select(m.stored_finding.c.settled_by)).all() == ["waiver 1"]
        assert connection.scalars(select(m.stored_decision.c.open)).all() == [0]


def test_a_decision_undone_in_one_database_is_a_conflict(engine: Engine, other: Engine) -> None:
    for store in (engine, other):
        db.add_agreements(store, [FLAT])
    db.undo_agreement(other, 1, "kim", "a mistake")
    assert db.merge_store(engine, other).conflicts == [
        "agreement: undone only in the other database: Reuters, agency, flat"
    ]
    assert db.merge_store(other, engine).conflicts == ["agreement: undone only in this database: Reuters, agency, flat"]
    db.add_agreements(other, [FLAT])
    for target, source in ((engine, other), (other, engine)):
        assert db.merge_store(target, source).conflicts == []


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


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4)))
def test_a_merge_has_the_articles_of_both(sqlite: Stores, ours: set[int], theirs: set[int]) -> None:
    engine, other, whole = (db.open_store(sqlite.empty()) for _ in range(3))
    for store, numbers in ((engine, ours), (other, theirs), (whole, ours | theirs)):
        write(store, [ARTICLES[number] for number in sorted(numbers)])
    db.merge_store(engine, other)
    assert contents(engine) == contents(whole)
    for store in (engine, other, whole):
        store.dispose()
