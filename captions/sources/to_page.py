"""Articles whose parts stand in fields of their own -> the smallest page that says the same, for the page's reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from captions.text import tidy

_BLOCK = re.compile(
    r"\s*</?(?:p|div|figure|figcaption|h[1-6]|ul|ol|li|blockquote|table|section|article|aside|pre|hr|iframe|!--)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<(?:p|div|br|figure|img|article|main|section|h[1-6]|ul|ol|blockquote|table|span|a|em|strong|b|i)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# What a news system writes around a picture in place of markup: [caption width="300"]<img src=x> A dog[/caption]
_SHORTCODE = re.compile(r"\[caption\b[^\]]*\](.*?)\[/caption\]", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)", re.IGNORECASE)
_OTHER_CODE = re.compile(r"\[/?(?:gallery|embed|video|audio|playlist)\b[^\]]*\]", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Whether a text is written in HTML: ``"<p>Rain again.</p>"`` is, ``"a < b"`` not."""
    return "<" in text and _MARKUP.search(text) is not None


def page(body: str, headline: str | None = None, language: str | None = None) -> str:
    """A page around the HTML of an article's body."""
    lang = f' lang="{escape(language)}"' if language else ""
    title = escape(headline or "")
    heading = f"<h1>{title}</h1>" if title else ""
    head = f"<head><title>{title}</title></head>"
    return f"<!DOCTYPE html><html{lang}>{head}<body><article>{heading}\n{body}\n</article></body></html>"


def figure(caption: str, credit: str = "", image: str = "") -> str:
    """A picture with its caption and its credit; nothing if it has neither."""
    caption, credit = tidy(caption), tidy(credit)
    if not caption and not credit:
        return ""
    source = f' src="{escape(image)}"' if image else ""
    owed = f'<span class="credit">{escape(credit)}</span>' if credit else ""
    between = " " if caption and credit else ""
    return f"<figure><img{source}><figcaption>{escape(caption)}{between}{owed}</figcaption></figure>"


def paragraphs(texts: Iterable[str]) -> str:
    """Paragraphs of plain text."""
    return "\n".join(f"<p>{escape(text)}</p>" for one in texts if (text := tidy(one)))


def of_text(text: str) -> str:
    """The paragraphs of a plain text that are parted by blank lines, or else by line breaks."""
    parts = re.split(r"\n\s*\n", text.strip())
    return paragraphs(parts if len(parts) > 1 else text.splitlines())


def of_editor(html: str) -> str:
    """HTML as editors of news systems leave it: blank lines for paragraphs, codes in brackets for pictures."""
    html = _OTHER_CODE.sub("", _SHORTCODE.sub(_figure, html))
    if re.search(r"<p[\s>]", html, re.IGNORECASE):
        return html
    parts = (part.strip() for part in re.split(r"\r?\n[ \t]*\r?\n", html))
    return "\n".join(part if _BLOCK.match(part) else f"<p>{part}</p>" for part in parts if part)


def _figure(code: re.Match[str]) -> str:
    picture = _PICTURE.match(code[1])
    if picture is None:
        return code[1]
    return f"\n\n<figure>{picture[1]}<figcaption>{code[1][picture.end() :].strip()}</figcaption></figure>\n\n"
