"""Guess the code page of IIM that names none: which page turns its bytes into words?"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from captions.lexicon import tables

_LEAST = 0.5
"""The least score of a guess; text in its own page has almost 1."""
_LEAD = 0.4
"""By how much a guess must be better than the first page, and than any page that reads the bytes differently."""
_IN_WORD, _CASE, _MIXED, _RARE, _SIGN = -3.0, -2.0, -3.0, -0.5, -1.0
# Three different letters with accents in a row are no word of a Latin script, but one in a page of another script.
_CROWDED = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u024f]{3,}")
_PUNCTUATION = frozenset("“”„‘’‚«»‹›…–—•·©®™°€£§¿¡、。・「」：；／（）\u3000\xa0")
_JOINING = frozenset("’・：、。「」（）")
"""Signs that have no space beside them."""
_SAMPLE = 16_000
"""The limit on bytes that are looked at; a name is often enough."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """A code page, and what texts in it look like."""

    codec: str
    title: str
    scripts: frozenset[str]
    common: frozenset[str]
    initial: frozenset[str]


@lru_cache(maxsize=1)
def pages() -> tuple[CodePage, ...]:
    """Return the table of code pages, the default first."""
    read = tables.load("code_pages.toml")
    read.only({"page"})
    return tuple(map(_page, read.rows("page")))


def _page(row: tables.Table) -> CodePage:
    row.only({"codec", "title", "scripts", "common", "initial"})
    try:
        codecs.lookup(row.text("codec"))
    except LookupError:
        raise row.error(f"'codec' is {row.text('codec')}, which Python lacks") from None
    common, initial = frozenset(row.text("common", "")), frozenset(row.text("initial", ""))
    return CodePage(row.text("codec"), row.text("title"), frozenset(row.texts("scripts")), common, initial)


def guess(values: Sequence[bytes]) -> CodePage | None:
    r"""Return the code page of texts that are not UTF-8; None if no page clearly fits.

    ``[b"\xcf\xb8\xf2\xf0 \xd1\xee\xec\xee\xe2"]`` is ``Пётр Сомов`` in Windows-1251.
    """
    values = list(_sample(values))
    scored: list[tuple[float, CodePage, list[str]]] = []
    for page in pages():
        try:
            texts = [value.decode(page.codec) for value in values]
        except UnicodeDecodeError:
            # The default reads any byte; the end of a value that is cut may lack its last byte.
            texts = [value.decode(page.codec, "replace").removesuffix("\ufffd") for value in values]
        scored.append((_score(texts, page), page, texts))
    default = scored[0][0]
    score, best, texts = max(scored, key=lambda item: item[0])
    others = [other for other, _, read in scored if read != texts]
    if score >= max(_LEAST, default + _LEAD) and not any(score < other + _LEAD / 2 for other in others):
        return best
    return pages()[0] if default >= _LEAST else None


def _sample(values: Sequence[bytes]) -> Iterator[bytes]:
    room = _SAMPLE
    for value in values:
        if room <= 0:
            return
        yield value[:room]
        room -= len(value)


def _score(texts: Sequence[str], page: CodePage) -> float:
    """Return how much texts look like those of a page, at most 1: the mean over all characters beyond ASCII."""
    scores = [score for text in texts for score in _scores(text, page)]
    return sum(scores) / len(scores) if scores else 0.0


def _scores(text: str, page: CodePage) -> Iterator[float]:
    crowded = {at for run in _CROWDED.finditer(text) if len(set(run.group())) > 1 for at in range(*run.span())}
    for at, char in enumerate(text):
        if char.isascii():
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if not char.isalpha():
            in_word = before.isalpha() and after.isalpha() and char not in _JOINING
            yield _IN_WORD if in_word or char == "\ufffd" else 1.0 if char in _PUNCTUATION else _SIGN
        elif char.isupper() and before.islower():
            yield _CASE
        elif at in crowded or (char in page.initial and (before.isalpha() or not after.isalpha())):
            yield _SIGN
        elif any(near.isalpha() and not _fit(char, near, page) for near in (before, after)):
            yield _MIXED
        else:
            yield 1.0 if char in page.common or (not page.common and _script(char) in page.scripts) else _RARE


def _fit(char: str, near: str, page: CodePage) -> bool:
    """Return whether a word may have two letters side by side."""
    scripts = {_script(char), _script(near)}
    return len(scripts) == 1 or scripts <= page.scripts


def _script(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "").partition(" ")[0]
