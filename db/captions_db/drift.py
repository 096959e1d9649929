"""Compare a store with a new one: its schema, references, file and search index.

The reference schema is created as a new store's is, so the comparison covers collations, conditions, triggers and
views. Tables, indexes and views that users add are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, func, select, text

from captions_db.connection import translate_errors, where, without_transaction
from captions_db.models import METADATA
from captions_db.schema import create_newest, run_steps

_SQLITE_NAMES = """
SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master
WHERE name NOT IN ('alembic_version', 'sqlite_sequence') AND name NOT LIKE 'sqlite_autoindex%'
"""
_POSTGRESQL_NAMES = """
SELECT 'table ' || c.relname, string_agg(
        concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), o.collname,
                  CASE WHEN a.attnotnull THEN 'not null' END, pg_get_expr(d.adbin, d.adrelid)),
        ', ' ORDER BY a.attname)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_collation o ON o.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
    GROUP BY c.relname
UNION ALL
SELECT 'constraint ' || conname, concat(conrelid::regclass, ' ', pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conname NOT LIKE 'alembic%'
UNION ALL
SELECT 'index ' || indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
UNION ALL
SELECT 'view ' || viewname, definition FROM pg_views WHERE schemaname = current_schema()
UNION ALL
SELECT 'trigger ' || t.tgname, concat(pg_get_triggerdef(t.oid), ' ', t.tgenabled)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'function ' || proname, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
"""
_SCRATCH = "captions_scratch"
"""A PostgreSQL schema created for the comparison and rolled back."""


def described(connection: Connection) -> dict[str, str]:
    """Return the definitions in a database by kind and name: ``{"table article": "CREATE TABLE article ..."}``."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(_SQLITE_NAMES)
        return {name: _plain(definition) for name, definition in found}
    schema = str(connection.exec_driver_sql("SELECT current_schema()").scalar())
    found = connection.execute(text(_POSTGRESQL_NAMES))
    # Definitions qualify names with this schema, whose name is arbitrary.
    return {name: definition.replace(f"{schema}.", "") for name, definition in found}


def drift(engine: Engine) -> list[str]:
    """List missing and changed parts of the schema: ``["index ix_article_url is missing"]``."""
    with engine.connect() as connection:
        found = described(connection)
    with _fresh_schema(engine) as connection:
        wanted = described(connection)
    return sorted(
        f"{name} is {'changed' if name in found else 'missing'}"
        for name, definition in wanted.items()
        if found.get(name) != definition
    )


def broken_references(engine: Engine) -> list[str]:
    """List references to missing rows: ``["broken references from use.article_id to article: 2"]``."""
    broken = []
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
                target = key.column.table.alias("target")
                there = select(target.c[key.column.name]).where(target.c[key.column.name] == key.parent).exists()
                lost = select(func.count()).select_from(table).where(key.parent.is_not(None), ~there)
                if count := connection.execute(lost).scalar_one():
                    broken.append(
                        f"broken references from {table.name}.{key.parent.name} to {key.column.table.name}: {count}"
                    )
    return broken


def damage(engine: Engine) -> list[str]:
    """List up to ten errors that SQLite finds in its file; nothing for other databases, which check themselves."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        answers = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    return [] if answers == ["ok"] else [str(answer) for answer in answers]


def _plain(definition: str) -> str:
    """Return a definition without line breaks, quotes and the order of constraints, which make no difference."""
    body = re.sub(r"--[^\n]*", " ", definition).replace('"', "")
    if not body.lstrip().upper().startswith("CREATE TABLE"):
        return " ".join(body.split())
    return " ".join(sorted(re.sub("([()])", r" \1 ", body).replace(",", " ").split()))


@contextmanager
def _fresh_schema(engine: Engine) -> Iterator[Connection]:
    """Yield a connection to a new schema next to the store; remove the schema afterwards."""
    if engine.dialect.name == "sqlite":
        # Foreign keys are off, as when a store's schema is created.
        scratch = create_engine("sqlite://")
        translate_errors(scratch, where(engine))
        try:
            with scratch.connect() as connection:
                create_newest(connection)
                yield connection
        finally:
            scratch.dispose()
        return
    with without_transaction(engine) as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {_SCRATCH}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {_SCRATCH}")
        try:
            run_steps(connection)
            yield connection
        finally:
            connection.rollback()
