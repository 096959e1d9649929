"""What the audit reads and gives: uses and failures in, findings out. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from captions.audit.codes import CODES, SEVERITIES, Severity
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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the audit reports: what is wrong, with which use, and what clears it."""

    code: str
    message: str
    """What is wrong here, in one line."""
    source: str
    use: Use | None = None
    """None where an input could not be read, and where an agreement's uses can't be counted."""
    clear: str = ""
    """The command that clears it, quoted for a shell."""
    grade: Severity | None = None
    """Its severity, where the intended use makes it another than the code's."""

    @property
    def severity(self) -> Severity:
        """error, warning or info."""
        return self.grade or CODES[self.code].severity

    @property
    def title(self) -> str:
        """What findings of this code say."""
        return CODES[self.code].title

    @property
    def remedy(self) -> str:
        """What clears it."""
        return CODES[self.code].remedy

    @property
    def order(self) -> tuple[int, str, bool, str, int, str]:
        """Sorts findings: worst first, then by code (those without a use before the others), source and position."""
        position = self.use.position if self.use else 0
        return (SEVERITIES.index(self.severity), self.code, self.use is not None, self.source, position, self.message)
