"""The migrations, the tables that they must lead to, and stores that they upgrade."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import captions_db as db
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from captions_db.audit import ReportFilter, UseCounts, auditing
from captions_db.connection import connect, without_transaction
from captions_db.drift import broken_references, damage, described, drift
from captions_db.models import METADATA
from captions_db.rollups import up_to_date, wrong_counts
from captions_db.schema import HEAD, NEWEST, configuration, create_newest, run_steps, upgrade
from captions_db.uncaptioned import uncaptioned_pictures
from sqlalchemy import Engine, event, inspect, select, table, text

from tests.support.engines import Stores
from tests.support.paths import CASES

UPGRADES = CASES / "upgrades"
"""For each revision that allows new rows, a file of such rows."""
REVISIONS = sorted(path.stem for path in UPGRADES.glob("*.sql"))

Contents = tuple[list[tuple[Any, ...]], dict[str, list[tuple[Any, ...]]]]
"""The parts of a database by kind, name, table and definition, and the rows of each table."""


@pytest.fixture
def engine(stores: Stores) -> Iterator[Engine]:
    engine = connect(stores.place(), create=True)
    yield engine
    engine.dispose()


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, METADATA) == []


def test_a_new_file_has_what_all_migrations_leave(sqlite: Stores) -> None:
    """After a changed revision, run this with CAPTIONS_RENEW_SCHEMA=1, and read the diff of newest.sql."""
    contents: list[Contents] = []
    for create in (run_steps, create_newest):
        if create is create_newest and os.environ.get("CAPTIONS_RENEW_SCHEMA"):
            NEWEST.write_text(";\n\n".join(newest_statements(contents[0])) + "\n", encoding="utf-8")
        engine = connect(sqlite.place(), create=True)
        with without_transaction(engine) as connection:
            create(connection)
            connection.commit()
            names = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")
            parts = [tuple(row) for row in names]
            tables = [name for kind, name, *_ in parts if kind == "table" and name != "sqlite_sequence"]
            rows = {
                name: list(map(tuple, connection.execute(select(text("*")).select_from(table(name)))))
                for name in tables
            }
        engine.dispose()
        contents.append((parts, rows))
    (parts, rows), (newest_parts, newest_rows) = contents
    assert {part[:2]: part[2:] for part in newest_parts} == {part[:2]: part[2:] for part in parts}
    assert newest_rows == rows


def newest_statements(contents: Contents) -> Iterator[str]:
    """Yield the statements that create a database, in the order of its parts."""
    parts, rows = contents
    virtual = [name for _, name, _, sql in parts if sql and sql.startswith("CREATE VIRTUAL")]
    for kind, name, _, sql in parts:
        hidden = name.startswith("sqlite_") or any(name.startswith(f"{whole}_") for whole in virtual)
        if sql and not (kind == "table" and hidden):
            yield sql
    for name, found in rows.items():
        if found and not any(name.startswith(whole) for whole in (*virtual, "sqlite_")):
            for row in found:
                yield f'INSERT INTO "{name}" VALUES ({", ".join(map(literal, row))})'  # noqa: S608 - our own rows


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else str(value)


def test_parts_that_alembic_does_not_compare_are_equal(engine: Engine, stores: Stores) -> None:
    upgrade(engine)
    by_hand = connect(stores.place(), create=True)
    METADATA.create_all(by_hand)
    with engine.connect() as connection:
        migrated = described(connection)
    with by_hand.connect() as connection:
        expected = described(connection)
    by_hand.dispose()
    assert "index ix_article_url" in expected
    assert {name: migrated.get(name) for name in expected} == expected


def test_the_newest_migration_is_the_expected_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        steps = ScriptDirectory.from_config(configuration(connection))
        assert steps.get_heads() == [HEAD]
        # Versions are compared as text, to tell older from newer.
        assert all(len(step.revision) == 4 and step.revision.isdigit() for step in steps.walk_revisions())


def test_a_failed_migration_leaves_nothing_behind(engine: Engine) -> None:
    def pull_the_plug(*arguments: Any) -> None:
        if "CREATE TABLE use_image" in arguments[2]:
            raise InterruptedError

    event.listen(engine, "before_cursor_execute", pull_the_plug)
    with pytest.raises(InterruptedError):
        upgrade(engine)
    event.remove(engine, "before_cursor_execute", pull_the_plug)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    assert references_are_checked(engine)
    upgrade(engine)


def test_upgrading_twice_equals_upgrading_once(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    assert references_are_checked(engine)


def test_upgrading_a_current_store_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "captions.db"
    with pytest.raises(db.MissingStoreError):
        db.upgrade_store(str(path))
    path.touch()
    with pytest.raises(db.MissingStoreError):
        db.upgrade_store(str(path))
    db.open_store(str(path), create=True).dispose()
    content = path.read_bytes()
    assert db.upgrade_store(str(path)) == HEAD
    assert path.read_bytes() == content


def references_are_checked(engine: Engine) -> bool:
    """Return whether connections of the engine reject broken references."""
    with engine.connect() as connection:
        return engine.dialect.name != "sqlite" or connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def filled(engine: Engine, revision: str) -> None:
    """Create a store at a revision, with the rows of this and all earlier revisions."""
    with without_transaction(engine) as connection:
        if engine.dialect.name == "sqlite":
            # An upgrade turns foreign keys off too: SQLite changes a table by copying and dropping it.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        for name in REVISIONS:
            if name <= revision:
                run_steps(connection, name)
                for statement in (UPGRADES / f"{name}.sql").read_text("utf-8").split(";\n"):
                    if statement.strip():
                        connection.exec_driver_sql(statement)
        run_steps(connection, revision)
        connection.commit()
        connection.invalidate()


@pytest.fixture(params=REVISIONS)
def upgraded(engine: Engine, request: pytest.FixtureRequest) -> Engine:
    """Yield a store with rows, created at a revision and upgraded as by ``captions db upgrade``."""
    filled(engine, request.param)
    assert db.upgrade_store(engine.url.render_as_string(hide_password=False).removeprefix("sqlite:///")) == HEAD
    return engine


def test_the_revisions_have_rows_in_every_table(engine: Engine) -> None:
    filled(engine, HEAD)
    with engine.connect() as connection:
        empty = [name for name, table in METADATA.tables.items() if connection.execute(select(table)).first() is None]
    assert empty == []


def test_an_upgraded_store_is_sound(upgraded: Engine) -> None:
    assert drift(upgraded) == []
    assert broken_references(upgraded) == []
    assert damage(upgraded) == []


def test_an_upgraded_store_has_correct_rollups(upgraded: Engine) -> None:
    assert wrong_counts(upgraded) == []
    with upgraded.connect() as connection:
        assert up_to_date(connection)
    [by_month] = db.agency_usage(upgraded, ("creator", "month"), counts=()).rows
    assert (by_month.values, by_month.uses) == (("Jo Reed", "2023-10"), 2)


FREE = db.CreditRecord("Jo Reed/CC BY 4.0", ("Jo Reed",), license="CC BY 4.0", rule="chain", confidence=1.0)


def test_an_upgraded_store_keeps_its_uses(upgraded: Engine) -> None:
    first, second = db.uses_for_audit(upgraded)
    assert (first.use_id, first.caption, first.match_key, first.published) == (1, "A dog.", "a dog", date(2023, 10, 7))
    assert (first.occurrences, first.places) == (2, (("whole", 0, 6), ("caption", 9, 15)))
    assert (first.images, first.credit) == (("https://example.org/1.jpg",), FREE)
    url = "https://example.org/buy"
    assert first.structured_credit == db.CreditRecord(
        "Jo Reed/dpa", agencies=("dpa",), licensor_url=url, rule="structured", confidence=1.0
    )
    assert (second.use_id, second.caption, second.structured_credit) == (2, "東京の夜", None)
    assert second.credit == db.CreditRecord(
        "Jo Reed", ("Jo Reed",), qualifiers=("pool",), restrictions=("NO SALES",), rule="chain", confidence=1.0
    )
    assert [use.use_id for use in db.find(upgraded, "dog").uses] == [1]
    [run] = db.run_summaries(upgraded)
    assert (run.new, run.failures) == (1, (db.FailureRecord("b.bin", "binary"),))


def test_an_upgraded_store_keeps_decisions(upgraded: Engine) -> None:
    # Undone agreements are not listed.
    found = sorted((it.kind, it.supplier, it.ends, it.end_reason) for it in db.agreements(upgraded))
    assert found == [("flat", "dpa", None, None), ("per-use", "dpa", date(2022, 12, 31), "dear")]
    [correction] = db.corrections(upgraded)
    assert (correction.line, correction.creators, correction.agencies) == ("Ann Lee", ("Ann Lee",), None)
    assert (correction.supplier, correction.qualifiers, correction.reason) == (None, ("pool",), "asked her")
    assert [(it.code, it.supplier, it.source, it.caption_digest, it.until) for it in db.waivers(upgraded)] == [
        ("CR102", None, "a.html", "d", date(2030, 1, 1)),
        ("CR301", "dpa", None, None, None),
    ]
    assert [(it.name, it.into, it.undone) for it in db.merges(upgraded)] == [("dpa Bild", "dpa", None)]
    # Undoing the merge returns the agreement and the waiver to their original supplier.
    db.undo_merges(upgraded, [1], "me", "two houses")
    suppliers = {it.kind: it.supplier for it in db.agreements(upgraded)}
    assert suppliers == {"flat": "dpa Bild", "per-use": "dpa"}
    assert [it.supplier for it in db.waivers(upgraded)] == [None, "dpa Bild"]


def test_an_upgraded_store_keeps_its_images(upgraded: Engine) -> None:
    [stored] = db.images(upgraded)
    assert (stored.image.file_hash, stored.image.width, stored.image.dhash) == ("f", 2, 255)
    assert stored.paths == ("1.jpg",)
    assert [(it.image_id, it.use_id, it.how) for it in db.image_uses(upgraded)] == [(1, 1, "name")]


def test_an_upgraded_store_finds_pictures_by_parts_of_their_urls(engine: Engine) -> None:
    filled(engine, "0010")
    with without_transaction(engine) as connection:
        address = "https://example.org/s/wire-841304270.jpg"
        connection.exec_driver_sql(f"INSERT INTO use_image (use_id, place, address) VALUES (2, 0, '{address}')")  # noqa: S608 - a test's own text
        connection.commit()
    upgrade(engine)
    wanted = db.PictureFilter("841304270", lambda address: "841304270" in address)
    assert [use.use_id for use in db.find(engine, picture=wanted).uses] == [2]


def test_pictures_scanned_before_the_upgrade_are_read_again(engine: Engine) -> None:
    filled(engine, "0006")
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version FROM image").scalar_one()
    assert version
    upgrade(engine)
    assert db.known_images(engine, ["f"], version) == set()
    assert db.outdated_images(engine, version) == 1
    [stored] = db.images(engine)
    db.put_images(engine, [replace(stored.image, version=version)], {"1.jpg": "f"})
    assert db.known_images(engine, ["f"], version) == {"f"}
    assert db.outdated_images(engine, version) == 0


def test_an_upgraded_store_accepts_further_articles(upgraded: Engine) -> None:
    record = db.ArticleRecord("c.txt", "h", "Another text.", uses=(db.UseRecord(0, "A cat", "a cat", FREE),))
    assert db.write_articles(upgraded, db.start_run(upgraded, "1"), [record]).new == 1
    # No use gets the id of a deleted one, and no credit is stored twice.
    assert [row.use_id for row in db.uses_for_audit(upgraded)] == [1, 2, 4]
    with upgraded.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM credit").scalar_one() == 3
        runs = connection.exec_driver_sql("SELECT source, run_id FROM article ORDER BY source").all()
    assert [tuple(row) for row in runs] == [("a.html", 1), ("c.txt", 2)]
    with auditing(upgraded, {"CR101": 0}) as audit:
        audit.confine(ReportFilter(run=2))
        assert audit.counts() == UseCounts(uses=1, articles=1, undated=1, without_run=0)


def test_an_upgraded_store_lists_pictures_without_captions(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        before = list(uncaptioned_pictures(connection))
    record = db.ArticleRecord("c.txt", "h", uncaptioned=(("https://example.org/3.jpg", ""),))
    db.write_articles(upgraded, db.start_run(upgraded, "1"), [record])
    with upgraded.connect() as connection:
        assert list(uncaptioned_pictures(connection))[len(before) :] == [("c.txt", "https://example.org/3.jpg", "")]
