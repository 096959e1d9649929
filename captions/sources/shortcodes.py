"""Turn shortcodes around pictures into figures: ``[caption credit="Jo Reed"]<img> A dog[/caption]``.

Some systems export them unread, with caption and credit in attributes, between the codes, or in both places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape

from captions.page.structured import PictureData
from captions.page.structured.picture_data import of_pairs
from captions.sources.record_pictures import figure, table
from captions.text import match_key

_VALUES = r"(?:[^\[\]\"'<>]|\"[^\"]*+\"|'[^'\]]*+'|[\"'<>])*+"
_VALUE = re.compile(r"(?<![\w-])([\w-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|[“”″„]([^“”″„=]*+)[“”″]|([^\s\"'\]]++))")
_QUOTES = (("&quot;", '"'), ("&#8221;", "”"), ("&#8220;", "“"), ("&#8243;", "″"))
_PICTURE = re.compile(r"((?:<a\b[^<>]*+>\s*+)?<img\b[^<>]*+>(?:\s*+</a\s*+>)?)", re.IGNORECASE)
_OTHER_CODE = re.compile(r"\[/?(?:gallery|embed|video|audio|playlist)\b[^\[\]]*+\]", re.IGNORECASE)


def expand(html: str) -> str:
    """Return HTML with figures in place of the codes of pictures, and without the codes of players and galleries."""
    if "[" not in html:
        return html
    codes = list(_code().finditer(html))
    ends = _ends(codes)
    out: list[str] = []
    at = 0
    for place, code in enumerate(codes):
        if code.start() < at:
            continue  # inside an earlier code
        end = codes[ends[place]] if place in ends else None
        inner = codes[place + 1 : ends[place]] if end else []
        markup = _alone(code) if end is None else _figure(code, inner, html[code.end() : end.start()])
        out += [html[at : code.start()], markup]
        at = (end or code).end()
    return _OTHER_CODE.sub("", "".join((*out, html[at:])))


def _ends(codes: Sequence[re.Match[str]]) -> dict[int, int]:
    """Return the place of the end of each code that has one, before another code of that name begins."""
    ends: dict[int, int] = {}
    following: dict[str, int] = {}
    for place in range(len(codes) - 1, -1, -1):
        name = codes[place][2].lower()
        end = following.get(name)
        if not codes[place][1] and end is not None and codes[end][1]:
            ends[place] = end
        following[name] = place
    return ends


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a code, also those in typographic quotes."""
    for entity, quote in _QUOTES:
        if f"={entity}" in text:
            text = text.replace(entity, quote)
    found = _VALUE.findall(text)
    return {name.lower(): unescape(next(filter(None, values), "")) for name, *values in found}


@lru_cache(maxsize=1)
def _code() -> re.Pattern[str]:
    """Return a pattern for the codes of pictures: whether it is an end, its name, and its attributes."""
    names = "|".join(re.escape(name) for name in table()["shortcodes"]["picture"])
    return re.compile(rf"\[(/?)({names})(?=[\s\]/])({_VALUES})\]", re.IGNORECASE)


def _figure(code: re.Match[str], inner: Sequence[re.Match[str]], content: str) -> str:
    """Return the figure of a code with an end, and of the codes inside it."""
    pairs: dict[str, str] = {}
    for each in (*reversed(inner), code):
        pairs |= attributes(each[3])
    content = _code().sub("", content)
    picture = _PICTURE.search(content)
    if picture is None:
        return _of_pairs(pairs, content) or content
    data = _data(pairs)
    around = (content[: picture.start()].strip(), content[picture.end() :].strip())
    caption = " ".join(filter(None, around)) or escape(data.caption)
    owed = match_key(data.owed)
    is_new = bool(owed) and owed not in match_key(caption)
    if not caption and is_new:
        caption = f'<span class="credit">{escape(data.owed)}</span>'
    mark = f' data-credit="{escape(data.owed)}"' if is_new else ""
    marked = re.sub(r"<img\b", lambda found: found[0] + mark, picture[0], count=1, flags=re.IGNORECASE)
    return f"\n\n<figure>{marked}<figcaption>{caption}</figcaption></figure>\n\n"


def _data(pairs: dict[str, str]) -> PictureData:
    """Return what the attributes of a code say; the ``name`` of a media credit is the credit."""
    data = of_pairs({name: value for name, value in pairs.items() if name != "link"})
    if not data.owed and (name := pairs.get("name") or pairs.get("source")) and not name.isdigit():
        data.line = name
    return data


def _alone(code: re.Match[str]) -> str:
    """Return the figure of a code without an end; its attributes name the picture."""
    pairs = attributes(code[3])
    is_code = bool(code[1] or pairs) or "caption" in code[2].lower() or "credit" in code[2].lower()
    return _of_pairs(pairs, "") if is_code else code[0]  # `[Photo Jo Reed]` is a text


def _of_pairs(pairs: dict[str, str], content: str) -> str:
    address = next((pairs[name] for name in ("src", "url", "image", "img", "file") if pairs.get(name)), "")
    if not address or "/" not in address:
        return ""
    data = _data(pairs)
    data.addresses = (address,)
    data.caption = data.caption or of_pairs({"caption": content}).caption
    found = figure(data)
    return f"\n\n{found}\n\n" if found else f'<img src="{escape(address)}">'
