"""Define the parts of a republished article: a small tree of harmless elements without the page's markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from captions.model import Caption


@dataclass(frozen=True, slots=True)
class InlineSpan:
    """A run of text, or a link or emphasis with the spans inside it."""

    kind: str = ""
    """Empty for text, or a, em, strong, sub, sup, code, q, del or br."""
    text: str = ""
    href: str = ""
    inside: tuple[InlineSpan, ...] = ()


@dataclass(slots=True)
class ContentPart:
    """A paragraph, heading, list or the like, with spans, parts or a figure."""

    kind: str
    """p, h1 to h6, ul, ol, li, blockquote, table, tr, td, th or figure."""
    spans: tuple[InlineSpan, ...] = ()
    inside: list[ContentPart] = field(default_factory=list)
    figure: CaptionedPicture | None = None
    start: int = 1
    """The first number of an ordered list, or the column span of a cell."""


@dataclass(frozen=True, slots=True)
class CaptionedPicture:
    """A picture to print, with its URL, alt text, caption and credit."""

    caption: Caption
    credit: str
    """The credit in its supplier's form, or as printed, or ``""``."""
    image: str | None = None
    alt: str = ""


def plain(spans: Iterable[InlineSpan]) -> str:
    """Return the text of spans, with a space for each line break."""
    return "".join(" " if s.kind == "br" else s.text or plain(s.inside) for s in spans)


def with_figures(parts: Sequence[ContentPart], figures: dict[int, list[CaptionedPicture]]) -> list[ContentPart]:
    """Insert the figures before the parts with these numbers, and the rest at the end."""
    out: list[ContentPart] = []
    remaining = sorted(figures.items())
    for at, part in enumerate(parts):
        while remaining and remaining[0][0] <= at:
            out.extend(ContentPart("figure", figure=figure) for figure in remaining.pop(0)[1])
        out.append(part)
    out.extend(ContentPart("figure", figure=figure) for _, group in remaining for figure in group)
    return out
