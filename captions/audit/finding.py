"""The output of the audit: findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from captions.audit.codes import CODES, SEVERITIES, Severity
from captions.model import Use


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the audit: what is wrong, with which use, and the command that fixes it."""

    code: str
    message: str
    """What is wrong here, in one line."""
    source: str
    use: Use | None = None
    """None for unreadable input, and for an agreement whose uses can't be counted."""
    command: str = ""
    """The command that fixes or waives it, quoted for a shell."""
    grade: Severity | None = None
    """Its severity, if the intended use changes that of the code."""
    about: str = ""
    """The supplier, for a finding on an agreement."""
    decision: str = ""
    """The key of the decision that settles it, if the finding no longer has the use or command that shows it."""

    @property
    def severity(self) -> Severity:
        """Return error, warning or info."""
        return self.grade or CODES[self.code].severity

    @property
    def meaning(self) -> str:
        """Return the meaning of its code."""
        return CODES[self.code].meaning

    @property
    def fix(self) -> str:
        """Return how to fix findings of its code."""
        return CODES[self.code].fix

    @property
    def order(self) -> tuple[int, str, bool, str, int, str]:
        """Return a sort key: worst first, then code, findings without a use, source and position."""
        position = self.use.position if self.use else 0
        return (SEVERITIES.index(self.severity), self.code, self.use is not None, self.source, position, self.message)


def counted(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Return the number of findings by code, in the order of codes."""
    counts = Counter(finding.code for finding in findings)
    return dict(sorted(counts.items()))
