"""Query the store with the commands audit, usage, find, agency and db."""

from __future__ import annotations

import csv
import html
import io
import json
import sqlite3
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write


# --- audit


@pytest.fixture
def three(three: Run) -> Run:
    """Record an agreement, so that the audit reports suppliers without one."""
    assert three("agreement", "add", "Anadolu").code == 0
    return three


def found(run: Run, *arguments: str) -> list[tuple[str, str]]:
    return [
        (finding["code"], finding["source"])
        for finding in json.loads(run("audit", "--format", "json", *arguments).out)["findings"]
    ]


CONFLICTS = [("CR201", "a.txt"), ("CR201", "b.txt")]
OWED = [("CR301", "a.txt"), ("CR301", "b.txt"), ("CR301", "c.txt")]
ALL = [*CONFLICTS, *OWED, ("CR901", "d.txt"), ("CR102", "c.txt")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ALL),
        (["--code", "cr102"], ALL[6:]),
        (["--code", "CR102", "--code", "CR901"], ALL[5:]),
        (["--severity", "error"], ALL[:6]),
        (["--supplier", "reuters"], [CONFLICTS[0], OWED[0]]),
        (["--supplier", "Agence France-Presse"], [CONFLICTS[1], OWED[1]]),
        (["--publication", "Post"], [CONFLICTS[1], OWED[1]]),
        (["--since", "2024"], [CONFLICTS[0], OWED[0]]),
        (["--until", "2023-12"], [CONFLICTS[1], OWED[1]]),
        (["--since", "2023-01-02", "--until", "2024-05-17"], []),
        (["--limit", "2"], ALL[:2]),
    ],
)
def test_filters_choose_what_is_reported(three: Run, arguments: list[str], expected: list[tuple[str, str]]) -> None:
    assert found(three, *arguments) == expected


def test_uses_without_a_day_are_not_left_out_silently(three: Run) -> None:
    assert "1 use without a date is left out" in three("audit", "--since", "2024").err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "error", "--limit", "1", "--code", "CR102"], 0),
        (["--fail-on", "warning", "--severity", "info"], 0),
        (["--fail-on", "info", "--severity", "info"], 1),
    ],
)
def test_the_exit_code_depends_on_the_findings(three: Run, arguments: list[str], code: int) -> None:
    assert three("audit", *arguments).code == code


def test_a_report_in_a_file_equals_the_report_on_stdout(three: Run, tmp_path: Path) -> None:
    for form in ("table", "json", "html"):
        three("audit", "--format", form, "-o", f"report.{form}")
        assert (tmp_path / f"report.{form}").read_text(encoding="utf-8") == three("audit", "--format", form).out
    ran = three("audit", "--format", "csv", "-o", "report.csv")
    assert (tmp_path / "report.csv").read_text(encoding="utf-8-sig") == three("audit", "--format", "csv").out
    assert (tmp_path / "report.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert ran.out == ""
    assert ran.err == (
        "3 uses in 3 articles: 7 findings (6 errors, 0 warnings, 1 info); written to report.csv\n"
        "money at risk: AFP unknown for 1 use; Reuters unknown for 1 use; dpa unknown for 1 use\n"
    )
    assert not list(tmp_path.glob(".*.part"))


UNCHECKED = "no agreements yet, so 3 uses of 3 suppliers not checked; run: captions agreement import FILE"


@pytest.mark.parametrize("form", ["table", "json", "csv", "html", "markdown", "sarif"])
def test_before_the_first_agreement_every_format_says_what_is_not_checked(three: Run, form: str) -> None:
    assert UNCHECKED not in (before := three("audit", "--format", form)).out + before.err
    three("agreement", "undo", "1", "--reason", "a slip")
    ran = three("audit", "--format", form, "--fail-on", "error", "--code", "CR301")
    assert ran.code == 0
    assert "error,CR301" not in ran.out
    assert (ran.err if form == "csv" else html.unescape(ran.out).replace("\\", "")).count(UNCHECKED) == 1
    assert UNCHECKED not in (ran.out if form == "csv" else ran.err)


@pytest.mark.parametrize("published", [[], ["--published", "2024-05-18"]])
def test_a_supplier_without_an_agreement_is_never_fixed_by_a_waiver(three: Run, published: list[str]) -> None:
    three("ingest", "a.txt", "b.txt", "c.txt", *published)
    owed = json.loads(three("audit", "--code", "CR301", "--format", "json").out)["findings"]
    assert len(owed) == 3
    assert all(finding["command"].startswith("captions agreement add ") for finding in owed)


def test_a_failure_is_cleared_by_reading_the_file(three: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "d.txt", "LENA MARSH/AP")
    three("ingest", "d.txt")
    assert ("CR901", "d.txt") not in found(three)


def test_a_failure_of_an_earlier_run_is_still_reported(three: Run) -> None:
    three("ingest", "a.txt")
    assert ("CR901", "d.txt") in found(three)


@pytest.mark.parametrize("form", ["as written", "on one line"])
def test_a_baseline_leaves_new_findings(three: Run, write: Write, tmp_path: Path, form: str) -> None:
    three("audit", "--format", "json", "-o", "before.json")
    if form == "on one line":
        before = json.loads((tmp_path / "before.json").read_text(encoding="utf-8"))
        (tmp_path / "before.json").write_text(json.dumps(before), encoding="utf-8")
    assert found(three, "--baseline", "before.json") == []
    write(tmp_path / "e.txt", "LENA MARSH/AP")
    three("ingest", "e.txt")
    assert ("CR301", "e.txt") in found(three, "--baseline", "before.json")
    assert ("CR301", "a.txt") not in found(three, "--baseline", "before.json")
    ran = three("audit", "--baseline", "before.json", "--code", "CR301")
    assert "in baseline: 3" in ran.out.splitlines()[0]


def test_an_audit_can_be_limited_to_a_run(three: Run, write: Write, tmp_path: Path) -> None:
    """Audit what a run stored, changed or could not read; unchanged articles belong to the run that stored them."""
    assert found(three, "--run", "1") == [CONFLICTS[0], OWED[0]]
    assert found(three, "--run", "3") == found(three, "--run", "last") == [OWED[2], *ALL[5:]]
    write(tmp_path / "c.txt", "LENA MARSH/AP")
    (tmp_path / "e.txt").touch()
    three("ingest", "a.txt", "c.txt", "e.txt", "--publication", "Echo", "--published", "2024-05-18")
    assert found(three, "--run", "1") == [CONFLICTS[0], OWED[0]]
    assert found(three, "--run", "3") == [ALL[5]]
    assert found(three, "--run", "4", "--severity", "error") == [("CR201", "c.txt"), OWED[2], ("CR901", "e.txt")]
    assert found(three, "--run", "4", "--until", "2023") == []
    ran = three("audit", "--run", "4", "--code", "CR901")
    assert ran.out.startswith("1 use in 1 article: 1 finding") and ran.err == ""

    rows = json.loads(three("db", "runs", "--format", "json").out)["runs"]
    counts = [tuple(row[name] for name in ("run", "read", "new", "changed", "unchanged", "failed")) for row in rows]
    assert counts[:2] == [(4, 2, 0, 1, 1, 1), (3, 1, 1, 0, 0, 1)]
    assert "interrupted" not in three("db", "runs").out and rows[0]["started"][:10] in three("db", "runs").out
    assert three("db", "runs", "--limit", "1").err == "showing 1 of 4; omit --limit to show all\n"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4", "captions: no run 4; the last run is 3; see: captions db runs"),
        ("0", "'0' is not a run number"),
        ("-1", "'-1' is not a run number"),
        ("first", "'first' is not a run number"),
        ("99999999999999999999", "no run 99999999999999999999"),
    ],
)
def test_an_unknown_run(three: Run, number: str, message: str) -> None:
    ran = three("audit", "--run", number)
    assert ran.code == 2 and message in " ".join(ran.err.split())


def test_uses_whose_run_is_unknown_are_not_left_out_silently(three: Run) -> None:
    import captions_db as db
    from captions_db.connection import writing
    from captions_db.models import article
    from sqlalchemy import update

    engine = db.open_store("captions.db", create=True)
    with writing(engine) as connection:  # as a store of before schema 0009 is migrated
        connection.execute(update(article).where(article.c.source != "c.txt").values(run_id=None))
    engine.dispose()
    ran = three("audit", "--run", "3")
    assert ran.out.startswith("1 use in 1 article")
    assert ran.err == "2 uses are left out, because an older version stored them without a run\n"
    assert three("audit").err == ""


def test_a_baseline_must_be_an_audit(three: Run, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("[1]", encoding="utf-8")
    refusals = {"no.json": "no.json is not an audit in JSON; write one", "none.json": "cannot read none.json"}
    for name, message in refusals.items():
        ran = three("audit", "--baseline", name)
        assert ran.code == 2 and message in ran.err


def test_waived_findings_are_counted_and_listed_on_request(three: Run) -> None:
    from datetime import UTC, datetime

    import captions_db as db
    from captions_db.connection import writing
    from captions_db.models import waiver
    from sqlalchemy import insert

    row = {"code": "CR301", "supplier": "Reuters", "reason": "invoice 7", "who": "me", "added": datetime.now(UTC)}
    engine = db.open_store("captions.db", create=True)
    with writing(engine) as connection:
        connection.execute(insert(waiver).values(row))
    engine.dispose()
    assert ("CR301", "a.txt") not in found(three)
    assert found(three, "--waived") == [("CR301", "a.txt")]
    assert "waived: 1" in three("audit").out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--territory", "Atlantis"], "unknown territory"), (["--territory", "DE,FR"], "is not one territory")],
)
def test_an_unknown_territory_is_rejected(three: Run, arguments: list[str], message: str) -> None:
    ran = three("audit", *arguments)
    assert ran.code == 2 and message in ran.err


def test_the_same_audit_gives_the_same_bytes(three: Run) -> None:
    for form in ("table", "json", "csv", "html"):
        assert three("audit", "--format", form).out == three("audit", "--format", form).out


# --- usage, find


def test_usage_by_several_groups(three: Run) -> None:
    also = ("--also", "articles", "--also", "creators", "--also", "days")
    ran = three("usage", "--by", "publication", "--by", "month", "--by", "supplier", *also, "--format", "csv")
    assert ran.out.splitlines() == [
        "publication,month,supplier,uses,articles,creators,first,last,unclear",
        "Echo,2024-05,Reuters,1,1,1,2024-05-18,2024-05-18,",
        "Post,2023-01,AFP,1,1,1,2023-01-01,2023-01-01,",
        ",,dpa,1,1,0,,,",
    ]


def test_usage_as_a_table_ends_with_all_uses(three: Run) -> None:
    lines = three("usage", "--limit", "1").out.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [["AFP", "1"], ["All", "uses"]]
    assert three("usage", "--limit", "1").err == "showing 1 of 3; omit --limit to show all\n"


def test_usage_of_an_agency_by_an_alias(three: Run) -> None:
    answer = json.loads(three("usage", "--agency", "Agence France-Presse", "--format", "json").out)
    assert answer["total"] == {"uses": 1}
    assert three("usage", "--agency", "Nobody").err.splitlines() == [
        "no credit line in the database names the agency 'Nobody'; list them with: captions usage --by agency",
        "no uses that name Nobody",
    ]


def test_find_in_each_form(three: Run) -> None:
    answer = json.loads(three("find", "PONTOON", "pier", "--format", "json", "--limit", "1").out)
    assert (answer["version"], answer["total"], answer["more"], len(answer["uses"])) == (1, 2, False, 1)
    rows = list(csv.DictReader(io.StringIO(three("find", "askeland", "--format", "csv").out)))
    assert [(row["source"], row["credit"]) for row in rows] == [("b.txt", "RUNE ASKELAND/AFP")]
    assert "RUNE ASKELAND/AFP" in three("find", "askeland").out
    assert (three("find", "nosuchword").out, three("find", "nosuchword").err) == ("", "0 found\n")
    for word in ("841304270", "https://img.example/a.jpg", "crane.jpg"):
        hint = f"0 found; to search for a picture, run: captions find --picture {word}\n"
        assert three("find", word).err == hint


def test_find_notes_an_incomplete_count(three: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("captions_db.queries.search"), "COUNTED", 1)  # for a small store
    ran = three("find", "pier", "--limit", "1")
    assert ran.err == "showing 1 of more than 1; omit --limit to show all\n"
    answer = json.loads(three("find", "pier", "--format", "json", "--limit", "1").out)
    assert (answer["total"], answer["more"]) == (1, True)
    assert three("find", "pier", "--limit", "2").err == three("find", "pier").err == "2 found\n"


# --- agency, db


def test_agencies_and_whether_they_were_used(three: Run) -> None:
    used = json.loads(three("agency", "list", "--used", "--format", "json").out)["agencies"]
    assert [(agency["name"], agency["uses"]) for agency in used] == [("AFP", 1), ("dpa", 1), ("Reuters", 1)]
    assert "Reuters" in three("agency", "show", "RETUERS").out
    (agency,) = json.loads(three("agency", "show", "REUTERS", "--format", "json").out)["agencies"]
    assert (agency["name"], agency["uses"]) == ("Reuters", 1)


def test_the_register_can_be_listed_without_a_database(run: Run, tmp_path: Path) -> None:
    assert run("agency", "list", "--limit", "3").err.startswith("showing 3 of ")
    assert run("agency", "list", "--used").code == 2
    ran = run("agency", "show", "Associatd Press")
    assert (ran.code, ran.err) == (2, "captions: agency 'Associatd Press' is not in the register; did you mean AP?\n")
    assert not (tmp_path / "captions.db").exists()


def test_information_about_the_database(three: Run) -> None:
    facts = json.loads(three("db", "info", "--format", "json").out)
    assert (facts["articles"], facts["uses"], facts["agencies"], facts["creators"]) == (3, 3, 3, 2)
    assert "last run" in three("db", "info").out
    assert three("db", "check").out == "captions.db passed all checks: 3 uses\n"
    assert three("db", "upgrade").out.startswith("captions.db is up to date: schema ")


def test_the_database_is_named_by_the_environment_or_the_option(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTIONS_DB", "env.db")
    run("ingest", write(tmp_path / "a.txt"))
    run("ingest", "a.txt", "--db", "option.db")
    assert (tmp_path / "env.db").exists() and (tmp_path / "option.db").exists()


def test_facts_given_for_an_article_stay_until_new_facts_are_given(run: Run, archive: Path, tmp_path: Path) -> None:
    def publications() -> list[str | None]:
        ran = run("usage", "--by", "publication", "--format", "json")
        return [row["publication"] for row in json.loads(ran.out)["rows"]]

    run("ingest", archive, "--publication", "Echo", "--published", "2024-05-01")
    assert publications() == ["Echo"]
    assert " changed 0, " in run("ingest", archive).out
    assert publications() == ["Echo"]
    first = next(path for path in sorted(archive.rglob("*.txt")))
    first.write_bytes(first.read_bytes() + b"\n\nOne more paragraph stands at the end of it.\n")
    assert " changed 1, " in run("ingest", archive).out
    assert publications() == ["Echo"]


def test_a_backup_is_a_database_and_replaces_nothing(three: Run, tmp_path: Path) -> None:
    ran = three("db", "backup", "saved.db")
    assert (ran.code, ran.out, ran.err) == (0, "", "backed up to saved.db\n")
    assert three("db", "check", "--db", "saved.db").out == "saved.db passed all checks: 3 uses\n"
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name in ("saved.db", "captions.db", "notes.txt", "captions.db-wal", ".", "/dev/null", "none/x.db"):
        ran = three("db", "backup", name)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert {name: data for name, data in after.items() if not name.endswith(("-wal", "-shm"))} == before


def test_a_repair_makes_a_backup_first(three: Run, tmp_path: Path) -> None:
    assert three("db", "upgrade").err == ""  # nothing to do, so no backup
    for name in ("captions.db.backup", "captions.db.backup-2"):
        with sqlite3.connect(tmp_path / "captions.db") as other:
            other.execute("UPDATE uses_by_agency SET uses = 7")
        other.close()
        ran = three("db", "upgrade")
        assert (ran.code, ran.err) == (0, f"backed up to {name}\n")
        assert three("db", "check", "--db", name).code == 2
        assert three("db", "check").code == 0
