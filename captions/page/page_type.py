"""Recognize pages that are not plain articles: a stub behind a paywall, a live blog, a gallery, or no article at all.

The evidence is the page's metadata, the amount of its text and how links divide it, never the publisher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from captions.lexicon import tables
from captions.page.dom import HEADINGS, Block
from captions.text import has_cjk

NO_ARTICLE = "no article in it"
"""The beginning of the note on a page without an article."""
STUB = "only the beginning of the article: the rest is behind a paywall"
LIVE = "a live blog: many short reports on one page"
GALLERY = "a gallery: pictures with little text"
LINKS = f"{NO_ARTICLE}: a list of links to articles"
ERROR = f"{NO_ARTICLE}: an error page"
CONSENT = f"{NO_ARTICLE}: a page that asks for consent"
EMPTY = f"{NO_ARTICLE}: a page without running text"

_CLOSED = re.compile(r"""isAccessibleForFree["']\s*:\s*["']?[Ff]alse""")
_LOCKED = re.compile(r"""content\s*=\s*["']?locked\b""", re.IGNORECASE)
_TYPE = re.compile(r'"@type"\s*+:\s*+(?:\[\s*+)?"(\w++)"')
_META = re.compile(r"""content\s*=\s*["']?article\b""", re.IGNORECASE)
# A value is within this many characters of its name.
_NEAR = 80
# The meta elements are within this many characters of a page's beginning.
_HEAD = 100_000
# Scripts with data that are examined, and characters of each.
_SCRIPTS, _SCRIPT = 20, 500_000
# In characters of running text; scripts without spaces need fewer. Of 126 real pages, only one that declares itself not
# free is shorter than the first, and it is a stub.
_STUB, _GALLERY, _ERROR, _CONSENT = 1200, 800, 800, 3000
_CJK = 2.5
# A page that declares more articles than this describes other articles, not itself.
_OTHERS = 5
# A list of articles has this many headings that are links, or this many links, but nowhere this many paragraphs or this
# much running text without a link of more than this many characters between them.
_HEADINGS, _LINKS = 6, 25
_RUN_OF, _RUN, _LINK = 3, 450, 15
_PICTURES = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """A page's declarations about itself in its metadata."""

    article: bool = False
    """Whether it is an article."""
    closed: bool = False
    """Whether it is not free to read."""
    live: bool = False
    gallery: bool = False


def signs_of(html: str) -> Signs:
    """Read the signs in a page's source, from its JSON-LD and from the meta elements at its beginning."""
    head = html[:_HEAD]
    places = islice(_places(html, "application/ld+json"), _SCRIPTS)
    data = [html[at : max(html.find("</script", at, at + _SCRIPT), at)] for at in places]
    types = [kind for text in data for kind in _TYPE.findall(text)]
    articles = sum(kind.endswith("Article") or kind in ("BlogPosting", "LiveBlogPosting", "Report") for kind in types)
    body = any('"articleBody"' in text for text in data)
    closed = any(_CLOSED.search(text) for text in data)
    return Signs(
        article=0 < articles <= _OTHERS or body or _near(head, "og:type", _META),
        closed=closed or _near(head, "content_tier", _LOCKED),
        live="LiveBlogPosting" in types,
        gallery="ImageGallery" in types or "MediaGallery" in types,
    )


def _near(html: str, name: str, value: re.Pattern[str]) -> bool:
    """Return whether a value appears near a name anywhere."""
    return any(value.search(html, max(0, at - _NEAR), at + len(name) + _NEAR) for at in _places(html, name))


def _places(html: str, name: str) -> Iterator[int]:
    """Yield the positions of a name; a pattern would try every position of a long page."""
    at = html.find(name)
    while at >= 0:
        yield at
        at = html.find(name, at + len(name))


def notes_of(signs: Signs, blocks: Sequence[Block], title: str, text: str, captions: Sequence[str]) -> tuple[str, ...]:
    """Return notes on the kind of page, in plain words; nothing for a plain article.

    ``text`` is the article as read, ``captions`` the texts of its captions.
    """
    size = _weight(text)
    if not signs.article and (none := _no_article(blocks, title, text)):
        return (none,)
    if not text and not captions:
        return (EMPTY,)
    found = []
    if signs.closed and size < _STUB:
        found.append(STUB)
    if signs.live:
        found.append(LIVE)
    many = len(captions) >= _PICTURES and size < max(_GALLERY, sum(map(_weight, captions)))
    if size < _GALLERY and captions and (many or signs.gallery):
        found.append(GALLERY)
    return tuple(found)


def is_no_article(notes: Sequence[str]) -> str | None:
    """Return a note if the page does not contain an article, else None."""
    return next((note for note in notes if note.startswith(NO_ARTICLE)), None)


def _no_article(blocks: Sequence[Block], title: str, text: str) -> str | None:
    error, consent = _words()
    size = _weight(text)
    heads = [title, *(block.text for block in blocks if block.tag in HEADINGS and len(block.text) < 200)]
    short = [block.text for block in blocks if block.linked * 2 < len(block.text)]
    if size < _ERROR and (_says(error, heads) or (_says(error, short) and sum(map(_weight, short)) < _ERROR)):
        return ERROR
    paragraphs = text.split("\n\n")
    asking = [paragraph for paragraph in paragraphs if consent.search(paragraph.lower())]
    if size < _CONSENT and asking and sum(map(len, asking)) * 2 > len(text):
        return CONSENT
    headings = sum(_is_link(block) for block in blocks if block.tag in HEADINGS)
    links = sum(map(_is_link, blocks))
    if (headings >= _HEADINGS or links >= _LINKS) and not _runs(blocks):
        return LINKS
    return None


def _is_link(block: Block) -> bool:
    return block.linked * 2 >= len(block.text)


def _runs(blocks: Sequence[Block]) -> bool:
    """Return whether the page has running text like an article's: paragraphs without a link between them."""
    count, size = 0, 0.0
    for block in blocks:
        if _is_link(block) and len(block.text) > _LINK:
            count, size = 0, 0.0
        elif block.is_paragraph:
            count, size = count + 1, size + _weight(block.text)
            if count >= _RUN_OF or size >= _RUN:
                return True
    return False


def _weight(text: str) -> float:
    return len(text) * (_CJK if has_cjk(text[:200]) else 1.0)


def _says(words: re.Pattern[str], texts: Sequence[str]) -> bool:
    return any(words.search(text.lower()) for text in texts)


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    read = tables.load("kinds.toml")
    read.only({"error", "consent"})
    return re.compile("|".join(read.words("error"))), re.compile("|".join(read.words("consent")))
