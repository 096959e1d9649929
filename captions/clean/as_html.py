"""Parts -> HTML that is safe to paste: made of known elements alone, and sanitized as a last step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

import nh3

from captions.clean.credits import json_ld
from captions.clean.parts import Figure, Part, Span

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


def write(parts: Sequence[Part], headline: str | None, language: str | None) -> str:
    """An ``article`` element with the headline as ``h1``, and the facts of its pictures as JSON-LD behind it.

    It is a fragment, in UTF-8, to be pasted or put into a page of one's own.
    """
    lang = f' lang="{language}"' if language and _LANGUAGE.fullmatch(language) else ""
    head = [f"<h1>{_text(headline)}</h1>"] if headline else []
    body = "\n".join((f"<article{lang}>", *head, *map(_part, parts), "</article>"))
    return _SANITIZER.clean(body) + "\n" + json_ld([part.figure for part in parts if part.figure is not None])


def _part(part: Part) -> str:
    if part.figure is not None:
        return _figure(part.figure)
    if part.kind == "table":
        rows = "\n".join(_part(row) for row in part.inside)
        return f"<table><tbody>\n{rows}\n</tbody></table>"
    if part.kind == "tr":
        return f"<tr>{''.join(_part(cell) for cell in part.inside)}</tr>"
    given = ""
    if part.start > 1:
        given = f' start="{part.start}"' if part.kind == "ol" else f' colspan="{part.start}"'
    inside = _spans(part.spans)
    if part.inside:
        inside = "\n".join((inside, *map(_part, part.inside), ""))
    return f"<{part.kind}{given}>{inside}</{part.kind}>"


def _figure(figure: Figure) -> str:
    image = f'<img src="{escape(figure.image)}" alt="{_text(figure.alt)}">' if figure.image else ""
    credit = f'<span class="credit">{_text(figure.credit)}</span>' if figure.credit else ""
    said = " ".join(part for part in (_text(figure.caption.text), credit) if part)
    return f"<figure>{image}<figcaption>{said}</figcaption></figure>"


def _spans(spans: Iterable[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if span.kind == "br":
        return "<br>"
    if not span.kind:
        return _text(span.text)
    href = f' href="{escape(span.href)}"' if span.kind == "a" else ""
    return f"<{span.kind}{href}>{_spans(span.inside)}</{span.kind}>"


def _text(text: str) -> str:
    return escape(text, quote=True)
