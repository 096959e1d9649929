"""Test agreements without a database: coverage, periods, overlaps, gaps and terms.

The cases are data: ``cases/agreements/*.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions import dates
from captions.errors import CaptionsError
from captions.licensing import terms
from captions.licensing.agreements import Agreement, check, covers, gaps, in_force, overlap, remarks, renewed
from captions.licensing.quotas import period_of
from tests.support.paths import CASES

FOLDER = CASES / "agreements"


def cases(name: str) -> list[Any]:
    read = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case.get("label", case.get("read"))) for case in read]


def agreement(**values: Any) -> Agreement:
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Agreement("Reuters", **{**values, **lists})


@pytest.mark.parametrize("case", cases("covers"))
def test_covers(case: dict[str, Any]) -> None:
    agreed = agreement(**case["agreement"])
    for expected, uses in ((True, case["yes"]), (False, case["no"])):
        for day, scope, territory in uses:
            asked = date.fromisoformat(day) if day else None
            assert covers(agreed, asked, scope or None, territory or None) is expected, (day, scope, territory)


@pytest.mark.parametrize("case", cases("periods"))
def test_periods(case: dict[str, Any]) -> None:
    period = period_of(agreement(**case["agreement"]), case["day"])
    assert (period.first, period.last, period.name) == (case["first"], case.get("last"), case["name"])


def test_no_period_without_a_quota_or_outside_the_agreement() -> None:
    with pytest.raises(ValueError, match="quota"):
        period_of(agreement(), date(2026, 1, 1))
    with pytest.raises(ValueError, match="not in force"):
        period_of(agreement(ends=date(2025, 12, 31), quota=5, quota_period="term"), date(2026, 1, 1))


@pytest.mark.parametrize("case", cases("beside"))
def test_overlaps_and_gaps(case: dict[str, Any]) -> None:
    agreed = [agreement(**values) for values in case["agreements"]]
    for first, second in ((agreed[0], agreed[1]), (agreed[1], agreed[0])):
        assert str(overlap(first, second) or "") == case["overlap"]
    assert [str(gap) for gap in gaps(agreed)] == case["gaps"]
    assert gaps(reversed(agreed)) == gaps(agreed)


@pytest.mark.parametrize("case", cases("words"))
def test_words(case: dict[str, Any]) -> None:
    read = dates.parse if case["read"] == "day" else getattr(terms, case["read"])
    for text, expected in case.get("gives", {}).items():
        assert repr(read(text)) == expected
    for text, message in case.get("says", {}).items():
        with pytest.raises(CaptionsError) as raised:
            read(text)
        assert message in str(raised.value)
        assert "\n" not in str(raised.value)


def test_three_decimals_only_in_currencies_that_have_them() -> None:
    assert terms.money("18.000", "KWD") == Decimal("18.000")
    with pytest.raises(CaptionsError):
        terms.money("18.000", "EUR")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"starts": date(2026, 2, 1), "ends": date(2026, 1, 31)}, "is before the start"),
        ({"quota": 5}, "a quota needs a number and a period"),
        ({"quota": 0, "quota_period": "month"}, "a quota needs a number and a period"),
        ({"quota": 5, "quota_period": "week"}, "unknown period 'week'"),
        ({"quota": 5, "quota_period": "month", "quota_days": 30}, "a quota needs a number and a period"),
        ({"quota": 5, "quota_days": 0}, "a quota needs a number and a period"),
        ({"creator": True, "below": True}, "a freelancer has no collections"),
        ({"kind": "per-use"}, "the price of one use"),
        ({"kind": "rent"}, "unknown kind 'rent'"),
        ({"kind": "staff", "price": Decimal(5), "currency": "EUR"}, "a staff agreement has no price"),
        ({"price": Decimal(5)}, "the price needs a currency"),
        ({"currency": "EUR"}, "the currency needs a price"),
        ({"price": Decimal("NaN"), "currency": "EUR"}, "NaN is not a valid price"),
    ],
)
def test_contradictory_terms(values: dict[str, Any], message: str) -> None:
    with pytest.raises(CaptionsError, match=message):
        check(agreement(**values))


def test_renewed_from_the_day_after_the_end() -> None:
    agreed = agreement(
        id=3, starts=date(2026, 1, 1), ends=date(2026, 12, 31), price=Decimal(9), currency="EUR", note="x"
    )
    new = renewed(agreed, date(2027, 12, 31), Decimal("9.5"))
    terms = replace(agreed, starts=date(2027, 1, 1), ends=date(2027, 12, 31), price=Decimal("9.5"))
    assert new == replace(terms, id=None, note=None)
    assert remarks(new, [agreed]) == []
    with pytest.raises(CaptionsError, match="--to must be after 2026-12-31"):
        renewed(agreed, date(2026, 12, 30))
    with pytest.raises(CaptionsError, match="has no end date"):
        renewed(replace(agreed, ends=None), date(2028, 1, 1))


def test_remarks_name_overlaps_and_adjacent_gaps() -> None:
    agreed = [
        agreement(id=1, starts=date(2023, 1, 1), ends=date(2023, 6, 30)),
        agreement(id=2, starts=date(2024, 1, 1), ends=date(2024, 12, 31)),
        agreement(id=4, starts=date(2026, 3, 1)),
    ]
    new = agreement(starts=date(2024, 12, 1), ends=date(2025, 12, 31))
    assert remarks(new, agreed) == [
        "overlaps agreement 2 with Reuters: 2024-12-01 to 2024-12-31",
        "no agreement with Reuters in force: 2026-01-01 to 2026-02-28",
    ]


DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@st.composite
def agreed(draw: st.DrawFn) -> Agreement:
    first, second = draw(DAYS), draw(DAYS)
    period = draw(st.sampled_from(terms.PERIODS))
    return agreement(starts=min(first, second), ends=max(first, second), quota=5, quota_period=period)


@given(agreed(), DAYS)
def test_periods_divide_the_days_of_an_agreement(agreed: Agreement, day: date) -> None:
    if not in_force(agreed, day):
        return
    period = period_of(agreed, day)
    assert period.first is not None and period.last is not None
    assert period.first <= day <= period.last
    assert period_of(agreed, period.first) == period_of(agreed, period.last) == period
    for neighbor in (period.first - timedelta(1), period.last + timedelta(1)):
        assert not in_force(agreed, neighbor) or period_of(agreed, neighbor).name != period.name


@given(st.lists(agreed(), min_size=1, max_size=4), DAYS)
def test_a_day_is_in_a_gap_or_covered_or_outside(agreed: list[Agreement], day: date) -> None:
    first, last = min(a.starts or date.min for a in agreed), max(a.ends or date.max for a in agreed)
    in_gap = [gap for gap in gaps(agreed) if gap.first and gap.last and gap.first <= day <= gap.last]
    assert len(in_gap) == (first <= day <= last and not any(in_force(a, day) for a in agreed))


def test_groups_consist_of_known_territories_and_have_other_names() -> None:
    known = terms.table()
    assert all(members <= known.territories for members in known.groups.values())
    assert not set(known.groups) & known.territories
