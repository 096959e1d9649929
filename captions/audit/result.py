"""What an audit found: numbers at once, findings one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import captions_db.audit as store

from captions.audit.codes import CODES, Code, Severity
from captions.audit.finding import Finding
from captions.audit.fixes import Commands
from captions.audit.overview import Overview
from captions.audit.spool import Spool
from captions.model import Credit, Use
from captions.stored import credit_of

if TYPE_CHECKING:
    from captions.imaging.library import Archive

_Row = TypeVar("_Row")
CREDITS_KEPT = 100_000
"""Credits that are remembered while findings are read: most lines come again and again."""


class Credits:
    """Credits by id, read when they are first asked for, and kept as long as there is room."""

    def __init__(self, audit: store.Audit) -> None:
        """Takes the audit whose credits they are."""
        self._audit = audit
        self._kept: dict[int, Credit] = {}

    def __iter__(self) -> Iterator[tuple[int, Credit]]:
        """Gives all credits with their ids."""
        yield from self.having(())

    def having(self, fields: Collection[str]) -> Iterator[tuple[int, Credit]]:
        """Return the credits that have a value in one of these fields (``qualifiers``); without fields, all."""
        for row_id, record in self._audit.credits(fields):
            credit = credit_of(record)
            if len(self._kept) < CREDITS_KEPT:
                self._kept[row_id] = credit
            yield row_id, credit

    def __getitem__(self, row_id: int) -> Credit:
        """Gives one credit."""
        credit = self._kept.get(row_id)
        if credit is None:
            self.read({row_id})
            credit = self._kept[row_id]
        return credit

    def ahead(self, rows: Iterable[_Row], of: Callable[[_Row], Iterable[int]]) -> Iterator[_Row]:
        """Gives rows as they come; the credits of many of them are read at once before, not each by itself."""
        rest = iter(rows)
        while page := list(islice(rest, 5_000)):
            self.read({row_id for row in page for row_id in of(row)})
            yield from page

    def read(self, row_ids: set[int]) -> None:
        """Reads several at once."""
        # Not by the difference of sets, which goes through all that are kept.
        if missing := {row_id for row_id in row_ids if row_id not in self._kept}:
            if len(self._kept) + len(missing) > CREDITS_KEPT:
                self._kept.clear()
                missing = row_ids
            for row_id, record in self._audit.credits_of(sorted(missing)).items():
                self._kept[row_id] = credit_of(record)


class Answer:
    """What an audit found: numbers at once, findings as they are gone through, each time anew."""

    def __init__(
        self,
        audit: store.Audit,
        credits_: Credits,
        loose: Mapping[str, Spool[None]],
        codes: Mapping[str, Code],
        overview: Callable[[], Overview],
    ) -> None:
        """Takes what was found on uses, and what was found beside them."""
        self._audit, self._credits, self._loose, self.codes = audit, credits_, loose, codes
        self._commands = Commands()
        self.overview = overview
        """Tells, when asked, what a report says beside the findings."""
        self.counts: Mapping[str, int] = {}
        """Findings by code, in the order of codes."""
        self.in_order: Mapping[str, int] = {}
        """Findings on uses, by code, in the report's order."""
        self.waived = self.known = 0
        self.uses = self.articles = self.undated = self.without_run = 0
        self.agreements = 0
        """How many agreements are stored."""
        self.archive: Archive | None = None
        """The pictures that were scanned; None where there are none, or none was asked about."""

    def __iter__(self) -> Iterator[Finding]:
        """Gives the findings, worst first."""
        first = 1
        for code, count in self.in_order.items():
            yield from (finding for finding, _ in self._loose.get(code, ()))
            severity = self.codes[code].severity
            grade = None if severity == CODES[code].severity else severity
            rows = self._audit.listed(first, first + count - 1)
            while page := list(islice(rows, 5_000)):
                self._credits.read({row.credit_id for row in page if row.credit_id is not None})
                yield from self._findings(code, page, grade)
            first += count

    def _findings(self, code: str, rows: Sequence[store.ReportedFinding], grade: Severity | None) -> Iterator[Finding]:
        # Taken apart once: a million findings come through here.
        clears, credit_of_id = self._commands.clears, self._credits
        for row in rows:
            (
                number, text, clear, use_id, position, occurrences, day, credit_id, caption, key,
                source, url, headline, publication,
            ) = row  # fmt: skip
            credit = None if credit_id is None else credit_of_id[credit_id]
            use = Use(
                source, position, caption or "", key or "", credit, occurrences, headline, url, publication, day, use_id
            )
            message = text if number is None else text.replace("{n}", str(number), 1)
            yield Finding(code, message, source, use, clear or clears(code, use), grade)
