"""Leave out of a republished article, or mark in it, the pictures that may not be republished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from captions.model import Article, Caption


@dataclass(frozen=True, slots=True)
class Barred:
    """The pictures that may not be republished, by the position of their caption from 1, with the reasons."""

    reasons: Mapping[int, str] = field(default_factory=dict)
    marked: bool = False
    """Whether such pictures stay, with the reason next to the credit."""

    def cleared(self, article: Article) -> tuple[Caption, ...]:
        """Return the captions that the republished article has."""
        numbered = enumerate(article.captions, 1)
        return tuple(caption for at, caption in numbered if self.marked or at not in self.reasons)

    def remarks(self, article: Article) -> dict[int, str]:
        """Return what to print next to the credit of each barred picture that stays, by the ``id`` of its caption."""
        numbered = enumerate(article.captions, 1)
        return {id(caption): f"[not cleared: {self.reasons[at]}]" for at, caption in numbered if at in self.reasons}


ALL_CLEARED = Barred()
