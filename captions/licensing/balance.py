"""The balance of an agreement on a day: quota used, when it runs out at this pace, and cost.

:attr:`Account.unknown` names the figures that cannot be computed; they are never counted as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from captions.licensing.agreements import Agreement, DateRange
from captions.licensing.quotas import Period, period_of
from captions.licensing.terms import digits_of

State = Literal["in force", "not begun", "ended"]


@dataclass(frozen=True, slots=True)
class Account:
    """An agreement on a day, with the uses that it covers up to that day."""

    agreement: Agreement
    on: date
    used: int
    """Dated uses in :attr:`period`."""
    total: int
    """Dated uses since the agreement began."""
    undated: int = 0
    """Uses without a day that may fall in :attr:`period`."""
    uncosted: int | None = None
    """Uses without a day that may or may not fall under the agreement; None if these are the undated ones."""

    @property
    def state(self) -> State:
        """Return the state; see :func:`state_on`."""
        return state_on(self.agreement, self.on)

    @property
    def period(self) -> Period:
        """Return the quota period; see :func:`period_on`."""
        return period_on(self.agreement, self.on)

    @property
    def left(self) -> int | None:
        """Return the uses left in the quota, negative if it is exceeded; None without a quota or if unknown."""
        quota = self.agreement.quota
        return None if quota is None or self.undated else quota - self.used

    @property
    def exceeded(self) -> bool:
        """Return whether the dated uses exceed the quota."""
        return self.agreement.quota is not None and self.used > self.agreement.quota

    @property
    def quota_ends(self) -> date | None:
        """Return the day on which the quota runs out at the pace so far in its period.

        100 of 500 used in the first 10 days give the 50th day. None if the quota outlasts the period, if none or all of
        it is used, if the agreement is not in force, or if the day is unknown.
        """
        a, period = self.agreement, self.period
        if a.quota is None or self.undated or period.first is None or self.state != "in force" or a.quota_days:
            return None  # in days in a row, the uses of the first of them expire as new ones come
        if not 0 < self.used < a.quota:
            return None
        elapsed = (self.on - period.first).days + 1
        days = -(-a.quota * elapsed // self.used)
        if days > ((period.last or date.max) - period.first).days + 1:
            return None
        return period.first + timedelta(days=days - 1)

    @property
    def cost(self) -> Decimal | None:
        """Return the cost so far: the total price of a flat agreement once it began, or the price of all uses.

        None if the agreement has no price, or if the cost is unknown.
        """
        price = self.agreement.price
        if price is None:
            return None
        if self.state == "not begun":
            return Decimal(0)
        if self.agreement.kind != "per-use":
            return price
        return None if self._uncosted else price * self.total

    @property
    def cost_a_use(self) -> Decimal | None:
        """Return the price of a use, or cost by uses so far, rounded for the currency; None as for :attr:`cost`."""
        a = self.agreement
        if a.price is None or a.kind == "per-use":
            return a.price
        if self._uncosted or not self.total or self.cost is None:
            return None
        return (self.cost / self.total).quantize(Decimal(1).scaleb(-digits_of(a.currency)))

    @property
    def without_day(self) -> int:
        """Return the number of uses that may or may not count, in the period or under the agreement."""
        return max(self.undated, self._uncosted)

    @property
    def _uncosted(self) -> int:
        return self.undated if self.uncosted is None else self.uncosted

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the names of unknown figures: left, quota_ends, cost, cost_a_use."""
        a = self.agreement
        out = []
        if a.quota is not None and self.undated:
            out += ["left", "quota_ends"]
        elif a.quota is not None and not a.quota_days and self.period.first is None and self.state == "in force":
            out.append("quota_ends")
        if a.price is not None and self._uncosted:
            out.append("cost" if a.kind == "per-use" else "cost_a_use")
        return tuple(out)

    @property
    def note(self) -> str:
        """Return what a person should know: the quota is used up or exceeded, or why a figure is unknown."""
        parts = []
        if self.exceeded and self.agreement.quota is not None:
            parts.append(f"quota exceeded by {self.used - self.agreement.quota}")
        elif self.used == self.agreement.quota:
            parts.append("quota used up")
        if self.without_day:
            uses = "1 undated use" if self.without_day == 1 else f"{self.without_day} undated uses"
            parts.append(f"{uses} may count")
        elif "quota_ends" in self.unknown:
            parts.append("the agreement has no start date")
        return "; ".join(parts)


def state_on(agreement: Agreement, on: date) -> State:
    """Return whether an agreement is in force on a day, has not begun, or has ended."""
    if agreement.starts and on < agreement.starts:
        return "not begun"
    return "ended" if agreement.ends and agreement.ends < on else "in force"


def period_on(agreement: Agreement, on: date) -> Period:
    """Return the quota period on a day: the first before the agreement, the last after it, all without a quota."""
    if agreement.quota is None:
        return Period(agreement.starts, agreement.ends, str(DateRange(agreement.starts, agreement.ends)))
    return period_of(agreement, min(max(on, agreement.starts or on), agreement.ends or date.max))
