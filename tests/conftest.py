"""Run the real program in this process, in its own folder, for the tests of the command line."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import captions_db as db
import pytest
from hypothesis import settings
from sqlalchemy import Engine

from captions.cli import main
from tests.support import server
from tests.support.engines import OnPostgresql, OnSqlite, Stores

# Tables have the width for a pipe, whatever the terminal of the tests is.
os.environ.pop("COLUMNS", None)
# Each run tests the same cases, so that unrelated changes never fail; CAPTIONS_SEARCH=20 looks for 20 times as many.
settings.register_profile("repeatable", derandomize=True, database=None)
if "CAPTIONS_SEARCH" not in os.environ:
    settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Stores]:
    """Return databases of a PostgreSQL server for these tests; skip the test if PostgreSQL is not installed."""
    folder = server.programs()
    if folder is None:
        pytest.skip(server.HOW_TO_RUN)
    with server.running(folder) as socket_folder:
        yield OnPostgresql(socket_folder)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Return databases in files."""
    return OnSqlite(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Return places for stores, on each supported kind of database."""
    found: Stores = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(stores: Stores) -> Iterator[Engine]:
    """Return an empty store."""
    engine = db.open_store(stores.empty(), create=True)
    yield engine
    engine.dispose()


@dataclass(frozen=True)
class Ran:
    """The result of a run of the program."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Write = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``captions`` with arguments in an empty folder; ``stdin`` is bytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTIONS_DB", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CAPTIONS_TRACEBACK", "1")

    def captions(*arguments: str | Path, stdin: bytes = b"") -> Ran:
        capsys.readouterr()
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given, encoding="utf-8"))
            code = main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return Ran(code, output.out, output.err)

    return captions


ARTICLE = """The ferry is back

The first boat left at dawn, and nobody seemed to mind the rain.

Passengers queue on the new pontoon at Pier Two in Harbor City. (photo credit: {credit})

Tickets will stay at their old price until the end of the year.
"""


def write_article(path: Path, credit: str = "ODALYS FENWICK/REUTERS") -> Path:
    """Return an article with a caption."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ARTICLE.format(credit=credit), encoding="utf-8")
    return path


@pytest.fixture
def write() -> Write:
    """Write an article with a caption to a path, optionally with another credit line."""
    return write_article


@pytest.fixture
def article() -> str:
    """The text of that article, with ``{credit}`` for the credit line."""
    return ARTICLE


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ingest two articles with conflicting credits, one without a creator, and a file without an article."""
    folder = tmp_path_factory.mktemp("archive")
    write_article(folder / "a.txt")
    write_article(folder / "b.txt", "RUNE ASKELAND/AFP")
    (folder / "c.txt").write_text("Rain again\n\nIt rained.\n\nA wet dog in the park. Foto: dpa\n", encoding="utf-8")
    (folder / "d.txt").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTIONS_DB", raising=False)
        for arguments in (
            ["a.txt", "--publication", "Echo", "--published", "2024-05-18"],
            ["b.txt", "--publication", "Post", "--published", "2023-01-01"],
            ["c.txt", "d.txt"],
        ):
            assert main(["ingest", *arguments]) == 0
    return folder


@pytest.fixture
def three(run: Run, archive: Path, tmp_path: Path) -> Run:
    """Run the program in a folder with a copy of the archive."""
    shutil.copytree(archive, tmp_path, dirs_exist_ok=True)
    return run
