"""Merging agencies: a party of two names is counted as one, whatever is read later; undone it is as if never said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

import db
from db import AgreementRecord, CorrectionRecord, CreditRecord, WaiverRecord
from db import models as m
from tests.test_db_clearing import credit_of, read_off
from tests.test_db_store import ARTICLES, REUTERS, article, contents, use, write

GULL = CreditRecord("Jo Reed/Gull", ("Jo Reed",), ("Gull",), "Gull", ("pool",), rule="chain", confidence=0.9)
BOTH = CreditRecord("Gull/Reuters", (), ("Gull", "Reuters"), None, rule="pair", confidence=0.5)
THREE = CreditRecord("AP/Gull/Reuters", (), ("AP", "Gull", "Reuters"), None, rule="pair", confidence=0.5)
OURS = [
    *ARTICLES,
    article("gull.txt", use(0, "A gull", GULL), use(1, "Two", BOTH), use(2, "Three", THREE)),
    article("more.txt", use(0, "A second gull", GULL)),
]


def usage(engine: Engine) -> dict[Any, int]:
    return {row.values[0]: row.uses for row in db.agency_usage(engine).rows}


def test_uses_of_the_one_are_the_others(engine: Engine) -> None:
    write(engine, OURS)
    before = usage(engine)
    assert (before["Gull"], before["Reuters"]) == (2, 3)
    done = db.merge_parties(engine, ["Gull"], "Reuters", "kim", "one house")
    assert done == db.Merged(credits=3, uses=4, agreements=0, waivers=0)
    after = usage(engine)
    # A line that named both told no supplier; now it names one.
    assert (after.get("Gull"), after["Reuters"], after.get(None, 0)) == (None, 6, before[None] - 1)
    assert credit_of(engine, GULL.line) == replace(GULL, agencies=("Reuters",), supplier="Reuters")
    assert credit_of(engine, BOTH.line) == replace(BOTH, agencies=("Reuters",), supplier="Reuters")
    assert credit_of(engine, THREE.line) == replace(THREE, agencies=("AP", "Reuters"))
    assert [party.name for party in db.parties(engine) if party.name == "Gull"] == []
    assert db.find(engine, "reuters gull").total == 4
    with engine.connect() as connection:
        kept = connection.execute(select(m.credit.c.parsed).where(m.credit.c.line == GULL.line)).scalar_one()
    assert '"Gull"' in kept
    [record] = db.merges(engine)
    assert (record.name, record.into, record.who, record.reason) == ("Gull", "Reuters", "kim", "one house")


def test_merged_twice_is_merged_once(engine: Engine) -> None:
    write(engine, OURS)
    db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    before = contents(engine)
    assert db.merge_parties(engine, ["Gull"], "Reuters", "kim") == db.Merged(0, 0, 0, 0)
    assert contents(engine) == before


def test_it_holds_for_what_is_read_later_and_by_another_version(engine: Engine) -> None:
    db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    write(engine, OURS)
    late = read_off(engine)
    assert usage(engine)["Reuters"] == 6
    write(engine, [replace(it, content_hash="new") for it in OURS], version="2")
    assert usage(engine)["Reuters"] == 6 and "Gull" not in usage(engine)
    assert late["counts"] == read_off(engine)["counts"]


def test_undone_it_is_as_if_never_said(engine: Engine) -> None:
    write(engine, OURS)
    db.add_agreements(engine, [AgreementRecord("Gull"), AgreementRecord("Reuters")])
    db.add_waivers(engine, [WaiverRecord("CR301", supplier="Gull"), WaiverRecord("CR301", supplier="AP")])
    before = read_off(engine)
    done = db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    assert (done.agreements, done.waivers) == (1, 1)
    assert [it.supplier for it in db.agreements(engine)] == ["Reuters", "Reuters"]
    assert [it.supplier for it in db.waivers(engine)] == ["Reuters", "AP"]
    assert read_off(engine) != before
    assert db.undo_merge(engine, "Gull", "Reuters", "lee", "two houses") == db.Merged(3, 4, 1, 1)
    assert read_off(engine) == before
    assert [it.supplier for it in db.agreements(engine)] == ["Gull", "Reuters"]
    assert [it.supplier for it in db.waivers(engine)] == ["Gull", "AP"]
    with pytest.raises(ValueError, match="Gull is not merged into Reuters"):
        db.undo_merge(engine, "Gull", "Reuters", "lee", "")


def test_a_correction_names_the_party_by_its_name_of_today(engine: Engine) -> None:
    write(engine, OURS)
    db.add_corrections(engine, [CorrectionRecord(REUTERS.line, agencies=("Gull",), reason="asked", who="kim")])
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    assert credit_of(engine, REUTERS.line).supplier == "AP"
    db.add_corrections(engine, [CorrectionRecord(GULL.line, creators=("Amal Awad",), reason="asked", who="kim")])
    assert credit_of(engine, GULL.line) == replace(
        GULL, creators=("Amal Awad",), agencies=("AP",), supplier="AP", rule="correction", confidence=1.0
    )
    # Who said that nobody can be told is not overruled.
    db.add_corrections(engine, [CorrectionRecord(BOTH.line, supplier="", reason="asked", who="kim")])
    db.merge_parties(engine, ["AP"], "Reuters", "kim")
    assert (credit_of(engine, BOTH.line).agencies, credit_of(engine, BOTH.line).supplier) == (("Reuters",), None)
    db.undo_correction(engine, 2, "kim", "")
    assert credit_of(engine, GULL.line) == replace(GULL, agencies=("Reuters",), supplier="Reuters")


def test_one_after_another_and_the_other_way_round(engine: Engine) -> None:
    write(engine, OURS)
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    db.merge_parties(engine, ["AP"], "Reuters", "kim")
    assert "Gull" not in usage(engine) and "AP" not in usage(engine)
    assert credit_of(engine, THREE.line) == replace(THREE, agencies=("Reuters",), supplier="Reuters")
    db.merge_parties(engine, ["Reuters"], "AP", "kim")
    assert "Reuters" not in usage(engine)
    assert [(it.name, it.into) for it in db.merges(engine) if it.undone is None] == [
        ("Gull", "AP"), ("Reuters", "AP"),
    ]  # fmt: skip


def test_an_agreement_that_leaves_one_out_forbids_it(engine: Engine) -> None:
    write(engine, OURS)
    db.add_agreements(engine, [AgreementRecord("Reuters", starts=date(2024, 1, 1), excluded=("Gull",))])
    before = contents(engine)
    with pytest.raises(ValueError, match="agreement 1 leaves out Gull"):
        db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    assert contents(engine) == before


def test_more_names_than_fit_into_a_statement(engine: Engine) -> None:
    names = [f"Gull {n}" for n in range(950)]
    many = [replace(GULL, line=f"Jo Reed/{name}", agencies=(name,), supplier=name) for name in names]
    write(engine, [article("many.txt", *(use(n, f"Picture {n}", it) for n, it in enumerate(many)))])
    done = db.merge_parties(engine, names, "Reuters", "kim")
    assert (done.credits, done.uses, usage(engine)) == (950, 950, {"Reuters": 950})
