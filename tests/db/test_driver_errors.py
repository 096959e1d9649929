"""Turn every error of a database driver into one sentence, without SQL, article text or passwords."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import captions_db as db
import psycopg
import pytest
from captions_db.connection import writing
from captions_db.driver_errors import translate_error
from captions_db.models import ingest_failure
from sqlalchemy import Engine, insert, text

from tests.support.engines import Stores
from tests.support.faults import faults

TEXT = "Ana Lima wept at the quay"
"""Text of an article."""
QUOTED = (
    "bad thing\nLINE 1: INSERT INTO article VALUES ('Ana Lima wept at the quay')\nDETAIL: Ana Lima wept at the quay"
)
"""A message of a driver."""

STATES = {
    "08": db.UnusableStoreError,
    "22003": db.NumberStoreError,
    "25006": db.ReadOnlyStoreError,
    "25P03": db.UnusableStoreError,
    "25P04": db.UnusableStoreError,
    "28": db.UnusableStoreError,
    "3D000": db.MissingStoreError,
    "40": db.LockedStoreError,
    "42501": db.ReadOnlyStoreError,
    "53": db.UnusableStoreError,
    "53100": db.FullStoreError,
    "55P03": db.LockedStoreError,
    "57": db.UnusableStoreError,
    "57P04": db.MissingStoreError,
    "58": db.UnusableStoreError,
    "XX001": db.NotAStoreError,
    "XX002": db.NotAStoreError,
}
"""The error that each class of SQLSTATEs, or a single one, becomes; all others are internal."""

PSYCOPG = sorted(
    (
        kind
        for kind in vars(psycopg.errors).values()
        if isinstance(kind, type) and issubclass(kind, psycopg.Error) and kind is not psycopg.Error
    ),
    key=lambda kind: (kind.sqlstate or "", kind.__name__),
)
SQLITE = sorted(name for name in vars(sqlite3) if name.startswith("SQLITE_") and "_LIMIT_" not in name)


def wanted(state: str | None) -> type[db.BaseStoreError]:
    known = [STATES[part] for part in (state or "", (state or "")[:2]) if part in STATES]
    return known[0] if known else db.InternalStoreError


def is_one_sentence(message: str) -> bool:
    return message.isprintable() and TEXT not in message and "INSERT INTO" not in message


def test_the_classes_of_the_driver_are_all_here() -> None:
    states = {kind.sqlstate for kind in PSYCOPG if kind.sqlstate}
    assert {state[:2] for state in states} >= {"08", "22", "23", "40", "42", "53", "57", "58", "XX"}
    assert len(states) > 230


@pytest.mark.parametrize("kind", PSYCOPG, ids=lambda kind: f"{kind.sqlstate}-{kind.__name__}")
def test_each_class_of_psycopg_is_one_sentence(kind: type[psycopg.Error]) -> None:
    error = kind(QUOTED)
    found = translate_error(error, "captions")
    assert found is not None and is_one_sentence(str(found))
    if kind.sqlstate is None:  # raised by the driver itself, mostly on connecting
        connecting = issubclass(kind, psycopg.OperationalError)
        assert type(found) is (db.UnusableStoreError if connecting else db.InternalStoreError)
    else:
        assert type(found) is wanted(kind.sqlstate)


@pytest.mark.parametrize("name", SQLITE)
def test_each_code_of_sqlite_is_one_sentence(name: str) -> None:
    error = sqlite3.OperationalError(QUOTED)
    error.sqlite_errorname = name
    found = translate_error(error, "captions.db")
    assert found is not None and is_one_sentence(str(found))


@pytest.mark.parametrize(
    "state", ["08006", "40001", "40P01", "53200", "53300", "57014", "57P01", "57P03", "58030", "23505", "42601"]
)
def test_an_error_of_postgresql_reaches_the_caller_as_one_sentence(postgresql: Stores, state: str) -> None:
    with faults() as fault:
        engine = db.open_store(postgresql.empty(), create=True)
        run = db.start_run(engine, "1")
        error = psycopg.errors.lookup(state)(QUOTED)
        with fault.at(6, lambda: error), pytest.raises(db.BaseStoreError) as caught:
            db.write_articles(engine, run, [db.ArticleRecord("a", "b", TEXT)])
        assert caught.type is wanted(state)
        assert is_one_sentence(str(caught.value))
        assert db.write_articles(engine, run, [db.ArticleRecord("a", "b", TEXT)]).new == 1
        engine.dispose()


def ended_by_another(engine: Engine) -> None:
    """End the connection of a transaction, as an administrator does."""
    with writing(engine) as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        connection.execute(text("SELECT :text"), {"text": TEXT})


def too_slow(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 20")
        connection.execute(text("SELECT pg_sleep(10), :text"), {"text": TEXT})


def changed_by_another(engine: Engine) -> None:
    """Change a row that another transaction has changed since this one began."""
    statement = text("UPDATE ingest_run SET version = :text")
    with engine.connect() as mine, mine.begin():
        mine.exec_driver_sql("SELECT * FROM ingest_run")
        with engine.connect() as other, other.begin():
            other.execute(statement, {"text": "2"})
        mine.execute(statement, {"text": TEXT})


@pytest.mark.parametrize(
    ("disturb", "kind"),
    [
        (ended_by_another, db.UnusableStoreError),
        (too_slow, db.UnusableStoreError),
        (changed_by_another, db.LockedStoreError),
    ],
)
def test_a_real_server_disturbs_a_transaction(
    postgresql: Stores, disturb: Callable[[Engine], None], kind: type[db.BaseStoreError]
) -> None:
    engine = db.open_store(postgresql.empty(), create=True)
    db.start_run(engine, "1")
    with pytest.raises(db.BaseStoreError) as caught:
        disturb(engine)
    assert caught.type is kind
    assert is_one_sentence(str(caught.value))
    db.start_run(engine, "1")
    engine.dispose()


def test_a_server_with_too_many_connections(postgresql: Stores) -> None:
    url = postgresql.empty()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DO $$ BEGIN CREATE ROLE crowded LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        connection.execute("ALTER ROLE crowded CONNECTION LIMIT 0")
    with pytest.raises(db.UnusableStoreError, match="too many connections"):
        db.open_store(url.replace("captions@", "crowded:hunter2@"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hunter2@127.0.0.1:1/x",
        "postgresql://me:hunter2@x@127.0.0.1:1/x",
        "postgresql://me:x@hunter2@127.0.0.1:1/x",
        "postgresql://me:hunter2/x@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?password=hunter2",
        "postgresql://127.0.0.1:1/x?sslpassword=hunter2&connect_timeout=2",
        "postgresql://me:hunter2@127.0.0.1:1/x?nosuch=hunter2",
        "postgresql://me:hunter2@127.0.0.1:1/x?port=hunter2",
        "postgresql://me:hunter2@127.0.0.1:1/x?sslmode=hunter2",
        "mysql://me:hunter2@127.0.0.1/x",
    ],
)
def test_no_message_about_an_address_has_its_password(address: str) -> None:
    with pytest.raises(db.BaseStoreError) as caught:
        db.open_store(address, create=True)
    assert caught.type in (db.UnusableStoreError, db.UnknownSchemeError)
    assert "hunter2" not in str(caught.value)


def test_the_name_of_a_database() -> None:
    assert db.name_of("a/captions.db") == "a/captions.db"
    assert db.name_of("sqlite:///a/captions.db") == "a/captions.db"
    assert db.name_of("postgres://me:hunter2@host:5433/x?host=h&password=y") == (
        "postgresql+psycopg://me:***@host:5433/x?host=h"
    )


@pytest.mark.parametrize("undo", [db.undo_agreement, db.undo_correction, db.undo_waiver])
def test_a_number_too_large_for_its_column(engine: Engine, undo: Callable[[Engine, int, str, str], object]) -> None:
    with pytest.raises(db.NumberStoreError, match=r"a number is too large for .*; use a smaller one"):
        undo(engine, 10**30, "me", "x")


def test_a_broken_constraint_quotes_no_value(engine: Engine) -> None:
    party = text("INSERT INTO party (name, kind, name_key) VALUES (:text, 'agency', :text)")
    with pytest.raises(db.InternalStoreError) as caught, writing(engine) as connection:
        for _ in range(2):
            connection.execute(party, {"text": TEXT})
    assert is_one_sentence(str(caught.value))
    assert str(caught.value).startswith(
        ("IntegrityError (SQLITE_CONSTRAINT_UNIQUE) in ", "UniqueViolation (23505) in ")
    )


def test_a_value_that_a_column_cannot_have_is_not_quoted(engine: Engine) -> None:
    with pytest.raises(db.InternalStoreError) as caught, writing(engine) as connection:
        connection.execute(insert(ingest_failure).values(run_id=1, source=TEXT, reason=[TEXT]))
    assert is_one_sentence(str(caught.value))
