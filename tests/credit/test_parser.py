"""Compare the readings of printed credit lines with those of a rights manager.

The cases are data: ``cases/credits/*.toml``. A case with ``known`` is misread for the given reason; it must
fail, so that whoever fixes the parser removes the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from captions import parse_credit
from captions.credit.names import house_spellings
from captions.lexicon.vocabulary import default
from tests.support.case_files import cases


@dataclass(frozen=True)
class Case:
    """A line and its expected reading; None for fields that the case does not check."""

    id: str
    line: str
    creators: tuple[str, ...]
    agencies: tuple[str, ...]
    supplier: str | None = None
    qualifiers: tuple[str, ...] = ()
    restrictions: tuple[str, ...] | None = None
    license: str | None = None
    copyright_notice: str | None = None
    printed: str | None = None
    known: str | None = None
    note: str | None = None


def _case(row: dict[str, object]) -> Case:
    return Case(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})  # type: ignore[arg-type]


CASES = [_case(row) for row in cases("credits")]


def _param(case: Case) -> object:
    marks = [pytest.mark.xfail(reason=case.known, strict=True)] if case.known else []
    return pytest.param(case, id=case.id, marks=marks)


@pytest.mark.parametrize("case", [_param(case) for case in CASES])
def test_credit_line(case: Case) -> None:
    credit = parse_credit(case.line)
    got = {
        "creators": credit.creators,
        "agencies": credit.agencies,
        "supplier": credit.supplier,
        "qualifiers": credit.qualifiers,
    }
    want: dict[str, object] = {
        "creators": case.creators,
        "agencies": case.agencies,
        "supplier": case.supplier,
        "qualifiers": case.qualifiers,
    }
    optional = {
        "line": case.printed,
        "restrictions": case.restrictions,
        "license": case.license,
        "copyright_notice": case.copyright_notice,
    }
    for name, value in optional.items():
        if value is not None:
            got[name] = getattr(credit, name)
            want[name] = value
    assert got == want


def test_ids_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 350


def test_marks_are_sorted_and_known() -> None:
    known = set(default().marks.values())
    for case in CASES:
        assert list(case.qualifiers) == sorted(case.qualifiers), case.id
        assert set(case.qualifiers) <= known, case.id


def test_the_publication_is_an_agency_in_each_of_its_spellings() -> None:
    houses = house_spellings("The Emma Tern | News and views", "Hafenecho Verlags GmbH", "www.harborecho.com")
    for line in ("Emma Tern", "EMMA TERN", "Hafenecho", "Harbor Echo"):
        assert parse_credit(line, houses=houses).agencies == (line,)
    credit = parse_credit("Jo Reed/Emma Tern", houses=houses)
    assert (credit.creators, credit.agencies, credit.supplier) == (("Jo Reed",), ("Emma Tern",), "Emma Tern")
    assert parse_credit("Emma Tern").creators == ("Emma Tern",)
    assert parse_credit("Jo Reed/Reuters", houses=houses).supplier == "Reuters"
