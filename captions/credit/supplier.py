"""How a chain of parties is read: who supplied the picture. Rules in one ordered tuple; the first that fits decides.

The order of parties tells: person first, the last agency is the supplier; person last, the first is; ``X via Y``: Y.
What the register knows of who distributes whom decides where there is no person, and where order and register
disagree (``AP/dpa | Richard Drew``) no supplier is named: a guess here costs money.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from captions.credit.segments import Party

_PICTURES = ("agency", "stock")
_LENT = frozenset({"courtesy", "supplied", "screenshot", "handout"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The supplier, if any, by which rule, and how sure, from 0 to 1."""

    supplier: str | None
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Chain:
    """What the rules look at: the parties without marks and words, in printed order."""

    parties: tuple[Party, ...]
    marks: frozenset[str]
    persons: list[int]
    """Places of persons."""
    owners: list[int]
    """Places of agencies and organizations, but for those who only lent the picture, and for an agency's client:
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
        return Verdict(None, "social", 0.8)  # where a picture was found; nobody to license it from
    return Verdict(known, rule, confidence if known else min(confidence, 0.6))


def _as_printed(party: Party, rule: str, confidence: float) -> Verdict:
    """Like _verdict, where the order alone tells: one whom the register does not know is named too, so that an
    audit asks for the agreement instead of passing the use."""
    return _verdict(party, rule, confidence) if party.agency else Verdict(party.name, rule, 0.6)


def nobody(chain: Chain) -> Verdict | None:
    """No party at all: a mark or a word alone."""
    if not chain.parties:
        return Verdict(None, "nobody", 0.9 if chain.marks else 0.2)
    return None


def person_only(chain: Chain) -> Verdict | None:
    """``Tobias Koch``: nobody to license from."""
    if not chain.owners:
        return Verdict(None, "person-only", 0.8 if chain.persons else 0.6)
    return None


def via(chain: Chain) -> Verdict | None:
    """``X via Y``: Y; none where another prints itself before and a person after: ``Keystone/X via AP/Jane Doe``."""
    places = [n for n in chain.owners if chain.parties[n].joint == "via"]
    if not places:
        return None
    place = places[-1]
    first = chain.parties[chain.owners[0]]
    if chain.owners[0] < place < max(chain.persons, default=-1) and first.agency and first.agency.leads:
        return Verdict(None, "via-disputed", 0.5)
    # `via AFP/Getty Images`: what stands behind it in the same breath goes further down the chain.
    behind = [n for n in chain.owners if n > place and chain.parties[n].joint == "/"]
    if behind and behind[-1] == place + 1 and _only_distributes(chain.parties[place + 1], chain.parties[place]):
        place += 1
    return _verdict(chain.parties[place], "via", 0.97)


def lent(chain: Chain) -> Verdict | None:
    """``Supplied/Rowing Club``, ``Screenshot: YouTube``: one who lent a picture or showed it sells none."""
    if _LENT.isdisjoint(chain.marks):
        return None
    if any(a.kind in _PICTURES for n in chain.owners if (a := chain.parties[n].agency) is not None):
        return None
    return Verdict(None, "lent", 0.8)


def on_platform(chain: Chain) -> Verdict | None:
    """``X on Unsplash``: the platform."""
    for n in chain.owners:
        if chain.parties[n].joint == "on":
            return _verdict(chain.parties[n], "on-platform", 0.95)
    return None


def one_owner(chain: Chain) -> Verdict | None:
    """One agency, with or without a person."""
    if len(chain.owners) == 1 or len({chain.parties[n].name for n in chain.owners}) == 1:
        party = chain.parties[chain.owners[0]]
        rule = "agency-only" if not chain.persons else "person-and-agency"
        if chain.persons or " " in party.name:
            return _as_printed(party, rule, 0.85 if party.weak and not chain.persons else 0.95)
        return _verdict(party, rule, 0.85 if party.weak else 0.95)
    return None


def person_first(chain: Chain) -> Verdict | None:
    """``John Moore/Getty Images/AFP``: the last, unless it is known that an earlier one passes the last one's on."""
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
    """``picture alliance/dpa | Jan Woitas``: the first, unless a later one is known to pass the first one's on, or the
    first is a paper that prints its own name before the agency's."""
    if not chain.persons or min(chain.persons) < chain.owners[-1]:
        return None
    first = chain.parties[chain.owners[0]]
    later = [chain.parties[n] for n in chain.owners[1:]]
    own_paper = first.agency is not None and first.agency.kind in ("publisher", "broadcaster")
    if any(_only_distributes(p, first) or (own_paper and p.agency and p.agency.kind in _PICTURES) for p in later):
        return Verdict(None, "person-last-disputed", 0.5)
    return _verdict(first, "person-last", 0.95)


def one_agency(chain: Chain) -> Verdict | None:
    """``PHOTOPQR/Le Parisien/Jo Reed/MAXPPP``: a person in the middle, and one alone at the end who sells pictures."""
    if not chain.persons:
        return None
    sellers = [n for n in chain.owners if (a := chain.parties[n].agency) is not None and a.kind in _PICTURES]
    return _verdict(chain.parties[sellers[0]], "one-agency", 0.7) if sellers == [len(chain.parties) - 1] else None


def leads(chain: Chain) -> Verdict | None:
    """``IMAGO / Tischler``: one that is known to print itself first."""
    if chain.persons:
        return None
    first = chain.parties[chain.owners[0]]
    if first.agency and first.agency.leads and first.agency.kind in _PICTURES:
        return _verdict(first, "leads", 0.8)
    return None


def distributor(chain: Chain) -> Verdict | None:
    """``KCNA/Reuters``: the one known to pass on the pictures of all others; of two that pass on each other's, the
    last: ``AFP/Getty``."""
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
    """``City of Springfield/AP``: the only one that sells pictures, at the end."""
    if chain.persons:
        return None
    sellers = [n for n in chain.owners if (a := chain.parties[n].agency) is not None and a.kind in _PICTURES]
    if sellers == [chain.owners[-1]]:
        return _verdict(chain.parties[sellers[0]], "one-agency-last", 0.7)
    return None


def ambiguous(chain: Chain) -> Verdict | None:
    """``Getty/AP``: order and register do not tell."""
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
    raise AssertionError("the last rule fits always")
