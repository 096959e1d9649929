"""Decide on which days agreements cover a supplier's uses, and otherwise whether CR301, CR302 or CR303 applies.

Days are the articles' own publication dates; no time zone is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from captions.escaping import command
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, DateRange, covers, in_force
from captions.licensing.exemptions import exemption_for
from captions.model import Credit
from captions.text import match_key, name_key

_ONE_DAY = timedelta(days=1)
# Free agreements apply first, then those already paid for.
_KINDS = ("staff", "free", "flat", "per-use")
WARNING = (4, 5)
"""The share of a quota at which CR305 warns: 80%."""


@dataclass(frozen=True, slots=True)
class IntendedUse:
    """The scope and territory that agreements must cover; None is not checked."""

    scope: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """Credits that all agreements treat alike."""

    supplier: str
    excluded: tuple[str, ...] = ()
    """The excluded names that the credit line contains."""
    free: bool = False
    """The uses need no agreement: a free source, or a public license in the line."""


@dataclass(frozen=True, slots=True)
class CoveragePeriod:
    """The verdict on a group's uses from a first to a last day; None is open."""

    first: date | None
    last: date | None
    agreement: Agreement | None = None
    """The agreement that covers the uses and whose quota they count against; None if none does, or none is needed."""
    code: str | None = None
    message: str = ""
    command: str | None = None
    """The command that fixes it; None if that depends on the use."""


class Coverage:
    """The newsroom's agreements, checked for an intended use."""

    def __init__(self, agreements: Iterable[Agreement], words: Vocabulary, intended: IntendedUse) -> None:
        """Use all agreements; the register in ``words`` shows which agencies belong to which."""
        self.agreements = tuple(agreements)
        self._words, self._intended = words, intended
        self._by_supplier: dict[str, list[Agreement]] = {}
        for agreement in self.agreements:
            self._by_supplier.setdefault(name_key(agreement.supplier), []).append(agreement)
        self._of_supplier: dict[str, tuple[Agreement, ...]] = {}
        self._free: dict[tuple[str | None, tuple[str, ...]], bool] = {}
        self._publications: dict[str, list[str]] | None = None

    def group(self, credit: Credit) -> CreditGroup | None:
        """Return the group of a credit; None without a supplier, which CR103 and CR106 report."""
        if credit.supplier is None:
            return None
        excluded = self.exclusions(credit.supplier)
        named = tuple(sorted(name for name in excluded if _is_named(name, credit))) if excluded else ()
        return CreditGroup(credit.supplier, named, credit.license is not None or self._is_free(credit))

    def exclusions(self, supplier: str) -> set[str]:
        """Return the names that agreements with a supplier exclude.

        If there are none, the supplier, qualifiers and license of a credit determine its group.
        """
        return {name for agreement in self.of_supplier(supplier) for name in agreement.excluded}

    def _is_free(self, credit: Credit) -> bool:
        # Only supplier and qualifiers can make a credit free, and an archive has few such pairs.
        key = (credit.supplier, credit.qualifiers)
        if key not in self._free:
            self._free[key] = exemption_for(credit, self._words) is not None
        return self._free[key]

    def of_supplier(self, supplier: str) -> tuple[Agreement, ...]:
        """Return the agreements that may cover a supplier's pictures, the first to apply first.

        The supplier's own come before its parents', free before paid, older before newer.
        """
        if supplier not in self._of_supplier:
            found = [
                (depth, _KINDS.index(a.kind), a.starts or date.min, a.id or 0, a)
                for depth, name in enumerate(self._upwards(supplier))
                for a in self._by_supplier.get(name_key(name), ())
                if depth == 0 or a.below
            ]
            self._of_supplier[supplier] = tuple(row[-1] for row in sorted(found, key=lambda row: row[:-1]))
        return self._of_supplier[supplier]

    def periods(self, group: CreditGroup) -> Iterator[CoveragePeriod]:
        """Yield the verdicts on a group's uses, over all days, in order."""
        known = self.of_supplier(group.supplier)
        firsts = {a.starts for a in known if a.starts}
        firsts |= {a.ends + _ONE_DAY for a in known if a.ends and a.ends < date.max}
        starts = [None, *sorted(firsts)]
        for first, after in zip(starts, [*starts[1:], None], strict=True):
            yield self._on(group, first, after - _ONE_DAY if after else None)

    def undated(self, group: CreditGroup) -> CoveragePeriod:
        """Return the verdict on a group's undated uses, which only an agreement without start and end covers."""
        known = self.of_supplier(group.supplier)
        if not known or group.free or any(self._permits(a, group, None) for a in known):
            return self._on(group, None, None, dated=False)
        possible = [a for a in known if not self._limits(a, group)]
        if not possible:
            return CoveragePeriod(None, None, None, "CR303", self._limits_message(known, group))
        dates = "; ".join(f"agreement {a.id} runs {DateRange(a.starts, a.ends)}" for a in possible)
        message = f"unknown: the article has no date, and with {group.supplier}, {dates}"
        return CoveragePeriod(None, None, None, "CR302", message)

    def may_count(self, group: CreditGroup) -> list[Agreement]:
        """Return the agreements whose quota a group's undated uses may count against."""
        period = self.undated(group)
        possible = [period.agreement] if period.agreement else []
        if period.code == "CR302":
            possible = [a for a in self.of_supplier(group.supplier) if not self._limits(a, group)]
        return [a for a in possible if a.quota is not None]

    def _on(self, group: CreditGroup, first: date | None, last: date | None, *, dated: bool = True) -> CoveragePeriod:
        """Return the verdict on days between which no agreement starts or ends."""
        known = self.of_supplier(group.supplier)
        day = (first or last or date.min) if dated else None
        for agreement in known:
            if self._permits(agreement, group, day):
                return CoveragePeriod(first, last, agreement)
        if group.free:
            return CoveragePeriod(first, last)
        if not known:
            return CoveragePeriod(first, last, None, "CR301", f"no agreement with {group.supplier}")
        if current := [a for a in known if in_force(a, day)]:
            message = self._limits_message(current, group)
            return CoveragePeriod(first, last, None, "CR303", message, self._scoped(group, first, last))
        sides = [f"agreement {a.id} ended on {a.ends}" for a in known if first and a.ends == first - _ONE_DAY]
        sides += [f"agreement {a.id} starts on {a.starts}" for a in known if last and a.starts == last + _ONE_DAY]
        message = f"no agreement with {group.supplier} in force on the day: {'; '.join(sides)}"
        return CoveragePeriod(first, last, None, "CR302", message, add_command(group.supplier, first, last))

    def _permits(self, agreement: Agreement, group: CreditGroup, day: date | None) -> bool:
        intended = self._intended
        return covers(agreement, day, intended.scope, intended.territory) and not _excludes(agreement, group)

    def _limits(self, agreement: Agreement, group: CreditGroup) -> list[str]:
        """Describe which part of the intended use an agreement does not cover, on any day."""
        day, intended = agreement.starts or agreement.ends, self._intended
        out = []
        if not covers(agreement, day, intended.scope):
            out.append(f"covers {', '.join(agreement.scopes)}, not {intended.scope}")
        if not covers(agreement, day, None, intended.territory):
            out.append(f"covers {', '.join(agreement.territories)}, not {intended.territory}")
        if excluded := _excludes(agreement, group):
            out.append(f"excludes {', '.join(excluded)}")
        return out

    def _limits_message(self, agreements: Sequence[Agreement], group: CreditGroup) -> str:
        return "; ".join(
            f"agreement {a.id} with {a.supplier} {' and '.join(self._limits(a, group))}" for a in agreements
        )

    def _scoped(self, group: CreditGroup, first: date | None, last: date | None) -> str | None:
        """Return the command that adds the intended use; None if an exclusion applies, which depends on the line."""
        if group.excluded or (first is None and last is None):
            return None
        return add_command(group.supplier, first, last, self._intended.scope, self._intended.territory)

    def own_publications(self, group: CreditGroup, publications: Iterable[str]) -> list[str]:
        """Return the publications that are themselves the group's supplier, and so need no agreement."""
        if self._publications is None:
            self._publications = {}
            for name in publications:
                self._publications.setdefault(self._key(name), []).append(name)
        credit = Credit("", agencies=(group.supplier,), supplier=group.supplier)
        names = self._publications.get(self._key(group.supplier), ())
        return [name for name in names if exemption_for(credit, self._words, name) is not None]

    def _key(self, name: str) -> str:
        row = self._words.agency(name)
        return name_key(row.name if row else name)

    def _upwards(self, supplier: str) -> Iterator[str]:
        """Return a supplier and its parents in the register, each once even if the register has a cycle."""
        seen: dict[str, None] = {}
        name: str | None = supplier
        while name is not None and name not in seen:
            seen[name] = None
            row = self._words.agencies.get(name)
            name = row.parent if row else None
        return iter(seen)


def add_command(
    supplier: str, first: date | None, last: date | None, scope: str | None = None, territory: str | None = None
) -> str:
    """Return the command: ``captions agreement add Reuters --from 2026-01-01 --to 2026-12-31``."""
    options: Mapping[str, object] = {"--from": first, "--to": last, "--scope": scope, "--territory": territory}
    return command("agreement add", supplier, **{name: str(value) for name, value in options.items() if value})


def warning_at(quota: int) -> int:
    """Return the use that reaches 80% of a quota: the 400th of 500, the third of 3, the first of 1."""
    part, whole = WARNING
    return -(-quota * part // whole)


def _excludes(agreement: Agreement, group: CreditGroup) -> list[str]:
    return [name for name in agreement.excluded if name in group.excluded]


def _is_named(name: str, credit: Credit) -> bool:
    """Return whether a credit line names a collection or an agency, as one of its agencies or in these words."""
    if any(name_key(name) == name_key(agency) for agency in credit.agencies):
        return True
    key = match_key(name)
    return bool(key) and f" {key} " in f" {match_key(credit.line)} "
