"""The tables. Their names and columns use the design's words, so that any SQLite browser shows a readable file.

A row is identified by its unique column, not its id: ``article.identity``, ``place.source``, ``caption.digest``,
``credit.line_digest``, ``party.name`` and ``kind``. Digests replace long texts in indexes, because PostgreSQL rejects
index entries over 2,704 bytes. Nothing cascades: ``captions_db.articles`` deletes explicitly.
"""

from sqlalchemy import Table

from captions_db.models import articles, decisions, pictures, rollups, stored_audits
from captions_db.models.base import METADATA

__all__ = ["DECISIONS", "METADATA", "articles", "decisions", "pictures", "rollups", "stored_audits"]

DECISIONS = tuple(table.name for table in METADATA.sorted_tables if "undone" in table.c)
"""The names of the tables of people's decisions."""


def _table(name: str) -> Table:
    return METADATA.tables[name]


article = _table("article")
place = _table("place")
publication_spelling = _table("publication_spelling")
caption = _table("caption")
party = _table("party")
party_alias = _table("party_alias")
credit = _table("credit")
credit_party = _table("credit_party")
use = _table("use")
use_image = _table("use_image")
picture_key = _table("picture_key")
uncaptioned_picture = _table("uncaptioned_picture")
agreement = _table("agreement")
license_ = _table("license")
correction = _table("correction")
waiver = _table("waiver")
party_merge = _table("party_merge")
forgotten = _table("forgotten")
image = _table("image")
image_file = _table("image_file")
image_use = _table("image_use")
ingest_run = _table("ingest_run")
ingest_failure = _table("ingest_failure")
count_change = _table("count_change")
counted = _table("counted")
stored_audit = _table("stored_audit")
stored_decision = _table("stored_decision")
stored_finding = _table("stored_finding")
