"""Licenses of single pictures: what they cover, and how long an article may stay online.

Days are the articles' own publication dates; no time zone is applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import unquote, urlsplit

from captions import dates
from captions.errors import CaptionsError
from captions.licensing.agreements import DateRange, permits

_FEWEST = 6
_MOST_YEARS = 100
_SEPARATORS = re.compile(r"[^0-9a-z]+")
_PERIOD = re.compile(r"([0-9]{1,5})\s*(d|days?|w|weeks?|m|months?|y|years?)?")
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class License:
    """The right to one picture. A missing start, end, scope or territory is unlimited."""

    invoice: str
    starts: date | None = None
    """The first day in force."""
    ends: date | None = None
    """The last day in force."""
    scopes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    archive_years: int | None = None
    """How many years an article may stay online after the last day."""
    price: Decimal | None = None
    currency: str | None = None
    address: str | None = None
    """The picture's URL in articles."""
    asset: str | None = None
    """The supplier's number of the picture, as in its URL or file name."""
    file_hash: str | None = None
    """The digest of a picture file, as a scan stores it."""
    dhash: int | None = None
    phash: int | None = None
    """The hashes of what that file shows; see :mod:`captions.imaging.hashing`."""
    caption: str | None = None
    caption_key: str | None = None
    """The key of the caption; see :func:`captions.text.match_key`."""
    note: str | None = None
    id: int | None = None
    """Its number in the store."""
    added: datetime | None = None
    added_by: str | None = None
    undone: datetime | None = None
    """When a person undid it as a mistake; it counts nowhere since."""
    undone_by: str | None = None
    undone_reason: str | None = None

    @property
    def picture(self) -> str:
        """Return what identifies the picture, for a person: its number, URL, caption or digest."""
        names = (self.asset, self.address, self.caption, self.file_hash and self.file_hash[:12])
        return "; ".join(text for text in names if text)

    @property
    def online_until(self) -> date | None:
        """Return the last day on which an article may show the picture; None without an end."""
        return None if self.ends is None else _years_later(self.ends, self.archive_years or 0)


def check(license_: License) -> License:
    """Return the license, or raise CaptionsError if its terms contradict each other."""
    it = license_
    if not it.invoice.strip():
        raise CaptionsError("the invoice is missing; add its number, as in --invoice R-2024-17")
    if not any((it.address, it.asset, it.file_hash, it.caption)):
        raise CaptionsError("the picture is missing; add --image URL, --asset NUMBER, --picture FILE or --caption TEXT")
    if it.starts and it.ends and it.ends < it.starts:
        raise CaptionsError(f"the end {it.ends} is before the start {it.starts}; swap the two dates")
    if it.archive_years is not None and it.ends is None:
        raise CaptionsError("archive years follow the last day of the license; add it, as in --to 2025-12-31")
    if not 0 <= (it.archive_years or 0) <= _MOST_YEARS:
        raise CaptionsError(f"{it.archive_years} is not a number of years; use 0 to {_MOST_YEARS}")
    if it.price is not None and (not it.price.is_finite() or it.price < 0):
        raise CaptionsError(f"{it.price} is not a valid price; use a number such as 180 or 180.50")
    if (it.price is None) != (it.currency is None):
        raise CaptionsError("a price needs a currency, and a currency a price; add the other")
    return it


def asset_number(text: str) -> str:
    """Return a supplier's number as URLs and file names have it, in lowercase: ``RTX4ZQ81`` gives ``rtx4zq81``.

    Raise CaptionsError if it is too short to identify a picture.
    """
    number = "-".join(filter(None, _SEPARATORS.split(text.casefold())))
    letters = [char for char in number if char != "-"]
    if len(letters) < _FEWEST or not any(map(str.isdigit, letters)):
        raise CaptionsError(
            f"{text!r} is too short to identify a picture; use the supplier's number with {_FEWEST} letters or digits, "
            "at least one of them a digit"
        )
    return number


def address_key(address: str, *, query: bool = True) -> str | None:
    """Return the key by which URLs of pictures are compared, without scheme and fragment; None for a relative URL.

    ``https://CDN.example/a.jpg?w=3`` gives ``cdn.example/a.jpg?w=3``, and without ``query`` ``cdn.example/a.jpg``.
    """
    try:
        parts = urlsplit(address.strip())
        host = parts.netloc.casefold()
    except ValueError:
        return None
    if not host or parts.path in ("", "/"):
        return None
    return f"{host}{parts.path}" + (f"?{parts.query}" if query and parts.query else "")


def assets_in(address: str, numbers: dict[str, list[tuple[str, int]]]) -> set[int]:
    """Return the licenses whose picture's number is part of a URL or file name.

    ``numbers`` has, by the first part of a number, the whole number and its license:
    ``{"841304270": [("841304270", 3)]}``. ``.../gettyimages-841304270-612x612.jpg`` gives ``{3}``, and so does
    ``gettyimages841304270.jpg``; ``18413042700.jpg`` gives nothing.
    """
    found = set()
    parts = [part for part in _SEPARATORS.split(address.casefold()) if part]
    for at, part in enumerate(parts):
        for number, license_id in numbers.get(part, ()):
            if "-" not in number or "-".join(parts[at : at + number.count("-") + 1]) == number:
                found.add(license_id)
        if not part.isdigit():
            for digits in re.findall("[0-9]+", part):
                found.update(license_id for number, license_id in numbers.get(digits, ()) if number == digits)
    return found


def picture_named(text: str) -> Callable[[str], bool]:
    """Return a function that recognizes a picture's URL or file name, by a URL, a file name or a supplier's number.

    Each of ``https://img.example/s/wire-841304270.jpg``, ``wire-841304270.jpg`` and ``841304270`` recognizes
    ``https://img.example/s/wire-841304270.jpg?w=640``; a URL with a query also recognizes the URL without. Raise
    CaptionsError for a number that is too short.
    """
    if (whole := address_key(text) if "://" in text else None) is not None:
        bare = address_key(text, query=False)
        return lambda address: address_key(address) in (whole, bare) or address_key(address, query=False) == whole
    if re.search(r"[./]", text):
        name = _file_name(text)
        return lambda address: _file_name(address) == name
    number = asset_number(text)
    numbers = {number.partition("-")[0]: [(number, 1)]}
    return lambda address: bool(assets_in(address, numbers))


def _file_name(address: str) -> str:
    return unquote(re.split("[?#]", address)[0].rstrip("/").rpartition("/")[2]).casefold()


def covers(license_: License, days: DateRange | None, scope: str | None = None, territory: str | None = None) -> bool:
    """Return whether a license covers a use on one of some days, in a scope and territory; None is not checked.

    Days of None are unknown: only a license without start and end covers them.
    """
    if days is None or days.first is None or days.last is None:
        in_force = license_.starts is None and license_.ends is None
    else:
        in_force = (license_.starts or date.min) <= days.first and days.last <= (license_.ends or date.max)
    return in_force and permits(license_, scope, territory)


@dataclass(frozen=True, slots=True)
class Ended:
    """A license that ended while an article was online."""

    license: License
    on: date
    """The last day on which the article could show the picture."""
    after: bool
    """Whether the article is of a day after the license."""

    @property
    def message(self) -> str:
        """Return what a finding says."""
        it = self.license
        archived = "" if self.on == it.ends else f", the right to keep it in the archive on {self.on}"
        return f"license {it.id} (invoice {it.invoice}) ended on {it.ends}{archived}; the article is still online"


def ended(licenses: Sequence[License], days: DateRange | None, today: date) -> Ended | None:
    """Return the last license of a use's picture to end, if none permits an article to be online today.

    ``days`` are those on which the use may have appeared, None if unknown. A license that begins later is none of the
    use's. The right to keep an article in the archive belongs to articles that appeared while the license lasted.
    """
    last: Ended | None = None
    for it in licenses:
        if days is not None and days.last is not None and it.starts is not None and days.last < it.starts:
            if it.starts <= today and (it.ends is None or today <= it.ends):
                return None  # renewed: the article may show it today
            continue
        if it.ends is None:
            return None
        after = days is not None and days.first is not None and days.first > it.ends
        until = it.ends if after else it.online_until or it.ends
        if today <= until:
            return None
        if last is None or (until, it.id or 0) > (last.on, last.license.id or 0):
            last = Ended(it, until, after)
    return last


def days_of(used_on: date | None, published_in: str | None) -> DateRange | None:
    """Return the days on which a use may have appeared, by its day, or its month or year; None if unknown."""
    if used_on is not None:
        return DateRange(used_on, used_on)
    return DateRange(*dates.period_days(published_in)) if published_in else None


def expires_within(license_: License, first: date, last: date) -> bool:
    """Return whether a license, or the right to keep its articles online, ends in some days."""
    return any(day is not None and first <= day <= last for day in (license_.ends, license_.online_until))


def period(text: str) -> timedelta:
    """Return a number of days, weeks, months of 30 days, or years of 365: ``30d`` or ``30`` gives 30 days."""
    found = _PERIOD.fullmatch(text.strip().lower())
    if found is None:
        raise CaptionsError(f"{text!r} is not a valid period; use 30d, 6w, 3m or 1y")
    return timedelta(days=int(found[1]) * _UNITS[(found[2] or "d")[0]])


def _years_later(day: date, years: int) -> date:
    """Return the same day some years later; February 28 for February 29."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
