"""Decide on which days agreements cover a supplier's uses, and otherwise whether CR301, CR302 or CR303 applies.

Days are the articles' own publication dates; no time zone is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from captions import dates
from captions.escaping import command
from captions.lexicon.agencies import with_parents
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, DateRange, covers, in_force
from captions.licensing.exemptions import exemption_for
from captions.licensing.public_licenses import contradicting, is_permitted
from captions.model import Credit
from captions.text import match_key, name_key

_ONE_DAY = timedelta(days=1)
# Free agreements apply first, then those already paid for.
_KINDS = ("staff", "free", "flat", "per-use")


@dataclass(frozen=True, slots=True)
class IntendedUse:
    """The scope and territory that agreements must cover; None is not checked."""

    scope: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """Credits that all agreements treat alike."""

    supplier: str
    """The supplier, or with ``creator`` the freelancer."""
    excluded: tuple[str, ...] = ()
    """The excluded names that the credit line contains."""
    free: bool = False
    """The uses need no agreement: a free source, or a public license in the line."""
    creator: bool = False


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
        self._with: dict[tuple[str, bool], list[Agreement]] = {}
        for agreement in self.agreements:
            self._with.setdefault((name_key(agreement.supplier), agreement.creator), []).append(agreement)
        self.freelancers = frozenset(name for name, creator in self._with if creator)
        """The name keys of the creators with an agreement."""
        self._of_supplier: dict[str, tuple[Agreement, ...]] = {}
        self._free: dict[tuple[str | None, tuple[str, ...]], bool] = {}
        self._publications: dict[str, list[str]] | None = None

    def group(self, credit: Credit) -> CreditGroup | None:
        """Return the group of a credit; None without a supplier or a freelancer, which CR103 and CR106 report."""
        free = is_permitted(credit, self._words, self._intended.scope) or self._is_free(credit)
        if credit.supplier is None:
            paid = freelancer(credit, self._words.staff)
            known = self._with.get((name_key(paid), True)) if paid else None
            return CreditGroup(known[0].supplier, free=free, creator=True) if known else None
        excluded = self.exclusions(credit.supplier)
        named = tuple(sorted(name for name in excluded if _is_named(name, credit))) if excluded else ()
        return CreditGroup(credit.supplier, named, free)

    def may_be_free(self, credit: Credit) -> bool:
        """Return whether a credit needs no agreement if no other agency in the line sells the picture."""
        alone = self.group(self.supplier_only(credit))
        return alone is not None and alone.free

    def supplier_only(self, credit: Credit) -> Credit:
        """Return a credit without its other agencies, as it stands for its kind."""
        return credit if credit.supplier is None else replace(credit, agencies=(credit.supplier,))

    def exclusions(self, supplier: str) -> set[str]:
        """Return the names that agreements with a supplier exclude.

        If there are none, the supplier, qualifiers and license of a credit determine its group.
        """
        return {name for agreement in self.of_supplier(supplier) for name in agreement.excluded}

    def _is_free(self, credit: Credit) -> bool:
        if contradicting(credit, self._words):
            return False
        # Otherwise only supplier and qualifiers can make a credit free, and an archive has few such pairs.
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
                for depth, name in enumerate(with_parents(supplier, self._words.agencies))
                for a in self._with.get((name_key(name), False), ())
                if depth == 0 or a.below
            ]
            self._of_supplier[supplier] = tuple(row[-1] for row in sorted(found, key=lambda row: row[:-1]))
        return self._of_supplier[supplier]

    def of_group(self, group: CreditGroup) -> tuple[Agreement, ...]:
        """Return the agreements that may cover a group's pictures, the first to apply first."""
        if not group.creator:
            return self.of_supplier(group.supplier)
        found = self._with.get((name_key(group.supplier), True), ())
        return tuple(sorted(found, key=lambda a: (_KINDS.index(a.kind), a.starts or date.min, a.id or 0)))

    def periods(self, group: CreditGroup) -> Iterator[CoveragePeriod]:
        """Yield the verdicts on a group's uses, over all days, in order."""
        known = self.of_group(group)
        firsts = {a.starts for a in known if a.starts}
        firsts |= {a.ends + _ONE_DAY for a in known if a.ends and a.ends < date.max}
        starts = [None, *sorted(firsts)]
        for first, after in zip(starts, [*starts[1:], None], strict=True):
            yield self._on(group, first, after - _ONE_DAY if after else None)

    def without_day(self, group: CreditGroup, published_in: str = "") -> CoveragePeriod:
        """Return the verdict on a group's uses without a day, by the month or year of publication.

        If that is unknown too, only an agreement without start and end covers them. The verdict names an agreement only
        if it is certain which one covers the uses.
        """
        known, possible = self.of_group(group), self.possible(group, published_in)
        certain = possible[0] if len(possible) == 1 and self._is_whole(group, possible[0], published_in) else None
        if published_in:
            codes = {period.code: period for period in self._between(group, published_in)}
            if len(codes) == 1:
                return replace(codes.popitem()[1], agreement=certain)
        elif not known or group.free or any(self._permits(a, group, None) for a in known):
            return replace(self._on(group, None, None, dated=False), agreement=certain)
        within_limits = [a for a in known if not self._limits(a, group)]
        if not within_limits:
            return CoveragePeriod(None, None, None, "CR303", self._limits_message(known, group))
        dates_ = "; ".join(f"agreement {a.id} runs {DateRange(a.starts, a.ends)}" for a in within_limits)
        what = f"is dated {published_in} only" if published_in else "has no date"
        message = f"unknown: the article {what}, and with {group.supplier}, {dates_}"
        return CoveragePeriod(None, None, None, "CR302", message)

    def possible(self, group: CreditGroup, published_in: str = "") -> list[Agreement]:
        """Return the agreements that may cover a group's uses of a month or year, or of any day, by number."""
        found = {period.agreement for period in self._between(group, published_in) if period.agreement}
        return sorted(found, key=lambda a: a.id or 0)

    def _between(self, group: CreditGroup, published_in: str) -> Iterator[CoveragePeriod]:
        first, last = dates.period_days(published_in) if published_in else (date.min, date.max)
        for period in self.periods(group):
            if (period.first or date.min) <= last and (period.last or date.max) >= first:
                yield period

    def _is_whole(self, group: CreditGroup, agreement: Agreement, published_in: str) -> bool:
        """Return whether an agreement covers every day of a month or year."""
        return all(period.agreement == agreement for period in self._between(group, published_in))

    def _on(self, group: CreditGroup, first: date | None, last: date | None, *, dated: bool = True) -> CoveragePeriod:
        """Return the verdict on days between which no agreement starts or ends."""
        known = self.of_group(group)
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
        return CoveragePeriod(first, last, None, "CR302", message, add_command(group, first, last))

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
        return add_command(group, first, last, self._intended.scope, self._intended.territory)

    def own_publications(self, group: CreditGroup, publications: Iterable[str], named: Collection[str]) -> list[str]:
        """Return the publications that are themselves the group's supplier, and so need no agreement.

        Only those that the user named as the newsroom's own count: ``named``, and those in the register.
        """
        if self._publications is None:
            own = {self._key(name) for name in named}
            self._publications = {}
            for name in publications:
                if self._key(name) in own:
                    self._publications.setdefault(self._key(name), []).append(name)
        return [] if group.creator else self._publications.get(self._key(group.supplier), [])

    def is_own(self, group: CreditGroup, publication: str, named: Collection[str]) -> bool:
        """Return whether a publication is itself the group's supplier; see :meth:`own_publications`."""
        key = self._key(publication)
        return not group.creator and key == self._key(group.supplier) and any(key == self._key(it) for it in named)

    def _key(self, name: str) -> str:
        row = self._words.agency(name)
        return name_key(row.name if row else name)


def add_command(
    group: CreditGroup, first: date | None, last: date | None, scope: str | None = None, territory: str | None = None
) -> str:
    """Return the command: ``captions agreement add Reuters --from 2026-01-01 --to 2026-12-31``."""
    options: Mapping[str, object] = {
        "--creator": group.supplier if group.creator else None,
        "--from": first,
        "--to": last,
        "--scope": scope,
        "--territory": territory,
    }
    given = {name: str(value) for name, value in options.items() if value}
    return command("agreement add", *([] if group.creator else [group.supplier]), **given)


def freelancer(credit: Credit, staff: Collection[str]) -> str | None:
    """Return the creator whom a credit without an agency says to pay: the only one who is not on the staff."""
    others = [name for name in credit.creators if name_key(name) not in staff]
    return others[0] if len(others) == 1 and not credit.agencies else None


def _excludes(agreement: Agreement, group: CreditGroup) -> list[str]:
    return [name for name in agreement.excluded if name in group.excluded]


def _is_named(name: str, credit: Credit) -> bool:
    """Return whether a credit line names a collection or an agency, as one of its agencies or in these words."""
    if any(name_key(name) == name_key(agency) for agency in credit.agencies):
        return True
    key = match_key(name)
    return bool(key) and f" {key} " in f" {match_key(credit.line)} "
