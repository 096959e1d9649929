"""Decide which party of a credit supplied the picture: the first rule that fits, in an ordered tuple, decides.

If a person comes first, the last agency is the supplier; if a person comes last, the first agency is; in ``X via Y``,
Y is. Without a person, the register decides, because it lists who distributes whom. If order and register disagree
(``AP/dpa | Richard Drew``), there is no supplier: a guess here costs money.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from captions.credit.segments import Party

_PICTURES = ("agency", "stock")
_LENT = frozenset({"courtesy", "supplied", "screenshot", "handout"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The supplier, if any, with the rule and its confidence from 0 to 1."""

    supplier: str | None
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Chain:
    """The input of the rules: the parties without marks and words, in printed order."""

    parties: tuple[Party, ...]
    marks: frozenset[str]
    persons: list[int]
    """The indexes of people."""
    owners: list[int]
    """The indexes of agencies and organizations, except lenders and an agency's client: ``Spring Festival`` in
    ``Jo Reed/Getty Images for Spring Festival``."""


def _chain(parties: Sequence[Party], marks: frozenset[str]) -> Chain:
    owners = [n for n, p in enumerate(parties) if p.kind != "person" and p.joint != "courtesy"]
    while len(owners) > 1 and parties[owners[-1]].joint == "for":
        before = parties[owners[-2]].agency
        if before is None or before.kind not in _PICTURES:
            break
        owners.pop()
    return Chain(tuple(parties), marks, [n for n, p in enumerate(parties) if p.kind == "person"], owners)


def _known(party: Party) -> str | None:
    return party.agency.name if party.agency is not None else None


def _distributes(party: Party, other: Party) -> bool:
    """Return whether ``party`` distributes or owns ``other``; each may distribute the other."""
    if party.agency is None or other.agency is None:
        return False
    return party.agency.name in other.agency.distributors or party.agency.name == other.agency.parent


def _only_distributes(party: Party, other: Party) -> bool:
    """Return whether ``party`` distributes or owns ``other``, and ``other`` does not distribute ``party``."""
    return _distributes(party, other) and not _distributes(other, party)


def _verdict(party: Party, rule: str, confidence: float) -> Verdict:
    known = _known(party)
    if party.agency is not None and party.agency.social:
        return Verdict(None, "social", 0.8)  # the picture was found there but cannot be licensed there
    return Verdict(known, rule, confidence if known else min(confidence, 0.6))


def _as_printed(party: Party, rule: str, confidence: float) -> Verdict:
    """Return a verdict that also names a supplier outside the register, so that the audit asks for an agreement."""
    return _verdict(party, rule, confidence) if party.agency else Verdict(party.name, rule, 0.6)


def nobody(chain: Chain) -> Verdict | None:
    """Read a line without parties: only marks and words."""
    if not chain.parties:
        return Verdict(None, "nobody", 0.9 if chain.marks else 0.2)
    return None


def person_only(chain: Chain) -> Verdict | None:
    """Read ``Tobias Koch``: no agency."""
    if not chain.owners:
        return Verdict(None, "person-only", 0.8 if chain.persons else 0.6)
    return None


def via(chain: Chain) -> Verdict | None:
    """Read ``X via Y``: Y, unless the first and last parties contradict it: ``Keystone/X via AP/Jane Doe``."""
    places = [n for n in chain.owners if chain.parties[n].joint == "via"]
    if not places:
        return None
    place = places[-1]
    first = chain.parties[chain.owners[0]]
    if chain.owners[0] < place < max(chain.persons, default=-1) and first.agency and first.agency.leads:
        return Verdict(None, "via-disputed", 0.5)
    # `via AFP/Getty Images`: the chain goes on after a slash.
    behind = [n for n in chain.owners if n > place and chain.parties[n].joint == "/"]
    if behind and behind[-1] == place + 1 and _only_distributes(chain.parties[place + 1], chain.parties[place]):
        place += 1
    return _verdict(chain.parties[place], "via", 0.97)


def lent(chain: Chain) -> Verdict | None:
    """Read ``Supplied/Rowing Club``, ``Screenshot: YouTube``: the party does not sell pictures."""
    if _LENT.isdisjoint(chain.marks):
        return None
    if any(a.kind in _PICTURES for n in chain.owners if (a := chain.parties[n].agency) is not None):
        return None
    return Verdict(None, "lent", 0.8)


def on_platform(chain: Chain) -> Verdict | None:
    """Read ``X on Unsplash``: the platform."""
    for n in chain.owners:
        if chain.parties[n].joint == "on":
            return _verdict(chain.parties[n], "on-platform", 0.95)
    return None


def one_owner(chain: Chain) -> Verdict | None:
    """Read a single agency, with or without people: that agency."""
    if len(chain.owners) == 1 or len({chain.parties[n].name for n in chain.owners}) == 1:
        party = chain.parties[chain.owners[0]]
        rule = "agency-only" if not chain.persons else "person-and-agency"
        if chain.persons or " " in party.name:
            return _as_printed(party, rule, 0.85 if party.weak and not chain.persons else 0.95)
        return _verdict(party, rule, 0.85 if party.weak else 0.95)
    return None


def person_first(chain: Chain) -> Verdict | None:
    """Read ``John Moore/Getty Images/AFP``: the last agency, unless an earlier agency distributes it."""
    if not chain.persons or max(chain.persons) > chain.owners[0]:
        return None
    last = chain.parties[chain.owners[-1]]
    if any(_only_distributes(chain.parties[n], last) for n in chain.owners[:-1]):
        return Verdict(None, "person-first-disputed", 0.5)
    listed = len(chain.owners) > 1 and last.joint in (",", ";", "and", "，", "、")
    if listed and not any(_distributes(last, chain.parties[n]) for n in chain.owners[:-1]):
        return Verdict(None, "list", 0.5)  # Montage: Jo Reed; Fotos: dpa, Getty Images
    return _as_printed(last, "person-first", 0.95)


def person_last(chain: Chain) -> Verdict | None:
    """Read ``picture alliance/dpa | Jan Woitas``: the first agency.

    There is no supplier if a later agency distributes the first, or if the first is a paper before a picture agency.
    """
    if not chain.persons or min(chain.persons) < chain.owners[-1]:
        return None
    first = chain.parties[chain.owners[0]]
    later = [chain.parties[n] for n in chain.owners[1:]]
    own_paper = first.agency is not None and first.agency.kind in ("publisher", "broadcaster")
    if any(_only_distributes(p, first) or (own_paper and p.agency and p.agency.kind in _PICTURES) for p in later):
        return Verdict(None, "person-last-disputed", 0.5)
    return _verdict(first, "person-last", 0.95)


def one_agency(chain: Chain) -> Verdict | None:
    """Read ``PHOTOPQR/Le Parisien/Jo Reed/MAXPPP``: the only seller of pictures, at the end, after a person."""
    if not chain.persons:
        return None
    sellers = [n for n in chain.owners if (a := chain.parties[n].agency) is not None and a.kind in _PICTURES]
    return _verdict(chain.parties[sellers[0]], "one-agency", 0.7) if sellers == [len(chain.parties) - 1] else None


def leads(chain: Chain) -> Verdict | None:
    """Read ``IMAGO / Tischler``: the first agency, if it is known to put itself first."""
    if chain.persons:
        return None
    first = chain.parties[chain.owners[0]]
    if first.agency and first.agency.leads and first.agency.kind in _PICTURES:
        return _verdict(first, "leads", 0.8)
    return None


def distributor(chain: Chain) -> Verdict | None:
    """Read ``KCNA/Reuters``: the agency that distributes all others; the last, if two distribute each other."""
    if chain.persons:
        return None
    last = chain.owners[-1]
    if all(m == last or _distributes(chain.parties[last], chain.parties[m]) for m in chain.owners):
        return _verdict(chain.parties[last], "distributor", 0.85)
    for n in reversed(chain.owners):
        if all(m == n or _only_distributes(chain.parties[n], chain.parties[m]) for m in chain.owners):
            return _verdict(chain.parties[n], "distributor", 0.85)
    return None


def one_agency_last(chain: Chain) -> Verdict | None:
    """Read ``City of Springfield/AP``: the only seller of pictures, at the end."""
    if chain.persons:
        return None
    sellers = [n for n in chain.owners if (a := chain.parties[n].agency) is not None and a.kind in _PICTURES]
    if sellers == [chain.owners[-1]]:
        return _verdict(chain.parties[sellers[0]], "one-agency-last", 0.7)
    return None


def ambiguous(chain: Chain) -> Verdict | None:
    """Read ``Getty/AP``: no supplier, because neither order nor register decides."""
    return Verdict(None, "ambiguous", 0.5)


RULES: tuple[Callable[[Chain], Verdict | None], ...] = (
    nobody,
    person_only,
    via,
    lent,
    on_platform,
    one_owner,
    person_first,
    person_last,
    one_agency,
    leads,
    distributor,
    one_agency_last,
    ambiguous,
)


def read(parties: Sequence[Party], marks: frozenset[str]) -> Verdict:
    """Return the verdict of the first rule that fits; ``ambiguous`` always fits."""
    chain = _chain(parties, marks)
    for rule in RULES:
        if (verdict := rule(chain)) is not None:
            return verdict
    raise AssertionError("the last rule always fits")
