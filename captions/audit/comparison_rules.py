"""The rules that compare uses: in one article, and over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from captions.credit.compare import Relation, owed
from captions.model import Credit


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom one occurrence of a caption credits, and where."""

    supplier: str | None
    creators: tuple[str, ...]
    line: str
    source: str


def claim_of(credit: Credit, source: str) -> Claim:
    """Whom a credit in an article claims to be owed."""
    return Claim(credit.supplier, credit.creators, credit.line, source)


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


def conflict(credit: Credit, claim: Claim) -> bool:
    """Return whether two credits cannot both be right; see :func:`captions.credit.compare.owed`."""
    return owed(credit, claim) is Relation.DIFFERENT


def near_message(position: int, caption: str) -> str:
    """What CR402 says, of the first of two captions."""
    return f"nearly the same as caption {position}: {caption}"
