"""Write an article's parts as HTML that is safe to paste: only known elements, sanitized at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

import nh3

from captions.clean.credits import json_ld
from captions.clean.parts import CaptionedPicture, ContentPart, InlineSpan

_TAGS = {
    "article", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table", "tbody", "tr", "td",
    "th", "figure", "figcaption", "img", "span", "a", "em", "strong", "sub", "sup", "code", "q", "del", "br",
}  # fmt: skip
_SANITIZER = nh3.Cleaner(
    tags=_TAGS,
    attributes={
        "article": {"lang"},
        "a": {"href"},
        "img": {"src", "alt"},
        "td": {"colspan"},
        "th": {"colspan"},
        "ol": {"start"},
    },
    allowed_classes={"span": {"credit"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def write(parts: Sequence[ContentPart], headline: str | None, language: str | None) -> str:
    """Return an ``article`` element with the headline as ``h1``, followed by the pictures' credits as JSON-LD.

    The result is an HTML fragment, to paste into a page.
    """
    lang = f' lang="{language}"' if language and _LANGUAGE.fullmatch(language) else ""
    head = [f"<h1>{_text(headline)}</h1>"] if headline else []
    body = "\n".join((f"<article{lang}>", *head, *map(_part, parts), "</article>"))
    return _SANITIZER.clean(body) + "\n" + json_ld([part.figure for part in parts if part.figure is not None])


def _part(part: ContentPart) -> str:
    if part.figure is not None:
        return _figure(part.figure)
    if part.kind == "table":
        rows = "\n".join(_part(row) for row in part.inside)
        return f"<table><tbody>\n{rows}\n</tbody></table>"
    if part.kind == "tr":
        return f"<tr>{''.join(_part(cell) for cell in part.inside)}</tr>"
    attribute = ""
    if part.start > 1:
        attribute = f' start="{part.start}"' if part.kind == "ol" else f' colspan="{part.start}"'
    inside = _spans(part.spans)
    if part.inside:
        inside = "\n".join((inside, *map(_part, part.inside), ""))
    return f"<{part.kind}{attribute}>{inside}</{part.kind}>"


def _figure(figure: CaptionedPicture) -> str:
    image = f'<img src="{escape(figure.image)}" alt="{_text(figure.alt)}">' if figure.image else ""
    credit = f'<span class="credit">{_text(figure.credit)}</span>' if figure.credit else ""
    text = " ".join(part for part in (_text(figure.caption.text), credit) if part)
    return f"<figure>{image}<figcaption>{text}</figcaption></figure>"


def _spans(spans: Iterable[InlineSpan]) -> str:
    return "".join(map(_span, spans))


def _span(span: InlineSpan) -> str:
    if span.kind == "br":
        return "<br>"
    if not span.kind:
        return _text(span.text)
    href = f' href="{escape(span.href)}"' if span.kind == "a" else ""
    return f"<{span.kind}{href}>{_spans(span.inside)}</{span.kind}>"


def _text(text: str) -> str:
    return escape(text, quote=True)
