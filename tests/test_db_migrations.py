"""The steps between schemas, and the tables they must lead to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect

import db
from db.audit import Confines, Counts, auditing
from db.border import credit_row
from db.counts import up_to_date, wrong_counts
from db.drift import broken_references, described, drift
from db.models import METADATA
from db.session import HEAD, connect, without_transaction
from db.upgrade import configuration, run_steps, upgrade
from tests.engines import Stores

STEPS = Path(__file__).parent / "cases" / "steps"
"""Rows as a store of each schema may hold them: for each step what it first could store."""
EARLIER = sorted(path.stem for path in STEPS.glob("*.sql"))
TABLES_SINCE = {
    "agreement": ("0003", "0009", "0010"),
    "correction": ("0003",),
    "waiver": ("0003",),
    "image": ("0008",),
    "image_file": ("0008",),
    "image_use": ("0008",),
    "party_merge": ("0012",),
}
"""For each row of a table, the step from whose schema it comes."""


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


def test_what_alembic_does_not_compare_is_the_same(engine: Engine, stores: Stores) -> None:
    upgrade(engine)
    by_hand = connect(stores.place(), create=True)
    METADATA.create_all(by_hand)
    with engine.connect() as connection:
        migrated = described(connection)
    with by_hand.connect() as connection:
        made = described(connection)
    by_hand.dispose()
    assert "index ix_article_url" in made
    assert {name: migrated.get(name) for name in made} == made


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
    assert references_are_checked(engine)
    upgrade(engine)


def test_upgrade_twice_is_upgrade_once(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    assert references_are_checked(engine)


def test_rows_from_before_agreements_stay(engine: Engine) -> None:
    with engine.connect() as connection:
        run_steps(connection, "0002")
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


def test_agreements_and_waivers_know_whose_they_were_before_merges_took_them_along(engine: Engine) -> None:
    with engine.connect() as connection:
        run_steps(connection, "0013")
        for statement in (
            "INSERT INTO party (name, kind, name_key) VALUES ('AP', 'agency', 'ap'), ('Gull', 'agency', 'gull')",
            "INSERT INTO agreement (party_id, kind, scopes, territories, excluded, below, added)"
            " VALUES (1, 'flat', '[]', '[]', '[]', true, '2025-01-01'),"
            " (2, 'free', '[]', '[]', '[]', true, '2025-01-01')",
            "INSERT INTO waiver (code, supplier, reason, who, made) VALUES ('CR301', 'AP', '', 'me', '2025-01-01'),"
            " ('CR301', NULL, '', 'me', '2025-01-01')",
            # Weir's agreement and waiver went to Gull, and with it to AP; Gull was its own again, and merged once more.
            "INSERT INTO party_merge (name, merged_into, agreements, waivers, reason, who, made, undone) VALUES"
            " ('Weir', 'Gull', '[1]', '[1]', '', 'me', '2025-01-01', NULL),"
            " ('Gull', 'AP', '[1, 2]', '[1]', '', 'me', '2025-01-02', '2025-01-03'),"
            " ('Gull', 'AP', '[1]', '[1]', '', 'me', '2025-01-04', NULL)",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    upgrade(engine)
    for number, suppliers in ((3, {"flat": "Gull", "free": "Gull"}), (1, {"flat": "Weir", "free": "Gull"})):
        db.undo_merges(engine, [number], "me", "two houses")
        assert {it.kind: it.supplier for it in db.agreements(engine)} == suppliers
        assert [it.supplier for it in db.waivers(engine)] == [suppliers["flat"], None]


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


def references_are_checked(engine: Engine) -> bool:
    """Whether the engine gives connections that refuse rows which point to nothing."""
    with engine.connect() as connection:
        return engine.dialect.name != "sqlite" or connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def filled(engine: Engine, version: str) -> None:
    """Make a store of a schema, with rows in all tables it has."""
    with without_transaction(engine) as connection:
        if engine.dialect.name == "sqlite":
            # As an upgrade does it: a table that is copied is dropped.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        for name in EARLIER:
            if name <= version:
                # What a schema first could store, a later one may keep in other columns.
                run_steps(connection, name)
                for statement in (STEPS / f"{name}.sql").read_text("utf-8").split(";\n"):
                    if statement.strip():
                        connection.exec_driver_sql(statement)
        run_steps(connection, version)
        connection.commit()
        connection.invalidate()


@pytest.mark.parametrize("version", [*EARLIER, HEAD])
def test_a_store_of_each_earlier_schema_keeps_its_rows(engine: Engine, version: str) -> None:
    filled(engine, version)
    # As `captions db upgrade` does it.
    assert db.upgrade_store(engine.url.render_as_string(hide_password=False).removeprefix("sqlite:///")) == HEAD
    assert drift(engine) == []
    assert broken_references(engine) == []

    # Counted, and counted anew where the rows tell otherwise than the uses.
    assert wrong_counts(engine) == []
    with engine.connect() as connection:
        assert up_to_date(connection)
    [by_month] = db.agency_usage(engine, ("creator", "month"), counts=()).rows
    assert (by_month.values, by_month.uses) == (("Jo Reed", "2023-10"), 2)

    one, two = db.uses_for_audit(engine)
    assert (one.use_id, one.caption, one.published, one.images) == (
        1,
        "A dog.",
        date(2023, 10, 7),
        ("https://example.org/1.jpg",),
    )
    free = db.CreditRecord("Jo Reed/CC BY 4.0", ("Jo Reed",), license="CC BY 4.0", rule="chain", confidence=1.0)
    assert one.credit == free
    assert (one.told is not None) == (version >= "0002")
    assert (two.use_id, two.caption, two.told) == (2, "東京の夜", None)
    [run] = db.run_summaries(engine)
    assert (run.new, run.failures) == (1, (db.Failure("b.bin", "binary"),))
    with engine.connect() as connection:
        # A credit with rights is known by them too since 0002, and found again when its article is read again.
        digests = connection.exec_driver_sql("SELECT line_digest FROM credit ORDER BY id").scalars().all()
        assert digests[:2] == [credit_row(free)["line_digest"], "kept"] or version > "0001"
        for table, since in TABLES_SINCE.items():
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - above
            assert count == sum(version >= step for step in since), table

    # One that was undone holds nothing, and is not listed.
    held = [(it.kind, it.ends, it.end_reason) for it in db.agreements(engine)]
    steps = {"0003": ("flat", None, None), "0009": ("per-use", date(2022, 12, 31), "dear")}
    assert sorted(held) == sorted(row for step, row in steps.items() if version >= step)
    assert [(it.name, it.into, it.undone) for it in db.merges(engine)] == [("dpa Bild", "dpa", None)] * (
        version >= "0012"
    )

    if version >= "0012":
        # It went along with the merge, and goes back.
        db.undo_merges(engine, [1], "me", "two houses")
        assert sorted({it.supplier for it in db.agreements(engine)}) == ["dpa", "dpa Bild"]

    # No number of a use is given twice, that of one which is gone neither; and it goes on as any other store.
    record = db.ArticleRecord("c.txt", "h", uses=(db.UseRecord(0, "A cat", "a cat", free),))
    assert db.write_articles(engine, db.start_run(engine, "1"), [record]).new == 1
    assert [row.use_id for row in db.uses_for_audit(engine)] == [1, 2, 4]
    # Which run stored an article is known since 0009, of those from before it is not.
    with engine.connect() as connection:
        runs = connection.exec_driver_sql("SELECT source, run_id FROM article ORDER BY source").all()
    known = version >= "0009"
    assert [tuple(row) for row in runs] == [("a.html", 1 if known else None), ("c.txt", 2)]
    with auditing(engine, {"CR101": 0}) as audit:
        audit.confine(Confines(run=2))
        assert audit.counts() == Counts(uses=1, articles=1, undated=1, without_run=0 if known else 2)
