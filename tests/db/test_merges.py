"""Merging agencies: a party with two names is counted once, whatever is read later; undoing it leaves no trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import captions_db as db
import pytest
from captions_db import AgreementRecord, CorrectionRecord, CreditRecord, WaiverRecord
from captions_db import models as m
from captions_db.rollups import wrong_counts
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.db.test_articles import ARTICLES, REUTERS, article, use, write
from tests.db.test_decisions import credit_of, read_off
from tests.support.contents import contents
from tests.support.depth import examples
from tests.support.engines import Stores

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


def undo_merge(engine: Engine, name: str, into: str) -> db.MergeResult:
    """Undo the current merge of a name into another."""
    numbers = [it.id for it in db.merges(engine) if (it.name, it.into, it.undone) == (name, into, None)]
    assert numbers
    return db.undo_merges(engine, numbers, "lee", "two houses")


def current_merges(engine: Engine) -> list[tuple[str, str]]:
    return [(it.name, it.into) for it in db.merges(engine) if it.undone is None]


def suppliers(engine: Engine) -> list[str | None]:
    """Return the suppliers of agreements and waivers."""
    return [*(it.supplier for it in db.agreements(engine)), *(it.supplier for it in db.waivers(engine))]


def test_uses_move_to_the_other_agency(engine: Engine) -> None:
    write(engine, OURS)
    before = usage(engine)
    assert (before["Gull"], before["Reuters"]) == (2, 3)
    done = db.merge_parties(engine, ["Gull"], "Reuters", "kim", "one house")
    assert done == db.MergeResult(credits=3, uses=4, agreements=0, waivers=0)
    after = usage(engine)
    # A line that named both had no supplier; now it has one.
    assert (after.get("Gull"), after["Reuters"], after.get(None, 0)) == (None, 6, before[None] - 1)
    assert credit_of(engine, GULL.line) == replace(GULL, agencies=("Reuters",), supplier="Reuters")
    assert credit_of(engine, BOTH.line) == replace(BOTH, agencies=("Reuters",), supplier="Reuters")
    assert credit_of(engine, THREE.line) == replace(THREE, agencies=("AP", "Reuters"))
    assert [party.name for party in db.parties(engine) if party.name == "Gull"] == []
    assert db.find(engine, "reuters gull").total == 4
    with engine.connect() as connection:
        parsed = connection.execute(select(m.credit.c.parsed).where(m.credit.c.line == GULL.line)).scalar_one()
    assert '"Gull"' in parsed
    [record] = db.merges(engine)
    assert (record.name, record.into, record.who, record.reason) == ("Gull", "Reuters", "kim", "one house")


def test_merging_twice_equals_merging_once(engine: Engine) -> None:
    write(engine, OURS)
    db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    before = contents(engine)
    assert db.merge_parties(engine, ["Gull"], "Reuters", "kim") == db.MergeResult(0, 0, 0, 0)
    assert contents(engine) == before


def test_a_merge_applies_to_later_readings_and_other_versions(engine: Engine) -> None:
    db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    write(engine, OURS)
    late = read_off(engine)
    assert usage(engine)["Reuters"] == 6
    write(engine, [replace(it, content_hash="new") for it in OURS], version="2")
    assert usage(engine)["Reuters"] == 6 and "Gull" not in usage(engine)
    assert late["counts"] == read_off(engine)["counts"]


def test_undoing_a_merge_leaves_no_trace(engine: Engine) -> None:
    write(engine, OURS)
    db.add_agreements(engine, [AgreementRecord("Gull"), AgreementRecord("Reuters")])
    db.add_waivers(engine, [WaiverRecord("CR301", supplier="Gull"), WaiverRecord("CR301", supplier="AP")])
    before = read_off(engine)
    done = db.merge_parties(engine, ["Gull"], "Reuters", "kim")
    assert (done.agreements, done.waivers) == (1, 1)
    assert suppliers(engine) == ["Reuters", "Reuters", "Reuters", "AP"]
    assert read_off(engine) != before
    assert undo_merge(engine, "Gull", "Reuters") == db.MergeResult(3, 4, 1, 1)
    assert read_off(engine) == before
    assert suppliers(engine) == ["Gull", "Reuters", "Gull", "AP"]
    for number, message in ((1, "already undone by lee"), (2, "no party_merge 2")):
        with pytest.raises(ValueError, match=message):
            db.undo_merges(engine, [number], "lee", "")


def test_a_corrected_agency_has_its_current_name(engine: Engine) -> None:
    write(engine, OURS)
    db.add_corrections(engine, [CorrectionRecord(REUTERS.line, agencies=("Gull",), reason="asked", who="kim")])
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    assert credit_of(engine, REUTERS.line).supplier == "AP"
    db.add_corrections(engine, [CorrectionRecord(GULL.line, creators=("Amal Awad",), reason="asked", who="kim")])
    assert credit_of(engine, GULL.line) == replace(
        GULL, creators=("Amal Awad",), agencies=("AP",), supplier="AP", rule="correction", confidence=1.0
    )
    # A correction to no supplier is not overruled.
    db.add_corrections(engine, [CorrectionRecord(BOTH.line, supplier="", reason="asked", who="kim")])
    db.merge_parties(engine, ["AP"], "Reuters", "kim")
    assert (credit_of(engine, BOTH.line).agencies, credit_of(engine, BOTH.line).supplier) == (("Reuters",), None)
    db.undo_correction(engine, 2, "kim", "")
    assert credit_of(engine, GULL.line) == replace(GULL, agencies=("Reuters",), supplier="Reuters")


def test_a_chain_of_merges_and_its_reverse(engine: Engine) -> None:
    write(engine, OURS)
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    db.merge_parties(engine, ["AP"], "Reuters", "kim")
    assert "Gull" not in usage(engine) and "AP" not in usage(engine)
    assert credit_of(engine, THREE.line) == replace(THREE, agencies=("Reuters",), supplier="Reuters")
    db.merge_parties(engine, ["Reuters"], "AP", "kim")
    assert "Reuters" not in usage(engine)
    assert current_merges(engine) == [("Gull", "AP"), ("Reuters", "AP")]


# --- merges and undos in any order

HOUSES = ("AP", "Gull", "Reuters", "Weir")
CHAINS = [CreditRecord(house, (), (house,), house, rule="chain", confidence=0.9) for house in HOUSES]
CHAINS += [CreditRecord("Gull/Weir", (), ("Gull", "Weir"), None, rule="pair", confidence=0.5), THREE]
Step = tuple[bool, list[str], str]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.booleans(), st.lists(st.sampled_from(HOUSES), min_size=1, max_size=2, unique=True), st.sampled_from(HOUSES)
    ),
    max_size=7,
)


def filled(engine: Engine) -> Engine:
    """Fill a store: each agency has a line, an agreement and a waiver."""
    write(engine, [article("a.txt", *(use(n, f"Picture {n}", it) for n, it in enumerate(CHAINS)))])
    db.add_corrections(engine, [CorrectionRecord("Weir", agencies=("Gull",), reason="asked", who="kim")])
    db.add_agreements(engine, [AgreementRecord(house, note=f"of {house}") for house in HOUSES])
    db.add_waivers(engine, [WaiverRecord("CR301", house, reason=f"of {house}") for house in HOUSES])
    return engine


def whole(engine: Engine) -> dict[str, Any]:
    """Return all rows that merges may change, and their counts."""
    return read_off(engine) | {
        "agreements": [(it.supplier, it.note) for it in sorted(db.agreements(engine), key=lambda it: it.id or 0)],
        "waivers": [(it.supplier, it.reason) for it in db.waivers(engine)],
        "usage": usage(engine),
        "wrong": wrong_counts(engine),
    }


def take(engine: Engine, steps: Sequence[Step]) -> None:
    for merging, names, into in steps:
        if merging:
            db.merge_parties(engine, names, into, "kim")
        elif numbers := [it.id for it in db.merges(engine) if it.undone is None and it.name in names]:
            db.undo_merges(engine, numbers, "lee", "two houses")


@settings(max_examples=examples(6), deadline=None)
@given(STEPS)
def test_only_current_merges_matter(stores: Stores, steps: list[Step]) -> None:
    left, right = filled(db.open_store(stores.empty())), filled(db.open_store(stores.empty()))
    try:
        take(left, steps)
        for name, into in current_merges(left):
            db.merge_parties(right, [name], into, "kim")
        assert current_merges(right) == current_merges(left)
        assert whole(right) == whole(left)
    finally:
        left.dispose()
        right.dispose()


def test_a_name_merged_elsewhere_moves_completely(engine: Engine) -> None:
    filled(engine)
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    assert db.merge_parties(engine, ["Gull"], "Reuters", "kim") == db.MergeResult(3, 3, 1, 1)
    assert current_merges(engine) == [("Gull", "Reuters")]
    assert [(it.supplier, it.note) for it in db.agreements(engine) if it.note == "of Gull"] == [("Reuters", "of Gull")]
    first = db.merges(engine)[0]
    assert (first.undone_by, first.undone_reason) == ("kim", "a later merge into Reuters")


def test_a_name_merged_into_a_merged_name_moves_too(engine: Engine) -> None:
    filled(engine)
    db.merge_parties(engine, ["Weir"], "Gull", "kim")
    db.merge_parties(engine, ["Gull", "Weir"], "AP", "kim")
    assert current_merges(engine) == [("Weir", "Gull"), ("Gull", "AP")]
    assert (suppliers(engine).count("AP"), usage(engine)) == (6, {"AP": 4, None: 1, "Reuters": 1})


def test_agreements_and_waivers_of_a_merged_name_apply_to_the_other(engine: Engine) -> None:
    db.merge_parties(engine, ["Gull"], "AP", "kim")
    db.add_agreements(engine, [AgreementRecord("Gull")])
    db.add_waivers(engine, [WaiverRecord("CR301", "Gull")])
    assert suppliers(engine) == ["AP", "AP"]
    # Repeat with either name.
    assert [it.new for it in db.add_agreements(engine, [AgreementRecord("AP"), AgreementRecord("Gull")])] == [False] * 2
    assert [it.new for it in db.add_waivers(engine, [WaiverRecord("CR301", "AP")])] == [False]
    undo_merge(engine, "Gull", "AP")
    assert suppliers(engine) == ["Gull", "Gull"]


def test_unknown_names_leave_nothing_behind(engine: Engine) -> None:
    db.merge_parties(engine, ["Nix"], "Noone", "kim")
    undo_merge(engine, "Nix", "Noone")
    assert db.parties(engine) == []


def test_spellings_match_in_any_case(engine: Engine) -> None:
    write(engine, [article("a.txt", use(0, "A", replace(GULL, agencies=("GULL!",), supplier="GULL!")))])
    assert db.merge_parties(engine, ["Gull"], "AP", "kim", spellings=["gull", "Heron"]).uses == 1
    assert current_merges(engine) == [("GULL!", "AP"), ("Gull", "AP")]
    undo_merge(engine, "GULL!", "AP")
    assert usage(engine) == {"GULL!": 1}


def test_an_agreement_that_excludes_a_name_prevents_its_merge(engine: Engine) -> None:
    write(engine, OURS)
    db.add_agreements(engine, [AgreementRecord("Reuters", starts=date(2024, 1, 1), excluded=("gull!",))])
    before = contents(engine)
    for names, into in ((["Gull"], "Reuters"), (["AP"], "Gull")):
        with pytest.raises(db.ExclusionError, match="agreement 1 excludes Gull") as raised:
            db.merge_parties(engine, names, into, "kim")
        assert raised.value.agreement == 1
    assert contents(engine) == before


def test_more_names_than_fit_into_a_statement(engine: Engine) -> None:
    names = [f"Gull {n}" for n in range(950)]
    many = [replace(GULL, line=f"Jo Reed/{name}", agencies=(name,), supplier=name) for name in names]
    write(engine, [article("many.txt", *(use(n, f"Picture {n}", it) for n, it in enumerate(many)))])
    done = db.merge_parties(engine, names, "Reuters", "kim")
    assert (done.credits, done.uses, usage(engine)) == (950, 950, {"Reuters": 950})
