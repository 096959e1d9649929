"""What is asked of a store's audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the store: which findings, on which uses, for which intended use."""

    codes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    supplier: str | None = None
    publication: str | None = None
    since: date | None = None
    until: date | None = None
    scope: str | None = None
    territory: str | None = None
    waived: bool = False
    """Whether to tell the findings that are waived instead of the others."""
    run: int | None = None
    """Only what this run of the ingest stored or changed, and could not read."""
    pictures: bool = False
    """Whether the pictures are asked about, though no code of theirs is."""

    @property
    def confined(self) -> bool:
        """Whether only some uses are reported. What could not be read has no supplier, publication or day."""
        return any(v is not None for v in (self.supplier, self.publication, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of an earlier audit, told by what stays the same when an article is read again."""

    code: str
    source: str
    caption: str
    line: str | None
    of_use: bool = True
