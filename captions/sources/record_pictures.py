"""Show the pictures of a record in its article's HTML, with their captions, credits and rights, for the page parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape, unescape

from captions.lexicon import tables
from captions.page.image_urls import keys_of
from captions.page.structured import PictureData
from captions.text import match_key, tidy

_IMG = re.compile(r"(?:<a\b[^<>]*+>\s*+)?(<img\b[^<>]*+>)(?:\s*+</a\s*+>)?", re.IGNORECASE)
_FIGURE = re.compile(r"<(/?)figure\b[^<>]*+>", re.IGNORECASE)
_FIGCAPTION = re.compile(r"<figcaption\b[^<>]*+>\s*+(?!</figcaption)\S", re.IGNORECASE)
_NAMES = re.compile(r"\b(?:class|itemprop)\s*+=\s*+[\"'][^\"'<>]*+", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b(?:src|data-src|srcset|href)\s*+=\s*+(?:\"([^\"<>]*+)\"|'([^'<>]*+)'|([^\s\"'<>]++))", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(?:wp-image-|data-id\s*=\s*[\"']?|attachment_)(\d{1,12})\b")
_TAG = re.compile(r"<[^<>]*+>")
_PAGE = re.compile(r"<(?:!doctype|html|body)\b", re.IGNORECASE)
_STARTS = tuple(re.compile(each, re.IGNORECASE) for each in (r"</h1\s*+>", r"<article\b[^<>]*+>", r"<body\b[^<>]*+>"))
# In characters: how far behind a picture its caption begins, and how long the HTML of a figure is.
_BEHIND, _LONGEST_FIGURE = 400, 2_000


@dataclass(frozen=True, slots=True)
class RecordPicture:
    """A picture of a record: its data, and the number that an article's HTML may name it by."""

    data: PictureData
    number: str = ""
    """The number of an attachment in WordPress: ``wp-image-71``."""
    listed: bool = True
    """Whether the record lists it as a picture of the article, even if the HTML does not show it."""


def numbers_in(html: str) -> list[str]:
    """Return the numbers of attachments in HTML: ``wp-image-71`` gives ``71``."""
    return _NUMBER.findall(html)


def figure(data: PictureData) -> str:
    """Return a figure with a picture's caption, credit and rights, or ``""`` if it has none of them."""
    if not (data.caption or data.has_rights):
        return ""
    return f"<figure>{_img(data)}{_figcaption(data)}</figure>"


def with_pictures(body: str, pictures: Iterable[RecordPicture]) -> str:
    """Return an article's HTML with the data of its pictures: on those it shows, and before it in figures."""
    known = [picture for picture in pictures if picture.data.caption or picture.data.has_rights]
    if not known:
        return body
    placed: set[int] = set()
    body = _on_images(body, known, placed)
    hidden = [picture.data for place, picture in enumerate(known) if place not in placed and picture.listed]
    if not hidden:
        return body
    text = match_key(unescape(_TAG.sub(" ", body)))
    # A caption that the article prints is another occurrence, whatever the address of its picture.
    figures = [figure(replace(data, addresses=()) if _is_in(data.caption, text) else data) for data in hidden]
    at = _start_of(body)
    return "\n".join((body[:at], *figures, body[at:]))


def _start_of(html: str) -> int:
    """Return where an article begins in a page; 0 for HTML that is only an article's."""
    if not _PAGE.search(html, 0, 2_000):
        return 0
    return next((found.end() for pattern in _STARTS if (found := pattern.search(html))), 0)


def _is_in(caption: str, text: str) -> bool:
    return bool(caption) and match_key(caption) in text


def _on_images(body: str, pictures: Sequence[RecordPicture], placed: set[int]) -> str:
    """Add the data of pictures to the images of an article; add the places of these pictures to ``shown``."""
    by_key: dict[str, int] = {}
    for place, picture in enumerate(pictures):
        keys = [key for address in picture.data.addresses for key in keys_of(address)]
        for key in (f"number {picture.number}", *keys) if picture.number else keys:
            by_key.setdefault(key, place)
    out: list[str] = []
    at = 0
    for found in _IMG.finditer(body):
        matches = [by_key[key] for key in _keys(found[0]) if key in by_key]
        if not matches:
            continue
        place = matches[0]
        placed.add(place)
        out += [body[at : found.start()], _markup(found, body, pictures[place].data)]
        at = found.end()
    return "".join((*out, body[at:]))


def _keys(tag: str) -> list[str]:
    numbers = [f"number {number}" for number in _NUMBER.findall(tag)]
    addresses = [unescape(next(filter(None, found), "")).split(" ")[0] for found in _ADDRESS.findall(tag)]
    return [*numbers, *(key for address in addresses for key in keys_of(address))]


def _markup(image: re.Match[str], body: str, data: PictureData) -> str:
    """Return an image with its data, and with its caption unless the article prints one."""
    own = f'{_attributes(data)} data-caption="{escape(tidy(data.caption))}"'
    tag = re.sub(r"<img\b", lambda found: f"{found[0]}{own}", image[0], count=1, flags=re.IGNORECASE)
    before = list(_FIGURE.finditer(body, max(0, image.start() - _LONGEST_FIGURE), image.start()))
    if before and not before[-1][1]:
        rest = body[image.end() : image.end() + _LONGEST_FIGURE]
        end = _FIGURE.search(rest)
        return tag if _FIGCAPTION.search(rest, 0, end.start() if end else len(rest)) else tag + _figcaption(data)
    behind = body[image.end() : image.end() + _BEHIND]
    following = _IMG.search(behind)
    if _is_captioned(behind[: following.start()] if following else behind):
        return tag
    return f"<figure>{tag}{_figcaption(data)}</figure>"


def _is_captioned(html: str) -> bool:
    """Return whether an element in the HTML behind a picture is named for its caption or credit."""
    return any("caption" in name or "credit" in name for name in map(str.casefold, _NAMES.findall(html)))


def _img(data: PictureData) -> str:
    source = f' src="{escape(data.addresses[0])}"' if data.addresses else ""
    return f"<img{source}{_attributes(data)}>"


def _figcaption(data: PictureData) -> str:
    """Return the caption of a picture as HTML; the credit is on the picture if there is a caption."""
    caption, credit = tidy(data.caption), tidy(data.owed)
    if caption:
        return f"<figcaption>{escape(caption)}</figcaption>"
    return f'<figcaption><span class="credit">{escape(credit)}</span></figcaption>' if credit else ""


def _attributes(data: PictureData) -> str:
    """Return the rights of a picture as attributes, which :func:`captions.page.structured.of_element` reads."""
    values = {
        "data-credit": data.owed,
        "data-source": data.source,
        "data-copyright-notice": data.notice,
        "data-license": data.license,
        "data-licensor-url": data.licensor_url,
        "data-usage-terms": ". ".join(text.rstrip(". ") for text in data.terms),
    }
    return "".join(f' {name}="{escape(text)}"' for name, value in values.items() if (text := tidy(value)))


def completed(data: PictureData, outer: PictureData) -> PictureData:
    """Return a picture's data, with what they lack from the data of the group or the article around it."""
    owed = data if data.owed else outer
    return replace(
        data,
        caption=data.caption or outer.caption,
        line=owed.line,
        creators=owed.creators,
        agencies=owed.agencies,
        source=data.source or outer.source,
        notice=data.notice or outer.notice,
        license=data.license or outer.license,
        licensor_url=data.licensor_url or outer.licensor_url,
        terms=data.terms or outer.terms,
        addresses=data.addresses or outer.addresses,
    )


def line_of(names: Iterable[str]) -> str:
    """Return a credit line of names, without those that another contains, such as ``Jo Reed`` in ``Jo Reed/AP``."""
    found = list(dict.fromkeys(text for name in names if (text := tidy(name))))
    folded = [f" {match_key(name)} " for name in found]
    return "/".join(
        name
        for at, name in enumerate(found)
        if not any(folded[at] in other for n, other in enumerate(folded) if n != at and (folded[at] != other or n < at))
    )


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the lists of ``captions/data/picture_records.toml``, by table and name."""
    read = tables.load("picture_records.toml")
    read.only({*_TABLES, "meta"})
    return {name: _lists(read.table(name), lists) for name, lists in _TABLES.items()}


_TABLES: dict[str, tuple[str, ...]] = {
    "media_roles": ("creator", "agency", "other"),
    "shortcodes": ("picture",),
    "fields": ("pictures", "containers", "inside", "others", "prefixes", "addresses", "caption", "credit"),
    "own": ("caption", "title", "creator", "agency", "credit", "source", "notice", "terms"),
    "stems": ("words",),
    "types": ("words",),
}


def _lists(read: tables.Table, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    read.only(names)
    return {name: read.texts(name) for name in names}
