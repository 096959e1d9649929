"""Whether two credits name the same parties, and whether both can be right for one picture."""

from __future__ import annotations

import pytest

from captions import parse_credit
from captions.credit.compare import Relation, are_equal, owed, parties, relate
from captions.credit.names import same_person

SAME, COMPATIBLE, DIFFERENT = Relation


@pytest.mark.parametrize(
    ("one", "other", "named", "both_right"),
    [
        ("Jo Reed/AP", "JO REED / AP", SAME, SAME),
        ("Jo Reed/AP", "AP/Jo Reed", SAME, SAME),
        ("Jo Reed/AP", "AP", COMPATIBLE, COMPATIBLE),
        ("Jo Reed", "Jo Reed/AP", COMPATIBLE, COMPATIBLE),
        ("Jo Reed/AP", "Ada Quill/AP", DIFFERENT, DIFFERENT),
        ("Jo Reed/AP", "Jo Reed/Reuters", DIFFERENT, DIFFERENT),
        # An agency more: it may be the same picture, but another agency wants to be paid.
        ("Jo Reed/AFP", "Jo Reed/AFP via Getty Images", COMPATIBLE, DIFFERENT),
        ("Georg Hochmuth/APA", "GEORG HOCHMUT/APA", DIFFERENT, SAME),
        ("Jo Reed", "AP", DIFFERENT, COMPATIBLE),
    ],
)
def test_two_credits(one: str, other: str, named: Relation, both_right: Relation) -> None:
    for first, second in ((one, other), (other, one)):
        a, b = parse_credit(first), parse_credit(second)
        assert (parties(a, b), owed(a, b)) == (named, both_right)


def test_a_name_counts_where_the_caller_looks_for_it() -> None:
    assert relate(["Quill"], ["Ada Reed"], same_person) is DIFFERENT
    assert relate(["Quill"], ["Ada Reed"], same_person, all_right=["Ada Reed", "Quill"]) is COMPATIBLE
    assert relate([], [], same_person) is SAME


def test_saying_the_same_to_the_letter() -> None:
    credit = parse_credit("Jo Reed/AFP via Getty Images")
    assert are_equal(credit, parse_credit("Jo Reed/AFP via Getty"))
    assert not are_equal(credit, parse_credit("Jo Reed/AFP"))
