"""The audit: uses -> findings. Pure: reads no file, no database and no clock.

One small function a rule: :data:`captions.audit.uses.RULES`, an ordered tuple, for what needs one use alone;
:mod:`captions.audit.groups` for what compares uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from captions.audit.codes import CODES, SEVERITIES, Code, Severity, graded
from captions.audit.groups import Claims, by_article, counted, nearly_the_same
from captions.audit.model import Failure, Finding, Use
from captions.audit.spelling import Register
from captions.audit.uses import RULES
from captions.vocabulary import Vocabulary, default


class Uses(Protocol):
    """Uses that can be gone through again, those of one article together: a list, or rows of a store."""

    def __iter__(self) -> Iterator[Use]:
        """Begins anew."""


def audit(uses: Uses, failures: Iterable[Failure] = (), words: Vocabulary | None = None) -> Iterator[Finding]:
    """Finds what is wrong with uses, and lists what could not be read; sorted, worst first.

    A use whose credit is ``(Foto: dpa)`` gives one finding, CR102. ``uses`` is gone through twice: a list,
    not a generator.
    """
    found = [*_findings(uses, Register(words or default())), *_unread(failures)]
    yield from sorted(found, key=lambda finding: finding.order)


def _findings(uses: Uses, register: Register) -> Iterator[Finding]:
    claims = Claims(uses)
    for article in by_article(uses):
        for use in article:
            for code, rule in RULES:
                if message := rule(use, register):
                    yield Finding(code, message, use.source, use)
            if conflicting := claims.conflicting(use):
                yield conflicting
        yield from nearly_the_same(article)


def _unread(failures: Iterable[Failure]) -> Iterator[Finding]:
    """CR901."""
    for failure in failures:
        yield Finding("CR901", failure.reason, failure.source)


__all__ = [
    "CODES",
    "SEVERITIES",
    "Code",
    "Failure",
    "Finding",
    "Severity",
    "Use",
    "Uses",
    "audit",
    "counted",
    "graded",
]
