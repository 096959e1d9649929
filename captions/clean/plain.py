"""Write a plain-text article as text, Markdown or parts, with captions between its lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from captions.clean.parts import CaptionedPicture, ContentPart, InlineSpan
from captions.escaping import paragraph, prose
from captions.model import Article, Caption

_LINE = re.compile(r"\r\n|[\n\r\u2028\u2029\x85\x0b\x0c]")
_ITEM = re.compile(r"([-+•]|\d+\.)\s+(?=\S)")
_BULLET = re.compile(r"\s*[-+•]\s+(?=\S)")


def as_lines(
    lines: Sequence[str], headline: str | None, to: str, keep: str, places: Mapping[int, Sequence[CaptionedPicture]]
) -> str:
    """Return the lines as text or Markdown, with the figures before these lines, counted without blank ones."""
    places = dict(places)
    has_paragraphs = "" in lines
    out: list[str] = []
    if to == "markdown" and headline is not None and headline.strip() != first_line(lines):
        out.extend((f"# {prose(headline.strip())}", ""))
    solid = 0
    for at, line in enumerate(lines):
        _insert(places.pop(solid, ()), to, out)
        if to == "markdown":
            more = has_paragraphs and at + 1 < len(lines) and bool(lines[at + 1].strip())
            line = _markdown(line, headline if not solid else None, more)
        out.append(line)
        solid += bool(line.strip())
        if to == "markdown" and not has_paragraphs:
            out.append("")
    for _, figures in sorted(places.items()):
        _insert(figures, to, out)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(out)) if keep != "drop" or to == "markdown" else "\n".join(out)
    return text.strip("\n") + "\n"


def parts_of_lines(lines: Sequence[str], headline: str | None) -> tuple[str | None, list[ContentPart], list[int]]:
    """Return the headline, the paragraphs and lists, and for each of these the number of its last line.

    If the text has blank lines, consecutive lines form a paragraph; otherwise each line does.
    """
    if not lines:
        return headline, [], []
    has_paragraphs = "" in lines
    out: list[ContentPart] = []
    ends: list[int] = []
    solid = -1
    open_ = False
    if headline is not None and first_line(lines) == headline.strip():
        headline = headline.strip()
        at = next(n for n, line in enumerate(lines) if line.strip())
        lines = ["", *lines[at + 1 :]]
        solid = 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        text = line.strip()
        if not text:
            open_ = False
            continue
        solid += 1
        bullet = _BULLET.match(line)
        listed = out and open_ and out[-1].kind == "ul"
        if bullet and (listed or _BULLET.match(following)):
            if not listed:
                out.append(ContentPart("ul"))
                ends.append(solid)
            out[-1].inside.append(ContentPart("li", (InlineSpan(text=line[bullet.end() :].strip()),)))
        elif open_ and has_paragraphs and out[-1].kind == "p":
            out[-1].spans = (*out[-1].spans, InlineSpan("br"), InlineSpan(text=text))
        else:
            out.append(ContentPart("p", (InlineSpan(text=text),)))
            ends.append(solid)
        ends[-1] = solid
        open_ = True
    return headline, out, ends


def first_line(lines: Sequence[str]) -> str:
    """Return the first line that is not blank."""
    return next((line.strip() for line in lines if line.strip()), "")


def caption_line(figure: CaptionedPicture, to: str) -> str:
    """Return a caption and credit: ``A dog. (AP Photo/Jane Doe)``, or as a Markdown block quote with the picture."""
    if to == "markdown":
        from captions.clean import as_markdown

        return as_markdown.figure(figure)
    credit = f"({figure.credit})" if figure.credit else ""
    return " ".join(part for part in (figure.caption.text, credit) if part)


def _insert(figures: Sequence[CaptionedPicture], to: str, out: list[str]) -> None:
    for figure in figures:
        if out and out[-1]:
            out.append("")
        out.extend((caption_line(figure, to), ""))


def places_of(article: Article, source: str | None) -> dict[int, list[Caption]]:
    """Return the captions by the number of the line that follows them, counting lines that are not blank."""
    if source is None:
        return _from_spans(article)
    spans = [(p.start, p.end) for c in article.captions for p in c.occurrences if p.start is not None]
    line_starts = _line_starts(source, sorted((start, end) for start, end in spans if end is not None))
    places: dict[int, list[Caption]] = {}
    for caption in article.captions:
        start = min((p.start for p in caption.occurrences if p.start is not None), default=len(source))
        places.setdefault(bisect_left(line_starts, start), []).append(caption)
    return places


def _from_spans(article: Article) -> dict[int, list[Caption]]:
    """Return the same without the source.

    The text before an occurrence is as long as the source before it, less the earlier occurrences. Each caption then
    corrects for blank lines that were removed with it.
    """
    starts = [0]  # of each line that is not blank, and of the end
    at = 0
    for line in article.text.split("\n"):
        if line.strip():
            starts[-1] = at
            starts.append(len(article.text))
        at += len(line) + 1
    spans = sorted({(p.start, p.end) for c in article.captions for p in c.occurrences if p.start is not None})
    first = {min((p.start for p in c.occurrences if p.start is not None), default=None): c for c in article.captions}
    places: dict[int, list[Caption]] = {}
    removed = 0
    for start, end in spans:
        if start in first:
            number = bisect_left(starts, start - removed)
            near = range(max(0, number - 1), min(number + 1, len(starts)))
            number = min(near, key=lambda n: abs(starts[n] - (start - removed)))
            removed = start - starts[number]
            places.setdefault(number, []).append(first[start])
        removed += (end or start) - start
    placed = {id(c) for group in places.values() for c in group}
    left = [c for c in article.captions if id(c) not in placed]
    if left:
        places.setdefault(len(starts), []).extend(left)
    return places


def _line_starts(source: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return the starts of the source lines that are not blank once the occurrences are removed."""
    rest = list(source)
    for start, end in spans:
        rest[start:end] = [" " if not _LINE.match(char) else char for char in rest[start:end]]
    left = "".join(rest)
    starts = [0, *(m.end() for m in _LINE.finditer(left))]
    ends = [*(m.start() for m in _LINE.finditer(left)), len(left)]
    return [start for start, end in zip(starts, ends, strict=True) if left[start:end].strip(" \t\ufeff\xa0")]


def _markdown(line: str, headline: str | None, more: bool) -> str:
    """Return a line as Markdown; ``more`` keeps the line break before another line of the same paragraph."""
    text = line.strip()
    if not text:
        return ""
    if headline is not None and text == headline.strip():
        return f"# {prose(text)}"
    if item := _ITEM.match(text):
        return f"{item[1]} {paragraph(prose(text[item.end() :]))}"
    return paragraph(prose(text)) + ("  " if more else "")
