"""Test that findings are grouped by what decides them, and that one command settles each group."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import captions_db as db
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from captions.audit.codes import SEVERITIES
from captions.audit.decisions import Decision, DecisionGroups, key_of
from captions.audit.request import AuditRequest
from captions.audit.run import audited
from captions.licensing.agreements import Agreement
from tests.support.audit_store import TODAY, Page, Shot, Store, article_record
from tests.support.depth import examples

if TYPE_CHECKING:
    from tests.conftest import Run

LINES = (
    None, "Jane Doe/Reuters", "Jo Reed/Reuters", "Reuters", "Handout", "AP/dpa | Jo Reed", "Jo Reed", "Jo Reed/dpa",
    "Clara Venn/Northlight Picture Agency", "A/B Unknown Pictures/C Unknown Agency", "CONRAD YULE/Retuers", "-x/AFP",
    "Ann Lee/AFP via Getty Images - NO SALES",
)  # fmt: skip
AGREEMENTS = (
    Agreement("Reuters", starts=date(2024, 1, 1), ends=date(2024, 6, 30), quota=1, quota_period="month",
              price=Decimal(1200), currency="EUR"),
    Agreement("dpa", kind="per-use", price=Decimal("38.50"), currency="USD", starts=date(2025, 1, 1)),
    Agreement("Jo Reed", creator=True, quota=1, quota_period="year", starts=date(2024, 1, 1), ends=date(2024, 12, 31)),
)  # fmt: skip
shots = st.builds(Shot, st.sampled_from(["A dog runs on the beach today.", "", "A cat sleeps in the morning sun."]),
                  st.sampled_from(LINES), occurrences=st.integers(1, 2))  # fmt: skip
days = st.sampled_from([None, date(2024, 1, 5), date(2024, 1, 9), date(2025, 3, 1)])
pages = st.lists(st.tuples(days, st.lists(shots, min_size=1, max_size=4)), min_size=1, max_size=6).map(
    lambda found: [Page(f"in/{n}.txt", day, tuple(own)) for n, (day, own) in enumerate(found)]
)


def decided(engine: Engine, request: AuditRequest | None = None) -> tuple[Counter[str], list[Decision]]:
    """Return the number of findings by the key of their decision, and the decisions."""
    with audited(engine, request, today=TODAY) as result:
        return Counter(key_of(finding, result.commands) for finding in result), list(DecisionGroups(result))


def check(keys: Counter[str], found: list[Decision]) -> None:
    assert {decision.key: decision.findings for decision in found} == keys
    assert len({decision.key for decision in found}) == len(found)
    order = [
        (
            SEVERITIES.index(d.severity),
            -sum((amount for _, amount in d.amounts), Decimal(0)),
            -bool(d.cost),
            -d.findings,
        )
        for d in found
    ]
    assert order == sorted(order)
    for decision in found:
        assert decision.articles <= decision.uses <= decision.findings
        assert len(decision.examples) == min(decision.findings, 3)


@settings(max_examples=examples(6), deadline=None)
@given(pages, st.lists(st.sampled_from(AGREEMENTS), unique=True))
def test_the_store_groups_findings_by_the_keys_of_single_findings(
    articles: list[Page], agreements: list[Agreement]
) -> None:
    with Store(articles, agreements) as store:
        check(*decided(store.engine))


def test_both_engines_group_alike(engine: Engine) -> None:
    articles = [Page(f"in/{n}.txt", day, tuple(Shot(f"Picture {n} {line}.", line, occurrences=1 + n) for line in LINES))
                for n, day in enumerate((None, date(2024, 1, 5), date(2025, 3, 1)))]  # fmt: skip
    run = db.start_run(engine, "test")
    db.write_articles(engine, run, [article_record(page) for page in articles])
    records = [
        db.AgreementRecord("Reuters", starts=date(2024, 1, 1), ends=date(2024, 6, 30), price=Decimal(9), currency="EUR",
                           kind="per-use"),
        db.AgreementRecord("dpa", quota=1, quota_period="month"),
    ]  # fmt: skip
    db.add_agreements(engine, records)
    keys, found = decided(engine)
    check(keys, found)
    reuters = next(d for d in found if d.code == "CR302" and d.amounts)
    assert (reuters.uses, reuters.unpriced, reuters.cost) == (4, 0, "36.00 EUR")
    assert "cost unknown" in {d.cost for d in found if d.code == "CR301"}
    assert {d.cost for d in found if d.code == "CR401"} == {""}


def filled(command: str) -> list[str]:
    """Return the arguments of a command, with what a person fills in."""
    answers = {"--reason": "asked the desk", "--supplier": "dpa"}
    program, *arguments = shlex.split(command)
    assert program == "captions"
    return [answers[arguments[at - 1]] if text == "…" else text for at, text in enumerate(arguments)]


def grouped(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("audit", "--format", "json").out)["decisions"]
    return found


def settle(run: Run) -> Iterator[dict[str, Any]]:
    """Run the command of the first decision until none is left; yield those that were settled."""
    left = grouped(run)
    while left:
        first = left[0]
        ran = run(*filled(first["command"]))
        assert ran.code == 0, (first["command"], ran.err)
        left = grouped(run)
        assert first["decision"] not in {it["decision"] for it in left}, (first, ran.out)
        yield first


def test_each_quota_period_is_one_decision_at_the_price_of_its_own_agreement() -> None:
    """A renewal at another price changes neither what last year's uses cost nor what was waived."""
    term: dict[str, Any] = {"quota": 1, "quota_period": "month", "currency": "EUR"}
    old = Agreement("Reuters", starts=date(2024, 1, 1), ends=date(2024, 12, 31), price=Decimal(1200), **term)
    renewed = Agreement("Reuters", starts=date(2025, 1, 1), ends=date(2025, 12, 31), price=Decimal(6000), **term)
    days = [date(2024, 1, 5)] * 3 + [date(2024, 2, 5)] * 2 + [date(2025, 1, 5)] * 2
    articles = [Page(f"in/{n}.txt", day, (Shot(f"Picture {n}.", "Jane Doe/Reuters"),)) for n, day in enumerate(days)]
    with Store(articles, [old, renewed]) as store:
        request = AuditRequest(codes=frozenset(["CR301", "CR302", "CR303", "CR304", "CR310"]))
        found = [(d.message.split(" in ")[1], d.command, d.cost) for d in decided(store.engine, request)[1]]
        with audited(store.engine, request, today=TODAY) as result:
            assert str(result.at_risk) == "800.00 EUR"
    assert found == [
        (f"{month} under agreement {number} with Reuters", f"captions waive CR304 {uses} --reason '…'", cost)
        for month, number, uses, cost in (
            ("January 2025", 2, "--use 7", "500.00 EUR"),
            ("January 2024", 1, "--use 2 --use 3", "200.00 EUR"),
            ("February 2024", 1, "--use 5", "100.00 EUR"),
        )
    ]
