"""Corrections and waivers: decisions override readings, and undoing them leaves no trace."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date
from typing import Any

import captions_db as db
import pytest
from captions_db import CorrectionRecord, CreditRecord, WaiverRecord
from captions_db import models as m
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.db.test_articles import ARTICLES, REUTERS, STALE, article, use, write
from tests.support.contents import contents
from tests.support.depth import examples
from tests.support.engines import Stores

SAID = CorrectionRecord(
    REUTERS.line, ("Amal Awad",), ("Getty Images",), "Getty Images", ("pool",), "", reason="asked them", who="kim"
)

SAID_TABLES = {"correction", "waiver", "party_merge"}


def read_off(engine: Engine) -> dict[str, list[Any]]:
    """Return the content of articles, without decisions, which always stay."""
    found = contents(engine)
    return found | {"counts": [pair for pair in found["counts"] if pair[0] not in SAID_TABLES]}


def credit_of(engine: Engine, line: str) -> CreditRecord:
    (found,) = {row.credit for row in db.uses_for_audit(engine) if row.credit and row.credit.line == line}
    return found


def correct(engine: Engine, *records: CorrectionRecord) -> list[db.CorrectionResult]:
    return db.add_corrections(engine, records)


def test_a_correction_applies_to_all_uses_of_the_line_and_every_query(engine: Engine) -> None:
    write(engine, ARTICLES)
    (done,) = correct(engine, SAID)
    assert (done.new, done.uses) == (True, 3)
    credit = credit_of(engine, REUTERS.line)
    assert (credit.creators, credit.agencies, credit.supplier) == (("Amal Awad",), ("Getty Images",), "Getty Images")
    assert (credit.qualifiers, credit.rule, credit.confidence) == (("pool",), "correction", 1.0)
    usage = {row.values[0]: row.uses for row in db.agency_usage(engine).rows}
    assert usage["Getty Images"] == 3 and "Reuters" not in usage
    assert db.find(engine, "amal").total == 3
    assert [party.name for party in db.parties(engine) if party.name == "Reuters"] == []


def test_a_correction_survives_reading_by_another_version(engine: Engine) -> None:
    write(engine, ARTICLES)
    correct(engine, SAID)
    again = [replace(it, content_hash="new", uses=(use(0, "New", REUTERS),)) for it in ARTICLES]
    assert write(engine, again, version="2").changed == len(ARTICLES)
    assert credit_of(engine, REUTERS.line).supplier == "Getty Images"


def test_uncorrected_fields_are_as_read(engine: Engine) -> None:
    write(engine, ARTICLES)
    correct(engine, CorrectionRecord(REUTERS.line, supplier="Getty Images"))
    credit = credit_of(engine, REUTERS.line)
    assert (credit.creators, credit.agencies) == (REUTERS.creators, ("Reuters", "Getty Images"))
    correct(engine, CorrectionRecord(REUTERS.line, agencies=("AP",)))
    assert credit_of(engine, REUTERS.line).supplier == "AP"
    correct(engine, CorrectionRecord(REUTERS.line, agencies=("AP", "dpa")))
    assert credit_of(engine, REUTERS.line).supplier is None
    correct(engine, CorrectionRecord(REUTERS.line, creators=(), supplier="", license="CC BY 4.0"))
    credit = credit_of(engine, REUTERS.line)
    assert (credit.creators, credit.agencies, credit.supplier) == ((), ("Reuters",), None)
    assert credit.license == "CC BY 4.0"


def test_the_latest_correction_applies_and_undoing_it_restores_the_previous(engine: Engine) -> None:
    write(engine, ARTICLES)
    first, second = correct(engine, SAID, replace(SAID, supplier="AP"))
    assert credit_of(engine, REUTERS.line).supplier == "AP"
    assert db.undo_correction(engine, second.id, "lee", "no")[1] == 3
    assert credit_of(engine, REUTERS.line).supplier == "Getty Images"
    db.undo_correction(engine, first.id, "lee", "neither")
    assert credit_of(engine, REUTERS.line) == REUTERS
    stored = db.corrections(engine)
    assert [(it.who, it.reason, it.undone_by, it.undone_reason) for it in stored] == [
        ("kim", "asked them", "lee", "neither"),
        ("kim", "asked them", "lee", "no"),
    ]
    assert all(it.added and it.undone and it.added.tzinfo and it.added <= it.undone for it in stored)


def test_a_repeated_correction_is_reported_and_not_stored(engine: Engine) -> None:
    write(engine, ARTICLES)
    (first,) = correct(engine, SAID)
    again = correct(engine, replace(SAID, reason="another", who="lee"), replace(SAID, supplier="AP"), SAID)
    assert [it.new for it in again] == [False, True, True]
    assert again[0].id == first.id
    assert credit_of(engine, REUTERS.line).supplier == "Getty Images"


def test_a_correction_waits_for_an_article_with_its_line(engine: Engine) -> None:
    assert [it.uses for it in correct(engine, SAID)] == [0]
    write(engine, ARTICLES)
    assert credit_of(engine, REUTERS.line).supplier == "Getty Images"


@pytest.mark.parametrize("undo", [db.undo_correction, db.undo_waiver])
def test_what_cannot_be_undone(engine: Engine, undo: Any) -> None:
    with pytest.raises(ValueError, match=r"no (correction|waiver) 7"):
        undo(engine, 7, "kim", "no")
    correct(engine, SAID)
    db.add_waivers(engine, [WaiverRecord("CR104", supplier="Reuters")])
    undo(engine, 1, "kim", "no")
    with pytest.raises(ValueError, match="already undone by kim"):
        undo(engine, 1, "lee", "no")


# --- corrections and readings in any order

NAMES = st.sampled_from(["Ada Quill", "Jo Reed"])
HOUSES = st.sampled_from(["Reuters", "AP", "AFP"])
LINES = ("one", "two")


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


SAYING = st.builds(
    CorrectionRecord,
    st.sampled_from(LINES),
    maybe(st.lists(NAMES, max_size=2, unique=True).map(tuple)),
    maybe(st.lists(HOUSES, max_size=2, unique=True).map(tuple)),
    maybe(HOUSES | st.just("")),
    maybe(st.just(("pool",)) | st.just(())),
    maybe(st.sampled_from(["", "CC BY 4.0"])),
)
READ = st.builds(
    CreditRecord,
    st.sampled_from(LINES),
    st.lists(NAMES, max_size=2, unique=True).map(tuple),
    st.lists(HOUSES, max_size=2, unique=True).map(tuple),
    maybe(HOUSES),
    st.sampled_from([(), ("archive",)]),
    st.sampled_from([(), ("NO SALES",)]),
    license=maybe(st.just("CC BY 4.0")),
    license_url=maybe(st.just("https://example.org/by")),
    rule=st.just("parsed"),
    confidence=st.sampled_from([0.4, 0.9]),
)
SEARCH = settings(max_examples=examples(10), deadline=None)


def fresh(stores: Stores) -> Engine:
    return db.open_store(stores.empty())


@SEARCH
@given(st.lists(READ, min_size=1, max_size=4), st.lists(SAYING, min_size=1, max_size=3), st.data())
def test_undoing_decisions_restores_the_store(
    stores: Stores, read: list[CreditRecord], corrections: list[CorrectionRecord], data: st.DataObject
) -> None:
    engine = fresh(stores)
    try:
        write(engine, [article(str(n), use(0, "A street", credit)) for n, credit in enumerate(read)])
        before = read_off(engine)
        db.add_waivers(engine, [WaiverRecord("CR104", line=LINES[0])])
        numbers = {it.id for it in correct(engine, *corrections) if it.new}
        for number in data.draw(st.permutations(sorted(numbers))):
            db.undo_correction(engine, number, "kim", "no")
        db.undo_waiver(engine, 1, "kim", "no")
        assert read_off(engine) == before
    finally:
        engine.dispose()


@SEARCH
@given(st.lists(READ, min_size=1, max_size=4), st.lists(SAYING, min_size=1, max_size=2), st.data())
def test_the_order_of_reading_and_correcting_makes_no_difference(
    stores: Stores, read: list[CreditRecord], corrections: list[CorrectionRecord], data: st.DataObject
) -> None:
    articles = [article(str(n), use(0, "A street", credit)) for n, credit in enumerate(read)]
    found = []
    for order in (articles, data.draw(st.permutations(articles))):
        engine = fresh(stores)
        try:
            at = data.draw(st.integers(0, len(order)))
            write(engine, order[:at])
            correct(engine, *corrections)
            write(engine, order[at:])
            found.append(read_off(engine))
        finally:
            engine.dispose()
    assert found[0] == found[1]


# --- waivers


def test_waivers_are_stored_with_person_time_and_reason(engine: Engine) -> None:
    given = [
        WaiverRecord("CR104", line="Handout", reason="seen", who="kim"),
        WaiverRecord("CR301", supplier="Reuters", until=date(2026, 12, 31), reason="talks", who="kim"),
        WaiverRecord("CR104", line="Handout", reason="seen again", who="lee"),
    ]
    assert [astuple(it) for it in db.add_waivers(engine, given)] == [(1, True), (2, True), (1, False)]
    assert [astuple(it) for it in db.add_waivers(engine, given[:1])] == [(1, False)]
    db.undo_waiver(engine, 1, "lee", "it was not")
    assert [it.new for it in db.add_waivers(engine, given[:1])] == [True]
    stored = db.waivers(engine)
    assert [(it.id, it.code, it.line, it.supplier, it.until, it.who, it.undone_by) for it in stored] == [
        (1, "CR104", "Handout", None, None, "kim", "lee"),
        (2, "CR301", None, "Reuters", date(2026, 12, 31), "kim", None),
        (3, "CR104", "Handout", None, None, "kim", None),
    ]


def test_a_use_has_the_same_key_in_every_reading(engine: Engine) -> None:
    write(engine, ARTICLES)
    rows = {(row.source, row.position): row for row in db.uses_for_audit(engine)}
    keys = db.use_keys(engine, [rows["two.txt", 0].use_id, rows["two.txt", 1].use_id, 999])
    street, bare = keys[rows["two.txt", 0].use_id], keys[rows["two.txt", 1].use_id]
    assert len(keys) == 2
    assert (bare.source, bare.caption_digest, bare.line) == ("two.txt", "", REUTERS.line)
    write(engine, [replace(STALE[1], uses=(use(0, "A house", None), use(5, "A street", REUTERS)))])
    with engine.connect() as connection:
        again = connection.execute(select(m.caption.c.digest).where(m.caption.c.text == "A street")).scalar_one()
    assert street.caption_digest == again


def test_a_corrected_line_is_found_by_parts_of_its_words(engine: Engine) -> None:
    line = "山田太郎写真部/共同通信社"
    write(engine, [article("a.txt", use(0, "A", CreditRecord(line, (), (line,), line, rule="word", confidence=0.5)))])
    asked = ("太郎", "通信", "山田太郎")
    assert [db.find(engine, word).total for word in asked] == [1, 1, 1]
    db.add_corrections(engine, [CorrectionRecord(line, ("山田太郎",), ("共同通信社",), reason="asked", who="kim")])
    assert [db.find(engine, word).total for word in asked] == [1, 1, 1]
