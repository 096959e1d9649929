"""The numbers of a statement on both engines, by the cases in ``cases/agreements/statements.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import captions_db as db
import pytest
from hypothesis import given, settings
from sqlalchemy import Engine

from captions.audit.payee import Payee, freelancer_named, supplier_named
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.audit.statement import LICENSE, PayeeStatement, StatementUse, statement
from captions.errors import CaptionsError
from captions.lexicon.vocabulary import default
from captions.licensing.agreements import DateRange
from captions.text import match_key
from tests.audit.test_agreement_property import TODAY, days, deals, rights, shown, written
from tests.support.audit_store import credit
from tests.support.case_files import cases
from tests.support.depth import examples
from tests.support.engines import Stores
from tests.support.reference_agreements import Deal, Right, Shown

QUARTER = DateRange(date(2026, 7, 1), date(2026, 9, 30))


def _write(engine: Engine, case: dict[str, Any]) -> None:
    records = []
    for number, article in enumerate(case["articles"]):
        when = article["when"]
        uses = []
        for position, (line, address) in enumerate(article["uses"], 1):
            caption = f"Boat {position} of article {number} leaves the harbor at dawn"
            images = (address,) if address else ()
            uses.append(db.UseRecord(position, caption, match_key(caption), credit(line), images=images))
        records.append(
            db.ArticleRecord(
                str(number), str(number), publication="Harbor Echo",
                published=date.fromisoformat(when) if len(when) == 10 else None,
                published_in=when if 0 < len(when) < 10 else None, uses=tuple(uses),
            )
        )  # fmt: skip
    run = db.start_run(engine, "test", "Harbor Echo")
    db.write_articles(engine, run, records)
    db.finish_run(engine, run)
    for terms in case.get("agreements", ()):
        price = Decimal(terms["price"]) if "price" in terms else None
        db.add_agreements(engine, [db.AgreementRecord(**{"kind": "flat", **terms, "price": price})])
    db.add_licenses(engine, [db.LicenseRecord(**terms) for terms in case.get("licenses", ())])


def _listed(uses: Sequence[StatementUse]) -> list[list[str]]:
    return [[f"{it.use.source}#{it.use.position}", it.paid, "" if it.price is None else f"{it.price:f}"] for it in uses]


@pytest.mark.parametrize("case", cases("agreements/statements.toml"), ids=lambda case: case["label"])
def test_the_uses_prices_and_quotas_of_a_quarter(engine: Engine, case: dict[str, Any]) -> None:
    _write(engine, case)
    words = default()
    payee = (
        freelancer_named(engine, case["creator"])
        if "creator" in case
        else supplier_named(engine, words, case["supplier"])
    )
    found = statement(engine, words, payee, QUARTER, date(2026, 10, 1))
    assert _listed(found.uses) == case.get("uses", [])
    assert _listed(found.without_day) == case.get("without_day", [])
    assert _listed(found.unclear) == case.get("unclear", [])
    assert [[currency, f"{amount:f}", uses] for currency, amount, uses in found.totals] == case.get("totals", [])
    assert found.unpriced == case.get("unpriced", 0)
    quotas = [[it.period.name, it.used, it.left] for it in found.agreements if it.period]
    assert quotas == case.get("quotas", [])


PAYEES = (Payee("Reuters"), Payee("AP"), Payee("Jo Quill", creator=True))
COST = ("CR301", "CR302", "CR303", "CR304")


def check_statements(engine: Engine, agreed: list[Deal], first: date, last: date) -> None:
    request = AuditRequest(codes=frozenset(COST), since=first, until=last, unchecked=True)
    with audited(engine, request, today=TODAY) as result:
        found = {f.use.id for f in result if f.use}
        of_license = result.licensed()
    listed: list[StatementUse] = []
    for payee in PAYEES:
        if payee.creator and not any(deal.person for deal in agreed):
            continue
        it = statement(engine, default(), payee, DateRange(first, last), TODAY)
        assert all(first <= use.use.used_on <= last for use in it.uses if use.use.used_on)
        _check_quotas(it)
        listed += it.uses
    ids = [it.use.use_id for it in listed]
    assert len(ids) == len(set(ids))
    unpriced = {it.use.use_id for it in listed if it.unpriced and "has no price" not in it.note}
    assert unpriced == found & set(ids)
    assert {it.use.use_id for it in listed if it.paid == LICENSE} == of_license & set(ids)


def _check_quotas(it: PayeeStatement) -> None:
    for share in it.agreements:
        here = [use for use in it.uses if use.agreement and use.agreement.id == share.agreement.id]
        assert share.uses == len(here)


@settings(max_examples=examples(8), deadline=None)
@given(shown(), deals(), rights(), days, days)
def test_no_price_is_known_exactly_where_the_audit_finds_no_right(
    sqlite: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], first: date, last: date
) -> None:
    engine = db.open_store(sqlite.empty(), create=True)
    try:
        written(engine, uses, agreed, licensed)
        check_statements(engine, agreed, min(first, last), max(first, last))
    finally:
        engine.dispose()


@settings(max_examples=examples(2), deadline=None)
@given(shown(), deals(), rights(), days, days)
def test_so_on_postgresql(
    postgresql: Stores, uses: list[Shown], agreed: list[Deal], licensed: list[Right], first: date, last: date
) -> None:
    engine = db.open_store(postgresql.empty(), create=True)
    try:
        written(engine, uses, agreed, licensed)
        check_statements(engine, agreed, min(first, last), max(first, last))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("name", "creator", "message"),
    [
        ("Reutres Agency", False, "no supplier 'Reutres Agency' in the register or the database; list the suppliers"),
        ("Agence France-Presss", False, "did you mean AFP?"),
        ("Jo Reed", False, "Jo Reed is a freelancer; use --creator"),
        ("Jo Red", True, "no agreement with a freelancer 'Jo Red'; did you mean Jo Reed?"),
        ("Ida Quill", True, "list agreements with: captions agreement list --all"),
    ],
)
def test_an_unknown_name_is_an_error_with_a_suggestion(engine: Engine, name: str, creator: bool, message: str) -> None:
    db.add_agreements(engine, [db.AgreementRecord("Jo Reed", creator=True, kind="staff")])
    with pytest.raises(CaptionsError) as caught:
        freelancer_named(engine, name) if creator else supplier_named(engine, default(), name)
    assert message in str(caught.value)
