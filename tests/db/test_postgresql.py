"""PostgreSQL only: errors on opening and writing, and the same output as on SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import captions_db as db
import psycopg
import pytest
from captions_db.connection import writing
from captions_db.schema import HEAD

from tests.conftest import Run, Write
from tests.support.engines import Stores


def plain(url: str) -> str:
    """Return a URL for the driver."""
    return url.replace("+psycopg", "")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(statement)


def refused(url: str, kind: type[db.BaseStoreError], *, create: bool) -> str:
    with pytest.raises(db.BaseStoreError) as caught:
        db.open_store(url, create=create, busy_timeout=0.05)
    assert caught.type is kind
    message = str(caught.value)
    assert message.isprintable()
    return message


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Lock the store as another writing program does."""
    other = db.open_store(url, create=True)
    with writing(other):
        yield
    other.dispose()


def test_an_empty_database_becomes_a_store_only_for_a_writer(postgresql: Stores) -> None:
    url = postgresql.place()
    assert "is empty; run: captions ingest PATH" in refused(url, db.MissingStoreError, create=False)
    for create in (True, True, False):
        engine = db.open_store(url, create=create)
        assert list(db.articles(engine)) == []
        engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_each_spelling_of_the_url_is_the_same_store(postgresql: Stores, scheme: str) -> None:
    url = postgresql.empty()
    db.open_store(url.replace("postgresql+psycopg", scheme)).dispose()


@pytest.mark.parametrize("create", [True, False])
def test_a_missing_database(postgresql: Stores, create: bool) -> None:
    url = postgresql.empty().replace("captions@", "captions:secret@").replace("/store", "/nostore")
    message = refused(url, db.MissingStoreError, create=create)
    assert message.endswith("create it with: createdb -E UTF8 -T template0 NAME")
    assert "secret" not in message


@pytest.mark.parametrize("create", [True, False])
def test_a_database_of_another_program(postgresql: Stores, create: bool) -> None:
    url = postgresql.place()
    execute(url, "CREATE TABLE recipe (name text)")
    assert "is not a captions database" in refused(url, db.NotAStoreError, create=create)


@pytest.mark.parametrize("create", [True, False])
def test_a_database_that_cannot_store_every_text(postgresql: Stores, create: bool) -> None:
    url = postgresql.place()
    execute(url, "DROP DATABASE IF EXISTS narrow")
    execute(url, "CREATE DATABASE narrow TEMPLATE template0 ENCODING LATIN1 LOCALE 'C' LOCALE_PROVIDER libc")
    narrow = url.replace(url.partition("?")[0].rpartition("/")[2], "narrow")
    assert "uses LATIN1, not UTF-8" in refused(narrow, db.UnusableStoreError, create=create)


@pytest.mark.parametrize(("version", "kind"), [("0000", db.OlderStoreError), ("0999", db.NewerStoreError)])
def test_another_schema(postgresql: Stores, version: str, kind: type[db.BaseStoreError]) -> None:
    url = postgresql.empty()
    execute(url, f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608 - a version above  # noqa: S608 - a version above
    for create in (True, False):
        assert f"has schema {version}" in refused(url, kind, create=create)
    if version > HEAD:
        with pytest.raises(db.NewerStoreError):
            db.upgrade_store(url)


def test_a_store_locked_for_writing_can_be_read(postgresql: Stores) -> None:
    url = postgresql.empty()
    with locked(url):
        assert "is locked by another program" in refused(url, db.LockedStoreError, create=True)
        db.open_store(url, busy_timeout=0.05).dispose()
    db.open_store(url, create=True, busy_timeout=0.05).dispose()


def test_a_user_without_write_permission(postgresql: Stores) -> None:
    url = postgresql.empty()
    execute(url, "DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    execute(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = db.open_store(url.replace("captions@", "reader@"))
    assert list(db.articles(reader)) == []
    with pytest.raises(db.ReadOnlyStoreError, match="does not allow this user to write"):
        db.start_run(reader, "1")
    reader.dispose()


COMMANDS = (
    ("audit",),
    ("audit", "--format", "json"),
    ("audit", "--format", "html"),
    ("audit", "--format", "csv", "--supplier", "Reuters"),
    ("usage", "--by", "supplier", "--by", "month", "--format", "json"),
    ("usage", "--by", "creator", "--by", "publication"),
    ("usage", "--by", "agency", "--since", "2024", "--format", "csv"),
    ("find", "pontoon", "--format", "json"),
    ("find", "LÉNA", "marsh", "--format", "csv"),
    ("find", "harbor", "--publication", "Echo"),
    ("agency", "list", "--used", "--format", "json"),
    ("clean", "1", "--to", "markdown"),
    ("ingest", "articles", "--format", "json"),
)
"""Commands to run after an ingest of the same articles; their output must be identical."""


DATABASE = re.compile("(?<=<dt>Database</dt>)<dd>.*?</dd>")
"""Where a report states which database was audited."""


def test_every_command_answers_as_on_sqlite(run: Run, write: Write, tmp_path: Path, postgresql: Stores) -> None:
    folder = tmp_path / "articles"
    # Languages sort these differently from code points.
    for name, credit in (
        ("z-Zug.txt", "ODALYS FENWICK/REUTERS"),
        ("Zug.txt", "RUNE ASKELAND/AFP"),
        ("a b.txt", "Foto: dpa"),
        ("ab.txt", "Handout"),
        ("Äcker.txt", "LENA MARSH/AP"),
        ("école.txt", "Foto: École du Port/Écho"),
        ("港.txt", "写真：共同通信"),
    ):
        write(folder / name, credit)
    (folder / "empty.txt").touch()
    answers = []
    for url in ("captions.db", postgresql.place()):
        run("ingest", "articles", "--db", url, "--publication", "Echo", "--published", "2024-05-18")
        results = {command: run(*command, "--db", url) for command in COMMANDS}
        checked = run("db", "check", "--db", url)
        assert (checked.code, checked.err) == (0, "")
        named = {command: DATABASE.sub("<dd>it</dd>", ran.out) for command, ran in results.items()}
        answers.append({command: (ran.code, named[command], ran.err) for command, ran in results.items()})
    assert answers[0] == answers[1]
    assert [command for command, (code, out, _) in answers[0].items() if code not in (0, 1) or not out] == []
