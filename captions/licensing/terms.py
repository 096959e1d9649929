"""The words of agreements as people write them -> values: days, money, quotas, scopes, territories, currencies.

Each function takes what was written and raises CaptionsError, one line that says what to write instead.
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
"""A flat price for all uses, a price for each use, the newsroom's own, nothing to pay."""
PERIODS = ("month", "quarter", "year", "term")
"""What a quota is counted in: parts of the calendar, or the agreement's own time."""

_MONEY = re.compile(r"[0-9]{1,12}(?:\.([0-9]{1,3}))?")
_QUOTA = re.compile(r"([0-9]{1,9}) ?/ ?([a-z]+)")
# ISO 4217: the others have two digits behind the point, or none.
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NO_DIGITS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_WRITTEN_SO = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class Table:
    """What ``data/terms.toml`` says."""

    scopes: tuple[str, ...]
    territories: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    currencies: frozenset[str]


@lru_cache(maxsize=1)
def table() -> Table:
    """Return the table; raise VocabularyError, which names the key, if it is broken."""
    read = tables.load("terms.toml")
    read.only({"scopes", "territories", "currencies", "groups", "default"})
    territories = _codes(read, "territories")
    groups = read.table("groups")
    for name in groups:
        if unknown := sorted(set(groups.texts(name)) - territories):
            raise groups.error(f"{name!r} lists {unknown[0]!r}, which is not in 'territories'")
    return Table(
        scopes=read.texts("scopes"),
        territories=territories,
        groups={name: frozenset(groups.texts(name)) for name in groups},
        currencies=_codes(read, "currencies"),
    )


def _codes(read: tables.Table, key: str) -> frozenset[str]:
    """Return the codes in a string, which spaces and line ends separate."""
    codes = read.text(key).split()
    if len(set(codes)) != len(codes):
        raise read.error(f"{key!r} lists {next(code for code in codes if codes.count(code) > 1)!r} twice")
    return frozenset(codes)


def money(text: str, currency: str | None = None) -> Decimal:
    """An amount: ``18000`` or ``18000.50``, with a point and nothing between thousands.

    ``18.000`` is eighteen to some and eighteen thousand to others, so it is refused, but for currencies with three
    digits behind the point.
    """
    written = text.strip()
    found = _MONEY.fullmatch(written)
    if found and (len(found[1] or "") < 3 or currency in _THREE_DIGITS):
        return Decimal(written)
    raise CaptionsError(f"{text!r} is no amount of money that can be read in one way only; {_meant(written)}")


def _meant(written: str) -> str:
    """What to write: ``18.000,00`` may have meant 18000.00."""
    digits = re.sub(r"[^0-9.,]", "", written)
    if not digits or "-" in written:
        return "write 18000 or 18000.50"
    whole, point, rest = re.fullmatch(r"(.*?)(?:([.,])([0-9]{1,2}))?", digits).groups()  # type: ignore[union-attr]  # fits any text
    thousands = re.sub(r"[.,]", "", whole) or "0"
    return f"write {thousands}.{rest}" if point else f"write {thousands}, or {thousands}.00"


def quota(text: str) -> tuple[int, str]:
    """How many uses in which period: ``500/month`` gives ``(500, "month")``."""
    found = _QUOTA.fullmatch(text.strip().lower())
    if found is None or int(found[1]) < 1 or found[2] not in PERIODS:
        raise CaptionsError(f"{text!r} is no quota; write 500/month, 1500/quarter, 6000/year or 6000/term")
    return int(found[1]), found[2]


def scopes(text: str) -> tuple[str, ...]:
    """What for: ``print, web`` gives ``("web", "print")``, in the table's order."""
    given = {word.lower() for word in listed(text)}
    known = table().scopes
    if unknown := sorted(given - set(known)):
        raise CaptionsError(f"unknown scope {unknown[0]!r}; known are {', '.join(known)}")
    return tuple(scope for scope in known if scope in given)


def territories(text: str) -> tuple[str, ...]:
    """Where: ``us, EU`` gives ``("EU", "US")``: ISO 3166 codes and the table's groups, sorted."""
    out = set()
    for word in listed(text):
        code = _WRITTEN_SO.get(word.upper(), word.upper())
        if code not in table().territories and code not in table().groups:
            groups = ", ".join(sorted(table().groups))
            raise CaptionsError(f"unknown territory {word!r}; write ISO 3166 codes such as DE or US, or {groups}")
        out.add(code)
    return tuple(sorted(out))


def currency(text: str) -> str:
    """An ISO 4217 code: ``eur`` gives ``EUR``."""
    code = text.strip().upper()
    if code not in table().currencies:
        raise CaptionsError(f"unknown currency {text!r}; write an ISO 4217 code such as EUR, USD or ILS")
    return code


def kind(text: str) -> str:
    """A kind of agreement: one of :data:`KINDS`."""
    given = text.strip().lower()
    if given not in KINDS:
        raise CaptionsError(f"unknown kind {text!r}; known are {', '.join(KINDS)}")
    return given


def yes(text: str) -> bool:
    """``yes`` or ``no``."""
    given = text.strip().lower()
    if given not in ("yes", "no", "true", "false", "1", "0"):
        raise CaptionsError(f"{text!r} is neither yes nor no")
    return given in ("yes", "true", "1")


def listed(text: str) -> list[str]:
    """The parts of a list: ``"web; print"`` and ``"web,print"`` give ``["web", "print"]``."""
    return [part for part in map(tidy, re.split("[,;]", text)) if part]


def members(codes: Iterable[str]) -> frozenset[str]:
    """The territories that codes and groups stand for: ``("BENELUX", "DE")`` gives BE, DE, LU and NL."""
    groups = table().groups
    return frozenset(code for given in codes for code in groups.get(given, (given,)))


def digits_of(currency: str | None) -> int:
    """How many digits stand behind the point of an amount: of EUR two, of JPY none, of KWD three."""
    return 3 if currency in _THREE_DIGITS else 0 if currency in _NO_DIGITS else 2


def calendar_period(text: str) -> tuple[date, date, str]:
    """The first and the last day of a year, a quarter or a month, and its name: ``2025``, ``2025-Q3``, ``2025-07``."""
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
        raise CaptionsError(f"{text!r} is no period; write 2025, 2025-Q3 or 2025-07") from None
    return first, end, first.isoformat()[: 4 if len(written) == 4 else 7]
