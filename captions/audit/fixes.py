"""The command that clears a finding, quoted for a shell. ``…`` stands for what only a person can say."""

from __future__ import annotations

import shlex
from datetime import date

from captions.audit.codes import CODES
from captions.escaping import command
from captions.model import Credit, Use

_SAY = "…"
_OF_SUPPLIER = ("supplier", "agreement")
_KEPT = 100_000


def waive(code: str, **limits: str) -> str:
    """The command that sets findings of a code aside: ``--use 12``, ``--line Handout``, ``--supplier Reuters``."""
    return command("waive", code, **{f"--{name}": value for name, value in limits.items()}, **{"--reason": _SAY})


class Commands:
    """The commands that clear findings on uses; those that many findings share are put together once."""

    def __init__(self) -> None:
        """Remembers nothing yet."""
        self._known: dict[tuple[str, object, int | None], str | None] = {}
        self._by_use: dict[str, tuple[str, str]] = {}

    def clears(self, code: str, use: Use) -> str:
        """The command that clears a finding. Where nothing broader is meant, the use is waived by its number."""
        if use.credit is not None and (
            found := self.broader(code, use.credit, use.used_on.year if use.used_on else None)
        ):
            return found
        if use.id is None:
            return waive(code, source=use.source)
        before, after = self.by_use(code)
        return f"{before}{use.id}{after}"

    def broader(self, code: str, credit: Credit, year: int | None) -> str | None:
        """The command that clears a finding on all uses of a line or of a supplier; None where there is none."""
        fix = CODES[code].fix
        if fix == "use":
            return None
        key = (code, credit.supplier, year) if fix in _OF_SUPPLIER else (code, credit.line, None)
        if key not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._known[key] = _broader(code, credit, year)
        return self._known[key]

    def by_use(self, code: str) -> tuple[str, str]:
        """What stands before and behind the number of the use, in the command that sets one use aside."""
        return self._by_use.get(code) or self._by_use.setdefault(code, _around(waive(code, use="0")))


def _around(text: str) -> tuple[str, str]:
    before, _, after = text.partition(" 0 ")
    return f"{before} ", f" {after}"


def _broader(code: str, credit: Credit, year: int | None) -> str | None:
    """The command that clears the finding on all uses of the line or of the supplier; None where there is none."""
    fix = CODES[code].fix
    if fix in _OF_SUPPLIER:
        if not credit.supplier:
            return None
        if fix != "agreement" or year is None:
            return waive(code, supplier=credit.supplier)
        days = {"--from": str(date(year, 1, 1)), "--to": str(date(year, 12, 31))}
        return command("agreement add", credit.supplier, **days)
    if not _can_be_typed(credit.line):
        return None
    if fix != "correction":
        return waive(code, line=credit.line)
    given = [f"--creator {shlex.quote(name)}" for name in credit.creators]
    given += [f"--agency {shlex.quote(name)}" for name in credit.agencies]
    said = shlex.quote(_SAY)
    return " ".join((command("correct", credit.line), *given, f"--supplier {said} --reason {said}"))


def _can_be_typed(line: str) -> bool:
    """Whether a line can be typed as it is, so that the command means it and nothing else."""
    return bool(line.strip()) and line.isprintable() and not line.startswith("-")
