"""The options of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from captions.text import name_key


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """Which findings to report, on which uses, for which intended use."""

    codes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    grades: Mapping[str, str] = field(default_factory=dict)
    """The newsroom's own severities by code; ``off`` for codes to leave out, unless they are in ``codes``."""
    supplier: str | None = None
    publication: str | None = None
    since: date | None = None
    until: date | None = None
    scope: str | None = None
    territory: str | None = None
    waived: bool = False
    """Report waived findings instead of the others."""
    run: int | None = None
    """Report only what this ingest run stored, changed or could not read."""
    source: str | None = None
    """The source of the only article to report on."""
    use: int | None = None
    """The only use to report on."""
    unchecked: bool = False
    """Report CR301 even before the first agreement is recorded."""
    pictures: bool = False
    """Load the scanned pictures even if no requested code needs them."""
    store: bool = False
    """Keep the findings in the store."""

    def is_about(self, supplier: str) -> bool:
        """Return whether the report covers the agreements with a supplier or freelancer."""
        return self.supplier is None or name_key(self.supplier) == name_key(supplier)

    @property
    def confined(self) -> bool:
        """Return whether the report covers only some uses. Unreadable input has none of these."""
        return any(
            v is not None for v in (self.supplier, self.publication, self.since, self.until, self.source, self.use)
        )


@dataclass(frozen=True, slots=True)
class BaselineFinding:
    """A finding of an earlier audit, identified by what re-reading the article does not change."""

    code: str
    source: str
    caption: str
    line: str | None
    of_use: bool = True
