"""The output of the audit: findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from captions.audit.codes import CODES, SEVERITIES, Severity
from captions.model import Use


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


def counted(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Return the number of findings by code, in the order of codes."""
    counts = Counter(finding.code for finding in findings)
    return dict(sorted(counts.items()))
