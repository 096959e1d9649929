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


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom one printing of a caption credits, and where."""

    supplier: str | None
    creators: tuple[str, ...]
    line: str
    source: str


class Claims:
    """All credits of each caption, over all articles: read first, then asked (CR201)."""

    def __init__(self, uses: Iterable[Use]) -> None:
        """Reads all uses once."""
        first: dict[int, Claim] = {}
        self._claims: dict[int, list[Claim]] = {}
        for use in uses:
            if use.credit is None or not is_telling(use.match_key):
                continue
            claim = Claim(use.credit.supplier, use.credit.creators, use.credit.line, use.source)
            # Of millions of captions, few have a second credit: only those are kept whole.
            key = hash(use.match_key)
            known = first.setdefault(key, claim)
            listed = self._claims.get(key, (known,))
            if known is not claim and all(claim.line != c.line for c in listed):
                self._claims.setdefault(key, [known]).append(claim)

    def conflicting(self, use: Use) -> Finding | None:
        """CR201: another use of the same caption names another supplier or other creators."""
        if use.credit is None:
            return None
        for claim in self._claims.get(hash(use.match_key), ()):
            if conflict(use.credit, claim):
                message = f"credited {use.credit.line} here, {claim.line} in {claim.source}"
                return Finding("CR201", message, use.source, use)
        return None


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
    bags = [(use, _bag(use.match_key)) for use in uses if is_telling(use.match_key)]
    for (one, a), (other, b) in combinations(bags, 2):
        if one.match_key == other.match_key:
            continue  # the same words with other credits: CR201
        most, least = max(a.total(), b.total()), min(a.total(), b.total())
        if 2 * least / (most + least) < NEARLY:
            continue
        if 2 * (a & b).total() / (most + least) >= NEARLY:
            message = f"nearly the same as caption {one.position}: {one.caption}"
            yield Finding("CR402", message, other.source, other)


def _bag(key: str) -> Counter[str]:
    """The words of a key; of text without spaces, its pairs of characters."""
    if has_cjk(key):
        solid = key.replace(" ", "")
        return Counter(solid[at : at + 2] for at in range(len(solid) - 1))
    return Counter(key.split())


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
