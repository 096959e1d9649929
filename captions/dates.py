"""Parse dates that people type, and dates in the data of articles."""

from __future__ import annotations

import calendar
import re
from datetime import date

from captions.errors import CaptionsError

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def parse(text: str, *, last: bool = False) -> date:
    """Return the day of ``2024-05-18``, or the first day of ``2024-05`` or ``2024``; with ``last``, the last day.

    Raise CaptionsError if the text is not a date.
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


def day_or_period(text: str) -> tuple[date | None, str | None]:
    """Return the day of ``2024-05-18``, or the month or year: ``2024-5`` gives ``(None, "2024-05")``.

    Raise CaptionsError if the text is not a date.
    """
    day = parse(text)
    parts = text.strip().count("-")
    return (day, None) if parts == 2 else (None, day.isoformat()[: 7 if parts else 4])


def leading(text: str) -> date | None:
    """Return the date at the start of an ISO date or time, such as ``2024-05-18T09:30`` or ``20240518``; else None."""
    text = text.strip()
    for size in (10, 8):
        try:
            return date.fromisoformat(text[:size])
        except ValueError:
            continue
    return None
