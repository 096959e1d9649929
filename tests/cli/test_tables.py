"""Test that tables fit the terminal and cut no word, at several widths.

After an intended change, run ``CAPTIONS_RENEW_GOLDEN=1 pytest tests/cli/test_tables.py`` and read the diff.
"""

from __future__ import annotations

import os
import re
import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from captions.report.rows import Column
from captions.report.table_widths import fitted, shortened_path, wrapped
from tests.cli.test_archive import GOLDEN, newsroom, store  # noqa: F401 - fixtures
from tests.support.commands import COMMANDS, build

if TYPE_CHECKING:
    from tests.conftest import Run

LISTINGS = {
    "find": "find a --limit 12",
    "find_picture": "find --picture 2024-11-15-06-1.jpg",
    "usage": "usage --by supplier --by publication --also articles --also days --limit 8",
    "usage_agreements": "usage --agreements --on 2025-05-01",
    "agreement_list": "agreement list --all",
    "license_list": "license list --all",
    "agency_list": "agency list --used",
    "publication_list": "publication list",
    "show": "show 41",
    "forget_list": "forget list",
    "statement": "statement Reuters --period 2025",
}
_CHANGES = {"add", "merge", "alias", "import", "renew", "end", "undo", "scan", "stamp", "upgrade", "backup"}
READING = [
    case["run"]
    for case in COMMANDS
    if not _CHANGES & set(case["id"].split()) and case["id"].split()[0] not in ("ingest", "clean", "clean-folder")
    and case["id"] not in ("correct", "waive", "forget", "serve", "version", "help", "bad usage", "credit", "parse")
]  # fmt: skip
_SIGNS = "/_|;,=&?#"
RULE = re.compile("^─+$", re.MULTILINE)


@pytest.mark.parametrize("width", ["80", "140"])
@pytest.mark.parametrize("name", LISTINGS)
def test_listings_of_the_archive(newsroom: Run, name: str, width: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("COLUMNS", width)
    if name == "forget_list":
        article = "samples/archive/harbor-echo/2024-11-15-06.html"
        assert newsroom("forget", article, "--yes", "--reason", "a test", "--who", "kim").code == 0
    out = newsroom(*shlex.split(LISTINGS[name])).out.replace(date.today().isoformat(), "2026-12-01")
    path = GOLDEN / "tables" / f"{name}.{width}.txt"
    if os.environ.get("CAPTIONS_RENEW_GOLDEN"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")
    assert max(map(cell_len, out.splitlines())) <= int(width)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk")
    build(path)
    return path


@pytest.mark.parametrize("command", READING)
def test_no_table_is_too_wide_or_cuts_a_word(
    run: Run, folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "4000")
    words = set(run(*shlex.split(command)).out.split())
    for width in (80, 100, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        for table in tables(run(*shlex.split(command)).out):
            assert max(map(cell_len, table)) <= width, command
            assert [word for line in table for word in line.split() if not is_whole(word, words)] == [], command


def tables(out: str) -> list[list[str]]:
    """Return the tables of an output, each as its lines: paragraphs with a rule below the header."""
    return [part.split("\n") for part in out.split("\n\n") if RULE.search(part)]


def is_whole(word: str, words: set[str]) -> bool:
    """Return whether a word is whole, marked as cut, or a part between the signs of a longer one."""
    if word in words or "…" in word or set(word) <= set("─\\"):
        return True
    return any(
        (at == 0 or other[at - 1] in _SIGNS) and (at + len(word) == len(other) or word[-1] in _SIGNS)
        for other in words
        if (at := other.find(word)) >= 0
    )


texts = st.text(st.sampled_from("abcé漢字/-_ .,"), max_size=40).map(lambda text: " ".join(text.split()))


@given(texts, st.integers(4, 30))
def test_wrapped_text_fits_and_keeps_its_words(text: str, width: int) -> None:
    lines = wrapped(text, width).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    if not any("…" in line for line in lines):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.sampled_from(("news", "07-echo.txt", "a", "漢字")), min_size=1, max_size=6), st.integers(2, 30))
def test_a_short_path_keeps_the_end_of_the_path(parts: list[str], width: int) -> None:
    path = "/".join(parts)
    short = shortened_path(path, width)
    assert cell_len(short) <= width
    assert path.endswith(short.removeprefix("…"))


def test_the_last_folders_give_way_first() -> None:
    assert shortened_path("samples/archive/07-bibliothek.txt", 20) == "…/07-bibliothek.txt"


columns = st.lists(
    st.builds(
        Column, st.just("k"), st.sampled_from(("No.", "Supplier", "Text")), number=st.booleans(), wide=st.booleans(),
        path=st.booleans(), rank=st.sampled_from((0, 0, 1, 2)),
    ), min_size=1, max_size=6,
)  # fmt: skip


@given(columns, st.integers(30, 120), st.data())
def test_columns_fit_the_width(some: list[Column], width: int, data: st.DataObject) -> None:
    cells = [data.draw(st.lists(texts, min_size=2, max_size=2)) for _ in some]
    chosen, widths, gap = fitted(some, cells, width)
    assert all(at in chosen for at, column in enumerate(some) if not column.rank)
    numbers = sum(own for at, own in zip(chosen, widths, strict=True) if some[at].number)
    if numbers + (gap + 1) * len(chosen) <= width:
        assert sum(widths) + gap * (len(chosen) - 1) <= width
