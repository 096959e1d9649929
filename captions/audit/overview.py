"""What a report shows besides its findings: uses by supplier and month, quotas, and money at risk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from captions.text import count

ARTICLES = 2_000
"""Articles with listed captions; browsers fail on larger pages."""


@dataclass(frozen=True, slots=True)
class Month:
    """The uses of a month."""

    year: int
    month: int
    uses: int
    uncredited: int = 0

    def __str__(self) -> str:
        """Return ``2024-05``."""
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Quota:
    """The usage of an agreement's quota in one of its periods."""

    agreement: int
    supplier: str
    period: str
    """``May 2026``; empty before the first use."""
    used: int
    quota: int
    per: str
    """month, quarter, year, term, week, day, or a number of days: 30d."""
    undated: int = 0
    """Uses without a date, which may or may not count here; ``used`` excludes them."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """The uses that need an agreement in a store that has none yet, and the number of their suppliers."""

    uses: int
    suppliers: int

    def __str__(self) -> str:
        """Return the line of a report: how many uses of how many suppliers, and the command to check them."""
        uses, suppliers = count(self.uses, "use"), count(self.suppliers, "supplier")
        return f"no agreements yet, so {uses} of {suppliers} not checked; run: captions agreement import FILE"


@dataclass(frozen=True, slots=True)
class SupplierAtRisk:
    """The uses of a supplier or freelancer that nothing covers, and their cost."""

    supplier: str | None
    """None if the credit line does not show it."""
    uses: int
    currency: str | None = None
    amount: Decimal | None = None
    """None if no price is known; never counted as 0."""

    def __str__(self) -> str:
        """Return ``405.00 EUR``, or ``unknown`` without a price."""
        return "unknown" if self.amount is None else f"{self.amount:.2f} {self.currency}"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """The uses that no agreement or license covers, and their cost at the stored prices."""

    suppliers: tuple[SupplierAtRisk, ...] = ()
    """Those with uncovered uses, most uses first."""

    @property
    def uses(self) -> int:
        """Return the number of uncovered uses."""
        return sum(row.uses for row in self.suppliers)

    @property
    def unpriced(self) -> int:
        """Return the number of uncovered uses without a known price; no amount includes them."""
        return sum(row.uses for row in self.suppliers if row.amount is None)

    @property
    def amounts(self) -> tuple[tuple[str, Decimal], ...]:
        """Return currency and amount, by currency."""
        totals: dict[str, Decimal] = {}
        for row in self.suppliers:
            if row.amount is not None and row.currency is not None:
                totals[row.currency] = totals.get(row.currency, Decimal(0)) + row.amount
        return tuple(sorted(totals.items()))

    def __str__(self) -> str:
        """Return ``405.00 EUR + 90.00 USD``; ``unknown`` without a price, ``none`` if every use is covered."""
        if not self.uses:
            return "none"
        return " + ".join(f"{amount:.2f} {currency}" for currency, amount in self.amounts) or "unknown"

    @property
    def note(self) -> str:
        """Return how many uses the amount covers, and how many have no known price."""
        if not self.uses:
            return "agreements cover every use with a supplier"
        uses = count(self.uses, "use")
        note = f"{uses} not covered by an agreement"
        return f"{note}; no known price for {self.unpriced}" if self.unpriced else note


@dataclass(frozen=True, slots=True)
class PrintedCaption:
    """A caption of an article, and its credit line."""

    use: int
    position: int
    caption: str
    credit: str | None


@dataclass(frozen=True, slots=True)
class AuditedArticle:
    """An article with its captions."""

    source: str
    headline: str | None
    publication: str | None
    day: date | None
    url: str | None
    captions: Sequence[PrintedCaption]


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures on the reported uses."""

    credited: int
    """The number of uses with a credit line."""
    suppliers: Sequence[tuple[str | None, int]]
    """Uses by supplier, most first; None if the line does not show the supplier."""
    months: Sequence[Month]
    """In order; months without a use may be missing."""
    undated: int
    """Uses without a date."""
    quotas: Sequence[Quota] = ()
    articles: Iterable[AuditedArticle] = field(default_factory=tuple)
    """Sorted by source; can be iterated once."""
