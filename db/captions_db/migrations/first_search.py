"""Full-text index of the first schema: the words of each use, updated by triggers.

The key is the day of the use, shifted, plus the use's id, so that the latest uses come first. The index stores no text;
it is built from ``search_text``. On SQLite, a revision that rebuilds table ``use`` (as Alembic's batch does) drops the
table's triggers and must create them again.
"""

from __future__ import annotations

_VIEW = """
CREATE VIEW use_words AS
    SELECT {key} AS id, use.id AS use_id,
        coalesce(caption.search_text, '') || ' ' || coalesce(credit.search_text, '') AS words
    FROM use
    LEFT JOIN caption ON caption.id = use.caption_id
    LEFT JOIN credit ON credit.id = use.credit_id
"""
# 1721424.5 is the Julian day of the last day before year 1: the days count as Python's date.toordinal().
_SQLITE_KEY = "CASE WHEN used_on IS NULL THEN 0 ELSE CAST(julianday(used_on) - 1721424.5 AS INTEGER) END << 32 | use.id"
_OUT = "INSERT INTO use_search (use_search, rowid, words) SELECT 'delete', id, words FROM use_words WHERE"
_IN = "INSERT INTO use_search (rowid, words) SELECT id, words FROM use_words WHERE"
_CHANGED = "OLD.search_text IS NOT NEW.search_text"
_SQLITE = (
    _VIEW.format(key=_SQLITE_KEY),
    # The words are split already, so the ascii tokenizer leaves other letters unchanged. Positions are not stored.
    """CREATE VIRTUAL TABLE use_search USING fts5(
        words, content='use_words', content_rowid='id', detail='none', columnsize=0, tokenize='ascii')""",
    f"CREATE TRIGGER use_search_insert AFTER INSERT ON use BEGIN {_IN} use_id = NEW.id; END",
    f"CREATE TRIGGER use_search_delete BEFORE DELETE ON use BEGIN {_OUT} use_id = OLD.id; END",
    f"""CREATE TRIGGER use_search_before BEFORE UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN {_OUT} use_id = OLD.id; END""",
    f"""CREATE TRIGGER use_search_after AFTER UPDATE OF id, caption_id, credit_id, used_on ON use
        BEGIN {_IN} use_id = NEW.id; END""",
    *(
        f"""CREATE TRIGGER {table}_search_{when.lower()} {when} UPDATE OF search_text ON {table} WHEN {_CHANGED}
            BEGIN {change} use_id IN (SELECT id FROM use WHERE {table}_id = OLD.id); END"""  # noqa: S608
        for table in ("caption", "credit")
        for when, change in (("BEFORE", _OUT), ("AFTER", _IN))
    ),
)
_POSTGRESQL_KEY = "use_key(use.used_on, use.id)"
_WORDS = "array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
_TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
_TAKE_OUT = "DELETE FROM use_search WHERE id IN (SELECT use_key(used_on, id) FROM old_rows);"
_PUT_IN = f"""
    INSERT INTO use_search (id, words) SELECT id, {_WORDS} FROM use_words WHERE use_id IN (SELECT id FROM new_rows);
"""  # noqa: S608 - constants only
_BOTH_ROWS = "OLD TABLE AS old_rows NEW TABLE AS new_rows"
_POSTGRESQL = (
    """CREATE FUNCTION use_key(day date, id integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS
        $$ SELECT (coalesce(day - DATE '0001-01-01' + 1, 0)::bigint << 32) | id $$""",
    _VIEW.format(key=_POSTGRESQL_KEY),
    "CREATE TABLE use_search (id bigint NOT NULL, words tsvector NOT NULL)",
    "ALTER TABLE use_search ADD CONSTRAINT pk_use_search PRIMARY KEY (id)",
    "CREATE INDEX ix_use_search_words ON use_search USING gin (words)",
    _TRIGGER.format(name="use_search_insert", event="INSERT", table="use", rows="NEW TABLE AS new_rows", body=_PUT_IN),
    _TRIGGER.format(
        name="use_search_delete", event="DELETE", table="use", rows="OLD TABLE AS old_rows", body=_TAKE_OUT
    ),
    _TRIGGER.format(name="use_search_update", event="UPDATE", table="use", rows=_BOTH_ROWS, body=_TAKE_OUT + _PUT_IN),
    *(
        _TRIGGER.format(
            name=f"{table}_search_update",
            event="UPDATE",
            table=table,
            rows=_BOTH_ROWS,
            body=f"""
    UPDATE use_search SET words = {_WORDS.replace("words", "use_words.words")}
    FROM use_words
    WHERE use_search.id = use_words.id AND use_words.use_id IN (
        SELECT use.id FROM use JOIN new_rows ON new_rows.id = use.{table}_id JOIN old_rows ON old_rows.id = new_rows.id
        WHERE old_rows.search_text <> new_rows.search_text);
""",  # noqa: S608 - constants only
        )
        for table in ("caption", "credit")
    ),
)

STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""The statements that create the index, by dialect."""
