"""Add, list and undo corrections and waivers with ``captions correct`` and ``captions waive``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Ran, Run

LINE = "ODALYS FENWICK/REUTERS"


def correct(run: Run, *arguments: str) -> Ran:
    return run("correct", *arguments, "--reason", "asked the desk", "--who", "kim")


def suppliers(run: Run) -> dict[str | None, int]:
    answer = json.loads(run("usage", "--by", "supplier", "--format", "json").out)
    return {row["supplier"]: row["uses"] for row in answer["rows"]}


def listed(run: Run, what: str) -> list[dict[str, Any]]:
    answer = json.loads(run(what, "list", "--all", "--format", "json").out)
    return list(answer["waivers" if what == "waive" else "corrections"])


def test_a_correction_changes_every_answer_and_outlives_reading_again(three: Run, tmp_path: Path) -> None:
    ran = correct(three, LINE, "--supplier", "Agence France-Presse", "--creator", "Odalys Fenwick")
    assert (ran.code, ran.out, ran.err) == (0, "corrected 1 line: 1 use\n", "")
    assert suppliers(three) == {"AFP": 2, "dpa": 1}
    (tmp_path / "a.txt").write_bytes((tmp_path / "a.txt").read_bytes() + b"\nOne more line stands here.\n")
    assert " changed 1, " in three("ingest", "a.txt").out
    assert suppliers(three) == {"AFP": 2, "dpa": 1}
    ran = three("correct", "undo", "1", "--reason", "no", "--who", "lee")
    assert ran.out == f"undid correction 1 of '{LINE}': 1 use\n"
    assert suppliers(three) == {"AFP": 1, "dpa": 1, "Reuters": 1}
    (row,) = listed(three, "correct")
    assert (row["state"], row["who"], row["reason"], row["undone_by"], row["undone_reason"]) == (
        "undone", "kim", "asked the desk", "lee", "no",
    )  # fmt: skip


def test_a_line_may_be_typed_with_its_label(three: Run) -> None:
    assert correct(three, f"(photo credit: {LINE})", "--supplier", "AP").out == "corrected 1 line: 1 use\n"
    assert listed(three, "correct")[0]["line"] == LINE


def test_none_means_no_such_fact(three: Run) -> None:
    correct(three, LINE, "--creator", "none", "--supplier", "none", "--mark", "handout")
    (row,) = listed(three, "correct")
    assert (row["creators"], row["agencies"], row["supplier"], row["qualifiers"]) == ([], None, "", ["handout"])
    assert suppliers(three) == {"AFP": 1, "dpa": 1, None: 1}
    table = three("correct", "list").out
    assert all(text in table for text in ("creators:", "none", "qualifiers:", "handout"))


def test_a_correction_of_an_unused_line_is_stored(run: Run, write: Any, tmp_path: Path) -> None:
    ran = correct(run, LINE, "--supplier", "AP")
    assert ran.err == f"no article has the line '{LINE}' yet; correction 1 will apply to it later\n"
    run("ingest", write(tmp_path / "a.txt"))
    assert suppliers(run) == {"AP": 1}
    assert "is the same" in correct(run, LINE, "--supplier", "AP").err


def test_a_file_of_corrections_is_stored_completely_or_not_at_all(three: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "said.csv"
    head = "line,creators,agencies,supplier,qualifiers,license,reason\n"
    sheet.write_text(head + f'{LINE},Ada Quill;Jo Reed,AP;"Getty Images",AP,,,\n"dpa",,,,pool,,seen\n', "utf-8")
    assert correct(three, "--file", "said.csv").out == "corrected 2 lines: 2 uses\n"
    first, second = listed(three, "correct")
    assert (first["creators"], first["agencies"], first["reason"]) == (
        ["Ada Quill", "Jo Reed"], ["AP", "Getty Images"], "asked the desk",
    )  # fmt: skip
    assert (second["creators"], second["qualifiers"], second["reason"]) == (None, ["pool"], "seen")
    for row, message in [
        ("dpa,,,,,,\n", "said.csv line 3: a correction needs a creator"),
        (",Ada,,,,,\n", "said.csv line 3: a correction needs the credit line"),
        ("dpa,,,,poool,,\n", "said.csv line 3: unknown qualifier 'poool'; use "),
    ]:
        sheet.write_text(head + "dpa,,AFP,,,,\n" + row, "utf-8")
        ran = correct(three, "--file", "said.csv")
        assert ran.code == 2 and message in ran.err
    assert len(listed(three, "correct")) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["correct", LINE, "--reason", "x"], "a correction needs a creator, an agency"),
        (["correct", LINE, "--supplier", "AP"], "a correction needs a reason"),
        (["correct", "--supplier", "AP", "--reason", "x"], "give either a credit line or --file"),
        (["correct", LINE, "--mark", "poool", "--reason", "x"], "unknown qualifier 'poool'"),
        (["correct", "undo", "7", "--reason", "x"], "no correction 7; see: captions correct list --all"),
        (["correct", "undo", "7"], "Missing option '--reason'"),
        (["waive", "CR999", "--line", "x", "--reason", "x"], "unknown code 'CR999'"),
        (["waive", "CR104", "--reason", "x"], "give --supplier, --line, --source or --use"),
        (["waive", "CR104", "--line", "x"], "must not be empty"),
        (["waive", "--line", "x", "--reason", "x"], "give either a code or --from"),
        (["waive", "CR104", "--use", "999", "--reason", "x"], "no use 999"),
        (["waive", "undo", "7", "--reason", "x"], "no waiver 7; see: captions waive list --all"),
    ],
)
def test_invalid_corrections(three: Run, arguments: list[str], message: str) -> None:
    ran = three(*arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_a_line_that_is_a_command_too(three: Run) -> None:
    assert three("correct", "--supplier", "AP", "--reason", "x", "--", "list").code == 0
    assert listed(three, "correct")[0]["line"] == "list"


def test_a_waiver_of_each_kind(three: Run) -> None:
    use = next(row for row in findings(three) if row["source"] == "c.txt")["use"]
    for of, expected in [
        (["--supplier", "agence france-presse"], ("AFP", None, None)),
        (["--line", LINE], (None, LINE, None)),
        (["--source", "a.txt", "--line", LINE], (None, LINE, "a.txt")),
        (["--use", use], (None, None, "c.txt")),
    ]:
        ran = three("waive", "cr102", *of, "--reason", "known", "--until", "2099", "--who", "kim")
        assert ran.code == 0 and ran.out.startswith("waived CR102: waiver ")
        row = listed(three, "waive")[-1]
        assert (row["supplier"], row["line"], row["source"]) == expected
        assert (row["code"], row["until"], row["who"], row["state"]) == ("CR102", "2099-12-31", "kim", "active")
    ran = three("waive", "CR102", "--line", LINE, "--reason", "again", "--until", "2099")
    assert (ran.out, ran.err) == ("waived nothing\n", "already waived: 1\n")


def findings(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(run("audit", "--format", "csv").out.splitlines()))


def test_waivers_in_bulk_from_an_audit(three: Run, tmp_path: Path) -> None:
    three("audit", "--format", "csv", "-o", "audit.csv")
    assert three("waive", "--from", "audit.csv", "--reason", "before our time").out == "waived 7 findings\n"
    rows = {(row["code"], row["source"]): row for row in listed(three, "waive")}
    owed = {("CR301", f"{name}.txt") for name in "abc"}
    assert set(rows) == owed | {("CR102", "c.txt"), ("CR201", "a.txt"), ("CR201", "b.txt"), ("CR901", "d.txt")}
    assert rows["CR901", "d.txt"]["caption_digest"] is None
    # After reading again, the use has another number but is still the same use.
    (tmp_path / "c.txt").write_bytes((tmp_path / "c.txt").read_bytes() + b"\nIt went on raining.\n")
    three("ingest", "c.txt")
    ran = three("waive", "--from", "audit.csv", "--reason", "again")
    assert (ran.out, ran.err) == ("waived 0 findings\n", "already waived: 7\n")
    assert "undid waiver 1" in three("waive", "undo", "1", "--reason", "no").out
    assert [row["state"] for row in listed(three, "waive")] == ["undone", *["active"] * 6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,use\nCR102,x\n", "audit.csv line 2, column use: 'x' is not the number of a use"),
        ("code,use\nCR102,999\n", "audit.csv line 2: no use 999"),
        ("code,use\nCR999,1\n", "audit.csv line 2, column code: unknown code 'CR999'"),
        ("code,use\nCR102,\n", "audit.csv line 2: no use, source or supplier"),
        ("use\n1\n", "audit.csv line 1: no column 'code'"),
    ],
)
def test_a_file_that_the_audit_did_not_write(three: Run, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "audit.csv").write_text(text, encoding="utf-8")
    ran = three("waive", "--from", "audit.csv", "--reason", "x")
    assert ran.code == 2 and message in ran.err
    assert listed(three, "waive") == []


def test_an_expired_waiver(three: Run) -> None:
    ran = three("waive", "CR104", "--line", "x", "--until", "2020", "--reason", "x")
    assert ran.err == "2020-12-31 is in the past, so this waives nothing\n"
    assert listed(three, "waive")[0]["state"] == "expired"
    assert "CR104" not in three("waive", "list").out
    assert "CR104" in three("waive", "list", "--all").out


def test_who_is_the_user_of_the_machine(three: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "nora")
    three("waive", "CR104", "--line", "x", "--reason", "x")
    assert listed(three, "waive")[0]["who"] == "nora"


def test_hostile_text_stays_text(three: Run) -> None:
    correct(three, "=cmd()\x1b[31m|x", "--creator", "+Ada\x1b]0;x\x07", "--supplier", "@AP")
    assert "\x1b" not in three("correct", "list").out + three("correct", "list", "--format", "json").out
    (row,) = csv.DictReader(three("correct", "list", "--format", "csv").out.splitlines())
    assert row["line"].startswith("'=") and row["creators"].startswith("'+") and row["supplier"] == "'@AP"
