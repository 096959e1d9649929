"""What the agreements say of a supplier's uses, from which day to which: covered, or CR301, CR302, CR303 and why.

Days are those on which articles were published, as they say them; no time zone is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from captions.escaping import command
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.agreements import Agreement, Span, covers, in_force
from captions.licensing.exemptions import default_for
from captions.model import Credit
from captions.text import match_key, name_key

_ONE_DAY = timedelta(days=1)
# What costs nothing is taken first, then what is paid for already.
_KINDS = ("staff", "free", "flat", "per-use")
MARK = (4, 5)
"""The share of a quota at which CR305 warns: 80 %."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the pictures are to be used for; None asks nothing."""

    scope: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Credits that all agreements treat alike."""

    supplier: str
    excluded: tuple[str, ...] = ()
    """Which of the names that agreements exclude stand in the credit line."""
    free: bool = False
    """Whether the uses need no agreement: a free source, or a public license in the line."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What holds for a group from a first to a last day; None is open."""

    first: date | None
    last: date | None
    agreement: Agreement | None = None
    """The one that covers the uses, and on whose quota they count; None where none does or none is needed."""
    code: str | None = None
    message: str = ""
    clear: str | None = None
    """None: told by use."""


class Agreements:
    """The agreements that a newsroom holds, asked for what is intended."""

    def __init__(self, held: Iterable[Agreement], words: Vocabulary, asked: Asked) -> None:
        """Takes all agreements; the register tells which agencies stand below which."""
        self.held = tuple(held)
        self._words, self._asked = words, asked
        self._by_supplier: dict[str, list[Agreement]] = {}
        for agreement in self.held:
            self._by_supplier.setdefault(name_key(agreement.supplier), []).append(agreement)
        self._with: dict[str, tuple[Agreement, ...]] = {}
        self._free: dict[tuple[str | None, tuple[str, ...]], bool] = {}
        self._publications: dict[str, list[str]] | None = None

    def group(self, credit: Credit) -> Group | None:
        """The group of a credit; None where no supplier is told, which CR103 and CR106 say."""
        if credit.supplier is None:
            return None
        excluded = self.excluding(credit.supplier)
        named = tuple(sorted(name for name in excluded if _is_named(name, credit))) if excluded else ()
        return Group(credit.supplier, named, credit.license is not None or self._is_free(credit))

    def excluding(self, supplier: str) -> set[str]:
        """What agreements with a supplier exclude. Where they exclude nothing, supplier, marks and license of a credit
        tell its group."""
        return {name for agreement in self.with_(supplier) for name in agreement.excluded}

    def _is_free(self, credit: Credit) -> bool:
        # Beside a supplier, nothing else of a credit makes it free: an archive has few such pairs.
        key = (credit.supplier, credit.qualifiers)
        if key not in self._free:
            self._free[key] = default_for(credit, self._words) is not None
        return self._free[key]

    def with_(self, supplier: str) -> tuple[Agreement, ...]:
        """The agreements that may cover a supplier's pictures, in the order in which they are taken.

        Its own go before those of the agencies above it, free ones before paid ones, the older before the newer.
        """
        if supplier not in self._with:
            found = [
                (depth, _KINDS.index(a.kind), a.starts or date.min, a.id or 0, a)
                for depth, name in enumerate(self._upwards(supplier))
                for a in self._by_supplier.get(name_key(name), ())
                if depth == 0 or a.below
            ]
            self._with[supplier] = tuple(row[-1] for row in sorted(found, key=lambda row: row[:-1]))
        return self._with[supplier]

    def stretches(self, group: Group) -> Iterator[Stretch]:
        """What holds for a group's uses, over all days, in order."""
        known = self.with_(group.supplier)
        firsts = {a.starts for a in known if a.starts}
        firsts |= {a.ends + _ONE_DAY for a in known if a.ends and a.ends < date.max}
        starts = [None, *sorted(firsts)]
        for first, after in zip(starts, [*starts[1:], None], strict=True):
            yield self._on(group, first, after - _ONE_DAY if after else None)

    def undated(self, group: Group) -> Stretch:
        """What holds for a group's uses without a day: an agreement covers them only if it is open on both sides."""
        known = self.with_(group.supplier)
        if not known or group.free or any(self._lets(a, group, None) for a in known):
            return self._on(group, None, None, dated=False)
        possible = [a for a in known if not self._lacks(a, group)]
        if not possible:
            return Stretch(None, None, None, "CR303", self._lacking(known, group), self._scoped(group, None, None))
        listed = "; ".join(f"agreement {a.id} runs {Span(a.starts, a.ends)}" for a in possible)
        return Stretch(None, None, None, "CR302", f"unknown: the use has no day, and with {group.supplier} {listed}")

    def may_count(self, group: Group) -> list[Agreement]:
        """The agreements on whose quota a group's uses without a day may count."""
        stretch = self.undated(group)
        possible = [stretch.agreement] if stretch.agreement else []
        if stretch.code == "CR302":
            possible = [a for a in self.with_(group.supplier) if not self._lacks(a, group)]
        return [a for a in possible if a.quota is not None]

    def _on(self, group: Group, first: date | None, last: date | None, *, dated: bool = True) -> Stretch:
        """What holds on all days of a stretch, in which no agreement starts or ends."""
        known = self.with_(group.supplier)
        day = (first or last or date.min) if dated else None
        for agreement in known:
            if self._lets(agreement, group, day):
                return Stretch(first, last, agreement)
        if group.free:
            return Stretch(first, last)
        if not known:
            return Stretch(first, last, None, "CR301", f"no agreement with {group.supplier}")
        if current := [a for a in known if in_force(a, day)]:
            message = self._lacking(current, group)
            return Stretch(first, last, None, "CR303", message, self._scoped(group, first, last))
        sides = [f"agreement {a.id} ended on {a.ends}" for a in known if first and a.ends == first - _ONE_DAY]
        sides += [f"agreement {a.id} starts on {a.starts}" for a in known if last and a.starts == last + _ONE_DAY]
        message = f"no agreement with {group.supplier} is in force on the day: {'; '.join(sides)}"
        return Stretch(first, last, None, "CR302", message, add_command(group.supplier, first, last))

    def _lets(self, agreement: Agreement, group: Group, day: date | None) -> bool:
        asked = self._asked
        return covers(agreement, day, asked.scope, asked.territory) and not _excludes(agreement, group)

    def _lacks(self, agreement: Agreement, group: Group) -> list[str]:
        """What an agreement does not cover of what is asked, on whatever day."""
        day, asked = agreement.starts or agreement.ends, self._asked
        out = []
        if not covers(agreement, day, asked.scope):
            out.append(f"covers {', '.join(agreement.scopes)}, not {asked.scope}")
        if not covers(agreement, day, None, asked.territory):
            out.append(f"covers {', '.join(agreement.territories)}, not {asked.territory}")
        if excluded := _excludes(agreement, group):
            out.append(f"leaves out {', '.join(excluded)}")
        return out

    def _lacking(self, agreements: Sequence[Agreement], group: Group) -> str:
        return "; ".join(
            f"agreement {a.id} with {a.supplier} {' and '.join(self._lacks(a, group))}" for a in agreements
        )

    def _scoped(self, group: Group, first: date | None, last: date | None) -> str | None:
        """The command that adds what is asked; None where a collection is left out, which one line alone tells."""
        if group.excluded or (first is None and last is None):
            return None
        asked = self._asked
        return add_command(group.supplier, first, last, asked.scope, asked.territory)

    def own(self, group: Group, publications: Iterable[str]) -> list[str]:
        """The publications in which a group's uses need no agreement, since it is their own supplier."""
        if self._publications is None:
            self._publications = {}
            for name in publications:
                self._publications.setdefault(self._key(name), []).append(name)
        credit = Credit("", agencies=(group.supplier,), supplier=group.supplier)
        names = self._publications.get(self._key(group.supplier), ())
        return [name for name in names if default_for(credit, self._words, name) is not None]

    def _key(self, name: str) -> str:
        row = self._words.agency(name)
        return name_key(row.name if row else name)

    def _upwards(self, supplier: str) -> Iterator[str]:
        """A supplier, and those above it in the register, whatever goes round in circles there."""
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
    """``captions agreement add Reuters --from 2026-01-01 --to 2026-12-31``."""
    options: Mapping[str, object] = {"--from": first, "--to": last, "--scope": scope, "--territory": territory}
    return command("agreement add", supplier, **{name: str(value) for name, value in options.items() if value})


def mark_of(quota: int) -> int:
    """The use with which 80 % of a quota are reached: of 500 the 400th, of 3 the third, of 1 the first."""
    part, whole = MARK
    return -(-quota * part // whole)


def _excludes(agreement: Agreement, group: Group) -> list[str]:
    return [name for name in agreement.excluded if name in group.excluded]


def _is_named(name: str, credit: Credit) -> bool:
    """Whether a collection or an agency stands in a credit line: as one of its agencies, or in these words."""
    if any(name_key(name) == name_key(agency) for agency in credit.agencies):
        return True
    key = match_key(name)
    return bool(key) and f" {key} " in f" {match_key(credit.line)} "
