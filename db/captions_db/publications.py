"""Name publications: their spellings share one name, and a person may merge several.

The name depends only on the spellings that were read and on the current merges, not on their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, select, update

from captions_db import models as m
from captions_db import rollups
from captions_db.bulk import in_chunks, insert_rows
from captions_db.overlay import merge_rows
from captions_db.rows import storable
from captions_db.search import name_key


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication with its uses, and the other spellings that were read."""

    name: str
    uses: int
    spellings: tuple[str, ...]


def publications(engine: Engine) -> list[PublicationRow]:
    """Return the publications of stored articles, sorted by name."""
    use, article = m.use.c, m.article.c
    with engine.connect() as connection:
        counts = connection.execute(
            select(use.publication, func.count().label("uses"))
            .where(use.publication.is_not(None))
            .group_by(use.publication)
        )
        uses = {str(row.publication): int(row.uses) for row in counts}
        read = select(article.publication, article.publication_read).where(article.publication.is_not(None)).distinct()
        spellings: dict[str, set[str]] = {}
        for name, spelling in connection.execute(read):
            spellings.setdefault(name, set()).add(spelling)
    rows = sorted(spellings.items())
    return [PublicationRow(name, uses.get(name, 0), tuple(sorted(found - {name}))) for name, found in rows]


def publication_spellings(engine: Engine, limit: int) -> list[str]:
    """Return the first names of publications that articles or users have named, in all spellings."""
    name = m.publication_spelling.c.name
    with engine.connect() as connection:
        return [*connection.scalars(select(name).order_by(name).limit(limit))]


def publication_name(engine: Engine, name: str, key: str) -> str | None:
    """Return the current name of a publication under any of its names, given with its key; None if it is unknown.

    ``"ECHO ONLINE"`` -> ``"Harbor Echo"`` once the two are merged.
    """
    column = m.publication_spelling.c
    with engine.connect() as connection:
        read = connection.scalar(select(column.key).where(column.name == storable(name)))
        wanted = read or key or name_key(name)
        return _names(connection, {wanted})[wanted]


def names_of(connection: Connection, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the current name of each spelling, given with its key; note new spellings, and rename if one is better."""
    if not keys:
        return {}
    column = m.publication_spelling.c
    known = {
        row.name: row.key
        for chunk in in_chunks(keys)
        for row in connection.execute(select(column.name, column.key).where(column.name.in_(chunk)))
    }
    new = {name: key or name_key(name) for name, key in keys.items() if name not in known}
    if new:
        before = _names(connection, set(new.values()))
        insert_rows(connection, m.publication_spelling, [{"name": name, "key": key} for name, key in new.items()])
        after = _names(connection, set(new.values()))
        if any(before[key] not in (None, after[key]) for key in after):
            rename(connection)
    found = _names(connection, {*known.values(), *new.values()})
    return {name: found[key] or name for name, key in (known | new).items()}


def rename(connection: Connection) -> int:
    """Give all articles the current names of their publications; return the number of uses that changed."""
    spelling, article, use = m.publication_spelling.c, m.article.c, m.use.c
    keys = {row.name: row.key for row in connection.execute(select(spelling.name, spelling.key))}
    names = _names(connection, set(keys.values()))
    changed = 0
    for read, key in sorted(keys.items()):
        name = names[key] or read
        others = (article.publication_read == read) & (article.publication != name)
        if connection.execute(select(article.id).where(others).limit(1)).first() is None:
            continue
        of_these = use.article_id.in_(select(article.id).where(article.publication_read == read)) & (
            use.publication != name
        )
        changed += connection.execute(select(func.count()).select_from(m.use).where(of_these)).scalar_one()
        ids = connection.scalars(select(use.id).where(of_these)).all()
        for chunk in in_chunks(ids):
            rollups.note(connection, use.id.in_(chunk), -1)
            connection.execute(update(m.use).where(use.id.in_(chunk)).values(publication=name))
            rollups.note(connection, use.id.in_(chunk), 1)
        connection.execute(update(m.article).where(others).values(publication=name))
    return changed


def drop_unread_spellings(connection: Connection) -> None:
    """Delete the spellings that no article has any more, except in merges; what they named gets its next name."""
    column, article = m.publication_spelling.c, m.article.c
    merged = {name for row in merge_rows(connection, "publication") for name in (row.name, row.merged_into)}
    read = select(article.id).where(article.publication_read == column.name).exists()
    unread = set(connection.scalars(select(column.name).where(~read))) - merged
    if not unread:
        return
    for chunk in in_chunks(unread):
        connection.execute(delete(m.publication_spelling).where(column.name.in_(chunk)))
    rename(connection)


def _names(connection: Connection, keys: Collection[str]) -> dict[str, str | None]:
    """Return the name for each key of a publication; None if it has no spelling."""
    merges = merge_rows(connection, "publication")
    spelling = m.publication_spelling.c
    wanted = {*keys}
    key_of: dict[str, str] = {}
    if merges:
        named = {name for row in merges for name in (row.name, row.merged_into)}
        for chunk in in_chunks(named):
            key_of |= {
                row.name: row.key
                for row in connection.execute(select(spelling.name, spelling.key).where(spelling.name.in_(chunk)))
            }
    into = {key_of.get(row.name, name_key(row.name)): row.merged_into for row in merges}
    chosen = {key_of.get(row.merged_into, name_key(row.merged_into)): row.merged_into for row in merges}

    def end(key: str) -> str:
        seen: set[str] = set()
        while key in into and key not in seen:
            seen.add(key)
            key = key_of.get(into[key], name_key(into[key]))
        return key

    ends = {key: end(key) for key in wanted}
    best: dict[str, str] = {}
    for chunk in in_chunks(set(ends.values())):
        for row in connection.execute(select(spelling.name, spelling.key).where(spelling.key.in_(chunk))):
            best[row.key] = best_spelling([row.name, best.get(row.key, row.name)])
    return {key: chosen.get(target) or best.get(target) for key, target in ends.items()}


def best_spelling(names: Iterable[str]) -> str:
    """Return the spelling after which a publication is named."""
    return min(names, key=preference)


def preference(name: str) -> tuple[bool, int, str]:
    """Prefer a name that is not in one case, the shortest, which has no slogan or suffix."""
    return (name == name.upper() or name == name.lower(), len(name), name)
