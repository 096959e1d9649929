"""The values that parsing gives: an article, its captions, their credits, and where each was printed.

All are frozen. Names are IPTC's where IPTC has one (caption = Description, creator = Creator).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line, read as a chain of who made the picture, through whose hands it came, and who is to be paid.

    ``(photo credit: AMMAR AWAD/REUTERS)`` gives line ``AMMAR AWAD/REUTERS``, creators ``("Ammar Awad",)``,
    agencies ``("Reuters",)`` and supplier ``Reuters``.
    """

    line: str
    """The credit as printed, without label and brackets."""
    creators: tuple[str, ...] = ()
    """Persons, in normal case, in printed order."""
    agencies: tuple[str, ...] = ()
    """Organizations, by canonical name where the register knows them, else as printed; in printed order."""
    supplier: str | None = None
    """The one agency the picture was licensed from; None where the line does not tell."""
    qualifiers: tuple[str, ...] = ()
    """What else the line says: handout, pool, archive, courtesy, ...; sorted."""
    restrictions: tuple[str, ...] = ()
    """Limits on the use as printed, in capitals: NO SALES, GERMANY OUT, ..."""
    copyright_notice: str | None = None
    """A copyright notice with year or owner, as printed: ``© 2023 Jane Doe``."""
    license: str | None = None
    """A public license by its usual short name: ``CC BY-SA 4.0``, ``public domain``."""
    license_url: str | None = None
    """Where the line prints or implies it, the address of that license."""
    licensor_url: str | None = None
    """Where the page tells it, the address at which a license for the picture can be had (IPTC Licensor URL)."""
    rule: str = ""
    """Which rule read the chain."""
    confidence: float = 0.0
    """How sure that rule is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a caption appears in an article.

    Of plain text, ``start`` and ``end`` are the span in the source in characters, and ``source[start:end]`` is what
    was taken out. Of a page, ``element`` is the path of the element that holds it.
    """

    text: str
    """The text at this place, as found."""
    start: int | None = None
    end: int | None = None
    element: str | None = None
    shape: str = "whole"
    """whole (caption and credit), caption (without its credit), short (cut with an ellipsis), credit (alone)."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption with its credit, once, however often it was printed."""

    text: str
    """The caption without its credit; empty where only a credit is printed."""
    credit: Credit | None = None
    occurrences: tuple[Occurrence, ...] = ()
    images: tuple[str, ...] = ()
    """The addresses of its pictures, where a page tells."""
    rule: str = ""
    """Which rule found the caption."""
    structured_credit: Credit | None = None
    """The picture's credit in the page's structured data, if it names other parties than the printed credit. None if
    both name the same parties or the credit itself comes from the structured data (rule ``structured``)."""

    @property
    def count(self) -> int:
        """How many times the caption was printed."""
        return len(self.occurrences)


@dataclass(frozen=True, slots=True)
class Article:
    """An article as read: its clean text and its captions. What the source does not tell is None."""

    text: str
    """The article without captions and credits, paragraphs parted by a blank line."""
    captions: tuple[Caption, ...] = ()
    """Each caption once, in the order of its first occurrence."""
    headline: str | None = None
    url: str | None = None
    published: date | None = None
    publication: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = field(default=())
    """What was wrong with the input, if anything: characters that could not be decoded, and the like."""


@dataclass(frozen=True, slots=True)
class Use:
    """One caption with its credit in one article: what is licensed, counted and audited."""

    source: str
    """Where the article was read from."""
    position: int
    """Which caption of the article it is, from 1."""
    caption: str
    match_key: str
    """What two occurrences of one caption share; see :func:`captions.text.match_key`."""
    credit: Credit | None
    occurrences: int = 1
    headline: str | None = None
    url: str | None = None
    publication: str | None = None
    used_on: date | None = None
    id: int | None = None
    """Its number in the store."""
    structured_credit: Credit | None = None
    """The credit that the page's structured data tell, where it is not the one that is printed."""
    images: tuple[str, ...] = ()
    """The addresses of its pictures."""

    @property
    def supplier(self) -> str | None:
        """Whom the picture was licensed from, if the line tells."""
        return self.credit.supplier if self.credit else None


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be read, and why."""

    source: str
    reason: str
