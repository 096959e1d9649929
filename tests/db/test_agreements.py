"""Agreements in the store: added ones are returned, none twice, none lost."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date
from decimal import Decimal

import captions_db as db
import pytest
from captions_db import AgreementRecord
from captions_db.audit import auditing
from sqlalchemy import Engine

from tests.db.test_articles import ARTICLES, article, write

FULL = AgreementRecord(
    "Reuters",
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    scopes=("web", "print"),
    territories=("IL", "US"),
    excluded=("Reuters Archive",),
    below=True,
    quota=500,
    quota_period="month",
    price=Decimal("18000.10"),
    currency="EUR",
    requires="creator",
    note="signed by Müller",
)
OPEN = AgreementRecord("AP", kind="per-use", price=Decimal("45.50"), currency="USD")


def bare(record: AgreementRecord | None) -> AgreementRecord:
    assert record is not None
    return replace(record, id=None, added=None, ended=None, end_reason=None, ended_by=None)


def test_added_agreements_are_returned(engine: Engine) -> None:
    assert [astuple(it) for it in db.add_agreements(engine, [FULL, OPEN])] == [(1, True), (2, True)]
    assert [bare(it) for it in db.agreements(engine)] == [OPEN, FULL]
    found = db.agreement(engine, 1)
    assert found is not None and found.added is not None and found.added.tzinfo is not None
    assert str(found.price) == "18000.10"
    assert db.agreement(engine, 3) is None


def test_the_same_terms_are_not_added_twice(engine: Engine) -> None:
    db.add_agreements(engine, [FULL])
    changed = replace(FULL, price=Decimal("18000.1"))
    assert [it.new for it in db.add_agreements(engine, [OPEN, changed, OPEN, replace(FULL, note=None)])] == [
        True, False, False, True,
    ]  # fmt: skip
    assert len(db.agreements(engine)) == 3


def test_lists_by_supplier_and_day(engine: Engine) -> None:
    db.add_agreements(engine, [FULL, OPEN, replace(FULL, starts=date(2027, 1, 1), ends=None)])
    assert [it.id for it in db.agreements(engine, supplier="Reuters")] == [1, 3]
    for day, expected in [
        (date(2025, 12, 31), [2]),
        (date(2026, 1, 1), [2, 1]),
        (date(2026, 12, 31), [2, 1]),
        (date(2027, 1, 1), [2, 3]),
    ]:
        assert [it.id for it in db.agreements(engine, on=day)] == expected


def test_an_end_is_stored_with_its_reason(engine: Engine) -> None:
    db.add_agreements(engine, [FULL])
    db.end_agreement(engine, 1, date(2026, 6, 30), "too dear", "kim")
    found = db.agreement(engine, 1)
    assert found is not None
    assert (found.ends, found.end_reason, found.ended_by) == (date(2026, 6, 30), "too dear", "kim")
    assert found.ended is not None
    for number, day, message in [
        (1, date(2025, 1, 1), "starts on 2026-01-01"),
        (9, date(2026, 1, 1), "no agreement 9"),
    ]:
        with pytest.raises(ValueError, match=message):
            db.end_agreement(engine, number, day, "", "kim")


def test_an_undone_agreement_stays_and_may_be_added_again(engine: Engine) -> None:
    db.add_agreements(engine, [replace(FULL, added_by="kim"), OPEN])
    db.undo_agreement(engine, 1, "lee", "a slip of the pen")
    assert [it.id for it in db.agreements(engine)] == [2]
    (found,) = db.agreements(engine, undone=True)
    assert found == db.agreement(engine, 1)
    assert found.undone is not None and found.undone.tzinfo is not None
    assert (found.added_by, found.undone_by, found.undone_reason) == ("kim", "lee", "a slip of the pen")
    with auditing(engine, {"CR301": 0}) as audit:
        assert [row.id for row in audit.agreements()] == [2]
    assert [astuple(it) for it in db.add_agreements(engine, [FULL])] == [(3, True)]
    for number, message in [(1, "agreement 1 was already undone by lee"), (9, "no agreement 9")]:
        with pytest.raises(ValueError, match=message):
            db.undo_agreement(engine, number, "lee", "again")


def test_a_rejected_agreement_rolls_back_all(engine: Engine) -> None:
    with pytest.raises(db.InternalStoreError, match=r"CHECK|CheckViolation"):
        db.add_agreements(engine, [FULL, replace(FULL, quota=0)])
    assert db.agreements(engine) == []


def test_a_supplier_with_an_agreement_outlives_its_credits(engine: Engine) -> None:
    write(engine, ARTICLES)
    db.add_agreements(engine, [FULL])
    write(engine, [article(name) for name in ("one", "two", "three", "five")], version="2")
    assert [party.name for party in db.parties(engine)] == ["Reuters"]
    assert [it.supplier for it in db.agreements(engine)] == ["Reuters"]
