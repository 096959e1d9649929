"""The command that fixes or waives a finding, quoted for a shell. ``…`` marks what only a person knows."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import date

from captions.audit.codes import CODES
from captions.audit.spelling import Register
from captions.escaping import command
from captions.model import Credit, Use

IN_COMMAND = 50
"""The most uses that a suggested command lists, if there is another way."""
_FILL_IN = "…"
_OF_SUPPLIER = ("supplier", "agreement")
_CACHED = 100_000


def waive(code: str, **limits: str) -> str:
    """Return the command that waives findings of a code: ``--use 12``, ``--line Handout``, ``--supplier Reuters``."""
    return command("waive", code, **{f"--{name}": value for name, value in limits.items()}, **{"--reason": _FILL_IN})


def waive_each(code: str, name: str, values: Iterable[object]) -> str:
    """Return the command that waives findings of a code on several uses or articles: ``--use 12 --use 13``."""
    limits = (f"--{name} {shlex.quote(str(value))}" for value in values)
    return " ".join((command("waive", code), *limits, f"--reason {shlex.quote(_FILL_IN)}"))


def agree(supplier: str, first: date | None, last: date | None) -> str:
    """Return the command that adds an agreement for the years from a first to a last day; None is open."""
    days = {}
    if first is not None and last is not None:
        days = {"--from": str(date(first.year, 1, 1)), "--to": str(date(last.year, 12, 31))}
    return command("agreement add", supplier, **days)


def fix_agency(credit: Credit, register: Register) -> str | None:
    """Return the command for the only agency of a credit that is not in the register: add it, or correct its name."""
    unknown = [name for name in credit.agencies if name not in register.words.agencies]
    if len(unknown) != 1 or not can_be_typed(unknown[0]):
        return None
    near = register.near(unknown[0])
    return command("agency merge", unknown[0], near) if near else command("agency add", unknown[0])


class FixCommands:
    """The commands that fix findings on uses; a command that many findings share is built once."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._known: dict[tuple[str, object, int | None], str | None] = {}
        self._by_use: dict[str, tuple[str, str]] = {}

    def of(self, code: str, use: Use) -> str:
        """Return the command for a finding: the one for its line or supplier, else a waiver of this use."""
        if use.credit is not None and (
            found := self.broader(code, use.credit, use.used_on.year if use.used_on else None)
        ):
            return found
        return waive(code, source=use.source) if use.id is None else self.of_use(code, use.id)

    def of_use(self, code: str, use_id: int) -> str:
        """Return the command that waives a finding on one use."""
        before, after = self.by_use(code)
        return f"{before}{use_id}{after}"

    def broader(self, code: str, credit: Credit, year: int | None) -> str | None:
        """Return the command that fixes a finding on all uses of a line or a supplier; None if there is none."""
        scope = CODES[code].command
        if scope == "use":
            return None
        key = (code, credit.supplier, year) if scope in _OF_SUPPLIER else (code, credit.line, None)
        if key not in self._known:
            if len(self._known) > _CACHED:
                self._known.clear()
            self._known[key] = _broader(code, credit, year)
        return self._known[key]

    def by_use(self, code: str) -> tuple[str, str]:
        """Return the text before and after the use's number in the command that waives one use."""
        return self._by_use.get(code) or self._by_use.setdefault(code, _around(waive(code, use="0")))


def _around(text: str) -> tuple[str, str]:
    before, _, after = text.partition(" 0 ")
    return f"{before} ", f" {after}"


def _broader(code: str, credit: Credit, year: int | None) -> str | None:
    """Build the command that fixes a finding on all uses of the line or the supplier; None if there is none."""
    scope = CODES[code].command
    if scope in _OF_SUPPLIER:
        if not credit.supplier:
            return None
        if scope != "agreement":
            return waive(code, supplier=credit.supplier)
        # Only an agreement without start and end covers undated uses.
        day = None if year is None else date(year, 1, 1)
        return agree(credit.supplier, day, day)
    if not can_be_typed(credit.line):
        return None
    if scope != "correction":
        return waive(code, line=credit.line)
    return correct(credit)


def correct(credit: Credit) -> str:
    """Return the command that corrects a credit line, with the names that were read from it."""
    options = [f"--creator {shlex.quote(name)}" for name in credit.creators]
    options += [f"--agency {shlex.quote(name)}" for name in credit.agencies]
    blank = shlex.quote(_FILL_IN)
    return " ".join((command("correct", credit.line), *options, f"--supplier {blank} --reason {blank}"))


def can_be_typed(line: str) -> bool:
    """Return whether a shell reads the line as exactly this text."""
    return bool(line.strip()) and line.isprintable() and not line.startswith("-")
