"""Word the queries of the search index: for whole words, and for words that begin with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from captions_db.spellings import WantedSpellings, may_begin

_LISTED = 30
"""Words that are listed because they begin with a word; more are left to SQLite."""

_INDEXED_WORDS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed_word USING fts5vocab(main, use_search, instance)"
_NEXT_WORD = "SELECT term FROM temp.indexed_word WHERE term >= ? ORDER BY term LIMIT 1"


def both_ways(connection: Connection, asked: Sequence[WantedSpellings]) -> tuple[str, str | None]:
    """Return the index queries for whole words and for beginnings of words; None if they find the same.

    Folded words consist of letters, digits and combining characters, so quoting them is safe.
    """
    if connection.dialect.name == "sqlite":
        quoted, both, either = '"{}"', " AND ", " OR "
    else:
        quoted, both, either = "'{}'", " & ", " | "
    whole, begun = [], []
    for it in asked:
        words = [quoted.format(word) for word in (it.word, *it.others)]
        whole.append(_any(words, either))
        open_ = [it.open, *(it.open and may_begin(word) for word in it.others)]
        spellings = zip((it.word, *it.others), words, open_, strict=True)
        begun.append(
            _any([_begun(connection, word) if is_open else spelling for word, spelling, is_open in spellings], either)
        )
    return both.join(whole), None if whole == begun else both.join(begun)


def _any(words: Sequence[str], either: str) -> str:
    return words[0] if len(words) == 1 else f"({either.join(words)})"


def _begun(connection: Connection, word: str) -> str:
    """Return the index query for a word and those that begin with it: ``("boat" OR "boats")`` on SQLite.

    SQLite reads all entries of ``"boat"*`` before the first hit, but those of listed words only as far as needed.
    """
    if connection.dialect.name != "sqlite":
        return f"'{word}':*"
    connection.exec_driver_sql(_INDEXED_WORDS)
    words = [word]
    while len(words) <= _LISTED:
        # A space sorts before the letters of any longer word, and the index finds the next word at once.
        after = connection.exec_driver_sql(_NEXT_WORD, (f"{words[-1]} ",)).scalar()
        if after is None or not after.startswith(word):
            listed = " OR ".join(f'"{word}"' for word in words)
            return listed if len(words) == 1 else f"({listed})"
        words.append(after)
    return f'"{word}"*'


def but_not(engine: str, wanted: str, unwanted: str) -> str:
    """Return the index query for the hits of one query that are not hits of another."""
    return f"({wanted}) {'NOT' if engine == 'sqlite' else '& !'} ({unwanted})"
