"""Carry out the recipes of CONTRIBUTING.md on a copy of the program, with the examples that the page shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

_EXAMPLE = re.compile(r"^( *)```\w+ (\S+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    (title, block[2]): re.sub(f"^{block[1]}", "", block[3], flags=re.MULTILINE)
    for title, _, section in (
        part.partition("\n") for part in (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## ")
    )
    for block in _EXAMPLE.finditer(section)
}
RECIPES = {
    "label": "Add a credit label",
    "agency": "Add an agency",
    "code": "Add an audit code",
    "format": "Add an input format",
    "markup": "Read a caption or a credit in a new markup shape",
}


class Checkout:
    """A copy of the program in a folder, to edit and run."""

    def __init__(self, folder: Path) -> None:
        """Copy the packages of the program."""
        self.folder = folder
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "captions", folder / "captions", ignore=ignore)
        shutil.copytree(ROOT / "db" / "captions_db", folder / "db" / "captions_db", ignore=ignore)

    def insert(self, recipe: str, path: str, before: str) -> None:
        """Insert the example for a file before the first match of a pattern; without a pattern, create the file."""
        text = EXAMPLES[RECIPES[recipe], path]
        file = self.folder / path
        if not before:
            file.write_text(text, encoding="utf-8")
            return
        old = file.read_text(encoding="utf-8")
        found = re.search(before, old, re.MULTILINE)
        assert found, f"{path} has no {before}"
        file.write_text(old[: found.start()] + text + old[found.start() :], encoding="utf-8")

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run a command of the copy, and return its JSON."""
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(self.folder), str(self.folder / "db")))}
        command = [sys.executable, "-m", "captions", *arguments]
        ran = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout) if ran.stdout.startswith("{") else {}

    def credit(self, line: str) -> dict[str, Any]:
        """Read a credit line with the copy."""
        found: dict[str, Any] = self.run("credit", line, "--format", "json")["credits"][0]
        return found


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def case(recipe: str, path: str) -> dict[str, Any]:
    """Return the test case that a recipe adds to a file."""
    (row,) = tomllib.loads(EXAMPLES[RECIPES[recipe], path])["case"]
    return dict(row)


def test_every_recipe_is_on_the_page_and_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [title for title in RECIPES.values() if f"\n## {title}\n" not in text] == []
    paths = set(re.findall(r"`((?:captions|tests|docs)/[\w/.]+)`", text))
    new = {path for _, path in EXAMPLES if not (ROOT / path).exists()}
    assert {path for path in paths if not (ROOT / path).exists()} <= new
    assert new == {"captions/sources/wire.py"}


def test_a_credit_label_is_one_word_in_a_table(checkout: Checkout) -> None:
    added = case("label", "tests/cases/credits/labels.toml")
    assert checkout.run("parse", *article(checkout, added["line"]))["articles"][0]["captions"] == []
    checkout.insert("label", "captions/data/labels.toml", r"(?<=^\[de\]\nbefore = \[\n)")
    (caption,) = checkout.run("parse", *article(checkout, added["line"]))["articles"][0]["captions"]
    assert caption["credit"]["line"] == "Petra Holm"
    assert_read(checkout, added)


def article(checkout: Checkout, line: str) -> list[str]:
    """Write an article in which only its label makes the line a credit."""
    path = checkout.folder / "a.txt"
    path.write_text(
        f"The ferry is back\n\nIslanders queue at the pier.\n{line.removesuffix('/dpa')}\n\nIt left at dawn again.\n",
        encoding="utf-8",
    )
    return [path.name]


def assert_read(checkout: Checkout, added: dict[str, Any]) -> None:
    read = checkout.credit(added["line"])
    assert {key: read[key] for key in ("creators", "agencies", "supplier")} == {
        key: added[key] for key in ("creators", "agencies", "supplier")
    }


def test_an_agency_is_one_entry_in_the_register(checkout: Checkout) -> None:
    added = case("agency", "tests/cases/credits/agencies.toml")
    assert checkout.credit(added["line"])["supplier"] == "Tidewatr Pictures"
    checkout.insert("agency", "captions/data/agencies.toml", r"^\[\[agency\]\]")
    assert_read(checkout, added)


def test_an_audit_code_is_one_row_and_one_rule(checkout: Checkout) -> None:
    checkout.insert("code", "captions/audit/credit_rules.py", r"^def agency_only")
    checkout.insert("code", "captions/audit/codes.py", r'^    \w+\(\n        "CR201"')
    added = case("code", "tests/cases/audit_codes.toml")
    article(checkout, f"(Photo: {added['articles'][0][0]['credit']})")
    checkout.run("ingest", "a.txt")
    report = checkout.run("audit", "--format", "json", "--code", added["code"])
    (finding,) = report["findings"]
    line = EXAMPLES[RECIPES["code"], "docs/audit.md"].strip()
    assert line == f"| {finding['code']} | {finding['severity']} | {finding['meaning']} | {finding['fix']} |"
    assert finding["message"] == "in capitals: JO REED/REUTERS"
    assert finding["command"].startswith("captions waive CR108 --line")


def test_an_input_format_is_one_row_and_one_reader(checkout: Checkout) -> None:
    (checkout.folder / "a.dat").write_bytes(b"#WIRE\nIslanders queue at the pier. (Photo: Jo Reed/Reuters)\n")
    checkout.insert("format", "captions/sources/wire.py", "")
    checkout.insert("format", "captions/sources/formats.py", r'^    FileFormat\("text",')
    formats = checkout.folder / "captions" / "sources" / "formats.py"
    formats.write_text(formats.read_text("utf-8").replace("xml_stream", "wire, xml_stream", 1), "utf-8")
    (read,) = checkout.run("parse", "a.dat")["articles"]
    assert [caption["text"] for caption in read["captions"]] == ["Islanders queue at the pier."]
    assert "#WIRE" not in read["captions"][0]["occurrences"][0]["text"]


def test_a_container_is_recognized_by_one_word_in_a_table(checkout: Checkout) -> None:
    added = case("markup", "tests/cases/pages/named.toml")
    (checkout.folder / "a.html").write_text(added["html"], encoding="utf-8")
    checkout.insert("markup", "captions/data/markup.toml", r"(?<=^\[credit\]\nwords = \[\n)")
    (read,) = checkout.run("parse", "a.html")["articles"]
    assert [(c["text"], c["credit"]["line"]) for c in read["captions"]] == [
        (c["text"], c["credit"]) for c in added["captions"]
    ]
    assert read["text"] == added["text"].strip()
