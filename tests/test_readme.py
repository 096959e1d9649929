"""Run the examples in the README and docs/, and compare their exact output.

The blocks of a document run in order, in one temporary folder with samples/ in it.

- ``console``: a shell runs each line that begins with ``$ ``; the lines after it must equal its output.
- ``python``: run by doctest.
- ``toml``: must parse; with ``[[agency]]`` or ``staff`` it must load as a register.
- ``sql``: a query of captions.db; a ``text`` block right after it must equal the result, columns separated by `` | ``.
- A name after the language (``toml newsroom.toml``) writes the block to a file of that name first.

The tables in docs/how_pages_are_read.md must equal what ``captions parse --explain`` writes for its example page.

``CAPTIONS_RENEW_DOCS=1 pytest tests/test_readme.py`` writes today's output into the documents instead of comparing.
Read the diff before committing it, because users will see it.
"""

from __future__ import annotations

import difflib
import doctest
import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from captions.lexicon import tables
from captions.lexicon.vocabulary import load
from tests.support import command_docs, warm
from tests.support.paths import ROOT

README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"
"""Its examples need a server: see tests/desk/test_api_docs.py."""
DOCUMENTS = [README, *sorted(path for path in (ROOT / "docs").glob("*.md") if path != API)]
PAGES = ROOT / "docs" / "how_pages_are_read.md"
COMMANDS = ROOT / "docs" / "commands.md"
RENEW = os.environ.get("CAPTIONS_RENEW_DOCS") == "1"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?!\w+:)([^)#\s]+)[^)]*\)")


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put a command ``captions`` that starts at once before all others."""
    with warm.commands(tmp_path_factory.mktemp("warm")) as folder, pytest.MonkeyPatch.context() as patch:
        path = (folder, Path(sys.executable).parent, os.environ.get("PATH", ""))
        patch.setenv("PATH", os.pathsep.join(map(str, path)))
        yield


def _environment(folder: Path) -> dict[str, str]:
    inherited = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "API", "TOKEN") if name in os.environ
    }
    return {
        **inherited,
        "HOME": str(folder),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        # Otherwise stderr would appear before stdout.
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def _shell(command: str, folder: Path) -> str:
    ran = subprocess.run(  # noqa: S602 - our own documents, run as a reader would
        command,
        shell=True,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return ran.stdout.decode("utf-8")


def _console(body: str, folder: Path) -> str:
    """Return a transcript with the current output of each command in ``body``."""
    parts: list[str] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            printed = _shell(line[2:], folder)
            parts.append(f"{line}\n{printed}")
    assert parts, f"a console block without a command: {body}"
    return "\n".join(part.strip("\n") for part in parts) + "\n"


def _python(body: str, document: Path, scope: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(body, scope, document.name, str(document), 0)
    assert test.examples, f"a python block without an example: {body}"
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)
    scope.update(test.globs)


def _toml(body: str, folder: Path) -> None:
    tables = tomllib.loads(body)
    if {"agency", "staff"} & set(tables):
        path = folder / "shown.toml"
        path.write_text(body, encoding="utf-8")
        words = load(path)
        assert all(row["name"] in words.agencies for row in tables.get("agency", []))


def _sql(body: str, folder: Path) -> str:
    with closing(sqlite3.connect(folder / "captions.db")) as connection:
        rows = connection.execute(body).fetchall()
    return "".join(" | ".join("" if value is None else str(value) for value in row) + "\n" for row in rows)


def rerun(document: Path, folder: Path) -> str:
    """Return the document with the current output of its blocks."""
    (folder / "samples").symlink_to(ROOT / "samples")
    text = document.read_text(encoding="utf-8")
    scope: dict[str, object] = {}
    answer: str | None = None
    out: list[str] = []
    at = 0
    for block in _BLOCK.finditer(text):
        language, name, body = block[1], block[2], block[3]
        if name:
            (folder / name).write_text(body, encoding="utf-8")
        if language == "console":
            body = _console(body, folder)
        elif language == "python":
            _python(body, document, scope)
        elif language == "toml":
            _toml(body, folder)
        elif language == "text" and answer is not None:
            body = answer
        answer = _sql(body, folder) if language == "sql" else None
        out += [text[at : block.start(3)], body]
        at = block.end(3)
    return "".join([*out, text[at:]])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_shows_what_the_program_does(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTIONS_DB", raising=False)
    printed, today = document.read_text(encoding="utf-8"), rerun(document, tmp_path)
    if RENEW and printed != today:
        document.write_text(today, encoding="utf-8")
        pytest.skip("written anew; read the diff")
    diff = difflib.unified_diff(printed.splitlines(), today.splitlines(), "shown", "today", lineterm="")
    assert printed == today, "\n".join(diff)


def test_the_example_page_is_explained_with_its_sums(tmp_path: Path) -> None:
    text = PAGES.read_text(encoding="utf-8")
    html = next(block[3] for block in _BLOCK.finditer(text) if block[2] == "ferry.html")
    (tmp_path / "ferry.html").write_text(html, encoding="utf-8")
    (article,) = json.loads(_shell("captions parse --explain ferry.html", tmp_path))["articles"]
    (line,) = article["boxes"][0]["lines"]
    today = text
    for name, rows in (("readings", _readings(line)), ("evidence", _evidence(line))):
        start, end = f"<!-- {name} -->\n\n", "\n<!-- end -->"
        before, _, rest = today.partition(start)
        today = before + start + "".join(f"| {' | '.join(row)} |\n" for row in rows) + end + rest.partition(end)[2]
    if RENEW and text != today:
        PAGES.write_text(today, encoding="utf-8")
        pytest.skip("written anew; read the diff")
    assert text == today, "run this test with CAPTIONS_RENEW_DOCS=1"


def _readings(line: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a table of all readings of a line with their sums, the winner in bold."""
    yield "Caption", "Credit", "Sum"
    yield "---", "---", "---:"
    for reading in sorted(line["readings"], key=lambda reading: -reading["sum"]):
        total = f"{reading['sum']:.2f}"
        yield reading["caption"] or "", reading["credit"] or "", f"**{total}**" if reading["wins"] else total


def _evidence(line: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a table of the evidence for the reading of a line that wins."""
    yield "Read as", "Evidence", "Weight", "Why"
    yield "---", "---", "---:", "---"
    (winner,) = [reading for reading in line["readings"] if reading["wins"]]
    for kind in ("caption", "credit"):
        table = tables.load("evidence.toml").table(f"page-{kind}").tables()
        for name, weight in winner[f"{kind}_evidence"].items():
            yield kind, f"`{name}`", f"{weight:.2f}", table[name].text("why")
    yield "", "**Sum**", f"**{winner['sum']:.2f}**", "above 0, and the highest"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_transcript_shows_an_internal_error(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert "internal error" not in text


def test_the_reference_lists_the_commands_as_they_are() -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    start, end = command_docs.START, command_docs.END
    today = text.partition(start)[0] + start + command_docs.written() + "\n" + end + text.partition(end)[2]
    if RENEW and text != today:
        COMMANDS.write_text(today, encoding="utf-8")
        pytest.skip("written anew; read the diff")
    assert text == today, "run this test with CAPTIONS_RENEW_DOCS=1"


def test_the_readme_fits_on_six_screens() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    "document",
    [*DOCUMENTS, ROOT / "samples" / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"],
    ids=lambda p: str(p.name),
)
def test_links_work(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_first_screen_shows_a_task() -> None:
    """Require that the first screen turns an article into captions, clean text and an audit."""
    first = README.read_text(encoding="utf-8").split("\n## ", 1)[0]
    commands = re.findall(r"^\$ (.*)$", first, re.MULTILINE)
    assert [command.split()[:2] for command in commands] == [
        ["cat", "samples/first.txt"],
        ["captions", "ingest"],
        ["captions", "find"],
        ["captions", "clean"],
        ["captions", "audit"],
    ]
