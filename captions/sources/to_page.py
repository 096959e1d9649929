"""Build a minimal HTML page from the separate parts of an article, so that the page parser can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from captions.sources import shortcodes
from captions.text import tidy

_BLOCK = re.compile(
    r"\s*</?(?:p|div|figure|figcaption|h[1-6]|ul|ol|li|blockquote|table|section|article|aside|pre|hr|iframe|!--)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<(?:p|div|br|figure|img|article|main|section|h[1-6]|ul|ol|blockquote|table|span|a|em|strong|b|i)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def is_markup(text: str) -> bool:
    """Return whether a text is HTML: yes for ``"<p>Rain again.</p>"``, no for ``"a < b"``."""
    return "<" in text and _MARKUP.search(text) is not None


def page(body: str, headline: str | None = None, language: str | None = None) -> str:
    """Wrap the HTML of an article's body in a page."""
    lang = f' lang="{escape(language)}"' if language else ""
    title = escape(headline or "")
    heading = f"<h1>{title}</h1>" if title else ""
    head = f"<head><title>{title}</title></head>"
    return f"<!DOCTYPE html><html{lang}>{head}<body><article>{heading}\n{body}\n</article></body></html>"


def paragraphs(texts: Iterable[str]) -> str:
    """Turn plain texts into paragraphs."""
    return "\n".join(f"<p>{escape(text)}</p>" for text in map(tidy, texts) if text)


def of_text(text: str) -> str:
    """Split a plain text into paragraphs at blank lines, or at line breaks if it has no blank lines."""
    parts = re.split(r"\n\s*\n", text.strip())
    return paragraphs(parts if len(parts) > 1 else text.splitlines())


def of_any(text: str) -> str:
    """Return the HTML of an editor's text, which may be HTML, contain shortcodes, or be plain."""
    text = shortcodes.expand(text)
    return of_editor(text) if is_markup(text) else of_text(text)


def of_editor(html: str) -> str:
    """Complete an editor's HTML: blank lines become paragraphs, and shortcodes become figures."""
    html = shortcodes.expand(html)
    if re.search(r"<p[\s>]", html, re.IGNORECASE):
        return html
    parts = (part.strip() for part in re.split(r"\r?\n[ \t]*\r?\n", html))
    return "\n".join(part if _BLOCK.match(part) else f"<p>{part}</p>" for part in parts if part)
