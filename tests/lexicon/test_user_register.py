"""Change a newsroom's register with ``captions agency add``, ``alias`` and ``merge``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.errors import VocabularyError
from captions.lexicon.agencies import Agency
from captions.lexicon.register_edit import Spellings, with_row, with_spellings, without_row
from captions.text import name_key, tidy
from tests.conftest import Run
from tests.support.paths import GOLDEN

FOLDER = GOLDEN / "register"
OWN = (FOLDER / "before.toml").read_text("utf-8")
COMMANDS = {
    "add": ["add", "Tidewater Pictures", "--kind", "stock", "--alias", 'Tide "T" \\ Water', "--parent", "reuters"],
    "alias": ["alias", "GULL POINT PRESS", "Möwe Foto", "Gullpoint", "gull-point press", "Möwe  foto"],
    "alias_weak": ["alias", "Heron House", "HH", "--weak"],
    "alias_program": ["alias", "Bongarts", "Bongarts Sport-Photo"],
    "merge": ["merge", "Gull Point Press", "Heron House"],
    "merge_lower": ["merge", "gull point press", "Heron House"],
    "merge_program": ["merge", "Gull Point Press", "Bongarts"],
    "merge_unknown": ["merge", "Some Other Desk", "Heron House"],
}


@pytest.mark.parametrize("case", COMMANDS)
def test_edits_of_a_register(run: Run, tmp_path: Path, case: str) -> None:
    """Preserve comments, order and the layout of lists; leave no temporary file."""
    own = tmp_path / "agencies.toml"
    own.write_text(OWN, encoding="utf-8")
    ran = run("agency", *COMMANDS[case])
    assert (ran.code, ran.err) == (0, "")
    golden = FOLDER / f"{case}.toml"
    if "CAPTIONS_RENEW_GOLDEN" in os.environ:
        golden.write_bytes(own.read_bytes())
    assert own.read_text("utf-8") == golden.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agencies.toml"]
    assert run("agency", "list").code == 0


def test_a_missing_register_is_created_and_used_at_once(run: Run, tmp_path: Path) -> None:
    assert run("agency", "add", "Tidewater Pictures", "--alias", "TWP").out == (
        "added Tidewater Pictures to agencies.toml\n"
    )
    assert (tmp_path / "agencies.toml").read_text("utf-8") == (
        '[[agency]]\nname = "Tidewater Pictures"\nkind = "agency"\naliases = ["TWP"]\n'
    )
    assert "Tidewater Pictures" in run("credit", "Jo Reed/TWP").out
    assert run("agency", "add", "Other Pictures", "--agencies", "new.toml").code == 0
    assert (tmp_path / "new.toml").exists()
    known = run("agency", "alias", "Tidewater Pictures", "twp")
    assert known.out == "Tidewater Pictures has these spellings already: twp\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "reuters"], "'reuters' is already a name of Reuters in the built-in register; to"),
        (["add", "Gull Point Press"], "'Gull Point Press' is already a name of Gull Point Press in agencies.toml; to"),
        (
            ["add", "New", "--alias", "Retuers"],
            "'Retuers' is already a spelling of Reuters in the built-in register",
        ),
        (
            ["add", "New", "--parent", "Nobody Pictures"],
            "no agency 'Nobody Pictures' in agencies.toml or the built-in register",
        ),
        (["add", "•"], "'•' has no letter"),
        (["alias", "Associatd Press", "X"], "did you mean AP?"),
        (["alias", "Nobody Pictures", "X"], "see: captions agency list"),
        (
            ["alias", "Reuters", "Heron House"],
            "the same agency: captions agency merge Reuters 'Heron House'",
        ),
        (["merge", "Reuters", "reuters"], "Reuters cannot be merged into itself"),
        (["merge", "Reuters", "Heron House"], "merge the other way round: captions agency merge 'Heron House' Reuters"),
        (["merge", "Reuters", "AFP"], "cannot be removed; correct its lines: captions correct LINE --supplier AFP"),
        (["merge", "Retuers", "AFP"], "'Retuers' is a spelling of Reuters in"),
        (["merge", "X", "Nobody Pictures"], "no agency 'Nobody Pictures'"),
        (["merge", "X", "Heron House", "--undo"], "no database"),
        (["add", "New", "--agencies", "no/such/folder.toml"], "cannot write no/such/folder.toml"),
    ],
)
def test_an_error_is_one_line_and_changes_nothing(run: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    own = tmp_path / "agencies.toml"
    own.write_text(OWN, encoding="utf-8")
    ran = run("agency", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert message in ran.err
    assert own.read_text("utf-8") == OWN


def test_commands_at_the_same_time_lose_nothing_of_each_other(tmp_path: Path) -> None:
    names = [f"Desk {n}" for n in range(4)]
    command = [sys.executable, "-m", "captions", "agency", "add"]
    started = [subprocess.Popen([*command, name], cwd=tmp_path, stdout=subprocess.PIPE, text=True) for name in names]  # noqa: S603
    assert [process.communicate()[0] for process in started] == [f"added {name} to agencies.toml\n" for name in names]
    rows = tomllib.loads((tmp_path / "agencies.toml").read_text("utf-8"))["agency"]
    assert sorted(row["name"] for row in rows) == names
    assert [path.name for path in tmp_path.iterdir()] == ["agencies.toml"]


def test_a_register_with_all_rows_on_a_line_is_refused(run: Run, tmp_path: Path) -> None:
    text = 'agency = [{name = "Heron House", kind = "stock"}, {name = "Gull", kind = "stock"}]\n'
    (tmp_path / "agencies.toml").write_text(text, encoding="utf-8")
    for arguments in (["add", "New Pictures"], ["alias", "Gull", "Möwe"], ["merge", "Gull", "Heron House"]):
        ran = run("agency", *arguments)
        assert (ran.code, ran.err) == (
            2, "captions: agencies.toml cannot be edited automatically in its present layout; edit it by hand\n",
        )  # fmt: skip
    assert (tmp_path / "agencies.toml").read_text("utf-8") == text


def test_lines_end_as_they_did(tmp_path: Path) -> None:
    text = OWN.replace("\n", "\r\n")
    for new in (
        with_row(text, Agency("New", "stock")),
        with_spellings(text, "Gull Point Press", Spellings(("Möwe",), ("MM",))),
        without_row(text, "Gull Point Press", "Heron House"),
    ):
        assert new.count("\n") == new.count("\r\n") > 5


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(tidy).filter(name_key)


@given(
    st.lists(NAMES, min_size=3, max_size=6, unique_by=name_key), st.text(st.sampled_from("\"\\#]\n\x7f'="), max_size=5)
)
def test_hostile_names_are_read_back_as_they_were_given(names: list[str], signs: str) -> None:
    first, second, *aliases = [f"{signs}{name}{signs}" for name in names]
    text = with_row(with_row(OWN, Agency(first, "stock")), Agency(second, "agency", parent=first))
    text = with_spellings(text, first, Spellings(tuple(aliases), (second,)))
    rows = {row["name"]: row for row in tomllib.loads(text)["agency"]}
    assert rows[first] == {"name": first, "kind": "stock", "aliases": aliases, "weak_aliases": [second]}
    assert rows[second] == {"name": second, "kind": "agency", "parent": first}
    assert text.startswith(OWN)
    rest = without_row(text, first, second)
    assert tomllib.loads(rest)["agency"][3:] == [{"name": second, "kind": "agency"}]


def test_a_string_that_looks_like_a_row_is_not_a_row() -> None:
    text = (
        '[[agency]]\nname = """\n[[agency]]\nname = "B"\n"""\nkind = "stock"\n[[agency]]\nname = "B"\nkind = "stock"\n'
    )
    assert tomllib.loads(without_row(text, "B", "C"))["agency"] == [tomllib.loads(text)["agency"][0]]
    with pytest.raises(VocabularyError):
        with_row('agency = [{name = "A", kind = "stock"}]', Agency("B", "stock"))


# --- with a database

ARTICLES = {
    "a.txt": "Boats at the long pontoon wait for the tide at dawn.\nJo Reed/Gull Point Press\n",
    "b.txt": "Two herons stand on the weir above the old mill.\nJo Reed/Gull Point Press via AP\n",
    "c.txt": "A ferry leaves the island with the last of the sheep.\nAda Quill/Heron House\n",
    "d.txt": "Children feed otters at the pool behind the station.\nAda Quill/GP Press\n",
    "e.txt": "The bell of the chapel is carried down to the harbor.\nAda Quill/Weir Pictures/AP\n",
}


def counted(run: Run) -> list[str]:
    answers = [
        json.loads(run("usage", "--by", by, "--format", "json").out)["rows"] for by in ("supplier", "agency", "creator")
    ]
    return [json.dumps(row, sort_keys=True) for rows in answers for row in rows]


@pytest.mark.parametrize("gone", ["Gull Point Press", "Weir Pictures"])
def test_merging_counts_as_reading_again_does(run: Run, tmp_path: Path, gone: str) -> None:
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "in").mkdir()
    for name, text in ARTICLES.items():
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    assert run("ingest", "in").code == 0
    before = counted(run)
    ran = run("agency", "merge", gone, "Heron House", "--who", "kim", "--reason", "one house")
    counts = "3 credit lines, 3 uses" if gone == "Gull Point Press" else "1 credit line, 1 use"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"merged {gone} into Heron House: {counts}, 0 agreements, 0 waivers\n"
    merged = counted(run)
    assert merged != before
    assert run("ingest", "in").out.startswith("read 5, new 0, changed 5")
    assert counted(run) == merged
    assert run("agency", "merge", gone, "Heron House").out == (
        f"merged {gone} into Heron House: 0 credit lines, 0 uses, 0 agreements, 0 waivers\n"
    )


def test_undoing_a_merge(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "d.txt").write_text(ARTICLES["d.txt"], encoding="utf-8")
    run("ingest", "d.txt")
    before = counted(run)
    both = ("Gull Point Press", "Heron House")
    assert run("agency", "merge", *both).code == 0
    assert run("agency", "merge", *both, "--undo").code == 2
    ran = run("agency", "merge", *both, "--undo", "--reason", "two houses")
    assert ran.out == "separated Gull Point Press from Heron House: 1 credit line, 1 use, 0 agreements, 0 waivers\n"
    assert "if agencies.toml lists the spelling, remove it" in ran.err
    assert counted(run) == before
    again = run("agency", "merge", *both, "--undo", "--reason", "two houses")
    assert (again.code, again.out) == (2, "")
    assert "is not merged into 'Heron House' in the database; current merges: none" in again.err


def merges(run: Run) -> list[tuple[str, str]]:
    listed = json.loads(run("agency", "merges", "--format", "json").out)["merges"]
    return [(merge["name"], merge["into"]) for merge in listed]


def test_undoing_separates_all_names_that_the_command_merged(run: Run, tmp_path: Path) -> None:
    lines = ["Jo Reed/Gull Point Press", "Jo Reed/Gullpoint Pictures", "Jo Reed/Gull Point Press/Gullpoint Pictures"]
    text = "\n".join(f"Boats of berth {n} wait for the tide at dawn.\n{line}\n" for n, line in enumerate(lines))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run("ingest", "a.txt")
    before = counted(run)
    run("agency", "add", "Gull Point Press", "--alias", "Gullpoint  pictures")
    run("agency", "add", "Heron House")
    assert run("agency", "merge", "gull point press", "Heron House").out == (
        "merged gull point press into Heron House: 3 credit lines, 3 uses, 0 agreements, 0 waivers\n"
    )
    assert merges(run) == [("Gull Point Press", "Heron House"), ("Gullpoint Pictures", "Heron House")]
    ran = run("agency", "merge", "GULLPOINT Pictures", "heron house", "--undo", "--reason", "two houses")
    assert ran.out == (
        "separated GULLPOINT Pictures from heron house: 3 credit lines, 3 uses, 0 agreements, 0 waivers\n"
    )
    assert merges(run) == []
    assert counted(run) == before


@pytest.mark.parametrize("gone", ["Gull Point Press", "gull point press"])
def test_weak_spellings_are_not_merged(run: Run, tmp_path: Path, gone: str) -> None:
    text = "Boats at the long pontoon wait for the tide.\nPhoto: Jo Reed/GPP\n\nA heron.\nPhoto: Ada Quill/GP Press\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run("ingest", "a.txt")
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    run("agency", "merge", gone, "Heron House")
    assert merges(run) == [("GP Press", "Heron House"), ("Gull Point Press", "Heron House")]


def test_agreements_and_waivers_go_back_in_whatever_order_merges_are_undone(run: Run) -> None:
    for name in ("Weir Pictures", "Gull Point Press", "Heron House"):
        run("agency", "add", name)
    register = Path("agencies.toml").read_text("utf-8")
    run("agreement", "add", "Weir Pictures")
    Path("a.txt").write_text("Boats at the long pontoon wait for the tide.\nPhoto: Weir Pictures\n", encoding="utf-8")
    run("ingest", "a.txt")
    assert run("waive", "CR102", "--supplier", "Weir Pictures", "--reason", "talks").code == 0
    merges = (["Weir Pictures", "Gull Point Press"], ["Gull Point Press", "Heron House"])
    for both in merges:
        assert run("agency", "merge", *both).code == 0
    Path("agencies.toml").write_text(register, encoding="utf-8")
    for both in merges:
        assert run("agency", "merge", *both, "--undo", "--reason", "two houses").code == 0
    agreements = json.loads(run("agreement", "list", "--format", "json").out)["agreements"]
    waivers = json.loads(run("waive", "list", "--format", "json").out)["waivers"]
    assert [it["supplier"] for it in (*agreements, *waivers)] == ["Weir Pictures", "Weir Pictures"]


def test_merges_are_listed_with_person_and_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "d.txt").write_text(ARTICLES["d.txt"], encoding="utf-8")
    run("ingest", "d.txt")
    both = ("Gull Point Press", "Heron House")
    run("agency", "merge", *both, "--who", "kim", "--reason", "one house")
    listed = json.loads(run("agency", "merges", "--format", "json").out)
    keys = ("name", "into", "who", "reason", "state")
    rows = [tuple(row[key] for key in keys) for row in listed["merges"]]
    assert rows == [(*both, "kim", "one house", "active")]
    run("agency", "merge", *both, "--undo", "--who", "lee", "--reason", "two houses")
    assert json.loads(run("agency", "merges", "--format", "json").out)["merges"] == []
    [undone] = json.loads(run("agency", "merges", "--all", "--format", "json").out)["merges"]
    assert (undone["state"], undone["undone_by"], undone["undone_reason"]) == ("undone", "lee", "two houses")


def test_an_agreement_that_excludes_the_party_forbids_merging(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agencies.toml").write_text(OWN, encoding="utf-8")
    assert run("agreement", "add", "AP", "--exclude", "Gull-Point press").code == 0
    ran = run("agency", "merge", "Gull Point Press", "Heron House")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "agreement 1 excludes Gull Point Press" in ran.err
    assert (tmp_path / "agencies.toml").read_text("utf-8") == OWN
    # The suggestion in the message works.
    undo = ran.err.strip().partition("undo it first with: captions ")[2]
    assert undo == "agreement undo 1 --reason WHY"
    assert run(*undo.split()).code == 0
    assert run("agency", "merge", "Gull Point Press", "Heron House").code == 0


def test_a_name_that_was_read_as_a_creator_is_reported(run: Run, tmp_path: Path) -> None:
    text = "Boats at the long pontoon wait for the tide at dawn.\nPhoto: Ottilie Weir\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run("ingest", "a.txt")
    ran = run("agency", "merge", "Ottilie Weir", "AP")
    assert ran.out.startswith("merged Ottilie Weir into AP: 0 credit lines, 0 uses")
    assert "1 credit line lists Ottilie Weir as a creator; to change that, read the articles again" in ran.err
    run("ingest", "a.txt")
    assert [row["supplier"] for row in json.loads(run("usage", "--format", "json").out)["rows"]] == ["AP"]


def test_lines_are_read_again_with_a_changed_register(run: Run, tmp_path: Path) -> None:
    """Prefer the later of two equally certain readings of a line, not the higher digest."""
    register, names = tmp_path / "agencies.toml", [f"Weir {letter} Pictures" for letter in "abcdef"]
    lines = [f"Boats of {name} wait for the tide at dawn.\nJo Reed/{name}\n" for name in names]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    for name in names:
        run("agency", "add", name)
    run("ingest", "a.txt")
    register.unlink()
    run("agency", "add", "Heron Desk", *(part for name in names for part in ("--alias", name)))
    run("ingest", "a.txt")
    assert [(row["supplier"], row["uses"]) for row in json.loads(run("usage", "--format", "json").out)["rows"]] == [
        ("Heron Desk", 6)
    ]
