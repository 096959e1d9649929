"""Read days of publication as data give them; the cases are in ``cases/days.toml``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions import dates
from captions.sources.records import day_of
from tests.support.case_files import cases, params

ROWS = [
    {**case, "id": f"{case['id']}: {value!r}", "value": value}
    for case in cases("days.toml")
    for value in case["values"]
]


@pytest.mark.parametrize("case", params(ROWS))
def test_a_day_is_read_or_unknown(case: dict[str, Any]) -> None:
    found = day_of(case["value"])
    assert ("none" if found is None else found.isoformat()) == case["day"]


@given(st.dates(date(1840, 1, 1), date(2100, 12, 31)).filter(lambda day: dates.known(day) == day))
def test_a_day_is_the_same_in_every_form(day: date) -> None:
    forms = (
        day,
        day.isoformat(),
        f"{day:%Y%m%d}",
        int(f"{day:%Y%m%d}"),
        datetime(day.year, day.month, day.day, 23, 59),
    )
    assert {day_of(form) for form in forms} == {day}


@given(st.one_of(st.integers(), st.floats(), st.text()))
def test_nothing_raises_and_every_day_is_plausible(value: object) -> None:
    day = day_of(value)
    assert day is None or 1840 <= day.year <= 2100
