"""What the desk works on: a store, the tables, and the newsroom's settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from captions.audit.request import AuditRequest
from captions.desk.reader import PageReader
from captions.ingest.records import Settings
from captions.lexicon.vocabulary import Vocabulary


@dataclass(slots=True)
class DeskContext:
    """A store with everything that its screens need to read it."""

    engine: Engine
    words: Vocabulary
    reader: PageReader
    name: str = ""
    """The name of the database for people, without its password."""
    request: AuditRequest = field(default_factory=AuditRequest)
    """The scope, the territory and the severities of the newsroom's audits."""
    settings: Settings = field(default_factory=Settings)
    """How articles are read into the store."""
    today: Callable[[], date] = date.today
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever audits the whole store, so that ten windows do not do it at once."""

    def supplier_named(self, name: str) -> str:
        """Return the canonical name of an agency, or the name as typed."""
        found = self.words.agency(name)
        return name if found is None else found.name
