"""What a republished article is made of: a small tree of harmless kinds, and nothing of a page's own markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from captions.model import Caption


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text, or a link or an emphasis with what stands in it."""

    kind: str = ""
    """Empty for text; else a, em, strong, sub, sup, code, q, del or br."""
    text: str = ""
    href: str = ""
    inside: tuple[Span, ...] = ()


@dataclass(slots=True)
class Part:
    """A paragraph, a heading, a list, ...: with spans, with parts, or with a caption."""

    kind: str
    """p, h1 to h6, ul, ol, li, blockquote, table, tr, td, th or figure."""
    spans: tuple[Span, ...] = ()
    inside: list[Part] = field(default_factory=list)
    figure: Figure | None = None
    start: int = 1
    """Of an ordered list, its first number; of a cell, over how many columns it goes."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as it is printed: where it lies and what it shows, its caption, its credit."""

    caption: Caption
    credit: str
    """The credit as its supplier asks for it, or as printed; empty where there is none."""
    image: str | None = None
    alt: str = ""


def plain(spans: Iterable[Span]) -> str:
    """The text of spans alone; a line break is a space."""
    return "".join(" " if s.kind == "br" else s.text or plain(s.inside) for s in spans)


def with_figures(parts: Sequence[Part], figures: dict[int, list[Figure]]) -> list[Part]:
    """The parts with figures before those of these numbers; what has a higher number stands at the end."""
    out: list[Part] = []
    left = sorted(figures.items())
    for at, part in enumerate(parts):
        while left and left[0][0] <= at:
            out.extend(Part("figure", figure=figure) for figure in left.pop(0)[1])
        out.append(part)
    out.extend(Part("figure", figure=figure) for _, group in left for figure in group)
    return out
