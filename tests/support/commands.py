"""A folder in which every command can run, and every command with arguments for it (``tests/cases/commands.toml``)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from captions.cli import main
from tests.support.case_files import cases
from tests.support.paths import SAMPLES

COMMANDS = cases("commands.toml")

_ARTICLE = """The ferry is back

The first boat left at dawn, and nobody seemed to mind the rain.

Passengers queue on the new pontoon at Pier {number} in Harbor City. (photo credit: {credit})

Tickets will stay at their old price until the end of the year.
"""
_BEFORE = (
    ["ingest", "a.txt", "b.txt", "stored"],
    ["agreement", "add", "Reuters", "--from", "2020", "--scope", "print"],
    ["agreement", "add", "AFP", "--from", "2020", "--to", "2030"],
    ["license", "add", "--invoice", "R-17", "--image", "https://img.example/pier.jpg", "--to", "2030"],
    ["correct", "RUNE ASKELAND/AFP", "--supplier", "AFP", "--reason", "test"],
    ["waive", "CR301", "--supplier", "dpa", "--reason", "test"],
    ["ingest", "articles"],
    ["forget", "articles/d.txt", "--yes", "--reason", "test"],
    ["images", "scan", "pictures"],
    ["audit", "--format", "json", "-o", "earlier.json"],
    ["archive", "read", "a.txt", "-o", "parsed"],
    ["ingest", "b.txt", "c.txt", "--db", "other.db"],
)


def build(folder: Path) -> None:
    """Fill an empty folder with articles, pictures, the register own.toml, and a database with decisions."""
    for number, (name, credit) in enumerate(
        (
            ("a.txt", "ODALYS FENWICK/REUTERS"),
            ("b.txt", "RUNE ASKELAND/AFP"),
            ("c.txt", "JO REED/AP"),
            ("articles/d.txt", "IDA QUILL/AP"),
            ("stored/gone.txt", "BRAM HOLLIS/dpa"),
        )
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(_ARTICLE.format(number=number, credit=credit), encoding="utf-8")
    (folder / "pictures").mkdir()
    for name in ("harbor.jpg", "piano.webp"):
        shutil.copy(SAMPLES / "pictures" / name, folder / "pictures")
    shutil.copy(SAMPLES / "agreements.csv", folder)
    (folder / "licenses.csv").write_text("invoice,asset,price,currency\nR-19,841304271,80,EUR\n")
    register = '[[agency]]\nname = "Tidewater Pictures"\nkind = "agency"\n'
    (folder / "own.toml").write_text(register, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        for arguments in _BEFORE:
            assert main(arguments) == 0
    shutil.rmtree(folder / "stored")
