"""Compare the parties of two credits, and decide whether both can be right for a picture."""

from __future__ import annotations

import pytest

from captions import parse_credit
from captions.credit.compare import Relation, are_equal, owed, parties, relate
from captions.credit.names import same_person

SAME, COMPATIBLE, DIFFERENT = Relation


@pytest.mark.parametrize(
    ("left", "right", "named", "both_right"),
    [
        ("Jo Reed/AP", "JO REED / AP", SAME, SAME),
        ("Jo Reed/AP", "AP/Jo Reed", SAME, SAME),
        ("Jo Reed/AP", "AP", COMPATIBLE, COMPATIBLE),
        ("Jo Reed", "Jo Reed/AP", COMPATIBLE, COMPATIBLE),
        ("Jo Reed/AP", "Ada Quill/AP", DIFFERENT, DIFFERENT),
        ("Jo Reed/AP", "Jo Reed/Reuters", DIFFERENT, DIFFERENT),
        # With another agency it may be the same picture, but that agency wants to be paid.
        ("Jo Reed/AFP", "Jo Reed/AFP via Getty Images", COMPATIBLE, DIFFERENT),
        ("Georg Hochmuth/APA", "GEORG HOCHMUT/APA", DIFFERENT, SAME),
        ("Jo Reed", "AP", DIFFERENT, COMPATIBLE),
    ],
)
def test_two_credits(left: str, right: str, named: Relation, both_right: Relation) -> None:
    for first, second in ((left, right), (right, left)):
        a, b = parse_credit(first), parse_credit(second)
        assert (parties(a, b), owed(a, b)) == (named, both_right)


def test_a_name_may_be_in_the_longer_list() -> None:
    assert relate(["Quill"], ["Ada Reed"], same_person) is DIFFERENT
    assert relate(["Quill"], ["Ada Reed"], same_person, all_right=["Ada Reed", "Quill"]) is COMPATIBLE
    assert relate([], [], same_person) is SAME


def test_equal_credits() -> None:
    credit = parse_credit("Jo Reed/AFP via Getty Images")
    assert are_equal(credit, parse_credit("Jo Reed/AFP via Getty"))
    assert not are_equal(credit, parse_credit("Jo Reed/AFP"))
