"""Values that go into and out of the store. All are frozen; none depends on a table.

Texts are stored unchanged, except for characters that no database stores: see ``captions_db.rows``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Self

PartyKind = Literal["creator", "agency"]
Place = tuple[str, int | None, int | None]
"""Where an occurrence is: its shape (whole, caption, short, credit), and its start and end in the source."""


class _Packed:
    """Pickle as a tuple of values, which is faster than the default of dataclasses."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class CreditRecord(_Packed):
    """A credit line and its reading. ``creators`` and ``agencies`` are names in printed order."""

    line: str
    creators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    supplier: str | None = None
    qualifiers: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    copyright_notice: str | None = None
    license: str | None = None
    license_url: str | None = None
    licensor_url: str | None = None
    rule: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class UseRecord(_Packed):
    """A caption with its credit in an article; ``position`` is unique in the article."""

    position: int
    caption: str
    """Empty if only a credit is printed."""
    match_key: str
    credit: CreditRecord | None = None
    occurrences: int = 1
    places: tuple[Place, ...] = ()
    """Where each occurrence is."""
    images: tuple[str, ...] = ()
    """The URLs of the pictures."""
    rule: str = ""
    """The rule that found the caption."""
    structured_credit: CreditRecord | None = None
    """The credit in the page's structured data, if it differs from the printed one."""


@dataclass(frozen=True, slots=True)
class ArticleRecord(_Packed):
    """An article as read in one place. ``source`` names the place: a file's path, ``path#id`` in a file of records.

    ``content_hash`` covers everything that affects the reading: the bytes and, to re-read articles after an upgrade,
    the program's version. An article with the same source and hash is not written again. ``digest`` covers the bytes
    only. The article is the same as others with its ``identity``, a URL without everything that differs between the
    URLs of one article; without one, the same as others with its content.
    """

    source: str
    content_hash: str
    text: str = ""
    url: str | None = None
    headline: str | None = None
    publication: str | None = None
    published: date | None = None
    language: str | None = None
    uses: tuple[UseRecord, ...] = ()
    near: bool | None = None
    """Whether two of its captions may be nearly identical; None if nobody checked."""
    published_in: str | None = None
    """The month or year of publication if the day is unknown: ``2024-05``, ``2024``."""
    publication_key: str = ""
    """The key that spellings of the publication's name share; by default, the name without case and punctuation."""
    identity: str | None = None
    digest: str = ""
    content_key: str = ""
    """Set by ``captions_db.readings.keyed``, as is ``rank``."""
    rank: str = ""
    uncaptioned: tuple[tuple[str, str], ...] = ()
    """The URL and the alternative text of each picture with neither caption nor credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A person's decision, which can be undone; these fields are set once it is stored."""

    id: int | None = None
    added: datetime | None = None
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AddResult:
    """The number of a stored agreement, correction or waiver, and whether it is new; False for a repeated one."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """A source that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many articles one call of ``write_articles`` found new, changed and unchanged.

    ``elsewhere`` counts those among the changed and unchanged that were stored already, under other names.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    elsewhere: int = 0
    captions: int = field(default=0, compare=False)
    """The number of captions that were stored."""
    occurrences: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One ingest run: ``read`` is new + changed + unchanged; ``finished`` is None if it was interrupted."""

    id: int
    started: datetime
    finished: datetime | None
    version: str
    read: int
    new: int
    changed: int
    unchanged: int
    failed: int
    failures: tuple[FailureRecord, ...] = ()
    elsewhere: int = 0
