"""Opening a store: every error is one line and changes nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import captions_db as db
import pytest
from captions_db.schema import HEAD

NOBODY = 65534

VERSION_TABLE = "CREATE TABLE alembic_version (version_num TEXT)"
"""The table of other programs that use Alembic."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "captions.db"
    db.open_store(str(path), create=True).dispose()
    return path


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def refused(url: str | Path, kind: type[db.BaseStoreError], *, create: bool) -> str:
    """Open an invalid store; return the message, which must be one line of plain text."""
    with pytest.raises(db.BaseStoreError) as caught:
        db.open_store(str(url), create=create, busy_timeout=0.05)
    assert caught.type is kind
    message = str(caught.value)
    assert message.isprintable()
    return message


def test_a_store_is_created_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "a b%20?#'é.db"
    for create in (True, True, False):
        engine = db.open_store(str(path), create=create)
        assert list(db.articles(engine)) == []
        engine.dispose()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_url_names_the_same_file(tmp_path: Path) -> None:
    db.open_store(f"sqlite:///{tmp_path}/captions.db", create=True).dispose()
    db.open_store(str(tmp_path / "captions.db")).dispose()


def test_how_connections_behave(store: Path) -> None:
    engine = db.open_store(str(store))
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:secret@host/db", "unknown database type 'mysql'"),
        ("oracle+x://me:secret@host/db", "unknown database type 'oracle+x'"),
        ("a\nb://x", "unknown database type 'a b'"),
        ("postgresql://me:secret@host:port/db", "invalid postgresql URL"),
        ("sqlite://captions.db", "three slashes"),
        ("sqlite:///captions.db?mode=ro", "no options"),
        ("sqlite://", "an SQLite database must be a file"),
        (":memory:", "an SQLite database must be a file"),
        ("", "an SQLite database must be a file"),
        ("a\0b", "an SQLite database must be a file"),
    ],
)
def test_unknown_schemes_and_odd_urls(url: str, message: str, create: bool) -> None:
    refusal = refused(url, db.UnknownSchemeError, create=create)
    assert message in refusal
    assert "secret" not in refusal


def test_no_database_is_created_without_create(tmp_path: Path) -> None:
    message = refused(tmp_path / "captions.db", db.MissingStoreError, create=False)
    assert message == f"no database at {tmp_path}/captions.db; run: captions ingest PATH"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_missing_folder(tmp_path: Path, create: bool) -> None:
    message = refused(tmp_path / "no" / "captions.db", db.MissingStoreError, create=create)
    assert message.startswith(f"no folder {tmp_path}/no for the database")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_is_not_a_store(tmp_path: Path, create: bool) -> None:
    assert "is not a file" in refused(tmp_path, db.NotAStoreError, create=create)


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "captions.db", db.MissingStoreError, create=True)


@pytest.mark.parametrize("create", [True, False])
def test_a_name_too_long_for_the_system(tmp_path: Path, create: bool) -> None:
    refused(tmp_path / ("x" * 5000), db.UnusableStoreError, create=create)


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("content", [b"A photo of a cat, and more.", b"SQLite format 2\0", b"\0"])
def test_another_file_does_not_change(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "cat\n.txt"
    path.write_bytes(content)
    message = refused(path, db.NotAStoreError, create=create)
    assert message.startswith(f"{tmp_path}/cat .txt is not an SQLite database")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("create", [True, False])
def test_a_damaged_database(tmp_path: Path, store: Path, create: bool) -> None:
    content = bytearray(store.read_bytes())
    content[100:] = b"\x7f" * (len(content) - 100)
    store.write_bytes(content)
    refused(store, db.NotAStoreError, create=create)
    assert store.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE recipe (name TEXT)"],
        [VERSION_TABLE],
        [VERSION_TABLE, "INSERT INTO alembic_version VALUES ('0001')"],
        [VERSION_TABLE, "INSERT INTO alembic_version VALUES ('ae1027a6acf0')"],
    ],
)
def test_a_database_of_another_program_does_not_change(tmp_path: Path, statements: list[str], create: bool) -> None:
    path = tmp_path / "recipes.db"
    for statement in statements:
        execute(path, statement)
    content = path.read_bytes()
    assert "is not a captions database" in refused(path, db.NotAStoreError, create=create)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_store_with_create(tmp_path: Path) -> None:
    path = tmp_path / "captions.db"
    path.touch()
    assert "is empty; run: captions ingest PATH" in refused(path, db.MissingStoreError, create=False)
    assert path.stat().st_size == 0
    db.open_store(str(path), create=True).dispose()
    db.open_store(str(path)).dispose()


@pytest.mark.parametrize("create", [True, False])
def test_a_newer_schema_is_rejected(store: Path, create: bool) -> None:
    execute(store, "UPDATE alembic_version SET version_num = '0999'")
    content = store.read_bytes()
    message = refused(store, db.NewerStoreError, create=create)
    assert message == f"{store} has schema 0999, newer than this program's {HEAD}; upgrade captions to use it"
    with pytest.raises(db.NewerStoreError):
        db.upgrade_store(str(store))
    assert store.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_an_older_schema_asks_for_an_upgrade(store: Path, create: bool) -> None:
    execute(store, "UPDATE alembic_version SET version_num = '0000'")
    message = refused(store, db.OlderStoreError, create=create)
    assert message == f"{store} has schema 0000, older than {HEAD}; run: captions db upgrade"


def test_a_locked_store_can_be_read_but_not_written(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        message = refused(store, db.LockedStoreError, create=True)
        assert message == (f"{store} is locked by another program; close it, or wait, then try again")
        db.open_store(str(store), busy_timeout=0.05).dispose()
    db.open_store(str(store), create=True, busy_timeout=0.05).dispose()


def test_an_exclusively_locked_store(tmp_path: Path) -> None:
    path = tmp_path / "captions.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE x (y)")
        other.execute("BEGIN EXCLUSIVE")
        for create in (True, False):
            refused(path, db.LockedStoreError, create=create)


def test_a_later_lock_is_one_line_too(store: Path) -> None:
    engine = db.open_store(str(store), create=True, busy_timeout=0.05)
    run = db.start_run(engine, "1")
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(db.LockedStoreError):
            db.write_articles(engine, run, [db.ArticleRecord("a", "b")])
    assert db.write_articles(engine, run, [db.ArticleRecord("a", "b")]).new == 1
    engine.dispose()


@contextmanager
def nobody() -> Iterator[None]:
    """Drop the rights of root, for whom nothing is read-only."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)


@pytest.mark.parametrize("folder_mode", [0o555, 0o777])
def test_a_read_only_store_can_be_read(folder_mode: int) -> None:
    # Not in tmp_path, which only its owner can enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "captions.db"
        engine = db.open_store(str(path), create=True)
        db.write_articles(engine, db.start_run(engine, "1"), [db.ArticleRecord("a", "b")])
        engine.dispose()
        content = path.read_bytes()
        path.chmod(0o444)
        folder.chmod(folder_mode)
        with nobody():
            assert "is read-only" in refused(path, db.ReadOnlyStoreError, create=True)
            engine = db.open_store(str(path))
            assert [row.source for row in db.articles(engine)] == ["a"]
            with pytest.raises(db.ReadOnlyStoreError):
                db.start_run(engine, "1")
            engine.dispose()
            if folder_mode == 0o555:
                message = refused(folder / "new.db", db.ReadOnlyStoreError, create=True)
                assert "its folder is read-only" in message
                assert list(folder.iterdir()) == [path]
        assert path.read_bytes() == content
        folder.chmod(0o755)


def test_no_server_is_one_line() -> None:
    message = refused("postgresql://me:secret@127.0.0.1:1/x", db.UnusableStoreError, create=True)
    assert "secret" not in message


def test_alembic_is_not_imported_to_open_or_create_a_file(store: Path) -> None:
    program = (
        "import sys; from captions_db import open_store;"
        "open_store(sys.argv[1], create=True).dispose(); print('alembic' in sys.modules)"
    )
    for path in (store, store.with_name("new.db")):
        command = [sys.executable, "-c", program, str(path)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
        assert result.stdout.strip() == "False"
