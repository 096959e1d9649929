"""Return what a store contains, to compare stores."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import captions_db as db
from captions_db import models as m
from sqlalchemy import Engine, func, select


def contents(engine: Engine) -> dict[str, list[Any]]:
    """Return all stored content except runs and rollups, by natural keys."""
    with engine.connect() as connection:

        def rows(*columns: Any, join: Any = None) -> list[Any]:
            statement = select(*columns)
            found = connection.execute(statement if join is None else statement.select_from(join))
            return sorted(map(tuple, found), key=repr)

        credit, party, chain = m.credit, m.party, m.credit_party
        return {
            "articles": rows(*[column for column in m.article.c if column.name not in {"id", "run_id"}]),
            "captions": rows(m.caption.c.match_key, m.caption.c.text, m.caption.c.search_text),
            "credits": rows(
                *[column for column in credit.c if column.name not in {"id", "supplier_id"}],
                party.c.name,
                join=credit.outerjoin(party, party.c.id == credit.c.supplier_id),
            ),
            "chain": rows(
                credit.c.line,
                chain.c.role,
                chain.c.place,
                party.c.name,
                party.c.kind,
                join=chain.join(credit).join(party, party.c.id == chain.c.party_id),
            ),
            "parties": rows(party.c.name, party.c.kind, party.c.name_key),
            "uses": [astuple(replace(row, use_id=0)) for row in db.uses_for_audit(engine)],
            "counts": [
                (table.name, connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in m.METADATA.sorted_tables
                # Without runs and rollups (see test_rollups.py).
                if not table.name.startswith(("ingest", "uses_by", "count"))
            ],
        }
