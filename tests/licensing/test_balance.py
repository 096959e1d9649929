"""Compute balances of agreements without a database; the cases are in ``cases/agreements/spending.toml``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from captions.errors import CaptionsError
from captions.licensing import terms
from captions.licensing.agreements import Agreement, check
from captions.licensing.balance import Account
from tests.support.case_files import cases

CASES = cases("agreements/spending.toml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_used_quotas(case: dict[str, Any]) -> None:
    values = dict(case["agreement"])
    if "price" in values:
        values["price"] = Decimal(values["price"])
    account = Account(
        check(Agreement("Reuters", **values)), case["on"], case["used"], case["total"], case.get("undated", 0)
    )
    found = {name: getattr(account, name) for name in case["expect"]}
    found |= {name: f"{value:f}" for name, value in found.items() if isinstance(value, Decimal)}
    found |= {name: list(value) for name, value in found.items() if isinstance(value, tuple)}
    if "period" in found:
        found["period"] = account.period.name
    assert {name: "none" if value is None else value for name, value in found.items()} == case["expect"]


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), "2024-Q1"),
        ("2025q4", date(2025, 10, 1), date(2025, 12, 31), "2025-Q4"),
        (" 2024-2", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
    ],
)
def test_a_period_of_the_calendar(text: str, first: date, last: date, name: str) -> None:
    assert terms.calendar_period(text) == (first, last, name)


@pytest.mark.parametrize("text", ["", "25", "2025-Q5", "2025-13", "2025-07-01", "last year", "0000", "２０２５"])
def test_invalid_periods(text: str) -> None:
    with pytest.raises(CaptionsError, match="use 2025, 2025-Q3 or 2025-07"):
        terms.calendar_period(text)
