"""What of an agreement is used up on a day: its quota, when that ends at the pace so far, what it has cost.

What cannot be known is named in :attr:`Account.unknown`, never taken for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from captions.licensing.agreements import Agreement, Period, Span, period_of
from captions.licensing.terms import digits_of

State = Literal["in force", "not begun", "ended"]


@dataclass(frozen=True, slots=True)
class Account:
    """An agreement on a day, and the uses that it covers up to that day."""

    agreement: Agreement
    on: date
    used: int
    """Uses in :attr:`period` that have a day."""
    total: int
    """Uses since the agreement began that have a day."""
    undated: int = 0
    """Uses without a day that may be of this agreement."""

    @property
    def state(self) -> State:
        """See :func:`state_on`."""
        return state_on(self.agreement, self.on)

    @property
    def period(self) -> Period:
        """See :func:`period_on`."""
        return period_on(self.agreement, self.on)

    @property
    def left(self) -> int | None:
        """How many uses the quota has left, less than 0 where it is passed; None without a quota and where unknown."""
        quota = self.agreement.quota
        return None if quota is None or self.undated else quota - self.used

    @property
    def passed(self) -> bool:
        """Whether more than the quota is used, the uses without a day not counted."""
        return self.agreement.quota is not None and self.used > self.agreement.quota

    @property
    def quota_ends(self) -> date | None:
        """The day on which the last use of the quota is made at the pace so far, from the first day of the period on.

        100 of 500 used in the first 10 days give the 50th day. None where the period ends before, where it is over or
        not begun, where nothing is used or all is, and where it is unknown.
        """
        a, period = self.agreement, self.period
        if a.quota is None or self.undated or period.first is None or self.state != "in force":
            return None
        if not 0 < self.used < a.quota:
            return None
        elapsed = (self.on - period.first).days + 1
        days = -(-a.quota * elapsed // self.used)
        if days > ((period.last or date.max) - period.first).days + 1:
            return None
        return period.first + timedelta(days=days - 1)

    @property
    def cost(self) -> Decimal | None:
        """What it has cost so far: the whole price of a flat agreement once it began, or the price of all uses.

        None where the agreement has no price, and where it is unknown.
        """
        price = self.agreement.price
        if price is None:
            return None
        if self.state == "not begun":
            return Decimal(0)
        if self.agreement.kind != "per-use":
            return price
        return None if self.undated else price * self.total

    @property
    def cost_a_use(self) -> Decimal | None:
        """The price of a use, or the cost so far by the uses so far, rounded as the currency is; None as above."""
        a = self.agreement
        if a.price is None or a.kind == "per-use":
            return a.price
        if self.undated or not self.total or self.cost is None:
            return None
        return (self.cost / self.total).quantize(Decimal(1).scaleb(-digits_of(a.currency)))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What cannot be known: some of left, quota_ends, cost, cost_a_use."""
        a = self.agreement
        out = []
        if a.quota is not None and self.undated:
            out += ["left", "quota_ends"]
        elif a.quota is not None and self.period.first is None and self.state == "in force":
            out.append("quota_ends")
        if a.price is not None and self.undated:
            out.append("cost" if a.kind == "per-use" else "cost_a_use")
        return tuple(out)

    @property
    def note(self) -> str:
        """What a person must know: that the quota is passed, or why something is unknown."""
        parts = []
        if self.passed and self.agreement.quota is not None:
            parts.append(f"quota passed by {self.used - self.agreement.quota}")
        elif self.used == self.agreement.quota:
            parts.append("quota reached")
        if self.undated:
            uses = "1 use has" if self.undated == 1 else f"{self.undated} uses have"
            parts.append(f"{uses} no day and may count")
        elif "quota_ends" in self.unknown:
            parts.append("the agreement has no start")
        return "; ".join(parts)


def state_on(agreement: Agreement, on: date) -> State:
    """Return whether an agreement is in force on a day, has not begun, or has ended."""
    if agreement.starts and on < agreement.starts:
        return "not begun"
    return "ended" if agreement.ends and agreement.ends < on else "in force"


def period_on(agreement: Agreement, on: date) -> Period:
    """The period of the quota on a day; before the agreement its first, after it its last; without a quota, all."""
    if agreement.quota_period is None:
        return Period(agreement.starts, agreement.ends, str(Span(agreement.starts, agreement.ends)))
    return period_of(agreement, min(max(on, agreement.starts or on), agreement.ends or on))
