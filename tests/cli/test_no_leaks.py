"""No output of any command contains the password of a database, SQL, or a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from captions.cli.commands import app
from tests.support import pictures as p
from tests.support.engines import Stores

if TYPE_CHECKING:
    from tests.conftest import Run, Write

PASSWORD = "hunter2"  # noqa: S105 - of no database
WHO = ("--who", "kim", "--reason", "asked the desk")
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "ingest": (("a.txt",), ("--failures",), ("no.txt",), ("a.txt", "--format", "json")),
    "audit": ((), ("--format", "json"), ("--format", "html"), ("--run", "9"), ("-o", "audit.csv", "--format", "csv")),
    "check": (("a.txt",), ("no.txt",), ("a.txt", "--format", "json", "--fail-on", "never")),
    "usage": ((), ("--agreements",), ("--by", "month", "--limit", "99999999999999999999")),
    "statement": (("Reuters", "--period", "2024"), ("nosuch", "--period", "2024"), ("Reuters", "--period", "x")),
    "find": (("pontoon",), ("nosuch",)),
    "show": (("1",), ("a.txt",), ("nosuch",), ("1", "--evidence", "-o", "use.html"), ("99999999999999999999",)),
    "export": (("use_in_words",), ("nosuch",), ("--to", "ninjs", "-o", "out")),
    "serve": ((), ("--settings",)),
    "desk it": (("--host", "0.0.0.0"),),  # noqa: S104 - refused
    "clean": (("1",), ("nosuch",), ("a.txt",), ("a.txt", "--for", "web"), ("1", "--for", "web")),
    "agency list": ((), ("--used",)),
    "agency show": (("Reuters",), ("nosuch",)),
    "agency merges": ((),),
    "creator merge": (("Odalys Fenwick", "O. Fenwick", *WHO), ("A", "B", "--undo", *WHO)),
    "creator merges": ((),),
    "publication list": ((),),
    "publication merge": (("Echo", "Post", *WHO), ("A", "B", "--undo", *WHO)),
    "publication alias": (("Echo", "The Echo", *WHO),),
    "publication merges": ((),),
    "agreement add": (("Reuters", "--quota", "500/month"), ("Reuters", "--quota", "9999999999/month")),
    "agreement list": ((), ("--all",)),
    "agreement show": (("1",), ("99999999999999999999",)),
    "agreement end": (("9", "--on", "2026-01-01", *WHO),),
    "agreement renew": (("1", "--to", "2030"), ("9", "--to", "2030")),
    "agreement undo": (("1", *WHO), ("99999999999999999999", *WHO)),
    "license add": (("--invoice", "R-9", "--asset", "841304270"), ("--invoice", "R-9", "--asset", "7")),
    "license import": (("agreements.csv",), ("no.csv",)),
    "license list": ((), ("--expiring", "30d")),
    "license undo": (("1", *WHO), ("99999999999999999999", *WHO)),
    "agreement import": (("agreements.csv",),),
    "agreement export": ((),),
    "correct it": (("ODALYS FENWICK/REUTERS", "--supplier", "AFP", *WHO), ("nosuch line", "--supplier", "AFP", *WHO)),
    "correct list": ((),),
    "correct undo": (("1", *WHO), ("99999999999999999999", *WHO)),
    "waive it": (("CR301", "--supplier", "AFP", *WHO), ("CR101", "--use", "99999999999999999999", *WHO)),
    "waive list": ((),),
    "waive undo": (("1", *WHO), ("99999999999999999999", *WHO)),
    "forget it": (("nosuch",), ("a.txt", "--dry-run"), ("--run", "99999999999999999999"), ("a.txt", "--yes", *WHO)),
    "forget list": ((),),
    "forget undo": (("1", *WHO), ("99999999999999999999", *WHO)),
    "images scan": (("pictures",),),
    "images check": ((),),
    "images find": (("pictures/a.jpg",), ("no.jpg",)),
    "images sheet": (("-o", "sheet.html"),),
    "images stamp": (
        ("pictures/a.jpg", "-o", "b.jpg", "--from-use", "1"),
        ("pictures/a.jpg", "-o", "c.jpg", "--from-use", "9"),
        ("--from-article", "nosuch", "-o", "stamped"),
        ("pictures/a.jpg", "--replace", "--credit-line", "AP"),
    ),
    "db info": ((), ("--format", "json")),
    "db runs": ((),),
    "db upgrade": ((),),
    "db check": ((),),
    "db merge": (("no.db",),),
    "db backup": (("backup.db",),),
    # Last, because reading a register of one's own takes a second.
    "agency add": (("Tidewater Pictures",),),
    "agency alias": (("Reuters", "Rtrs Pictures"),),
    "agency merge": (("Tidewater Pictures", "Reuters", *WHO), ("nosuch", "Reuters", *WHO)),
}
"""Every command that takes a database, with arguments for its results and its errors."""
CASES = [(name, arguments) for name, lists in COMMANDS.items() for arguments in lists]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the program's commands by their full names."""
    if not hasattr(group, "commands"):
        yield " ".join(path), group
        return
    for name in group.commands:
        yield from commands(group.commands[name], (*path, name))


def test_every_command_that_takes_a_database_is_here() -> None:
    found = {name for name, it in commands(get_command(app)) if any(o.name == "db_url" for o in it.params)}
    assert found == set(COMMANDS)


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    """Return a folder with what the commands read."""
    write(tmp_path / "a.txt")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(p.jpeg())
    shutil.copy(Path(__file__).parents[2] / "samples" / "agreements.csv", tmp_path)
    return tmp_path


def outputs(run: Run, folder: Path, name: str, arguments: tuple[str, ...], url: str) -> str:
    """Return all that a command writes to its output and to files."""
    words = [word for word in name.split() if word != "it"]
    before = set(folder.rglob("*"))
    ran = run(*words, *arguments, "--db", url)
    written = [path.read_bytes().decode(errors="replace") for path in set(folder.rglob("*")) - before if path.is_file()]
    return "".join((ran.out, ran.err, *written))


def test_no_command_shows_the_password_of_its_database(
    run: Run, folder: Path, postgresql: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAPTIONS_TRACEBACK")
    url = postgresql.place().replace("captions@", f"captions:{PASSWORD}@")
    for name, arguments in CASES:
        shown = outputs(run, folder, name, arguments, url)
        assert PASSWORD not in shown, (name, arguments)
        assert "internal error" not in shown, (name, arguments, shown)
    monkeypatch.setenv("CAPTIONS_DB", url)
    for name in COMMANDS:
        assert PASSWORD not in run(*name.replace(" it", "").split(), "--help").out


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://127.0.0.1:1/x?password={PASSWORD}",
        f"postgresql:/me:{PASSWORD}@127.0.0.1/x",
    ],
)
def test_no_command_shows_the_password_of_a_database_that_it_cannot_use(
    run: Run, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAPTIONS_TRACEBACK")
    for name, arguments in CASES:
        shown = outputs(run, folder, name, arguments, url)
        assert PASSWORD not in shown, (name, arguments)
        assert "internal error" not in shown, (name, arguments, shown)


def test_an_internal_error_of_the_database_shows_no_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import captions_db as db

    engine = db.open_store("captions.db", create=True)
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TABLE waiver")
    engine.dispose()
    monkeypatch.delenv("CAPTIONS_TRACEBACK")
    ran = run("waive", "CR301", "--supplier", "Ana Lima wept at the quay", *WHO)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == (
        "captions: internal error, please report it: InternalStoreError: OperationalError (SQLITE_ERROR) in "
        "captions.db; for details, set CAPTIONS_TRACEBACK=1"
    )
    assert "INSERT" not in ran.err and "SELECT" not in ran.err
