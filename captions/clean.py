"""An Article -> text or Markdown for republishing: its captions left out, put back once, or listed at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from captions.model import Article, Caption

_LINE = re.compile(r"\r\n|[\n\r\u2028\u2029\x85\x0b\x0c]")
# What begins something else in Markdown, at the beginning of a line and anywhere.
_STARTS = re.compile(r"^(\s*)([#>=~|]|[-+](?!\s)|\d+\)(?!\s))")
_SIGNS = re.compile(r"([\\`*_\[\]<])")
_LIST = re.compile(r"\s*(?:[-+•]|\d+\.)\s")


def clean(article: Article, to: str = "text", keep: str = "drop", source: str | None = None) -> str:
    """The article for republishing, with a line end at its end.

    ``drop`` leaves the captions out, ``end`` lists them after the text, ``once`` puts each where it was first
    printed; for that ``source``, the text that was parsed, is needed. Raises ValueError without it.
    """
    lines = article.text.split("\n") if article.text else []
    places: dict[int, list[Caption]] = {}
    if keep == "once":
        if source is None:
            raise ValueError("to put captions back, the text that was parsed is needed")
        places = _places(article.captions, source)
    elif keep == "end":
        places = {len(lines): list(article.captions)}
    parted = "" in lines
    out: list[str] = []
    solid = 0
    for at, line in enumerate(lines):
        _insert(places.pop(solid, ()), to, out)
        if to == "markdown":
            more = parted and at + 1 < len(lines) and bool(lines[at + 1].strip())
            line = _markdown(line, article.headline if not solid else None, more)
        out.append(line)
        solid += bool(line.strip())
        if to == "markdown" and not parted:
            out.append("")
    for _, captions in sorted(places.items()):
        _insert(captions, to, out)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(out)) if keep != "drop" or to == "markdown" else "\n".join(out)
    return text.strip("\n") + "\n"


def caption_line(caption: Caption, to: str) -> str:
    """A caption with its credit in one line: ``A dog. (Jane Doe/AP)``; in Markdown as a quotation."""
    credit = caption.credit.line if caption.credit else ""
    line = " ".join(part for part in (caption.text, f"({credit})" if credit else "") if part)
    return f"> {_escaped(line)}" if to == "markdown" else line


def _insert(captions: Sequence[Caption], to: str, out: list[str]) -> None:
    for caption in captions:
        if out and out[-1]:
            out.append("")
        out.extend((caption_line(caption, to), ""))


def _places(captions: Sequence[Caption], source: str) -> dict[int, list[Caption]]:
    """Before which line of the text each caption stands, counting lines that are not blank.

    A line of the source is in the text if anything of it is outside all printings.
    """
    spans = sorted((p.start, p.end) for c in captions for p in c.printings if p.start is not None and p.end is not None)
    kept = _kept_lines(source, spans)
    places: dict[int, list[Caption]] = {}
    for caption in captions:
        start = min((p.start for p in caption.printings if p.start is not None), default=len(source))
        places.setdefault(sum(1 for at in kept if at < start), []).append(caption)
    return places


def _kept_lines(source: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Where each line begins that is not blank without the printings."""
    rest = list(source)
    for start, end in spans:
        rest[start:end] = [" " if not _LINE.match(char) else char for char in rest[start:end]]
    left = "".join(rest)
    starts = [0, *(m.end() for m in _LINE.finditer(left))]
    ends = [*(m.start() for m in _LINE.finditer(left)), len(left)]
    return [start for start, end in zip(starts, ends, strict=True) if left[start:end].strip(" \t\ufeff\xa0")]


def _markdown(line: str, headline: str | None, more: bool) -> str:
    """A line in Markdown; if ``more`` follows without a blank line, they stay two lines."""
    text = line.strip()
    if not text:
        return ""
    if headline is not None and text == headline.strip():
        return f"# {_escaped(text)}"
    if _LIST.match(text):
        return _SIGNS.sub(r"\\\1", text)
    return _escaped(text) + ("  " if more else "")


def _escaped(text: str) -> str:
    return _STARTS.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", text))
