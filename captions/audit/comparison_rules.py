"""Decide whether two credits of one picture conflict, and word the findings about pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from captions.credit.compare import Relation, owed
from captions.model import Credit
from captions.page.image_urls import keys_of

_IN_BOX = frozenset(("figure", "beside"))
"""The rules that find the caption of a picture on a page."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The parties that one occurrence of a caption credits, and its source."""

    supplier: str | None
    creators: tuple[str, ...]
    line: str
    source: str


def claim_of(credit: Credit, source: str) -> Claim:
    """Return the claim that a credit in an article makes."""
    return Claim(credit.supplier, credit.creators, credit.line, source)


def is_whole(address: str) -> bool:
    """Return whether an address names one picture in all articles: ``1.jpg`` is a different picture in each."""
    return "://" in address


def are_apart(rules: Collection[str], pictures: Iterable[Collection[str]]) -> bool:
    """Return whether the uses of one caption in one article are under different pictures.

    ``rules`` are those that found the captions, ``pictures`` has the addresses of each use. On a page, a caption is
    under one picture unless an address recurs; a text without pictures repeats a caption for one picture.
    """
    seen: set[str] = set()
    for addresses in pictures:
        keys = {key for address in addresses for key in keys_of(address)[:1]}
        if not keys.isdisjoint(seen):
            return False
        seen |= keys
    return _IN_BOX.issuperset(rules)


def first_conflict(credit: Credit, claims: Iterable[Claim]) -> Claim | None:
    """Return the first claim that cannot be right if the credit is."""
    return next((claim for claim in claims if conflict(credit, claim)), None)


def conflict_message(credit: Credit, claim: Claim, picture: str = "") -> str:
    """Return the message of CR201; ``picture`` is the address that two uses share if their captions differ."""
    message = f"credited {credit.line} here, {claim.line} in {claim.source}"
    return f"{message}, for the same picture {picture}" if picture else message


def conflict(credit: Credit, claim: Claim) -> bool:
    """Return whether two credits cannot both be right; see :func:`captions.credit.compare.owed`."""
    return owed(credit, claim) is Relation.DIFFERENT


def similarity_message(position: int, caption: str) -> str:
    """Return the message of CR402, which names the first of two captions."""
    return f"nearly identical to caption {position}: {caption}"
