"""Copy people's decisions into another store, so that articles can be audited there as they would be here."""

from __future__ import annotations

from sqlalchemy import Engine, select

from captions_db import models as m
from captions_db.articles import add_own_publications
from captions_db.bulk import insert_rows
from captions_db.connection import writing

_TABLES = (m.party, m.agreement, m.license_, m.correction, m.waiver, m.party_merge, m.publication_spelling)
"""Parties first, to which agreements refer."""


def copy_decisions(source: Engine, target: Engine) -> None:
    """Copy the agreements, licenses, corrections, waivers and merges of a store into one without rows.

    The publications that the user named as the newsroom's own come along, as those of a run.
    """
    column = m.ingest_run.c
    with source.connect() as connection, writing(target) as copy:
        for table in _TABLES:
            rows = select(table)
            if table is m.party:
                rows = rows.where(m.party.c.id.in_(select(m.agreement.c.party_id)))
            if table is m.publication_spelling:
                merged = select(m.party_merge.c.name).union(select(m.party_merge.c.merged_into))
                rows = rows.where(m.publication_spelling.c.name.in_(merged))
            insert_rows(copy, table, [dict(row) for row in connection.execute(rows).mappings()])
        named = connection.scalars(select(column.publication).where(column.publication.is_not(None)).distinct()).all()
    add_own_publications(target, named)
