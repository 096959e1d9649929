"""The steps between schemas, and the tables they must lead to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import db
from db.border import credit_row
from db.models import METADATA
from db.session import HEAD, connect
from db.upgrade import configuration, upgrade


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(str(tmp_path / "captions.db"), create=True)
    yield engine
    engine.dispose()


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_constraints_that_alembic_does_not_compare_are_the_same(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine)
    by_hand = connect(str(tmp_path / "models.db"), create=True)
    METADATA.create_all(by_hand)
    found = []
    for each in (engine, by_hand):
        with each.connect() as connection:
            statements = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE name <> 'alembic_version' AND name NOT LIKE 'sqlite_%'"
            )
            # The order of constraints does not matter, nor does how lines are broken and names quoted.
            plain = str.maketrans({",": " ", '"': None})
            found.append({name: sorted((sql or "").translate(plain).split()) for name, sql in statements})
    by_hand.dispose()
    assert found[0] == found[1]


def test_the_newest_step_is_the_schema_that_the_program_expects(engine: Engine) -> None:
    with engine.connect() as connection:
        steps = ScriptDirectory.from_config(configuration(connection))
        assert steps.get_heads() == [HEAD]
        # Versions are compared as text, to tell older from newer.
        assert all(len(step.revision) == 4 and step.revision.isdigit() for step in steps.walk_revisions())


def test_a_step_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    def pull_the_plug(*arguments: Any) -> None:
        if "CREATE TABLE use_image" in arguments[2]:
            raise InterruptedError

    event.listen(engine, "before_cursor_execute", pull_the_plug)
    with pytest.raises(InterruptedError):
        upgrade(engine)
    event.remove(engine, "before_cursor_execute", pull_the_plug)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    upgrade(engine)


def test_upgrade_twice_is_upgrade_once(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_rows_from_before_agreements_stay(engine: Engine) -> None:
    with engine.connect() as connection:
        command.upgrade(configuration(connection), "0002")
        connection.exec_driver_sql("INSERT INTO article (source, content_hash, text) VALUES ('a.txt', '1', 'A text')")
        connection.exec_driver_sql(
            "INSERT INTO credit (line_digest, line, marks, restrictions, rule, confidence, version, reading,"
            " search_text) VALUES ('d', 'Pool', '[\"pool\"]', '[]', 'none', 0.5, '1', 'r', 'pool')"
        )
        connection.exec_driver_sql(
            "INSERT INTO use (article_id, position, credit_id, printings, places, rule) VALUES (1, 1, 1, 2, '[]', 'f')"
        )
        connection.commit()
    upgrade(engine)
    (row,) = db.uses_for_audit(engine)
    assert (row.source, row.use_id, row.printings) == ("a.txt", 1, 2)
    assert row.credit is not None
    assert (row.credit.line, row.credit.marks) == ("Pool", ("pool",))
    db.add_corrections(engine, [db.CorrectionRecord("Pool", agencies=("AP",))])
    db.undo_correction(engine, 1, "kim", "no")
    assert next(db.uses_for_audit(engine)) == row


def test_upgrade_of_a_store_of_today_changes_nothing(tmp_path: Path) -> None:
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


FIRST = """
INSERT INTO article (id, source, content_hash, text) VALUES (1, 'a.html', 'h', 'Text.');
INSERT INTO caption (id, digest, match_key, text, search_text) VALUES (1, 'd', 'a dog', 'A dog.', 'a dog');
INSERT INTO party (id, name, kind, name_key) VALUES (1, 'Jo Reed', 'creator', 'joreed');
INSERT INTO credit
    (id, line_digest, line, marks, restrictions, license, rule, confidence, version, reading, search_text) VALUES
    (1, 'old', 'Jo Reed/CC BY 4.0', '[]', '[]', 'CC BY 4.0', 'chain', 1.0, '0', 'r', 'jo reed'),
    (2, 'kept', 'Jo Reed', '[]', '[]', NULL, 'chain', 1.0, '0', 'r', 'jo reed');
INSERT INTO credit_party (credit_id, role, place, party_id) VALUES (1, 'creator', 0, 1);
INSERT INTO use (id, article_id, position, caption_id, credit_id, printings, places, rule)
    VALUES (1, 1, 1, 1, 1, 1, '[]', 'figure'), (2, 1, 2, NULL, 2, 1, '[]', 'figure'), (7, 1, 3, NULL, 2, 1, '[]', 'x');
INSERT INTO use_image (use_id, place, address) VALUES (1, 0, 'https://example.org/1.jpg');
DELETE FROM use WHERE id = 7;
"""


def test_a_store_of_the_first_schema_keeps_its_rows(engine: Engine) -> None:
    with engine.connect() as connection:
        command.upgrade(configuration(connection), "0001")
        connection.commit()
        raw: Any = connection.connection.driver_connection
        raw.executescript(FIRST)
    upgrade(engine)
    with engine.connect() as connection:
        uses = connection.exec_driver_sql(
            'SELECT id, caption_id, credit_id, told_credit_id FROM "use" ORDER BY id'
        ).all()
        assert [tuple(row) for row in uses] == [(1, 1, 1, None), (2, None, 2, None)]
        assert connection.exec_driver_sql("SELECT use_id, address FROM use_image").all() == [
            (1, "https://example.org/1.jpg")
        ]
        # A credit with rights is now known by them too, and found again when its article is read again.
        record = db.CreditRecord("Jo Reed/CC BY 4.0", license="CC BY 4.0")
        digests = connection.exec_driver_sql("SELECT line_digest FROM credit ORDER BY id").scalars().all()
        assert digests == [credit_row(record)["line_digest"], "kept"]
        # No number of a use is given twice, that of one which is gone neither.
        assert connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'use'").all() == [(7,)]


def test_uses_of_the_third_schema_get_their_suppliers(engine: Engine) -> None:
    with engine.connect() as connection:
        command.upgrade(configuration(connection), "0003")
        connection.commit()
        raw: Any = connection.connection.driver_connection
        raw.executescript(FIRST)
        raw.executescript(
            "INSERT INTO party (id, name, kind, name_key) VALUES (2, 'AFP', 'agency', 'afp');"
            "UPDATE credit SET supplier_id = 2 WHERE id = 2;"
        )
    upgrade(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql('SELECT id, supplier_id FROM "use" ORDER BY id').all()
        assert [tuple(row) for row in rows] == [(1, None), (2, 2)]
        assert connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'use'").all() == [(7,)]


def test_the_tables_suit_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in METADATA.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        names = [table.name, *(str(index.name) for index in table.indexes)]
        assert all(len(name) <= 63 for name in names)  # longer ones would be cut there
