"""What the desk works on: a store, the tables, and the newsroom's settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import captions_db as db
from sqlalchemy import Engine

from captions.audit.request import AuditRequest
from captions.desk.audits import DeskAudits
from captions.desk.reader import PageReader
from captions.ingest.records import Settings
from captions.lexicon.publications import publication_key
from captions.lexicon.vocabulary import Vocabulary


@dataclass(slots=True)
class DeskStore:
    """A store with everything that the screens and the HTTP API need to read it."""

    engine: Engine
    words: Vocabulary
    settings: Settings = field(default_factory=Settings)
    """How articles are read into the store."""
    request: AuditRequest = field(default_factory=AuditRequest)
    """The scope, the territory and the severities of the newsroom's audits."""
    today: Callable[[], date] = date.today
    audits: DeskAudits = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to read its audits."""
        self.audits = DeskAudits(self.engine, self.words, self.today)

    def supplier_named(self, name: str) -> str:
        """Return the canonical name of an agency, or the name as typed."""
        found = self.words.agency(name)
        return name if found is None else found.name

    def publication_named(self, name: str | None) -> str | None:
        """Return the current name of a publication, or an unknown name as typed."""
        if name is None:
            return None
        return db.publication_name(self.engine, name, publication_key(name)) or name


@dataclass(slots=True, kw_only=True)
class DeskContext(DeskStore):
    """The store of a desk with screens."""

    reader: PageReader
    name: str = ""
    """The name of the database for people, without its password."""
