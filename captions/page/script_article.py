"""Find the article of a page whose body is only a shell: its text is in a script, and the browser would fill it in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from json import JSONDecoder

from selectolax.lexbor import LexborHTMLParser

from captions.page import limits

# In characters: a page with as much running text has an article of its own, and a shorter text is not one.
_LEAST = 300
# How often the scripts' text must be as long as the page's.
_TIMES = 3
_FEWEST_PARAGRAPHS = 2
_DEEPEST = 2
_PARAGRAPH = re.compile(r"(?:<|\\{1,3}u003[cC])[pP][\s>\\]")
_QUOTE = re.compile(r'(?<!\\)"')
_BODY = re.compile(r'"articleBody"\s*:\s*(?=")')
_TAG = re.compile(r"<[^<>]*>")
_DECODER = JSONDecoder(strict=False)


def find(page: LexborHTMLParser, total: int) -> str | None:
    """Return the HTML of the article in a page's scripts; None if the page has it, or no script does.

    ``total`` is the length of the page's running text, in characters. A string with several paragraphs is an article,
    as is the ``articleBody`` of JSON-LD; the longest counts. The wrapper does not matter: state, hydration, a string
    for ``JSON.parse``.
    """
    if total >= _LEAST:
        return None
    best, most = None, max(_LEAST, _TIMES * total)
    scripts = [text for script in page.css("script") if (text := script.text())]
    for found in (*_fragments(scripts), *_bodies(scripts)):
        size = len(_TAG.sub("", found))
        if size > most:
            best, most = found, size
    return best


def as_page(fragment: str, headline: str | None, base: str | None) -> str:
    """Return a page with the article: its headline and its text."""
    head = f'<base href="{escape(base)}">' if base else ""
    title = f"<h1>{escape(headline)}</h1>" if headline else ""
    return f"<html><head>{head}</head><body><article>{title}{limits.bounded(fragment)[0]}</article></body></html>"


def _fragments(texts: Iterable[str], depth: int = 0) -> Iterator[str]:
    """Yield the strings in scripts that contain several paragraphs of HTML."""
    for text in texts:
        at = 0
        while (mark := _PARAGRAPH.search(text, at)) is not None:
            found, at = _string_around(text, at, mark.start())
            if '":' in found and found.lstrip()[:1] in "{[" and depth < _DEEPEST:
                yield from _fragments((found,), depth + 1)  # JSON in a string
            elif len(_PARAGRAPH.findall(found)) >= _FEWEST_PARAGRAPHS:
                yield found


def _string_around(text: str, start: int, place: int) -> tuple[str, int]:
    """Return the string literal around a place, and where to go on; an empty text if there is none."""
    quote = -1
    for found in _QUOTE.finditer(text, start, place):
        quote = found.start()
    if quote < 0:
        return "", place + 1
    try:
        value, end = _DECODER.raw_decode(text, quote)
    except ValueError:
        return "", place + 1
    return (value, end) if end > place else ("", place + 1)


def _bodies(texts: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of each ``articleBody`` in JSON-LD as HTML."""
    for text in texts:
        for found in _BODY.finditer(text):
            try:
                value, _ = _DECODER.raw_decode(text, found.end())
            except ValueError:
                continue
            lines = [line for each in value.splitlines() if (line := each.strip())]
            yield value if _PARAGRAPH.search(value) else "".join(f"<p>{escape(line)}</p>" for line in lines)
