"""The input of the audit: uses, and inputs that could not be read. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from captions.model import Credit


@dataclass(frozen=True, slots=True)
class Use:
    """One caption with its credit in one article: what is licensed, counted and audited."""

    source: str
    """Where the article was read from."""
    position: int
    """Which caption of the article it is, from 1."""
    caption: str
    match_key: str
    """What two occurrences of one caption share; see :func:`captions.text.match_key`."""
    credit: Credit | None
    occurrences: int = 1
    headline: str | None = None
    url: str | None = None
    publication: str | None = None
    used_on: date | None = None
    id: int | None = None
    """Its number in the store."""
    structured_credit: Credit | None = None
    """The credit that the page's structured data tell, where it is not the one that is printed."""
    images: tuple[str, ...] = ()
    """The addresses of its pictures."""

    @property
    def supplier(self) -> str | None:
        """Whom the picture was licensed from, if the line tells."""
        return self.credit.supplier if self.credit else None


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be read, and why."""

    source: str
    reason: str
