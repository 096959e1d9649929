"""Parts -> Markdown (CommonMark, tables as GitHub writes them): what the text says is never taken for a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

from captions.clean.parts import Figure, Part, Span, plain

# What begins something else at the beginning of a line, what ends a number of a list there, and signs anywhere.
_STARTS = re.compile(r"^([#>=+-])")
_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_SIGNS = re.compile(r"([\\`*_\[\]<~|]|&(?=#?\w+;))")
_EDGES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)
_MARKS = {"em": "*", "strong": "**", "del": "~~"}


def write(parts: Sequence[Part], headline: str | None) -> str:
    """The article with its headline as a heading; parts are parted by a blank line."""
    blocks = [f"# {escaped(headline)}"] if headline else []
    return "\n\n".join((*blocks, *(block for part in parts if (block := _part(part))))) + "\n"


def escaped(text: str) -> str:
    """One line in which no sign has force: ``# a*b`` gives ``\\# a\\*b``."""
    text = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _STARTS.sub(r"\\\1", _NUMBER.sub(r"\1\\\2", text))


def figure(made: Figure) -> str:
    """A picture as a quotation of its own: the picture if its address is known, then the caption with its credit."""
    alt = _SIGNS.sub(r"\\\1", " ".join(made.alt.split()))
    lines = [f"![{alt}]({made.image})"] if made.image else []
    said = " ".join(part for part in (made.caption.text, f"({made.credit})" if made.credit else "") if part)
    return "\n".join(f"> {line}" for line in ("  \n".join((*lines, escaped(said)))).split("\n"))


def _part(part: Part, depth: int = 0) -> str:
    if part.figure is not None:
        return figure(part.figure)
    if part.kind in ("ul", "ol"):
        return "\n".join(_item(item, part, part.start + n) for n, item in enumerate(part.inside))
    if part.kind == "blockquote":
        inside = "\n\n".join(_part(inner) for inner in part.inside)
        return "\n".join(f"> {line}".rstrip() for line in inside.split("\n"))
    if part.kind == "table":
        return _table(part)
    text = _line(part.spans)
    return f"{'#' * int(part.kind[1])} {text}" if part.kind[0] == "h" and text else text


def _item(item: Part, of: Part, number: int) -> str:
    sign = f"{number}. " if of.kind == "ol" else "- "
    inside = [_part(inner) for inner in item.inside]
    text = "\n".join(([_line(item.spans)] if item.spans else []) + ["\n\n".join(inside)] * bool(inside))
    first, *rest = text.split("\n")
    return "\n".join((sign + first, *(f"{' ' * len(sign)}{line}".rstrip() for line in rest)))


def _table(part: Part) -> str:
    rows = [[text for cell in row.inside for text in (_cell(cell), *[""] * (cell.start - 1))] for row in part.inside]
    width = max((len(row) for row in rows), default=0)
    if part.inside and any(cell.kind != "th" for cell in part.inside[0].inside):
        rows.insert(0, [])
    rows.insert(1, ["---"] * width)
    return "\n".join("| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows)


def _cell(cell: Part) -> str:
    return _spans([Span(text=" ") if s.kind == "br" else s for s in cell.spans]).strip()


def _line(spans: Sequence[Span]) -> str:
    text = _spans(spans).strip()
    if spans and not spans[0].kind:
        text = _STARTS.sub(r"\\\1", _NUMBER.sub(r"\1\\\2", text))
    return text


def _spans(spans: Sequence[Span]) -> str:
    text = ""
    for at, span in enumerate(spans):
        before = next((said[-1] for s in reversed(spans[max(0, at - 9) : at]) if (said := plain((s,)))), "")
        behind = next((said[0] for s in spans[at + 1 : at + 10] if (said := plain((s,)))), "")
        made = _span(span, before, behind, text[-1:] in ("*", "~"))
        if made.startswith("[") and text.endswith("!"):
            text = text[:-1] + "\\!"  # no picture
        text += made
    return text


def _span(span: Span, before: str, behind: str, marked: bool) -> str:
    """A span; ``marked``: right behind marks of emphasis, where further ones would be taken for the same."""
    if span.kind == "br":
        return "  \n"
    if not span.kind:
        return _SIGNS.sub(r"\\\1", span.text)
    if span.kind == "q":
        return f"“{_spans(span.inside)}”"
    edges = _EDGES.match(_spans(span.inside))
    lead, inside, tail = edges.groups() if edges else ("", "", "")
    if not inside:
        return lead + tail
    if span.kind == "a":
        return f"{lead}[{inside}]({span.href}){tail}"
    mark = _MARKS.get(span.kind)
    said = plain(span.inside).strip()
    if mark is None or (marked and not lead) or not _flanks(lead or before, said[0], said[-1], tail or behind):
        return lead + inside + tail
    return f"{lead}{mark}{inside}{mark}{tail}"


def _flanks(before: str, first: str, last: str, behind: str) -> bool:
    """Whether marks of emphasis count between these characters: CommonMark's rule, without its exceptions."""
    opens = first.isalnum() or not before or not before.isalnum()
    closes = last.isalnum() or not behind or not behind.isalnum()
    return opens and closes
