"""The rules that compare uses: in one article, and over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from captions.audit.model import Finding, Use
from captions.model import Credit
from captions.names import same_person
from captions.text import has_cjk, name_key

# A caption shorter than this is shared by pictures that have nothing in common: `The prime minister`.
# In words and characters; of text without spaces, in characters.
FEWEST_WORDS, FEWEST_CHARACTERS, FEWEST_CJK = 5, 25, 12
# Two captions that share this much of their words are left for a person.
NEARLY = 0.9
# Of more captions than these in an article it is left to the audit whether any are near: each is compared with each.
MANY = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom one occurrence of a caption credits, and where."""

    supplier: str | None
    creators: tuple[str, ...]
    line: str
    source: str


class Claims:
    """All credits of each caption and each picture, over all articles: read first, then asked (CR201)."""

    def __init__(self, uses: Iterable[Use]) -> None:
        """Reads all uses once."""
        self._claims: dict[int, list[Claim]] = {}
        first: dict[int, Claim] = {}
        for use in uses:
            if use.credit is None:
                continue
            claim = claim_of(use.credit, use.source)
            for key, _picture in _keys(use):
                # Of millions of captions, few have a second credit: only those are kept whole.
                known = first.setdefault(key, claim)
                listed = self._claims.get(key, (known,))
                if known is not claim and all(claim.line != c.line for c in listed):
                    self._claims.setdefault(key, [known]).append(claim)

    def conflicting(self, use: Use) -> Finding | None:
        """CR201: another use of the same caption or picture names another supplier or other creators."""
        if use.credit is None:
            return None
        for key, picture in _keys(use):
            if claim := first_conflict(use.credit, self._claims.get(key, ())):
                return Finding("CR201", conflict_message(use.credit, claim, picture), use.source, use)
        return None


def claim_of(credit: Credit, source: str) -> Claim:
    """Whom a credit in an article claims to be owed."""
    return Claim(credit.supplier, credit.creators, credit.line, source)


def _keys(use: Use) -> Iterator[tuple[int, str]]:
    """What two uses of one picture share: the caption, then each address, which is given beside its key."""
    if is_telling(use.match_key):
        yield hash(use.match_key), ""
    for address in sorted(use.images):
        if is_whole(address):
            yield hash(("picture", address)), address


def is_whole(address: str) -> bool:
    """Whether an address names one picture in all articles: ``1.jpg`` is another one in each."""
    return "://" in address


def first_conflict(credit: Credit, claims: Iterable[Claim]) -> Claim | None:
    """The first claim that cannot be right if the credit is."""
    return next((claim for claim in claims if conflict(credit, claim)), None)


def conflict_message(credit: Credit, claim: Claim, picture: str = "") -> str:
    """What CR201 says; ``picture`` is the address that two uses share, where they do not share the caption."""
    said = f"credited {credit.line} here, {claim.line} in {claim.source}"
    return f"{said}, for the same picture {picture}" if picture else said


def is_telling(key: str) -> bool:
    """Whether a match key is long enough that two pictures hardly share it by chance."""
    if has_cjk(key):
        return len(key) >= FEWEST_CJK
    return len(key) >= FEWEST_CHARACTERS and key.count(" ") + 1 >= FEWEST_WORDS


def conflict(credit: Credit, claim: Claim) -> bool:
    """Whether two credits cannot both be right. One that says less than the other is no conflict."""
    if credit.supplier and claim.supplier and name_key(credit.supplier) != name_key(claim.supplier):
        return True
    fewer, more = sorted((credit.creators, claim.creators), key=len)
    return any(not any(same_person(one, other) for other in more) for one in fewer)


def nearly_the_same(uses: Sequence[Use]) -> Iterator[Finding]:
    """CR402: two captions of one article that share nearly all their words, in the same numbers."""
    for one, other in near_pairs([use.match_key for use in uses]):
        yield Finding("CR402", near_message(uses[one].position, uses[one].caption), uses[other].source, uses[other])


def near_message(position: int, caption: str) -> str:
    """What CR402 says, of the first of two captions."""
    return f"nearly the same as caption {position}: {caption}"


def near_pairs(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of match keys that are nearly the same, in pairs; equal ones are not: with other credits, CR201."""
    bags = [(at, key, _bag(key)) for at, key in enumerate(keys) if is_telling(key)]
    for (one, key, a), (other, second, b) in combinations(bags, 2):
        most, least = max(a.total(), b.total()), min(a.total(), b.total())
        if key == second or 2 * least / (most + least) < NEARLY:
            continue
        if 2 * (a & b).total() / (most + least) >= NEARLY:
            yield one, other


def may_be_near(keys: Sequence[str]) -> bool:
    """Whether two of these match keys may be nearly the same: quick, and never wrong where the answer is no.

    The store keeps it of each article, so that an audit need not ask again: a rule that finds more needs a migration
    that forgets it.
    """
    if len(keys) > MANY:
        return True
    bags = [(len(parts), set(parts)) for parts in map(_parts, keys) if parts]
    for (count, one), (other_count, other) in combinations(bags, 2):
        least = NEARLY / 2 * (count + other_count) - 1e-6  # a product may be rounded up
        # Each word of one that is not in the other is missing from what they share.
        if count >= least and other_count >= least and count - len(one) + len(one & other) >= least:
            return True
    return False


def _bag(key: str) -> Counter[str]:
    return Counter(_parts(key))


def _parts(key: str) -> list[str]:
    """The words of a key; of text without spaces, its pairs of characters."""
    if has_cjk(key):
        solid = key.replace(" ", "")
        return [solid[at : at + 2] for at in range(len(solid) - 1)]
    return key.split()


def by_article(uses: Iterable[Use]) -> Iterator[list[Use]]:
    """The uses of each article; those of one article must come together."""
    held: list[Use] = []
    for use in uses:
        if held and held[-1].source != use.source:
            yield held
            held = []
        held.append(use)
    if held:
        yield held


def counted(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Findings by code, in the order of codes."""
    counts = Counter(finding.code for finding in findings)
    return dict(sorted(counts.items()))
