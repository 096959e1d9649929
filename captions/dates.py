"""Parse dates that people type, and dates in the data of articles."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime

from captions.errors import CaptionsError

_FIRST_YEAR, _LAST_YEAR = 1840, 2100
# Zero in Unix time, here and west of Greenwich, in spreadsheets and in databases.
_UNSET = frozenset({(1970, 1, 1), (1969, 12, 31), (1900, 1, 1), (1899, 12, 30), (1904, 1, 1)})
_DIGITS = re.compile("[0-9]*")
_WITH_TIME = (12, 14)
_LEAST_SECONDS = 100_000_000  # March 1973
_LAST_SECOND = 253_402_300_799  # of the year 9999, for "never"
_UNITS = ((1e11, 1), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
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


def period_days(text: str) -> tuple[date, date]:
    """Return the first and last day of a month or year: ``2024-02`` gives February 1 and 29."""
    return parse(text), parse(text, last=True)


def leading(text: str) -> date | None:
    """Return the date at the start of an ISO date or time, such as ``2024-05-18T09:30`` or ``20240518``; else None.

    A longer number is a date only if it ends with a time: ``1712012345`` are seconds, not January 1712.
    """
    text = text.strip()
    digits = len(_DIGITS.match(text)[0])  # type: ignore[index]  # matches any text
    try:
        if digits == 4:
            return known(date.fromisoformat(text[:10]))
        return known(date.fromisoformat(text[:8])) if digits in (8, *_WITH_TIME) else None
    except ValueError:
        return None


def of_number(value: float) -> date | None:
    """Return the day of a number that data give as a date; None if it cannot be one.

    ``20240518`` and ``20240518093000`` are written dates. Other numbers count seconds since 1970, or thousandths,
    millionths or billionths of them. Small numbers are unset values, years or spreadsheet dates: unknown.
    """
    if value == _LAST_SECOND:
        return None
    if not _LEAST_SECONDS <= value < _UNITS[-1][0]:
        return leading(f"{value:.0f}") if value == value and 0 < value < _LEAST_SECONDS else None
    if (written := leading(f"{value:.0f}")) is not None:
        return written
    unit = next(unit for most, unit in _UNITS if value < most)
    try:
        return known(datetime.fromtimestamp(value / unit, UTC).date())
    except (ValueError, OverflowError, OSError):
        return None


def known(day: date) -> date | None:
    """Return a day of publication; None for a value that programs store for an unknown day, and outside 1840 to 2100.

    There are no photographs in older articles, and a wrong day would decide which agreement covers a picture.
    """
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR and (day.year, day.month, day.day) not in _UNSET else None
