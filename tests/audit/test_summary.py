"""Test the other parts of a report: prices, shares, months and quotas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from captions.audit.overview import AtRisk, Month, Quota, SupplierAtRisk
from captions.audit.summary import price_of_use
from captions.licensing.agreements import Agreement
from captions.report import charts

YEAR = {"starts": date(2026, 1, 1), "ends": date(2026, 12, 31)}
PRICE = {"price": Decimal(12000), "currency": "EUR"}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"kind": "per-use", "price": Decimal("38.50"), "currency": "USD"}, ("USD", Decimal("38.50"))),
        ({**PRICE, **YEAR, "quota": 100, "quota_period": "month"}, ("EUR", Decimal("10.00"))),
        ({**PRICE, **YEAR, "quota": 7, "quota_period": "quarter"}, ("EUR", Decimal("428.57"))),
        ({**PRICE, "quota": 400, "quota_period": "term"}, ("EUR", Decimal("30.00"))),
        # The quota is not reduced for either of the two calendar months.
        (
            {**PRICE, "starts": date(2026, 1, 31), "ends": date(2026, 2, 1), "quota": 60, "quota_period": "month"},
            ("EUR", Decimal("100.00")),
        ),
        ({**PRICE, "quota": 100, "quota_period": "month"}, None),
        ({**PRICE, **YEAR}, None),
        ({**YEAR, "quota": 100, "quota_period": "month"}, None),
        ({"kind": "free"}, None),
    ],
)
def test_the_price_of_a_use(terms: dict[str, Any], expected: tuple[str, Decimal] | None) -> None:
    assert price_of_use(Agreement("Reuters", **terms)) == expected


@pytest.mark.parametrize(
    ("count", "whole", "expected"),
    [(0, 0, "–"), (0, 9, "0%"), (1, 1000, "under 1%"), (999, 1000, "over 99%"), (9, 9, "100%"), (1, 3, "33%")],
)
def test_a_share_never_rounds_to_nothing_or_all(count: int, whole: int, expected: str) -> None:
    assert charts.share(count, whole) == expected


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        ((), ("none", "agreements cover every use with a supplier")),
        ((SupplierAtRisk("AP", 1),), ("unknown", "1 use not covered by an agreement; no known price for 1")),
        ((SupplierAtRisk("AP", 2, "EUR", Decimal(90)),), ("90.00 EUR", "2 uses not covered by an agreement")),
        (
            (
                SupplierAtRisk("AP", 2, "EUR", Decimal("1234567.5")),
                SupplierAtRisk(None, 2),
                SupplierAtRisk("dpa", 1, "USD", Decimal("0.05")),
            ),
            ("1234567.50 EUR + 0.05 USD", "5 uses not covered by an agreement; no known price for 2"),
        ),
    ],
)
def test_money_at_risk_as_text(risk: tuple[SupplierAtRisk, ...], expected: tuple[str, str]) -> None:
    found = AtRisk(risk)
    assert (str(found), found.note) == expected


def test_months_without_a_use_are_listed_and_many_months_become_years() -> None:
    page = "".join(charts.of_months([Month(2024, 11, 3), Month(2025, 2, 5, 1)], 0))
    assert [f'<th scope="row">{month}</th>' in page for month in ("2024-11", "2024-12", "2025-01", "2025-02")] == [
        True
    ] * 4
    page = "".join(charts.of_months([Month(1999, 1, 3), Month(2025, 2, 5), Month(2025, 3, 5)], 0))
    assert '<th scope="row">2025</th><td class="number">10</td>' in page
    assert "".join(charts.of_months([], 2)).startswith("<p class=soft>Undated uses, in no month: 2.")


def test_the_fullest_of_many_quotas_are_listed_in_order() -> None:
    quotas = [Quota(n, f"Agency {n}", "2026", n % 50, 50, "year") for n in range(200)]
    page = "".join(charts.of_quotas(quotas))
    assert f"The fullest {charts.PERIODS} of 200" in page
    assert page.index("Agency 49 ") < page.index("Agency 99 ") < page.index("Agency 149 ")
    assert "Agency 3 " not in page


@pytest.mark.parametrize(
    ("used", "undated", "expected"),
    [(79, 0, "79%"), (80, 0, '"warning">80%'), (100, 0, '"warning">100%'), (101, 0, "exceeded by 1"), (0, 0, "no uses"),
     (5, 1, "unknown:</span> 1 more undated"), (5, 2, "unknown:</span> 2 more undated")],
)  # fmt: skip
def test_the_status_of_a_quota_in_words(used: int, undated: int, expected: str) -> None:
    assert expected in "".join(charts.of_quotas([Quota(1, "AP", "2026", used, 100, "year", undated)]))
