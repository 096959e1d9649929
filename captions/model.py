"""The frozen values that parsers return: an article, its captions, their credits and occurrences.

Names follow IPTC where it has one (caption = Description, creator = Creator).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line read as a supply chain: who made the picture, who distributed it, who gets paid.

    ``(photo credit: AMMAR AWAD/REUTERS)`` has the line ``AMMAR AWAD/REUTERS``, the creators ``("Ammar Awad",)``, the
    agencies ``("Reuters",)`` and the supplier ``Reuters``.
    """

    line: str
    """The credit as printed, without label and brackets."""
    creators: tuple[str, ...] = ()
    """People, in normal case and printed order."""
    agencies: tuple[str, ...] = ()
    """Organizations in printed order, by canonical name if the register has them, else as printed."""
    supplier: str | None = None
    """The agency the picture was licensed from; None if the line does not show it."""
    qualifiers: tuple[str, ...] = ()
    """Other facts in the line, sorted: handout, pool, archive, courtesy, ..."""
    restrictions: tuple[str, ...] = ()
    """Restrictions as printed, in capitals: NO SALES, GERMANY OUT, ..."""
    copyright_notice: str | None = None
    """A copyright notice with year or owner, as printed: ``© 2023 Jane Doe``."""
    license: str | None = None
    """A public license by its short name: ``CC BY-SA 4.0``, ``public domain``."""
    license_url: str | None = None
    """The URL of that license, if the line prints or implies it."""
    licensor_url: str | None = None
    """The URL where the picture can be licensed, if the page has it (IPTC Licensor URL)."""
    rule: str = ""
    """The rule that chose the supplier."""
    confidence: float = 0.0
    """The confidence of that rule, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a caption appears in an article.

    In plain text, ``source[start:end]`` is the text that was removed. On a page, ``element`` is the path of the element
    that contains it.
    """

    text: str
    """The text as found."""
    start: int | None = None
    end: int | None = None
    element: str | None = None
    shape: str = "whole"
    """whole (caption and credit), caption (no credit), short (abridged with an ellipsis) or credit (no caption)."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption with its credit, listed once no matter how often it was printed."""

    text: str
    """The caption without its credit; empty if only a credit is printed."""
    credit: Credit | None = None
    occurrences: tuple[Occurrence, ...] = ()
    images: tuple[str, ...] = ()
    """The URLs of its pictures, if the page shows them."""
    rule: str = ""
    """The rule that found the caption."""
    structured_credit: Credit | None = None
    """The picture's credit in the page's structured data, if it names other parties than the printed credit. None if
    both name the same parties or the credit itself comes from the structured data (rule ``structured``)."""

    @property
    def count(self) -> int:
        """Return how many times the caption was printed."""
        return len(self.occurrences)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that an article prints with neither caption nor credit."""

    url: str
    """Its URL; of several sizes, that of the largest."""
    alt: str = ""
    """Its alternative text; empty if it has none."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article: its clean text and its captions. Facts that the source does not give are None."""

    text: str
    """The article without captions and credits; a blank line separates paragraphs."""
    captions: tuple[Caption, ...] = ()
    """Each caption once, in the order of its first occurrence."""
    headline: str | None = None
    url: str | None = None
    published: date | None = None
    publication: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = field(default=())
    """Problems with the input, such as characters that could not be decoded."""
    uncaptioned: tuple[Picture, ...] = ()
    """On a page, the article's pictures with neither caption nor credit, each once, in page order."""
    canonical_url: str | None = None
    """The URL that a page declares to be the article's; on another site, that of its first publication."""


@dataclass(frozen=True, slots=True)
class Use:
    """One picture used in one article, with its caption and credit: the unit that is licensed, counted and audited."""

    source: str
    """The file or record that the article was read from."""
    position: int
    """The position of the caption in the article, from 1."""
    caption: str
    match_key: str
    """The key that occurrences of the same caption share; see :func:`captions.text.match_key`."""
    credit: Credit | None
    occurrences: int = 1
    headline: str | None = None
    url: str | None = None
    publication: str | None = None
    used_on: date | None = None
    id: int | None = None
    """The number of the use in the database."""
    structured_credit: Credit | None = None
    """The credit in the page's structured data, if it differs from the printed one."""
    images: tuple[str, ...] = ()
    """The URLs of its pictures."""
    rule: str = ""
    """The rule that found its caption."""

    @property
    def supplier(self) -> str | None:
        """Return the agency the picture was licensed from, if the line shows it."""
        return self.credit.supplier if self.credit else None


@dataclass(frozen=True, slots=True)
class Failure:
    """Input that could not be read, and the reason."""

    source: str
    reason: str
