"""Run the program as a whole, and ingest articles."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captions import __version__
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.conftest import Run, Write

SAMPLES = ROOT / "samples" / "articles"
COMMANDS = [
    ["ingest"], ["audit"], ["usage"], ["statement"], ["find"], ["clean"], ["parse"], ["credit"], ["agency", "list"],
    ["agency", "show"], ["agency", "add"], ["agency", "alias"], ["agency", "merge"],
    ["db", "info"], ["db", "upgrade"], ["db", "check"], ["images", "read"],
    ["images", "stamp"], ["desk"], ["desk", "user", "add"],
]  # fmt: skip


# --- the program


def test_version_and_help_go_to_stdout(run: Run) -> None:
    assert run("--version").out == f"captions {__version__}\n"
    assert "captions ingest articles/" in run("--help").out


def test_the_version_is_the_package_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == __version__


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_each_command_has_an_example_of_it(run: Run, command: list[str]) -> None:
    ran = run(*command, "--help")
    assert ran.code == 0
    assert re.search(rf"Examples?:\n +captions {' '.join(command)}", ran.out)


@pytest.mark.parametrize(
    "arguments",
    [["nosuch"], ["audit", "--nosuch"], ["audit", "--code", "CR999"], ["usage", "--since", "May"],
     ["usage", "--since", "2024-13"], ["find"], ["usage", "--limit", "0"], ["credit"]],
)  # fmt: skip
def test_bad_usage_is_reported_and_exits_with_2(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: captions" in ran.err


def test_reading_a_credit_line_does_not_wait_for_the_database(tmp_path: Path) -> None:
    code = "import sys; from captions.cli import main; main(['credit', 'AP']); sys.exit('sqlalchemy' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True).returncode == 0  # noqa: S603


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [(["--version"], "typer"), (["credit", "AP"], "captions.cli.audit"), (["credit", "--help"], "captions.credit")],
)
def test_a_command_imports_only_what_it_needs(tmp_path: Path, arguments: list[str], absent: str) -> None:
    code = f"import sys; from captions.cli import main; main({arguments}); sys.exit({absent!r} in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True).returncode == 0  # noqa: S603


def test_a_closed_pipe_is_not_an_error(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m captions agency list --format json | head -1'
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True)  # noqa: S602
    assert (ran.stdout, ran.stderr) == ("{\n", "")


def test_an_interruption_ends_in_one_line(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.txt"
    os.mkfifo(fifo)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "captions", "parse", str(fifo)]
    running = subprocess.Popen(  # noqa: S603
        # Programs in the background of a shell inherit that they ignore interruptions.
        command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    with fifo.open("w"):  # opens once the program reads it
        running.send_signal(signal.SIGINT)
        _, message = running.communicate(timeout=30)
    assert (running.returncode, message) == (130, "captions: interrupted\n")


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["written at the end", "written at once"])
def test_output_to_a_full_disk_is_reported(tmp_path: Path, unbuffered: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "captions", "credit", "AP"]
        ran = subprocess.run(command, cwd=tmp_path, env=env, stdout=full, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert (ran.returncode, ran.stderr) == (2, "captions: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("aud", {"audit"}),
        ("agreement un", {"undo"}),
        ("audit --format ht", {"html"}),
        ("audit --base", {"--baseline"}),
        ("correct ", {"list", "undo"}),
        ("correct --cr", {"--creator"}),
        ("waive --un", {"--until"}),
        ("waive undo --re", {"--reason"}),
        ("db ru", {"runs"}),
        ("agency mer", {"merge", "merges"}),
        ("agency show Reut", {"Reuters"}),
        ("agency merge nobody Reut", {"Reuters"}),
        ("agency add New --parent Reut", {"Reuters"}),
    ],
)
def test_a_shell_completes_what_is_typed(tmp_path: Path, typed: str, expected: set[str]) -> None:
    """Complete words as bash does, with the program's own script."""
    bin_folder = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    script = (
        'eval "$(captions --show-completion bash)"; complete -p captions >/dev/null || exit 3; '
        'COMP_WORDS=(captions "$@"); COMP_CWORD=$#; _captions_completion captions; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    words = typed.split(" ")
    command = ["bash", "--norc", "-c", script, "bash", *words]
    ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, set(ran.stdout.split()), ran.stderr) == (0, expected, "")


# --- ingest


def test_ingest_counts_what_it_reads_and_reads_nothing_twice(run: Run) -> None:
    first, second = run("ingest", SAMPLES), run("ingest", SAMPLES)
    assert re.fullmatch(
        r"read 14, new 14, changed 0, unchanged 0, failed 0; \d\d captions, \d\d occurrences\n", first.out
    )
    assert second.out == "read 14, new 0, changed 0, unchanged 14, failed 0\n"
    assert (first.code, second.code, first.err) == (0, 0, "")


def test_a_changed_article_replaces_its_captions(run: Run, write: Write, tmp_path: Path) -> None:
    run("ingest", write(tmp_path / "a.txt"))
    write(tmp_path / "a.txt", "RUNE ASKELAND/AFP")
    assert run("ingest", "a.txt").out == "read 1, new 0, changed 1, unchanged 0, failed 0; 1 caption, 1 occurrence\n"
    uses = json.loads(run("find", "pontoon", "--format", "json").out)["uses"]
    assert [use["credit"] for use in uses] == ["RUNE ASKELAND/AFP"]


def test_folders_are_read_recursively_without_hidden_files(
    run: Run, article: str, write: Write, tmp_path: Path
) -> None:
    for name in ("a.txt", "b/c.md", "b/d.TEXT", "b/.hidden.txt", ".git/e.txt", "b/f.pdf"):
        write(tmp_path / "in" / name)
    (tmp_path / "in" / "g.txt.gz").write_bytes(gzip.compress(article.encode()))
    ran = run("parse", "in")
    sources = [article["source"] for article in json.loads(ran.out)["articles"]]
    assert sources == ["in/a.txt", "in/g.txt.gz", "in/b/c.md", "in/b/d.TEXT"]


def test_one_file_is_one_article_however_it_is_named(run: Run, write: Write, tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "a.txt")
    assert run("ingest", "in/a.txt", "./in/a.txt", path, "in").out.startswith("read 1, new 1")
    assert run("ingest", "in/../in/a.txt").out.startswith("read 1, new 0")


def test_standard_input_is_identified_by_its_content(run: Run, article: str) -> None:
    text = article.format(credit="JANE DOE/AP").encode()
    assert run("ingest", "-", stdin=text).out.startswith("read 1, new 1")
    assert run("ingest", "-", stdin=text).out.startswith("read 1, new 0, changed 0, unchanged 1")
    assert run("ingest", "-", stdin=text + b"More.").out.startswith("read 1, new 1")


def test_ingest_as_json(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").touch()
    assert json.loads(run("ingest", "a.txt", "b.txt", "--format", "json").out) == {
        "version": 1, "run": 1, "read": 1, "new": 1, "changed": 0, "unchanged": 0, "failed": 1,
        "elsewhere": 0, "captions": 1, "occurrences": 1, "notes": {},
        "failures": [{"source": "b.txt", "reason": "an empty file"}],
    }  # fmt: skip


def test_a_register_is_used_and_its_changes_make_articles_be_read_again(run: Run, write: Write, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "JANE DOE/Northlight Picture Agency")
    register = tmp_path / "own.toml"
    register.write_text('[[agency]]\nname = "Other"\nkind = "agency"\n', encoding="utf-8")
    run("ingest", "a.txt", "--agencies", register)
    assert run("ingest", "a.txt", "--agencies", register).out.startswith("read 1, new 0, changed 0, unchanged 1")
    register.write_text(
        '[[agency]]\nname = "Northlight"\nkind = "agency"\naliases = ["Northlight Picture Agency"]\n', encoding="utf-8"
    )
    assert run("ingest", "a.txt", "--agencies", register).out.startswith("read 1, new 0, changed 1")
    rows = json.loads(run("usage", "--format", "json").out)["rows"]
    assert [(row["supplier"], row["uses"]) for row in rows] == [("Northlight", 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "cannot be read"), ("x = [", "not valid TOML"), ('[[agency]]\nkind = "agency"\n', "'name' is missing")],
)
def test_a_broken_register_is_reported(run: Run, write: Write, tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    ran = run("ingest", write(tmp_path / "a.txt"), "--agencies", "own.toml")
    assert ran.code == 2
    assert re.fullmatch(rf"captions: own\.toml.*{message}.*\n", ran.err)
    assert not (tmp_path / "captions.db").exists()


# --- the demo


def test_a_register_next_to_the_database_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agencies.toml").write_text(
        '[[agency]]\nname = "Tidewater Pictures"\nkind = "agency"\n', encoding="utf-8"
    )
    ran = run("agency", "show", "Tidewater Pictures", "--db", str(tmp_path / "captions.db"), "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["agencies"][0]["name"] == "Tidewater Pictures"


def test_the_demo_runs(tmp_path: Path) -> None:
    program = tmp_path / "captions"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m captions "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    env = {**os.environ, "BIN": str(tmp_path), "DB": str(tmp_path / "demo.db"), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(["/bin/sh", ROOT / "samples" / "demo.sh"], env=env, capture_output=True, text=True)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    commands = [line.split()[2] for line in ran.stdout.splitlines() if line.startswith("$ captions ")]
    assert [c for c in ("ingest", "audit", "usage", "clean") if c not in commands] == []
