"""Full text: an index of the words of each use, kept by the database itself whenever a use or a credit changes.

Its key is the day of the use, shifted, and the use's number: in the order of the key the latest come first. The index
holds no text: it is made of ``search_text``, which is put into today's form here. A later step that makes table ``use``
anew on SQLite, as a batch does, drops the triggers on it, and must take ``UPGRADE_SQLITE``'s again.
"""

import sqlalchemy as sa
from alembic import op

from db.search import search_text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VIEW = """
CREATE VIEW use_words AS
    SELECT {key} AS id, use.id AS use_id,
        coalesce(caption.search_text, '') || ' ' || coalesce(credit.search_text, '') AS words
    FROM use
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
"""
# 1721424.5 is the Julian day of the last day before year 1: the days count as Python's date.toordinal().
SQLITE_KEY = "CASE WHEN used_on IS NULL THEN 0 ELSE CAST(julianday(used_on) - 1721424.5 AS INTEGER) END << 32 | use.id"
OUT = "INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE"
IN = "INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE"
CHANGED = "OLD.search_text IS NOT NEW.search_text"
UPGRADE_SQLITE = (
    VIEW.format(key=SQLITE_KEY),
    # The words are parted already: ascii takes all other letters as they are. No places in the text are kept.
    """CREATE VIRTUAL TABLE use_search USING fts5(
        words, content='use_words', content_rowid='id', detail='none', columnsize=0, tokenize='ascii')""",
    "INSERT INTO use_search (use_search) VALUES ('rebuild')",
    f"CREATE TRIGGER use_search_insert AFTER INSERT ON use BEGIN {IN} use_id = NEW.id; END",
    f"CREATE TRIGGER use_search_delete BEFORE DELETE ON use BEGIN {OUT} use_id = OLD.id; END",
    f"""CREATE TRIGGER use_search_before BEFORE UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN {OUT} use_id = OLD.id; END""",
    f"""CREATE TRIGGER use_search_after AFTER UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN {IN} use_id = NEW.id; END""",
    *(
        f"""CREATE TRIGGER {table}_search_{when.lower()} {when} UPDATE OF search_text ON {table} WHEN {CHANGED}
            BEGIN {change} use_id IN (SELECT id FROM use WHERE {table}_id = OLD.id); END"""  # noqa: S608
        for table in ("caption", "credit")
        for when, change in (("BEFORE", OUT), ("AFTER", IN))
    ),
)
POSTGRESQL_KEY = "use_key(use.used_on, use.id)"
WORDS = "array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
TAKE_OUT = "DELETE FROM use_search WHERE id IN (SELECT use_key(used_on, id) FROM old_rows);"
PUT_IN = f"""
    INSERT INTO use_search (id, words) SELECT id, {WORDS} FROM use_words WHERE use_id IN (SELECT id FROM new_rows);
"""  # noqa: S608 - our own words
BOTH_ROWS = "OLD TABLE AS old_rows NEW TABLE AS new_rows"
UPGRADE_POSTGRESQL = (
    """CREATE FUNCTION use_key(day date, id integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS
        $$ SELECT (coalesce(day - DATE '0001-01-01' + 1, 0)::bigint << 32) | id $$""",
    VIEW.format(key=POSTGRESQL_KEY),
    "CREATE TABLE use_search (id bigint NOT NULL, words tsvector NOT NULL)",
    f"INSERT INTO use_search (id, words) SELECT id, {WORDS} FROM use_words",  # noqa: S608 - our own words
    "ALTER TABLE use_search ADD CONSTRAINT pk_use_search PRIMARY KEY (id)",
    "CREATE INDEX ix_use_search_words ON use_search USING gin (words)",
    TRIGGER.format(name="use_search_insert", event="INSERT", table="use", rows="NEW TABLE AS new_rows", body=PUT_IN),
    TRIGGER.format(name="use_search_delete", event="DELETE", table="use", rows="OLD TABLE AS old_rows", body=TAKE_OUT),
    TRIGGER.format(name="use_search_update", event="UPDATE", table="use", rows=BOTH_ROWS, body=TAKE_OUT + PUT_IN),
    *(
        TRIGGER.format(
            name=f"{table}_search_update",
            event="UPDATE",
            table=table,
            rows=BOTH_ROWS,
            body=f"""
    UPDATE use_search SET words = {WORDS.replace("words", "use_words.words")}
    FROM use_words
    WHERE use_search.id = use_words.id AND use_words.use_id IN (
        SELECT use.id FROM use JOIN new_rows ON new_rows.id = use.{table}_id JOIN old_rows ON old_rows.id = new_rows.id
        WHERE old_rows.search_text <> new_rows.search_text);
""",  # noqa: S608 - our own words
        )
        for table in ("caption", "credit")
    ),
)
BATCH = 10_000


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("caption", "credit"):
        _put_into_form(connection, sa.table(name, sa.column("id"), sa.column("search_text")))
    for statement in UPGRADE_SQLITE if connection.dialect.name == "sqlite" else UPGRADE_POSTGRESQL:
        connection.exec_driver_sql(statement)


def _put_into_form(connection: sa.Connection, table: sa.TableClause) -> None:
    """Folding again changes nothing, so that the stored texts can be put into pairs of letters as they are."""
    last = 0
    statement = sa.select(table.c.id, table.c.search_text).order_by(table.c.id).limit(BATCH)
    while rows := connection.execute(statement.where(table.c.id > last)).all():
        last = rows[-1].id
        changed = [
            {"row": row.id, "form": form} for row in rows if (form := search_text(row.search_text)) != row.search_text
        ]
        if changed:
            change = sa.update(table).where(table.c.id == sa.bindparam("row"))
            connection.execute(change.values(search_text=sa.bindparam("form")), changed)


def downgrade() -> None:
    raise NotImplementedError("the words are stored in another form now; take the copy from before the upgrade")
