"""Read dates: what a person types for a day, a month or a year, and the dates in articles' data."""

from __future__ import annotations

import calendar
import re
from datetime import date

from captions.errors import CaptionsError

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def parse(text: str, *, last: bool = False) -> date:
    """Return the date that a person typed: ``2024-05-18``; of ``2024-05`` or ``2024`` the first day.

    With ``last``, return the last day of that month or year.
    """
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year = int(found[1])
        month = int(found[2] or (12 if last else 1))
        end = calendar.monthrange(year, month)[1] if last else 1
        return date(year, month, int(found[3] or end))
    except ValueError:
        raise CaptionsError(f"{text!r} is not a valid date; use YYYY, YYYY-MM or YYYY-MM-DD") from None


def leading(text: str) -> date | None:
    """Return the day that an ISO date or time begins with, or None: ``2024-05-18T09:30`` and ``20240518``."""
    text = text.strip()
    for size in (10, 8):
        try:
            return date.fromisoformat(text[:size])
        except ValueError:
            continue
    return None
