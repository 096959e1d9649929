"""Which uses an audit reports, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """The uses to report; None sets no limit. ``suppliers`` are names of agencies as stored."""

    publication: str | None = None
    since: date | None = None
    until: date | None = None
    suppliers: tuple[str, ...] | None = None
    run: int | None = None
    """Uses in articles that this ingest run stored or last changed."""
    source: str | None = None
    """The source of the only article."""
    use: int | None = None
    """The only use."""


@dataclass(frozen=True, slots=True)
class UseCounts:
    """The numbers of reported uses and their articles, of undated uses and, with a run, of uses without a run."""

    uses: int
    articles: int
    undated: int
    without_run: int = 0
