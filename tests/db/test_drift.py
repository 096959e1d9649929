"""``db check`` on both engines: a changed schema and broken references."""

from __future__ import annotations

from pathlib import Path

import captions_db as db
import pytest
from captions_db.connection import connect, without_transaction
from captions_db.drift import broken_references, damage, drift
from sqlalchemy import Connection, Engine

from tests.conftest import Run, Write
from tests.support.engines import Stores


def change(engine: Engine, *statements: str) -> None:
    """Change a store as no command does."""
    with without_transaction(engine) as connection:
        _unguarded(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
        connection.invalidate()


def _unguarded(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF" if sqlite else "SET session_replication_role = replica")


@pytest.mark.parametrize(
    ("engine_name", "statement", "found"),
    [
        ("", "DROP INDEX ix_article_url", ["index ix_article_url is missing"]),
        ("", "DROP VIEW agency_usage_by_month", ["view agency_usage_by_month is missing"]),
        ("", "ALTER TABLE caption ADD COLUMN extra TEXT", ["table caption is changed"]),
        ("", "CREATE VIEW my_own AS SELECT source FROM article", []),
        ("", "CREATE TABLE notes (id INTEGER)", []),
        ("sqlite", "DROP TRIGGER use_search_insert", ["trigger use_search_insert is missing"]),
        ("postgresql", "DROP TRIGGER use_search_insert ON use", ["trigger use_search_insert is missing"]),
        (
            "postgresql",
            "ALTER TABLE party DROP CONSTRAINT ck_party_kind",
            ["constraint ck_party_kind is missing"],
        ),
        ("postgresql", 'ALTER TABLE waiver ALTER reason TYPE text COLLATE "und-x-icu"', ["table waiver is changed"]),
        ("postgresql", "ALTER TABLE use DISABLE TRIGGER use_search_insert", ["trigger use_search_insert is changed"]),
    ],
)
def test_drift_is_listed_without_additions_by_users(
    stores: Stores, engine_name: str, statement: str, found: list[str]
) -> None:
    if engine_name not in ("", stores.name):
        pytest.skip(f"a statement of {engine_name}")
    engine = connect(stores.empty(), create=True)
    assert drift(engine) == []
    change(engine, statement)
    assert drift(engine) == found
    engine.dispose()


def test_broken_references_are_counted(stores: Stores) -> None:
    url = stores.empty()
    engine = db.open_store(url, create=True)
    credit = db.CreditRecord("Ann Lee/dpa", ("Ann Lee",), ("dpa",), "dpa")
    uses = tuple(db.UseRecord(n, f"Caption {n}", f"{n}", credit) for n in range(3))
    db.write_articles(engine, db.start_run(engine, "1"), [db.ArticleRecord("a", "h", uses=uses)])
    assert broken_references(engine) == []
    change(engine, "DELETE FROM caption WHERE text = 'Caption 1'", "DELETE FROM party WHERE name = 'dpa'")
    assert broken_references(engine) == [
        "broken references from credit.supplier_id to party: 1",
        "broken references from credit_party.party_id to party: 2",
        "broken references from use.caption_id to caption: 1",
        "broken references from use.supplier_id to party: 3",
    ]
    assert damage(engine) == []
    engine.dispose()


def test_the_command_lists_errors(run: Run, write: Write, tmp_path: Path, stores: Stores) -> None:
    url = stores.place()
    assert run("ingest", write(tmp_path / "a.txt"), "--db", url).code == 0
    sound = run("db", "check", "--db", url)
    assert (sound.code, sound.err) == (0, "")
    assert sound.out.endswith(" passed all checks: 1 use\n")
    engine = connect(url, create=True)
    change(engine, "DROP VIEW uncredited_uses", "DELETE FROM caption")
    engine.dispose()
    ran = run("db", "check", "--db", url)
    assert ran.code == 2
    assert ran.out == "view uncredited_uses is missing\nbroken references from use.caption_id to caption: 1\n"
    assert ran.err.endswith("is damaged; restore a backup, or ingest into a new database\n")
