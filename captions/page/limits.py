"""Limit a page's source to bounds that no article reaches but hostile pages exceed.

lexbor's time and memory grow with the square of nesting, of open formats and of an element's attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

# The largest of 126 news pages has 2.2 million characters and 8,100 tags; longer sources are cut, with a note.
LARGEST = 10_000_000
MOST_TAGS = 100_000
# The deepest of the 126 nests 29 elements. Time grows with the square of the depth (15,000 levels: half a second), in
# lexbor and in each climb from a text to the top.
DEEPEST = 120
# The next element of the same kind closes each of these, so their tags never nest, closed or not.
_CLOSED = frozenset(("a", "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "option"))
# A format left open at the end of a block is opened again in the next: 1,500 of them before 1,500 paragraphs make two
# million elements. No article nests more than five.
_FORMATS = frozenset(
    ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)  # fmt: skip
_MOST_FORMATS = 5
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*?(/?)>")
_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])(?![^<>]*/>)")
_MOST_NAMES = 1_000
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_RAW = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
_END_TAGS = {name: re.compile(f"</{name}[\\s/>]", re.IGNORECASE) for name in _RAW}
# Pages with fewer tags, most of them closed, need no flattening: only ten of the 126 are examined.
_MANY_TAGS, _MANY_UNCLOSED = 5_000, 1_000
# An element can have too many attributes only where no tag follows for this long. Scripts and styles, which are long in
# most pages and dropped whole, are examined only if the page is too long.
_LONG = 4_000
_CODE = re.compile(r"(?:script|style)[^<>]{0,4000}+>")
_LONG_TAG = re.compile(r"""([a-zA-Z][a-zA-Z0-9-]*)(\s(?:[^<>"']+|"[^"<]*"|'[^'<]*')*+)>?""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_MOST_ATTRIBUTES = 200
# lexbor's time also grows with the square of the options of a list. A list of countries has 250, and no option is read.
_MOST_OPTIONS = 2_000
_OPTION = re.compile(r"<option\b[^<>]*+>[^<]*+|</option\b[^<>]*+>", re.IGNORECASE)
_LONGEST_VALUE = 50_000
_LONG_VALUE = re.compile(r""""[^"<>]{50000,}+"|'[^'<>]{50000,}+'""")
# A picture, a font or a video inside its own address.
_ADDRESS = re.compile(r"""(?<![^\s"'<>()])[^\s"'<>()]{4000,}+""")


class _Steps(dict[str, int]):
    """The step of each tag: 1 (down) for ``div``, -1 (up) for ``/div``, 0 if it does not nest; cached on first use."""

    def __init__(self, formats: bool) -> None:
        super().__init__()
        self._formats = formats

    def __missing__(self, tag: str) -> int:
        name = tag.lstrip("/").lower()
        nests = name not in _VOID and name not in _CLOSED and (name in _FORMATS) is self._formats
        step = 0 if not nests else -1 if tag[0] == "/" else 1
        if len(self) < _MOST_NAMES:
            self[tag] = step
        return step


_OTHERS, _OF_FORMATS = _Steps(False), _Steps(True)


def bounded(html: str) -> tuple[str, tuple[str, ...]]:
    """Return as much of a page's source as is read, and a note if that is not all of it.

    ``"<p>Rain"`` gives itself and no note; a hundred million characters give the first ten million, with a note.
    Pictures inside their own addresses are dropped first and do not count; nesting beyond any article is flattened.
    """
    notes: list[str] = []
    cut = len(html) > 5 * LARGEST
    if cut:
        html = html[: 5 * LARGEST]
    parts = html.split("<", 10 * MOST_TAGS)  # once, with a limit: a page of only tags would take gigabytes
    if _shorten(parts, code=len(html) > LARGEST):
        html = "<".join(parts)
    if cut or len(html) > LARGEST:
        html = html[:LARGEST]
        parts = html.split("<", 10 * MOST_TAGS)
        notes.append(f"read only as far as {LARGEST:,} characters of the page's source")
    options = [part for part in parts if part[:6].lower() == "option"] if len(parts) > _MOST_OPTIONS else []
    if len(options) > _MOST_OPTIONS:
        html = _OPTION.sub("", html)
        parts = html.split("<", 10 * MOST_TAGS)
    tags = len(parts) - 1
    unclosed = tags - 2 * len([part for part in parts if part[:1] == "/"])
    if tags > MOST_TAGS:
        html = _flattened("<".join(parts[: 10 * MOST_TAGS]))
        if html.count("<") > MOST_TAGS:
            html = "<".join(html.split("<", MOST_TAGS)[:-1])
            notes.append(f"read only as far as {MOST_TAGS:,} tags of the page's source")
    elif (tags > _MANY_TAGS or unclosed > _MANY_UNCLOSED) and _may_be_deep(html):
        html = _flattened(html)
    return html, tuple(notes)


def _shorten(parts: list[str], code: bool) -> bool:
    """Remove data in addresses, and the attributes of tags with far too many, from a source split at each ``<``.

    Examine scripts and styles only if ``code`` is set. Return whether anything was removed.
    """
    long = [part for part in parts if len(part) >= _LONG]
    if not long or (not code and all(map(_CODE.match, long))):
        return False
    shorter = False
    for at, part in enumerate(parts):
        if at == 0 or len(part) < _LONG or (not code and _CODE.match(part)):
            continue
        if "data:" in part:
            part = _ADDRESS.sub(_without_data, part)
        tag = _LONG_TAG.match(part)
        if tag and len(_QUOTED.sub("", tag[2]).split()) > _MOST_ATTRIBUTES:
            part = f"{tag[1]}>{part[tag.end() :]}"
        elif tag and tag.end() > _LONGEST_VALUE:
            part = _LONG_VALUE.sub('""', part)
        if len(part) < len(parts[at]):
            parts[at] = part
            shorter = True
    return shorter


def _without_data(address: re.Match[str]) -> str:
    before, name, data = address[0].partition("data:")
    return before + name if len(data) >= _LONG else address[0]


def _may_be_deep(html: str) -> bool:
    """Return whether tags may nest deeper than in any article, in a tenth of the time that flattening takes."""
    names = _NAME.findall(html)
    if _depth(map(_OTHERS.__getitem__, names)) > DEEPEST:
        return True
    return _depth(map(_OF_FORMATS.__getitem__, names)) > _MOST_FORMATS


def _depth(steps: Iterable[int]) -> int:
    """Return the greatest depth that steps reach; surplus end tags do not count."""
    heights = list(accumulate(steps, initial=0))
    return max(height - lowest for height, lowest in zip(heights, accumulate(heights, min), strict=True))


def _flattened(html: str) -> str:
    """Return the source without the tags that nest deeper than in any article."""
    parts: list[str] = []
    depth, formats, start, end = 0, 0, 0, 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag.start() < end or tag[3] or name in _VOID or name in _CLOSED:
            continue
        if name in _RAW:  # the tags in a script's strings are text
            close = _END_TAGS[name].search(html, tag.end()) if not tag[1] else None
            end = close.start() if close else end if tag[1] else len(html)
            continue
        step = -1 if tag[1] else 1
        if name in _FORMATS:
            formats = max(0, formats + step)
            dropped = formats + bool(tag[1]) > _MOST_FORMATS
        else:
            depth = max(0, depth + step)
            dropped = depth + bool(tag[1]) > DEEPEST
        if dropped:
            parts.append(html[start : tag.start()])
            start = tag.end()
    parts.append(html[start:])
    return "".join(parts)
