"""Backups of stores that are in use."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
from pathlib import Path

import captions_db as db
import pytest
from captions_db import backups
from captions_db.drift import damage
from sqlalchemy import create_engine, text

from tests.support import server
from tests.support.engines import Stores


def count(path: Path) -> int:
    engine = db.open_store(str(path))
    try:
        assert damage(engine) == []
        return sum(1 for _ in db.articles(engine))
    finally:
        engine.dispose()


def test_a_backup_has_everything_that_a_plain_copy_of_a_live_file_lacks(tmp_path: Path) -> None:
    engine = db.open_store(str(tmp_path / "a.db"), create=True)
    run = db.start_run(engine, "1")
    with engine.connect() as reader:
        reader.execute(text("SELECT 1 FROM article")).all()
        db.write_articles(engine, run, [db.ArticleRecord(f"{n}.txt", f"{n}") for n in range(50)])
        shutil.copy(tmp_path / "a.db", tmp_path / "copy.db")
        db.backup(engine, tmp_path / "b.db")
        # The backup is of one moment, and a file of its own.
        db.write_articles(engine, run, [db.ArticleRecord("later.txt", "later")])
    assert count(tmp_path / "b.db") == 50
    assert sorted(path.name for path in tmp_path.glob("b.db*")) == ["b.db"]
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        tables = copy.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'article'").fetchone()[0]
        assert not tables or copy.execute("SELECT count(*) FROM article").fetchone()[0] < 50
    copy.close()
    engine.dispose()


def test_a_locked_store_is_reported_and_never_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_MOST_WAITS", 1)
    engine = db.open_store(str(tmp_path / "a.db"), create=True)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    other = sqlite3.connect(tmp_path / "a.db")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(db.LockedStoreError, match=r"a\.db is locked by another program"):
        db.backup(engine, tmp_path / "b.db")
    other.close()
    engine.dispose()


def test_a_backup_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    engine = db.open_store(str(tmp_path / "a.db"), create=True)
    with pytest.raises(db.BaseStoreError, match="cannot open the backup"):
        db.backup(engine, tmp_path / "none" / "b.db")
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "command"),
    [
        (
            "postgresql+psycopg://ann:secret@db.example:5433/news?sslmode=require",
            "pg_dump --format=custom --file='my file' 'postgresql://ann@db.example:5433/news?sslmode=require'",
        ),
        (
            "postgresql+psycopg://@/news?host=/run/pg&password=secret&sslpassword=secret",
            "pg_dump --format=custom --file='my file' 'postgresql://@/news?host=%2Frun%2Fpg'",
        ),
    ],
)
def test_the_command_for_postgresql_has_no_password(url: str, command: str) -> None:
    engine = create_engine(url)
    assert db.dump_command(engine, "my file") == command
    engine.dispose()


def test_the_command_for_postgresql_makes_a_backup(postgresql: Stores, tmp_path: Path) -> None:
    folder = server.programs()
    assert folder is not None
    if not (folder / "pg_dump").exists():
        pytest.skip("pg_dump is not installed")
    engine = db.open_store(postgresql.empty())
    command = shlex.split(db.dump_command(engine, tmp_path / "x.dump"))
    engine.dispose()
    assert command[0] == "pg_dump"
    subprocess.run([folder / "pg_dump", *command[1:], "--username=captions"], check=True)  # noqa: S603
    assert (tmp_path / "x.dump").read_bytes().startswith(b"PGDMP")
