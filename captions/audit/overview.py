"""What a report tells beside its findings: who is used, when, how full the quotas are, what money is at stake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ARTICLES = 2_000
"""Articles whose captions are listed; more would be a page that no browser opens."""


@dataclass(frozen=True, slots=True)
class Month:
    """The uses of a month."""

    year: int
    month: int
    uses: int
    uncredited: int = 0

    def __str__(self) -> str:
        """``2024-05``."""
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of an agreement's quota is used in one of its periods."""

    agreement: int
    supplier: str
    period: str
    """``May 2026``; empty where no use was counted yet."""
    used: int
    quota: int
    per: str
    """month, quarter, year or term."""
    undated: int = 0
    """Uses without a day, which may count here or not; they are not in ``used``."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """The uses that no agreement covers, and what they would cost at prices that are stored."""

    uses: int
    amounts: tuple[tuple[str, Decimal], ...] = ()
    """Currency and amount, by currency."""
    unpriced: int = 0
    """How many of the uses are of suppliers without a known price: they are in no amount."""

    def __str__(self) -> str:
        """``405.00 EUR + 90.00 USD``, ``unknown`` where no price is known, ``none`` where nothing is uncovered."""
        if not self.uses:
            return "none"
        return " + ".join(f"{amount:.2f} {currency}" for currency, amount in self.amounts) or "unknown"

    @property
    def note(self) -> str:
        """Of how many uses the amount is, and of how many it cannot be known."""
        if not self.uses:
            return "every use with a supplier is covered"
        uses = "1 use" if self.uses == 1 else f"{self.uses} uses"
        said = f"{uses} not covered by an agreement"
        return f"{said}; for {self.unpriced} no price is known" if self.unpriced else said


@dataclass(frozen=True, slots=True)
class Printed:
    """A caption of an article, and the credit line under it."""

    use: int
    position: int
    caption: str
    credit: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """An article with its captions."""

    source: str
    headline: str | None
    publication: str | None
    day: date | None
    url: str | None
    captions: Sequence[Printed]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it, of the uses that are reported on."""

    credited: int
    """How many uses have a credit line."""
    suppliers: Sequence[tuple[str | None, int]]
    """Uses by supplier, the most first; under None those of which the line tells no supplier."""
    months: Sequence[Month]
    """In order; months without a use need not be there."""
    undated: int
    """Uses without a day."""
    quotas: Sequence[Quota] = ()
    at_risk: AtRisk | None = None
    """None where agreements were not asked about."""
    articles: Iterable[Read] = field(default_factory=tuple)
    """In order of their sources; gone through once."""
