"""Read notices as rules: cases by subject, and cases written before the rules, of which 95% must be exactly right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captions import parse_credit
from captions.credit.notices import notices, restrictions_of
from captions.lexicon.vocabulary import default
from captions.licensing.restrictions import Restriction
from captions.licensing.terms import table
from tests.support.case_files import cases

UNSEEN, BY_SUBJECT = cases("notices/unseen.toml"), cases("notices/by_subject.toml")
_LISTS = ("territory", "medium", "sale", "archive", "purpose")
COUNTRIES = {
    "DE": "GERMANY", "AT": "ÖSTERREICH", "CH": "SUISSE", "ES": "ESPAÑA", "IT": "ITALIA", "PL": "POLSKA", "GB": "UK",
    "CZ": "ČESKO", "GR": "ΕΛΛΆΔΑ", "UA": "УКРАЇНА", "US": "U.S.", "TR": "TÜRKIYE", "NL": "THE NETHERLANDS", "EU": "EU",
}  # fmt: skip
NAMES = st.sampled_from(["MARTIN GERTEN", "INES MOLDAU", "JO REED", "ANNA-LENA WEISS", "TORE HALD"])


def merged(rules: list[str]) -> dict[str, set[str]]:
    """Return rules with the values of equal kinds together: two countries in one notice, or in two."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        kind, _, rest = rule.partition(" ")
        how, *values = rest.split() if kind in _LISTS else (rest,)
        found.setdefault(f"{kind} {how}".strip(), set()).update(value.replace("_", "") for value in values)
    return found


def read(text: str) -> dict[str, set[str]]:
    return merged([r.kind if r.kind == "unclear" else str(r) for r in restrictions_of(text)])


def test_there_are_300_notices_and_a_third_is_older_than_the_rules() -> None:
    assert len(UNSEEN) + len(BY_SUBJECT) >= 300
    assert 3 * len(UNSEEN) >= len(UNSEEN) + len(BY_SUBJECT)
    texts = [case["text"] for case in (*UNSEEN, *BY_SUBJECT)]
    assert len({*texts}) == len(texts)


def test_95_percent_of_the_notices_older_than_the_rules_are_exactly_right() -> None:
    wrong = [case["text"] for case in UNSEEN if read(case["text"]) != merged(case["rules"])]
    assert len(wrong) <= 0.05 * len(UNSEEN), wrong


@pytest.mark.parametrize("case", BY_SUBJECT, ids=lambda case: case["text"])
def test_a_notice_becomes_rules(case: dict[str, object]) -> None:
    assert read(str(case["text"])) == merged(case["rules"])  # type: ignore[arg-type]  # the file has lists


@settings(deadline=None)
@given(
    agency=st.sampled_from(["EPA", "AFP", "Reuters", "AP"]),
    name=NAMES,
    codes=st.lists(st.sampled_from(sorted(COUNTRIES)), min_size=1, max_size=4, unique=True),
    joint=st.sampled_from([" AND ", ", ", " ", " & ", "/"]),
)
def test_countries_before_out_are_never_part_of_a_name(agency: str, name: str, codes: list[str], joint: str) -> None:
    notice = f"{joint.join(COUNTRIES[code] for code in codes)} OUT"
    credit = parse_credit(f"{agency}/{name} {notice}")
    assert credit.agencies == (agency,)
    assert [creator.upper() for creator in credit.creators] == [name]
    assert credit.restrictions == (notice,)
    assert restrictions_of(notice) == (Restriction("territory", notice, tuple(codes)),)


@settings(deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(sorted(default().notice_words)), max_size=12).map(" ".join))
def test_every_notice_quotes_its_words(text: str) -> None:
    for notice in notices(text, default()):
        for restriction in notice.restrictions:
            assert restriction.words == " ".join(text[notice.start : notice.end].split())


IN_CAPITALS = [case for case in BY_SUBJECT if case["text"].isupper() and case["rules"]]


@pytest.mark.parametrize("case", IN_CAPITALS, ids=lambda case: case["text"])
def test_a_notice_in_capitals_is_found_after_a_sentence(case: dict[str, object]) -> None:
    found = read(f"Two herons rest on the wall. {case['text']}")
    assert found == merged(case["rules"])  # type: ignore[arg-type]  # the file has lists


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask the desk before any use outside the paper, not after.", ["unclear"]),
        ("honorarfrei", []),
        ("No restrictions", []),
        ("not in de at", ["territory"]),
        ("", []),
    ],
)
def test_in_terms_what_no_rule_understands_is_unclear(text: str, expected: list[str]) -> None:
    assert [r.kind for r in restrictions_of(text, terms=True)] == expected


def test_a_group_of_countries_is_one_that_agreements_know() -> None:
    named = {value for means in default().notice_words.values() for value in means if value.startswith("place:")}
    assert {value.partition(":")[2] for value in named} - table().territories == set(table().groups)
