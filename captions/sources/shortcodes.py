"""Turn shortcodes around pictures into figures: ``[caption credit="Jo Reed"]<img> A dog[/caption]``.

Some systems export them unread, with caption and credit in attributes, between the codes, or in both places.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape

from captions.page.structured import PictureData
from captions.page.structured.picture_data import of_pairs
from captions.sources.record_pictures import figure, table
from captions.text import match_key

_VALUES = r"(?:[^\[\]\"'<>]|\"[^\"]*+\"|'[^'\]]*+'|[\"'<>])*+"
_VALUE = re.compile(r"([\w-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|[“”″„]([^“”″]*+)[“”″]|([^\s\"'\]]++))")
_QUOTES = (("&quot;", '"'), ("&#8221;", "”"), ("&#8220;", "“"), ("&#8243;", "″"))
_PICTURE = re.compile(r"((?:<a\b[^<>]*+>\s*+)?<img\b[^<>]*+>(?:\s*+</a\s*+>)?)", re.IGNORECASE)
_OTHER_CODE = re.compile(r"\[/?(?:gallery|embed|video|audio|playlist)\b[^\[\]]*+\]", re.IGNORECASE)


def expand(html: str) -> str:
    """Return HTML with figures in place of the codes of pictures, and without the codes of players and galleries."""
    if "[" not in html:
        return html
    whole, tag = _patterns()
    html = whole.sub(_figure, html)
    html = tag.sub(_alone, html)
    return _OTHER_CODE.sub("", html)


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a code, also those in typographic quotes."""
    for entity, quote in _QUOTES:
        if f"={entity}" in text:
            text = text.replace(entity, quote)
    found = _VALUE.findall(text)
    return {name.lower(): unescape(next(filter(None, values), "")) for name, *values in found}


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(re.escape(name) for name in table()["shortcodes"]["picture"])
    return (
        re.compile(rf"\[({names})(?=[\s\]])({_VALUES})\]((?:[^\[]++|\[(?!/?\1\b))*+)\[/\1\]", re.IGNORECASE),
        re.compile(rf"\[(/?)({names})(?=[\s\]/])({_VALUES})\]", re.IGNORECASE),
    )


def _figure(code: re.Match[str]) -> str:
    _, tag = _patterns()
    pairs = attributes(code[2])
    for inner in tag.finditer(code[3]):
        pairs = {**attributes(inner[3]), **pairs}
    content = tag.sub("", code[3])
    picture = _PICTURE.search(content)
    if picture is None:
        return _of_pairs(pairs, content) or content
    before, after = content[: picture.start()].strip(), content[picture.end() :].strip()
    data = _data(pairs)
    caption = after or before or escape(data.caption)
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
