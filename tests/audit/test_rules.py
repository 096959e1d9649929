from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from captions import parse_credit
from captions.audit.finding import Finding
from captions.audit.spelling import Register, are_near
from captions.caption.similarity import MANY, may_be_near
from captions.lexicon.vocabulary import default, load
from captions.model import Failure, Use
from captions.text import match_key
from tests.support.reference_audit import audit

CAPTION = "Passengers queue on the new floating pontoon at Pier Two in Harbor City"


def use(
    line: str | None, caption: str = CAPTION, *, source: str = "a.txt", position: int = 1, occurrences: int = 1
) -> Use:
    credit = None if line is None else parse_credit(line)
    return Use(source, position, caption, match_key(caption), credit, occurrences, used_on=date(2024, 5, 18))


def codes(*uses: Use) -> list[str]:
    return [finding.code for finding in audit(uses)]


def only(*uses: Use) -> Finding:
    (finding,) = audit(uses)
    return finding


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("AMMAR AWAD/REUTERS", []),
        ("picture alliance/dpa | Jan Woitas", []),
        (None, ["CR101"]),
        ("", ["CR101"]),
        ("-", ["CR101"]),
        ("Foto: dpa", ["CR102"]),
        ("Tobias Koch", ["CR103"]),
        ("Courtesy of Jane Doe", ["CR103"]),
        ("Uncredited", ["CR104"]),
        ("Archiv", ["CR104"]),
        ("Handout via REUTERS", ["CR104", "CR307"]),
        ("Screenshot", ["CR104", "CR307"]),
        ("Public domain", []),
        ("NASA/public domain", ["CR102"]),
        ("Clara Venn/Northlight Picture Agency", ["CR105"]),
        ("AP/dpa | Richard Drew", ["CR106"]),
        ("Getty/AP", ["CR106", "CR102"]),
        ("CONRAD YULE/Retuers", ["CR107"]),
        ("AP Photo/Richard Drew", []),
        ("(AP Photo/Richard Drew, File)", []),
        ("ILSE BRANDT/AFP via Getty Images - NO SALES", ["CR306"]),
        ("Jane Doe/Pool via AP", ["CR307"]),
        ("Jane Doe/Instagram", ["CR307"]),
        ("Jane Doe/Unsplash", []),
        ("Jane Doe/CC BY-SA 4.0", []),
        ("Jane Doe/CC BY", ["CR308"]),
        ("Wikimedia Commons/CC BY-SA 4.0", ["CR308", "CR102"]),
        ("CC0", []),
        ("Jane Doe/Midjourney/AP", ["CR309"]),
        ("Jane Doe/AI-generated/AP", []),
        ("Fotomontage: Jane Doe/AP", []),
    ],
)
def test_codes_of_a_credit_line(line: str | None, expected: list[str]) -> None:
    assert codes(use(line)) == expected


def test_a_caption_can_label_a_picture() -> None:
    assert codes(use("Jane Doe/Midjourney/AP", "A street of the future, an image made by AI.")) == []


def test_the_known_agency_that_a_name_resembles_is_suggested() -> None:
    assert only(use("Jane Doe/Associoted Press")).message == "not in the register: Associoted Press (did you mean AP?)"


def test_the_misprint_is_named_as_the_register_spells_it() -> None:
    assert only(use("CONRAD YULE/RETUERS")).message == "printed Retuers, canonical name Reuters"


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("retuers", "reuters", True),
        ("reuters", "reuters", False),
        ("gettyimagse", "gettyimages", True),
        ("gettyimges", "gettyimages", True),
        ("upi", "api", False),
        ("anadoluagency", "anadoluajansi", False),
    ],
)
def test_names_are_near_if_a_letter_is_wrong(first: str, second: str, near: bool) -> None:
    assert are_near(first, second) is near
    assert are_near(second, first) is near


def test_every_misprint_in_the_register_is_found_under_its_canonical_name() -> None:
    register = Register(default())
    assert register.misprint("Reuters", "JANE DOE/RETUERS") == "Retuers"
    assert register.misprint("Reuters", "JANE DOE/REUTERS") is None
    assert register.misprint("AP", "Jane Doe/Associated Press") is None


def test_staff_need_no_agency(tmp_path: Path) -> None:
    register = tmp_path / "own.toml"
    register.write_text('staff = ["Tobias Koch"]\n', encoding="utf-8")
    words = load(register)
    assert audit([use("TOBIAS KOCH")], words=words) == []
    (finding,) = audit([use("Tobias Koch, Jane Doe")], words=words)
    assert finding.message == "photographer named, but no agency or agreement: Jane Doe"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("JANE DOE/AFP", "JANE DOE/REUTERS"),
        ("JANE DOE/AFP", "JOHN ROE/AFP"),
        ("AFP", "REUTERS"),
    ],
)
def test_the_same_caption_with_other_credits_is_a_conflict(first: str, second: str) -> None:
    found = [f for f in audit([use(first), use(second, CAPTION.upper(), source="b.txt")]) if f.code == "CR201"]
    assert [f.source for f in found] == ["a.txt", "b.txt"]
    assert found[0].message == f"credited {first} here, {second} in b.txt"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("JANE DOE/AFP", "Jane Doe/AFP"),
        ("JANE DOE/AFP", "Foto: AFP"),
        ("JANE DOE/AFP", "Jane Doe"),
        ("JANE DOE, JOHN ROE/AFP", "Jane Doe/AFP"),
        ("JANE DOE/AFP", None),
    ],
)
def test_a_credit_with_fewer_facts_is_not_a_conflict(first: str, second: str | None) -> None:
    assert "CR201" not in codes(use(first), use(second, source="b.txt"))


def with_data(printed: str | None, line: str, publication: str | None = None) -> Use:
    return replace(use(printed), structured_credit=parse_credit(line), publication=publication)


@pytest.mark.parametrize(
    ("printed", "data"),
    [
        ("Jo Reed/AP", "Ann Lee/AFP"),
        ("Jo Reed/AP", "Ann Lee/AP"),
        ("Jo Reed/AP", "Jo Reed/AFP"),
        ("Foto: dpa", "Reuters"),
        ("Jo Reed", "Ann Lee"),
        ("Jo Reed, Max Ode/AP", "Ann Lee/AP"),
        ("J. Reed/AP", "Ann Reed/AP"),
        ("AFP", "Jo Reed/Getty Images"),
    ],
)
def test_print_and_data_that_name_different_parties_disagree(printed: str, data: str) -> None:
    (finding,) = [f for f in audit([with_data(printed, data)]) if f.code == "CR203"]
    line = parse_credit(printed).line
    assert finding.message == f"printed {line}, but the page's structured data say {data}"
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("printed", "data"),
    [
        ("Jo Reed/AP", "Jo Reed"),
        ("Jo Reed/AP", "AP"),
        ("Jo Reed", "AP"),
        ("Jo Reed/AP", "JO REED/Associated Press"),
        ("JO REED/AFP via Getty Images", "Jo Reed/AFP"),
        ("Jo Reed, Max Ode/AP", "Max Ode"),
        ("Jo Reed/AP", "J. Reed/AP"),
        ("Georg Hochmuth/APA", "GEORG HOCHMUT/APA"),
        ("Northlight Picture Agency", "Northlight"),
        ("Northlight Picture Agency", "NPA"),
        ("ipopba/iStock", "ipopba"),
        ("Jo Reed/AP", "Handout"),
        (None, "Jo Reed/AP"),
    ],
)
def test_data_with_fewer_facts_or_other_spellings_do_not_disagree(printed: str | None, data: str) -> None:
    assert "CR203" not in codes(with_data(printed, data))
    if printed is not None:
        assert "CR203" not in codes(with_data(data, printed))


def test_the_publication_itself_in_the_data_is_not_a_disagreement() -> None:
    assert "CR203" in codes(with_data("Jo Reed/AP", "The Harbor Echo"))
    assert "CR203" not in codes(with_data("Jo Reed/AP", "The Harbor Echo", "The Harbor Echo"))


def test_a_short_caption_may_be_of_two_pictures() -> None:
    assert "CR201" not in codes(use("JANE DOE/AFP", "The mayor"), use("JOHN ROE/AP", "The mayor", source="b.txt"))


def test_repeated_occurrences_are_reported() -> None:
    assert only(use("JANE DOE/AFP", occurrences=3)).message == "printed 3 times"


def test_nearly_identical_captions_are_left_for_a_person() -> None:
    first = use("JANE DOE/AFP")
    second = use("JANE DOE/AFP", f"{CAPTION}, seen", position=2)
    finding = only(first, second)
    assert (finding.code, finding.use) == ("CR402", second)
    assert finding.message == f"nearly identical to caption 1: {CAPTION}"


def test_captions_of_two_articles_or_with_other_words_are_not_nearly_identical() -> None:
    assert codes(use("JANE DOE/AFP"), use("JANE DOE/AFP", f"{CAPTION} today", source="b.txt")) == []
    second = "A deckhand coils a mooring line on board after the last crossing of the day"
    assert codes(use("JANE DOE/AFP"), use("JANE DOE/AFP", second, position=2)) == []


def test_nearly_identical_works_without_spaces() -> None:
    text = "灯籠をともして青瀬川を下る川舟の列＝五日夜、青瀬町の中心部で"
    assert codes(use("JANE DOE/AFP", text), use("JANE DOE/AFP", text.replace("五日", "六日"), position=2)) == ["CR402"]


def test_unreadable_input_is_a_finding() -> None:
    (finding,) = audit([], [Failure("b.txt", "an empty file")])
    assert (finding.code, finding.severity, finding.source, finding.message, finding.use) == (
        "CR901", "error", "b.txt", "an empty file", None,
    )  # fmt: skip


def test_findings_are_sorted_worst_first_whatever_the_order_of_uses() -> None:
    uses = [use("Foto: dpa", f"Picture {n} of the harbor", source=f"{n}.txt", occurrences=2) for n in "321"]
    uses += [use(None, "No credit at all", source="9.txt")]
    found = audit(uses, [Failure("0.txt", "binary")])
    assert [f.order for f in found] == sorted(f.order for f in found)
    assert [f.code for f in found] == ["CR101", "CR901", "CR102", "CR102", "CR102", "CR401", "CR401", "CR401"]
    assert found == audit(reversed_copy(uses), [Failure("0.txt", "binary")])


def reversed_copy(uses: list[Use]) -> list[Use]:
    return uses[::-1]


def test_no_line_raises() -> None:
    for line in ("\x00\ud800", "(" * 500, "/" * 300, "🦉", "AP/" * 150, "＝" * 10):
        audit([use(line, line)])


def test_many_captions_may_always_be_near() -> None:
    apart = [f"w{n} x{n} y{n} z{n} v{n}" for n in range(MANY + 1)]
    assert not may_be_near(apart[1:])
    assert may_be_near(apart)
