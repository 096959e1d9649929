"""Write an article's parts as Markdown (CommonMark with GitHub's tables), with the text escaped."""

from __future__ import annotations

from collections.abc import Sequence

from captions.clean.parts import CaptionedPicture, ContentPart, InlineSpan, plain
from captions.escaping import paragraph, prose

_MARKS = {"em": "*", "strong": "**", "del": "~~"}


def write(parts: Sequence[ContentPart], headline: str | None) -> str:
    """Return the article with its headline as a heading and a blank line between parts."""
    blocks = [f"# {escaped(headline)}"] if headline else []
    return "\n\n".join((*blocks, *(block for part in parts if (block := _part(part))))) + "\n"


def escaped(text: str) -> str:
    """Return one line without active Markdown: ``# a*b`` gives ``\\# a\\*b``."""
    return paragraph(prose(" ".join(text.split())))


def figure(picture: CaptionedPicture) -> str:
    """Return a block quote with the picture, if its URL is known, and the caption with its credit."""
    alt = prose(" ".join(picture.alt.split()))
    lines = [f"![{alt}]({picture.image})"] if picture.image else []
    text = " ".join(part for part in (picture.caption.text, f"({picture.credit})" if picture.credit else "") if part)
    return "\n".join(f"> {line}" for line in ("  \n".join((*lines, escaped(text)))).split("\n"))


def _part(part: ContentPart, depth: int = 0) -> str:
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


def _item(item: ContentPart, of: ContentPart, number: int) -> str:
    sign = f"{number}. " if of.kind == "ol" else "- "
    inside = [_part(inner) for inner in item.inside]
    text = "\n".join(([_line(item.spans)] if item.spans else []) + ["\n\n".join(inside)] * bool(inside))
    first, *rest = text.split("\n")
    return "\n".join((sign + first, *(f"{' ' * len(sign)}{line}".rstrip() for line in rest)))


def _table(part: ContentPart) -> str:
    rows = [[text for cell in row.inside for text in (_cell(cell), *[""] * (cell.start - 1))] for row in part.inside]
    width = max((len(row) for row in rows), default=0)
    if part.inside and any(cell.kind != "th" for cell in part.inside[0].inside):
        rows.insert(0, [])
    rows.insert(1, ["---"] * width)
    return "\n".join("| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows)


def _cell(cell: ContentPart) -> str:
    text = _spans([InlineSpan(text=" ") if s.kind == "br" else s for s in cell.spans]).strip()
    return text.replace("|", "&#124;")


def _line(spans: Sequence[InlineSpan]) -> str:
    return paragraph(_spans(spans).strip())


def _spans(spans: Sequence[InlineSpan]) -> str:
    text = ""
    for at, span in enumerate(spans):
        before = next((near[-1] for s in reversed(spans[max(0, at - 9) : at]) if (near := plain((s,)))), "")
        after = next((near[0] for s in spans[at + 1 : at + 10] if (near := plain((s,)))), "")
        markdown = _span(span, before, after, text[-1:] in ("*", "~"))
        if markdown.startswith("[") and text.endswith("!"):
            text = text[:-1] + "\\!"  # otherwise `![` would begin a picture
        text += markdown
    return text


def _span(span: InlineSpan, before: str, after: str, marked: bool) -> str:
    """Return a span as Markdown; ``marked`` means that it follows emphasis marks, which more marks would extend."""
    if span.kind == "br":
        return "  \n"
    if not span.kind:
        return prose(span.text)
    if span.kind == "q":
        return f"“{_spans(span.inside)}”"
    written = _spans(span.inside)
    inside = written.strip()
    if not inside:
        return written
    lead, _, tail = written.partition(inside)
    if span.kind == "a":
        return f"{lead}[{inside}]({span.href}){tail}"
    mark = _MARKS.get(span.kind)
    text = plain(span.inside).strip()
    if mark is None or (marked and not lead) or not _flanks(lead or before, text[0], text[-1], tail or after):
        return lead + inside + tail
    return f"{lead}{mark}{inside}{mark}{tail}"


def _flanks(before: str, first: str, last: str, after: str) -> bool:
    """Return whether emphasis marks work between these characters: CommonMark's rule, without its exceptions."""
    opens = first.isalnum() or not before or not before.isalnum()
    closes = last.isalnum() or not after or not after.isalnum()
    return opens and closes
