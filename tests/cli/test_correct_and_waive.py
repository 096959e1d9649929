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
    assert (ran.code, ran.out, ran.err) == (0, "corrected 1 line, 1 use: correction 1\n", "")
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
    assert (
        correct(three, f"(photo credit: {LINE})", "--supplier", "AP").out == "corrected 1 line, 1 use: correction 1\n"
    )
    assert listed(three, "correct")[0]["line"] == LINE


def test_none_means_no_such_fact(three: Run) -> None:
    correct(three, LINE, "--creator", "none", "--supplier", "none", "--mark", "handout")
    (row,) = listed(three, "correct")
    assert (row["creators"], row["agencies"], row["supplier"], row["qualifiers"]) == ([], None, "", ["handout"])
    assert suppliers(three) == {"AFP": 1, "dpa": 1, None: 1}
    table = three("correct", "list").out
    assert all(text in table for text in ("creators:", "none", "qualifiers:", "handout"))


def test_a_correction_that_matches_no_line_is_an_error(three: Run, tmp_path: Path) -> None:
    ran = correct(three, "JO REED/REUTERS", "--supplier", "AP")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "captions: no article has the line 'JO REED/REUTERS', so nothing is corrected; copy the line from: "
        "captions audit\n"
    )
    (tmp_path / "said.csv").write_text("line,supplier\nJo Reed,AP\nAnn Lee,AP\n", "utf-8")
    ran = correct(three, "--file", "said.csv")
    assert ran.code == 2 and "no article has any of these lines" in ran.err
    assert listed(three, "correct") == []
    (tmp_path / "said.csv").write_text("line,supplier\nJo Reed,AP\ndpa,AP\n", "utf-8")
    ran = correct(three, "--file", "said.csv")
    assert (ran.code, ran.out) == (0, "corrected 2 lines, 1 use: corrections 1 and 2\n")
    assert ran.err == "no article has the line 'Jo Reed' yet; correction 1 will apply to it later\n"
    assert "is the same" in correct(three, "dpa", "--supplier", "AP").err


def test_a_file_of_corrections_is_stored_completely_or_not_at_all(three: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "said.csv"
    head = "line,creators,agencies,supplier,qualifiers,license,reason\n"
    sheet.write_text(head + f'{LINE},Ada Quill;Jo Reed,AP;"Getty Images",AP,,,\n"dpa",,,,pool,,seen\n', "utf-8")
    assert correct(three, "--file", "said.csv").out == "corrected 2 lines, 2 uses: corrections 1 and 2\n"
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
        (["waive", "CR102", "--line", "dpa", "--reason", "…"], "replace '…' with the reason"),
        (["correct", LINE, "--creator", "Jo", "--creator", "...", "--reason", "x"], "replace '…' with the creator"),
        (["waive", "CR104", "--use", "999", "--reason", "x"], "no use 999"),
        (["waive", "undo", "7", "--reason", "x"], "no waiver 7; see: captions waive list --all"),
    ],
)
def test_invalid_corrections(three: Run, arguments: list[str], message: str) -> None:
    ran = three(*arguments)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_a_line_that_is_a_command_too(three: Run) -> None:
    ran = three("correct", "--supplier", "AP", "--reason", "x", "--", "list")
    assert ran.code == 2 and "no article has the line 'list'" in ran.err


@pytest.mark.parametrize(
    ("code", "of", "stored", "count"),
    [
        ("cr201", ["--supplier", "agence france-presse"], ("AFP", None, None), "1 CR201 finding"),
        ("CR201", ["--line", LINE], (None, LINE, None), "1 CR201 finding"),
        ("CR201", ["--source", "a.txt", "--line", LINE], (None, LINE, "a.txt"), "1 CR201 finding"),
        ("CR301", ["--source", "b.txt"], (None, None, "b.txt"), "1 CR301 finding"),
        ("CR901", ["--source", "d.txt"], (None, None, "d.txt"), "1 CR901 finding"),
        ("CR102", ["--source", "c.txt #1"], (None, None, "c.txt"), "1 CR102 finding"),
        ("CR102", ["--source", ".//c.txt"], None, "no article './/c.txt'"),
        ("CR102", ["--source", ".txt"], None, "articles end with '.txt': a.txt, b.txt"),
        ("CR102", ["--source", "c.txt #2"], None, "no caption 2 in c.txt"),
        ("CR102", ["--source", "c"], None, "no article 'c'"),
        ("CR102", ["--line", LINE], None, f"no open CR102 finding of line {LINE}, so nothing is waived"),
        ("CR102", ["--supplier", "AFP"], None, "captions audit --code CR102"),
        ("CR305", ["--supplier", "AFP"], None, "no open CR305 finding of supplier AFP"),
    ],
)
def test_a_waiver_says_how_many_findings_it_sets_aside(
    three: Run, code: str, of: list[str], stored: tuple[str | None, ...] | None, count: str
) -> None:
    ran = three("waive", code, *of, "--reason", "known", "--until", "2099", "--who", "kim")
    if stored is None:
        assert (ran.code, ran.out) == (2, "") and count in ran.err
        assert listed(three, "waive") == []
        return
    assert (ran.code, ran.out) == (0, f"waived {count}: waiver 1\n")
    (row,) = listed(three, "waive")
    assert (row["supplier"], row["line"], row["source"]) == stored
    assert (row["code"], row["until"], row["who"], row["state"]) == (code.upper(), "2099-12-31", "kim", "active")
    ran = three("waive", code, *of, "--reason", "again", "--until", "2099")
    assert (ran.code, ran.out, ran.err) == (0, "waived nothing\n", "already waived: 1\n")


def test_a_source_is_known_by_its_ending(three: Run, tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        text = f"Rain in the {folder} town\n\nIt rained.\n\nA wet dog in the {folder} park. Foto: dpa\n"
        (tmp_path / folder / "rain.txt").write_text(text, "utf-8")
    (tmp_path / "old" / "1-rain.txt").write_text("Hail\n\nIt hailed.\n\nA cat under a car. Foto: dpa\n", "utf-8")
    three("ingest", "old", "new")
    ran = three("waive", "CR102", "--source", "rain.txt", "--reason", "known")
    assert ran.code == 2
    assert "2 articles end with 'rain.txt': new/rain.txt, old/rain.txt" in ran.err
    for ending, source in (("w/rain.txt", "new/rain.txt"), ("1-rain.txt", "old/1-rain.txt")):
        assert three("waive", "CR102", "--source", ending, "--reason", "known").code == 0
        assert listed(three, "waive")[-1]["source"] == source


@pytest.fixture
def three(three: Run) -> Run:
    """Record an agreement, so that the audit reports suppliers without one."""
    assert three("agreement", "add", "Anadolu").code == 0
    return three


def findings(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(run("audit", "--format", "csv").out.splitlines()))


def test_waivers_in_bulk_from_an_audit(three: Run, tmp_path: Path) -> None:
    three("audit", "--format", "csv", "-o", "audit.csv")
    assert (
        three("waive", "--from", "audit.csv", "--reason", "before our time").out
        == "waived 7 findings: waivers 1 to 7\n"
    )
    rows = {(row["code"], row["source"]): row for row in listed(three, "waive")}
    owed = {("CR301", f"{name}.txt") for name in "abc"}
    assert set(rows) == owed | {("CR102", "c.txt"), ("CR201", "a.txt"), ("CR201", "b.txt"), ("CR901", "d.txt")}
    assert rows["CR901", "d.txt"]["caption_digest"] is None
    # After reading again, the use has another number but is still the same use.
    (tmp_path / "c.txt").write_bytes((tmp_path / "c.txt").read_bytes() + b"\nIt went on raining.\n")
    three("ingest", "c.txt")
    ran = three("waive", "--from", "audit.csv", "--reason", "again")
    assert (ran.out, ran.err) == ("waived nothing\n", "already waived: 7\n")
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


def test_a_waiver_that_ended_already_is_an_error(three: Run) -> None:
    ran = three("waive", "CR102", "--line", "dpa", "--until", "2020", "--reason", "x")
    assert ran.code == 2
    assert (
        ran.err == "captions: 2020-12-31 is in the past, so this waives nothing; choose a later --until, or omit it\n"
    )
    assert listed(three, "waive") == []


def test_who_is_the_user_of_the_machine(three: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "nora")
    three("waive", "CR102", "--line", "dpa", "--reason", "x")
    assert listed(three, "waive")[0]["who"] == "nora"


def test_hostile_text_stays_text(three: Run) -> None:
    correct(three, "dpa", "--creator", "+Ada\x1b]0;x\x07", "--supplier", "@AP")
    assert "\x1b" not in three("correct", "list").out + three("correct", "list", "--format", "json").out
    (row,) = csv.DictReader(three("correct", "list", "--format", "csv").out.splitlines())
    assert row["creators"].startswith("'+") and row["supplier"] == "'@AP"


def test_of_several_uses_only_those_with_a_finding_are_waived(three: Run) -> None:
    found = json.loads(three("audit", "--all", "--format", "json").out)["findings"]
    code, use = found[0]["code"], found[0]["use"]
    other = next(n for n in (1, 2, 3) if not any((it["code"], it["use"]) == (code, n) for it in found))
    ran = three("waive", code, "--use", str(use), "--use", str(other), "--reason", "x", "--who", "kim")
    assert (ran.out, ran.err) == (
        f"waived 1 {code} finding: waiver 1\n",
        f"no open {code} finding of article c.txt, use {other}, so it is not waived\n",
    )
