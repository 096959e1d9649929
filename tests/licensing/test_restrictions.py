"""Decide what a restriction bars: scopes, territories and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions.credit.notices import restrictions_of
from captions.licensing.coverage import IntendedUse
from captions.licensing.restrictions import RightsQuestion, Verdict, verdict
from captions.licensing.terms import members, table

DAY = date(2024, 5, 4)
TODAY = date(2026, 6, 1)
SCOPES = (*table().scopes, None)
TERRITORIES = st.sampled_from([*sorted(table().territories), *sorted(table().groups)])


def asked(scope: str | None = None, territory: str | None = None) -> RightsQuestion:
    return RightsQuestion(IntendedUse(scope, territory), TODAY)


def verdict_on(text: str, question: RightsQuestion, used_on: date | None = DAY) -> Verdict:
    (restriction,) = restrictions_of(text)
    return verdict(restriction, question, used_on)


@pytest.mark.parametrize(
    ("text", "scope", "territory", "expected"),
    [
        ("GERMANY OUT", "web", "DE", "bars"),
        ("GERMANY OUT", "web", "FR", "permits"),
        ("GERMANY OUT", "web", None, "undecided"),
        ("GERMANY OUT", "syndication", "DACH", "bars"),
        ("EU OUT", "web", "PL", "bars"),
        ("EU OUT", "web", "CH", "permits"),
        ("For use in Ireland only", "web", "IE", "permits"),
        ("For use in Ireland only", "web", "GB", "bars"),
        ("For use in Ireland only", "web", "EU", "bars"),
        ("For use in Ireland only", "web", None, "undecided"),
        ("Benelux only", "web", "BE", "permits"),
        ("For use in Europe only", "web", "TR", "undecided"),
        ("NORTHERN IRELAND OUT", "web", "GB", "undecided"),
        ("NORTHERN IRELAND OUT", "web", "FR", "permits"),
        ("NO SALES", "syndication", "DE", "bars"),
        ("NO SALES", "web", "DE", "permits"),
        ("NO SALES", None, None, "undecided"),
        ("NO SALES IN JAPAN", "syndication", "JP", "bars"),
        ("NO SALES IN JAPAN", "syndication", "DE", "permits"),
        ("NO SALES IN JAPAN", "syndication", None, "undecided"),
        ("NO ARCHIVES", "web", None, "undecided"),
        ("ONE TIME USE", "syndication", None, "bars"),
        ("ONE TIME USE", "print", None, "undecided"),
        ("EDITORIAL USE ONLY", "print", None, "permits"),
        ("EDITORIAL USE ONLY", "syndication", None, "undecided"),
        ("For internal use only", "web", None, "bars"),
        ("NO INTERNET", "web", None, "bars"),
        ("NO INTERNET", "social", None, "bars"),
        ("NO INTERNET", "print", None, "permits"),
        ("NO INTERNET", "syndication", None, "undecided"),
        ("Print only", "print", None, "permits"),
        ("Print only", "web", None, "bars"),
        ("MAGS OUT", "print", None, "undecided"),
        ("MAGS OUT", "web", None, "permits"),
        ("No social media use", "web", None, "permits"),
        ("No AI training", "web", None, "permits"),
        ("MANDATORY CREDIT", "web", None, "undecided"),
        ("Restrictions apply", "web", None, "undecided"),
    ],
)
def test_what_a_notice_bars(text: str, scope: str | None, territory: str | None, expected: Verdict) -> None:
    assert verdict_on(text, asked(scope, territory)) == expected


@pytest.mark.parametrize(
    ("text", "used_on", "expected"),
    [
        ("Embargoed until 4 May 2024, 18:00 CEST", date(2024, 5, 3), "bars"),
        ("Embargoed until 4 May 2024, 18:00 CEST", date(2024, 5, 4), "undecided"),
        ("Embargoed until 4 May 2024, 18:00 CEST", date(2024, 5, 5), "permits"),
        ("Embargoed until 4 May 2024, 18:00", date(2024, 5, 5), "undecided"),
        ("Embargoed until 4 May 2024, 18:00", date(2024, 5, 6), "permits"),
        ("Embargoed until 4 May 2024", date(2024, 5, 4), "undecided"),
        ("EMBARGOED", date(2024, 5, 5), "undecided"),
        ("Embargoed until 4 May 2024", None, "undecided"),
        ("No use after 31 May 2024", date(2024, 6, 1), "bars"),
        ("No use after 31 May 2024", date(2024, 5, 31), "undecided"),  # it may still be online
        ("No use after 31 December 2030", date(2024, 5, 31), "permits"),
        ("No use after 31 December 2030", None, "undecided"),
    ],
)
def test_when_a_notice_bars(text: str, used_on: date | None, expected: Verdict) -> None:
    assert verdict_on(text, asked("web"), used_on) == expected


def test_for_syndication_the_day_of_the_question_decides() -> None:
    assert verdict_on("Embargoed until 4 May 2024", asked("syndication"), date(2024, 5, 1)) == "permits"
    assert verdict_on("No use after 31 May 2024", asked("syndication"), date(2024, 5, 1)) == "bars"


@settings(deadline=None)
@given(days=st.integers(-400, 400), scope=st.sampled_from(SCOPES))
def test_an_embargo_never_permits_a_day_before_its_own(days: int, scope: str | None) -> None:
    used_on = DAY + timedelta(days=days)
    found = verdict_on("Embargoed until 4 May 2024", RightsQuestion(IntendedUse(scope), used_on), used_on)
    assert found == ("bars" if days < 0 else "permits" if days > 0 else "undecided")


@settings(deadline=None)
@given(barred=TERRITORIES, territory=TERRITORIES, scope=st.sampled_from(SCOPES))
def test_only_and_out_are_opposites(barred: str, territory: str, scope: str | None) -> None:
    (out,) = restrictions_of("GERMANY OUT")
    out = replace(out, values=(barred,))
    only = replace(out, only=True)
    overlap = members((barred,)) & members((territory,))
    assert (verdict(out, asked(scope, territory), DAY) == "bars") == bool(overlap)
    if verdict(only, asked(scope, territory), DAY) == "permits":
        assert overlap == members((territory,))
