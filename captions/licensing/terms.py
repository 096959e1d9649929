"""Parse the terms of agreements: dates, money, quotas, scopes, territories, currencies.

Each function takes the text as written and raises CaptionsError, in one line, with a valid example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from captions import dates
from captions.errors import CaptionsError
from captions.lexicon import tables
from captions.text import tidy

KINDS = ("flat", "per-use", "staff", "free")
"""One price for all uses, a price per use, the newsroom's own pictures, free."""
PERIODS = ("month", "quarter", "year", "term")
"""A quota counts per calendar period, or over the agreement's term."""
QuotaTerms = tuple[int, str | None, int | None]
"""The uses that a quota allows, its period, or its number of days."""
_DAYS = {"day": 1, "week": 7}
_MOST_DAYS = 3_660

_MONEY = re.compile(r"[0-9]{1,12}(?:\.([0-9]{1,3}))?")
_QUOTA = re.compile(r"([0-9]{1,9}) ?/ ?(?:([0-9]{1,4}) ?(?:d|days?)|([a-z]+))")
# ISO 4217: all other currencies have two decimal places.
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NO_DIGITS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_ALIASES = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """The content of ``data/terms.toml``, except the exemptions."""

    scopes: tuple[str, ...]
    territories: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    currencies: frozenset[str]


@lru_cache(maxsize=1)
def table() -> AgreementTerms:
    """Return the table; raise VocabularyError with the key if it is broken."""
    read = tables.load("terms.toml")
    read.only({"scopes", "territories", "currencies", "groups", "exemption", "public_license", "publishes"})
    territories = _codes(read, "territories")
    groups = read.table("groups")
    for name in groups:
        if unknown := sorted(set(groups.texts(name)) - territories):
            raise groups.error(f"{name!r} lists {unknown[0]!r}, which is not in 'territories'")
    return AgreementTerms(
        scopes=read.texts("scopes"),
        territories=territories,
        groups={name: frozenset(groups.texts(name)) for name in groups},
        currencies=_codes(read, "currencies"),
    )


def _codes(read: tables.Table, key: str) -> frozenset[str]:
    """Return the codes in a string separated by whitespace."""
    codes = read.text(key).split()
    if len(set(codes)) != len(codes):
        raise read.error(f"{key!r} lists {next(code for code in codes if codes.count(code) > 1)!r} twice")
    return frozenset(codes)


def money(text: str, currency: str | None = None) -> Decimal:
    """Return an amount: ``18000`` or ``18000.50``, with a decimal point and no thousands separator.

    ``18.000`` is 18 to some readers and 18,000 to others, so it is refused unless the currency has three decimals.
    """
    written = text.strip()
    found = _MONEY.fullmatch(written)
    if found and (len(found[1] or "") < 3 or currency in _THREE_DIGITS):
        return Decimal(written)
    raise CaptionsError(f"{text!r} is not a clear amount; {_suggestion(written)}")


def _suggestion(written: str) -> str:
    """Suggest what to write: 18000.00 for ``18.000,00``."""
    digits = re.sub(r"[^0-9.,]", "", written)
    if not digits or "-" in written:
        return "use a number such as 18000 or 18000.50"
    whole, point, rest = re.fullmatch(r"(.*?)(?:([.,])([0-9]{1,2}))?", digits).groups()  # type: ignore[union-attr]  # fits any text
    thousands = re.sub(r"[.,]", "", whole) or "0"
    return f"write {thousands}.{rest}" if point else f"write {thousands} or {thousands}.00"


def quota(text: str) -> QuotaTerms:
    """Return the number of uses, and their calendar period or a number of days in a row.

    ``500/month`` gives ``(500, "month", None)``, ``500/30d`` gives ``(500, None, 30)``; a week is any 7 days in a row.
    """
    found = _QUOTA.fullmatch(text.strip().lower())
    number, period = (int(found[1]), found[3]) if found else (0, None)
    days = int(found[2]) if found and found[2] else _DAYS.get(period or "")
    if number < 1 or (period not in PERIODS if days is None else not 1 <= days <= _MOST_DAYS):
        raise CaptionsError(
            f"{text!r} is not a valid quota; "
            "use 500/month, 1500/quarter, 6000/year, 6000/term, 500/30d, 100/week or 20/day"
        )
    return number, None if days else period, days


def scopes(text: str) -> tuple[str, ...]:
    """Return the scopes in the table's order: ``print, web`` gives ``("web", "print")``."""
    chosen = {word.lower() for word in listed(text)}
    known = table().scopes
    if unknown := sorted(chosen - set(known)):
        raise CaptionsError(f"unknown scope {unknown[0]!r}; use {', '.join(known)}")
    return tuple(scope for scope in known if scope in chosen)


def territories(text: str) -> tuple[str, ...]:
    """Return ISO 3166 codes and the table's groups, sorted: ``us, EU`` gives ``("EU", "US")``."""
    out = set()
    for word in listed(text):
        code = _ALIASES.get(word.upper(), word.upper())
        if code not in table().territories and code not in table().groups:
            groups = ", ".join(sorted(table().groups))
            raise CaptionsError(f"unknown territory {word!r}; use ISO 3166 codes such as DE or US, or {groups}")
        out.add(code)
    return tuple(sorted(out))


def currency(text: str) -> str:
    """Return the ISO 4217 code: ``eur`` gives ``EUR``."""
    code = text.strip().upper()
    if code not in table().currencies:
        raise CaptionsError(f"unknown currency {text!r}; use an ISO 4217 code such as EUR, USD or ILS")
    return code


def kind(text: str) -> str:
    """Return the kind of agreement, which must be in :data:`KINDS`."""
    word = text.strip().lower()
    if word not in KINDS:
        raise CaptionsError(f"unknown kind {text!r}; use {', '.join(KINDS)}")
    return word


def yes(text: str) -> bool:
    """Return whether the text says ``yes``, ``true`` or ``1``, rather than ``no``, ``false`` or ``0``."""
    word = text.strip().lower()
    if word not in ("yes", "no", "true", "false", "1", "0"):
        raise CaptionsError(f"{text!r} is neither yes nor no")
    return word in ("yes", "true", "1")


def listed(text: str) -> list[str]:
    """Split a list: ``"web; print"`` and ``"web,print"`` give ``["web", "print"]``."""
    return [part for part in map(tidy, re.split("[,;]", text)) if part]


def members(codes: Iterable[str]) -> frozenset[str]:
    """Expand groups to territories: ``("BENELUX", "DE")`` gives BE, DE, LU and NL."""
    groups = table().groups
    return frozenset(member for code in codes for member in groups.get(code, (code,)))


def digits_of(currency: str | None) -> int:
    """Return the decimal places of a currency: EUR 2, JPY 0, KWD 3."""
    return 3 if currency in _THREE_DIGITS else 0 if currency in _NO_DIGITS else 2


def calendar_period(text: str) -> tuple[date, date, str]:
    """Return the first and last day of a year, quarter or month, and its name: ``2025``, ``2025-Q3``, ``2025-07``."""
    written = text.strip().upper()
    if quarter := re.fullmatch(r"([0-9]{4})-?Q([1-4])", written):
        last = int(quarter[2]) * 3
        year = quarter[1]
        first, end = dates.parse(f"{year}-{last - 2:02}"), dates.parse(f"{year}-{last:02}", last=True)
        return first, end, f"{year}-Q{quarter[2]}"
    try:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{1,2})?", written):
            raise CaptionsError(written)
        first, end = dates.parse(written), dates.parse(written, last=True)
    except CaptionsError:
        raise CaptionsError(f"{text!r} is not a valid period; use 2025, 2025-Q3 or 2025-07") from None
    return first, end, first.isoformat()[: 4 if len(written) == 4 else 7]
