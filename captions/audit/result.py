"""The result of an audit: counts at once, findings as a stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import captions_db.audit as store
from captions_db.audit import stored
from captions_db.audit.decisions import Grouping
from captions_db.rows import Row

from captions.audit.codes import CODES, SEVERITIES, Code, Decides
from captions.audit.finding import Finding
from captions.audit.fixes import FixCommands, can_be_typed
from captions.audit.overview import AtRisk, Overview, Unchecked
from captions.audit.spool import Spool
from captions.model import Credit, Use
from captions.stored import credit_of

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_Row = TypeVar("_Row")
CREDITS_CACHED = 100_000
"""Credits in memory while findings are read: most lines recur."""


class CreditCache:
    """Credits by id, read on first access and cached up to :data:`CREDITS_CACHED`."""

    def __init__(self, audit: store.Audit) -> None:
        """Read the credits of this audit."""
        self._audit = audit
        self._cached: dict[int, Credit] = {}

    def __iter__(self) -> Iterator[tuple[int, Credit]]:
        """Yield all credits with their ids."""
        yield from self.having(())

    def having(self, fields: Collection[str]) -> Iterator[tuple[int, Credit]]:
        """Yield the credits that have a value in one of these fields (``qualifiers``); without fields, all."""
        for row_id, record in self._audit.credits(fields):
            credit = credit_of(record)
            if len(self._cached) < CREDITS_CACHED:
                self._cached[row_id] = credit
            yield row_id, credit

    def __getitem__(self, row_id: int) -> Credit:
        """Return a credit by its id."""
        credit = self._cached.get(row_id)
        if credit is None:
            self.read({row_id})
            credit = self._cached[row_id]
        return credit

    def of(self, row_ids: Collection[int]) -> dict[int, Credit]:
        """Return several credits by id, read in one query."""
        wanted = set(row_ids)
        self.read(wanted)
        return {row_id: self._cached[row_id] for row_id in wanted}

    def ahead(self, rows: Iterable[_Row], of: Callable[[_Row], Iterable[int]]) -> Iterator[_Row]:
        """Yield the rows unchanged, and read the credits of thousands of them in one query."""
        rest = iter(rows)
        while page := list(islice(rest, 5_000)):
            self.read({row_id for row in page for row_id in of(row)})
            yield from page

    def read(self, row_ids: set[int]) -> None:
        """Read several credits in one query."""
        # A set difference would visit every cached id.
        if missing := {row_id for row_id in row_ids if row_id not in self._cached}:
            if len(self._cached) + len(missing) > CREDITS_CACHED:
                self._cached.clear()
                missing = row_ids
            for row_id, record in self._audit.credits_of(sorted(missing)).items():
                self._cached[row_id] = credit_of(record)


class AuditResult:
    """The counts of an audit, and its findings, which each iteration streams anew."""

    def __init__(
        self,
        audit: store.Audit,
        credits_: CreditCache,
        unattached: Mapping[str, Spool[None]],
        codes: Mapping[str, Code],
        overview: Callable[[], Overview],
    ) -> None:
        """Combine the findings on uses, which the audit lists, with those attached to no use."""
        self._audit, self._credits, self._unattached, self.codes = audit, credits_, unattached, codes
        self.commands = FixCommands()
        self.prices: Callable[[], Mapping[int, tuple[str, Decimal]]] = dict
        """Return the known prices of a use, by group of credits."""
        self.quota_prices: Callable[[], Mapping[int, tuple[str, Decimal]]] = dict
        """Return the known prices of a use beyond a quota, by agreement."""
        self.overview = overview
        """Count what a report shows besides the findings."""
        self.counts: Mapping[str, int] = {}
        """Findings by code, in the order of codes."""
        self.in_order: Mapping[str, int] = {}
        """Findings on uses, by code, in the report's order."""
        self.waived = self.known = 0
        self.uses = self.articles = self.undated = self.without_run = 0
        self.unchecked: Unchecked | None = None
        """The uses without any agreement to check them against; None if agreements are stored or not asked for."""
        self.at_risk: AtRisk | None = None
        """The cost of the uses that nothing covers; None if the audit did not check agreements, or none is stored."""
        self.archive: Archive | None = None
        """The scanned pictures; None if there are none or the request needs none."""

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings, worst first."""
        first = 1
        for code, count in self.in_order.items():
            yield from self._graded(code)
            rows = self._audit.listed(first, first + count - 1)
            while page := list(islice(rows, 5_000)):
                yield from self.findings_of(code, page)
            first += count

    def unattached(self) -> Iterator[Finding]:
        """Yield the findings that belong to no use, worst first."""
        for code in self.in_order:
            yield from self._graded(code)

    def _graded(self, code: str) -> Iterator[Finding]:
        """Yield the findings of a code that belong to no use, with the severity that was asked for."""
        severity = self.codes[code].severity
        grade = None if severity == CODES[code].severity else severity
        for finding, _ in self._unattached.get(code, ()):
            yield finding if grade is None else replace(finding, grade=grade)

    def grouping(self, decides: Mapping[str, Decides]) -> Grouping:
        """Return the store's part of grouping the findings by decision; ``decides`` is by code."""
        ranks = self._audit.ranks
        return self._audit.grouping(
            {rank: decides[code] for code, rank in ranks.items()},
            {rank: SEVERITIES.index(self.codes[code].severity) for code, rank in ranks.items()},
            can_be_typed,
        )

    def keep(self, question: str, version: str, at: datetime, decisions: Iterator[Row]) -> int:
        """Keep the grouped findings in the store; see :func:`captions_db.audit.stored.put`."""
        return stored.put(self._audit, question, version, at, decisions)

    @property
    def ranks(self) -> Mapping[str, int]:
        """Return the reported codes with their order in the report."""
        return self._audit.ranks

    def suppliers(self, is_meant: Callable[[str], bool]) -> dict[int, str]:
        """Return the agencies whose names ``is_meant`` accepts, by number."""
        return self._audit.party_ids("agency", is_meant)

    def licensed(self) -> set[int]:
        """Return the ids of the uses that a license of their picture covers."""
        return self._audit.licensed.covered()

    def read_credits(self, row_ids: Iterable[int | None]) -> None:
        """Read the credits of findings in one query."""
        self._credits.read({row_id for row_id in row_ids if row_id is not None})

    def findings_of(self, code: str, rows: Sequence[store.ReportedFinding]) -> Iterator[Finding]:
        """Yield the findings of a code in some rows of the store."""
        self.read_credits(row.credit_id for row in rows)
        severity = self.codes[code].severity
        grade = None if severity == CODES[code].severity else severity
        # Locals and one unpacking per row, because a million findings may pass here.
        command_of, credit_of_id = self.commands.of, self._credits
        for row in rows:
            (
                number, text, command, use_id, position, occurrences, day, credit_id, caption, key,
                source, url, headline, publication,
            ) = row  # fmt: skip
            credit = None if credit_id is None else credit_of_id[credit_id]
            use = Use(
                source, position, caption or "", key or "", credit, occurrences, headline, url, publication, day, use_id
            )
            message = text if number is None else text.replace("{n}", str(number), 1)
            yield Finding(code, message, source, use, command or command_of(code, use), grade)
