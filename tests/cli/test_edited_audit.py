"""An audit in CSV is edited in a spreadsheet, and read back as corrections and waivers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions import escaping
from captions.files.csv_input import cell_text
from captions.text import tidy
from tests.conftest import Run, Write

REASON = ("--reason", "asked the desk", "--who", "kim")
Row = dict[str, str]


@pytest.fixture
def audit(run: Run, tmp_path: Path, write: Write) -> Callable[..., list[Row]]:
    """Write an audit of four articles to audit.csv; return its rows."""
    for name, credit in (
        ("a", "AP/dpa | Jo Reed"),
        ("b", "AP/dpa | Jo Reed"),
        ("c", "=AP/dpa | Ida Quill"),
        ("d", "Handout"),
    ):
        write(tmp_path / f"{name}.txt", credit).write_text(
            (tmp_path / f"{name}.txt").read_text(encoding="utf-8").replace("Pier Two", f"Pier {name}"), encoding="utf-8"
        )
    run("ingest", "a.txt", "b.txt", "c.txt", "d.txt")

    def audited(*options: str) -> list[Row]:
        assert run("audit", "--format", "csv", "-o", "audit.csv", *options).code == 0
        text = (tmp_path / "audit.csv").read_text(encoding="utf-8-sig")
        separator = max(",;\t", key=text.partition("\n")[0].count)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))

    return audited


def save(folder: Path, rows: list[Row], separator: str = ",", encoding: str = "utf-8-sig") -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / "audit.csv").open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


def readings(run: Run) -> dict[str, tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(run("export").out))
    return {row["source"]: (row["creators"], row["supplier"]) for row in rows}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_audit_that_nobody_edited_corrects_nothing(
    run: Run, tmp_path: Path, audit: Callable[..., list[Row]], separator: str, encoding: str
) -> None:
    save(tmp_path, audit(), separator, encoding)
    ran = run("correct", "--file", "audit.csv", *REASON)
    assert (ran.code, ran.out) == (0, "corrected 0 lines: no row differs from what was read\n"), ran.err


@pytest.mark.parametrize("delimiter", [",", ";", "tab"])
def test_edits_become_corrections(run: Run, tmp_path: Path, audit: Callable[..., list[Row]], delimiter: str) -> None:
    rows = audit("--delimiter", delimiter)
    for row in rows:
        if row["code"] == "CR106":
            row["supplier"] = "dpa"
        if row["source"] == "c.txt":
            row["creators"] = "Jo Reed; Ann Lee"
    save(tmp_path, rows, "\t" if delimiter == "tab" else delimiter)
    before = readings(run)
    assert run("correct", "--file", "audit.csv", *REASON).out == "corrected 2 lines, 3 uses: corrections 1 and 2\n"
    after = readings(run)
    assert {name for name in after if after[name] != before[name]} == {"a.txt", "b.txt", "c.txt"}
    assert after["a.txt"][1] == after["b.txt"][1] == "dpa"
    assert "Ann Lee" in after["c.txt"][0]
    for number in ("1", "2"):
        assert run("correct", "undo", number, *REASON).code == 0
    assert readings(run) == before


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("use", "x", "column use: 'x' is not the number of a use"),
        ("use", "", "column use: no number"),
        ("use", "999", "column credit: use 999 has another credit line in the database"),
        ("credit", "Jo Reed/AFP", "column credit: use "),
        ("qualifiers", "borrowed", "column qualifiers: unknown qualifier 'borrowed'; use "),
    ],
)
def test_a_mistake_in_one_row_corrects_nothing(
    run: Run, tmp_path: Path, audit: Callable[..., list[Row]], column: str, value: str, message: str
) -> None:
    rows = audit()
    for row in rows:
        row["supplier"] = "dpa"
    rows[2][column] = value
    save(tmp_path, rows)
    ran = run("correct", "--file", "audit.csv", *REASON)
    assert (ran.code, ran.out) == (2, "")
    assert "audit.csv line 4" in ran.err
    assert message in ran.err
    assert json.loads(run("correct", "list", "--format", "json").out)["corrections"] == []


def test_two_meanings_of_one_line_are_an_error(run: Run, tmp_path: Path, audit: Callable[..., list[Row]]) -> None:
    rows = audit("--code", "CR106")
    rows[0]["supplier"], rows[1]["supplier"] = "dpa", "AP"
    save(tmp_path, rows)
    ran = run("correct", "--file", "audit.csv", *REASON)
    assert ran.code == 2
    assert "audit.csv line 3: column supplier differs from line 2, which has the same credit line" in ran.err


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_only_rows_with_a_reason_are_waived(
    run: Run, tmp_path: Path, audit: Callable[..., list[Row]], separator: str
) -> None:
    rows = audit("--code", "CR104", "--code", "CR106")
    for row in rows:
        row["reason"] = "settled by mail" if row["source"] == "b.txt" else ""
        row["until"] = "2999" if row["source"] == "b.txt" else ""
    save(tmp_path, rows, separator)
    assert "omit --reason" in run("waive", "--from", "audit.csv", *REASON).err
    assert run("waive", "--from", "audit.csv", "--who", "kim").out == "waived 1 CR106 finding: waiver 1\n"
    [waiver] = json.loads(run("waive", "list", "--format", "json").out)["waivers"]
    assert (waiver["source"], waiver["reason"], waiver["until"]) == ("b.txt", "settled by mail", "2999-12-31")


@pytest.mark.parametrize(
    ("until", "message"),
    [("soon", "audit.csv line 3, column until: 'soon' is not"), ("2001", "column until: 2001-12-31 is in the past")],
)
def test_a_mistake_in_one_row_waives_nothing(
    run: Run, tmp_path: Path, audit: Callable[..., list[Row]], until: str, message: str
) -> None:
    rows = audit("--code", "CR106")
    for row in rows:
        row.update(reason="test", until="")
    rows[1]["until"] = until
    save(tmp_path, rows)
    ran = run("waive", "--from", "audit.csv", "--who", "kim")
    assert ran.code == 2
    assert message in ran.err
    assert json.loads(run("waive", "list", "--format", "json").out)["waivers"] == []


def test_no_reason_in_any_row_is_an_error(run: Run, tmp_path: Path, audit: Callable[..., list[Row]]) -> None:
    rows = audit()
    for row in rows:
        row["reason"] = ""
    save(tmp_path, rows)
    ran = run("waive", "--from", "audit.csv", "--who", "kim")
    assert (ran.code, ran.err) == (
        2, "captions: audit.csv: no row has a reason, so nothing is waived; fill the column reason\n",
    )  # fmt: skip


@given(st.text(st.sampled_from("=+-@＝'\"a ;,|\t"), max_size=12), st.sampled_from(",;\t"))
def test_a_cell_comes_back_as_it_was(text: str, delimiter: str) -> None:
    shown = escaping.line(text)
    assert cell_text(escaping.cell(text, delimiter)) == tidy(shown)
    assert escaping.cell(text, delimiter)[:1] not in tuple(escaping.FORMULA_SIGNS)
