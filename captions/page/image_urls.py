"""Find the largest address of each of a page's pictures, and keys that recognize a picture at another address.

In ``<img src="s.jpg" srcset="m.jpg 800w, l.jpg 1600w">`` the largest is ``l.jpg``. Copies for browsers without scripts,
placeholders, buttons and one-pixel trackers do not count, nor does a ``src`` that several pictures of a page share if a
picture has another address.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from captions.lexicon import tables
from captions.page.dom import VIDEOS, Element

# In elements and pictures: a caption belongs to few.
_MOST_ELEMENTS, _MOST_PICTURES = 600, 40
# In characters: a longer text is not an address.
_LONGEST = 4_000
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)([wx])(?:,|$)")
# The width that a density of 1x counts as.
_PIXELS = 1_000
_WIDTH = re.compile(
    r"[?&](?:w|width|wid)=(\d{2,4})\b|[-_/](\d{3,4})x(?:\d{2,4})?(?=[-_./]|$)|[/_-]w_?(\d{3,4})(?=[-_./,]|$)"
)
_ENDING = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|tiff?|bmp|jfif|heic|image)$", re.IGNORECASE)
_LINKED = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?#])", re.IGNORECASE)
_SIZE_IN_NAME = re.compile(
    r"(?:[-_](?:\d{2,4}x\d{2,4}|scaled|\d{3,4}w|large|small|medium|thumb(?:nail)?|orig(?:inal)?|e\d{10,})){1,8}$"
)


@dataclass(frozen=True, slots=True)
class _AddressWords:
    """The words of ``captions/data/addresses.toml``."""

    later: frozenset[str]
    """Attributes with an address that a script loads later."""
    sizes: frozenset[str]
    """Attributes with addresses and their sizes."""
    wrapped: frozenset[str]
    """Parameters that contain the picture's own address."""
    no_picture: re.Pattern[str]
    """A pattern for the addresses of placeholders, buttons and trackers."""
    decoration: re.Pattern[str]
    """A pattern for the names of logos, icons and advertisements."""


@lru_cache(maxsize=1)
def _table() -> _AddressWords:
    read = tables.load("addresses.toml")
    read.only({"later", "sizes", "wrapped", "none", "decoration"})
    later, sizes, wrapped = (frozenset(read.words(name, "names")) for name in ("later", "sizes", "wrapped"))
    none, decoration = (
        re.compile("|".join(read.words(name, "patterns")), re.IGNORECASE) for name in ("none", "decoration")
    )
    return _AddressWords(later, sizes, wrapped, none, decoration)


def best(pictures: Iterable[Sequence[str]], base: str | None) -> tuple[str, ...]:
    """Return the first address of each picture, absolute; a picture under two addresses counts once."""
    out: list[str] = []
    seen: set[str] = set()
    listed = [found for found in pictures if found]
    for found in listed:
        keys = keys_of(found[0]) if len(listed) > 1 else ()
        if not seen.intersection(keys):
            out.append(absolute(found[0], base))
        seen.update(keys)
    return tuple(dict.fromkeys(out))


def is_picture(address: str) -> bool:
    """Return whether an address can be that of a picture, rather than a placeholder, a button or a tracker."""
    return 0 < len(address) <= _LONGEST and not _table().no_picture.search(address)


def shared_by(images: Iterable[Element]) -> frozenset[str]:
    """Return each ``src`` that several elements have: usually a placeholder until a script loads the pictures."""
    sources = Counter(_source(image) for image in images if not in_noscript(image))
    return frozenset(address for address, count in sources.items() if count > 1 and address)


def candidates(image: Element, shared: Collection[str] = ()) -> list[str]:
    """Return the addresses of a picture, the largest first: of the element and of the sources next to it.

    A ``src`` in ``shared`` counts only if it is the only address.
    """
    found = _candidates(image)
    return [address for address in found if address not in shared] or found


def _source(image: Element) -> str:
    return (image.attrs.get("src") or "").strip()


def _candidates(image: Element) -> list[str]:
    sized: list[tuple[float, int, str]] = []
    attributes: dict[str, Any] = dict(image.attrs)
    if _is_pixel(attributes):
        return []
    if image.name in VIDEOS:
        attributes = {"src": attributes.get("poster")}
    for rank, (address, width) in enumerate(_addresses(attributes)):
        if is_picture(address):
            sized.append((width, -rank, address))
    picture = image.parent
    if picture is not None and picture.name == "picture":
        for source in [child for child in picture.children if child.name == "source"][:20]:
            for address, width in _addresses(dict(source.attrs)):
                if is_picture(address):
                    sized.append((width, -100 - len(sized), address))
    link = (picture.parent if picture is not None and picture.name == "picture" else picture) or image
    href = link.attrs.get("href") if link.name == "a" else None
    if isinstance(href, str) and len(href) <= _LONGEST and _LINKED.search(href):
        sized.append((max(3_000.0, *(w for w, _, _ in sized)) if sized else 0.0, 1, href))
    return list(dict.fromkeys(address for _, _, address in sorted(sized, reverse=True)))


def absolute(address: str, base: str | None) -> str:
    """Return an address resolved against the page's, or as written if that is not possible."""
    address = "".join(address.split())
    if address.startswith("//"):
        return (urlsplit(base).scheme or "https" if base and base.startswith("http") else "https") + ":" + address
    if base is None:
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


@lru_cache(maxsize=4_096)
def keys_of(address: str) -> tuple[str, ...]:
    """Return keys that recognize a picture at another address: its path, and its file name if it is distinctive.

    ``https://a.org/2024/05/ferry-quay-77-1024x683.jpg?w=600`` gives ``/2024/05/ferry-quay-77`` and ``ferry-quay-77``.
    """
    if address.startswith("data:") or len(address) > _LONGEST:
        return ()
    inner = _unwrapped(address)
    try:
        parts = urlsplit(inner)
    except ValueError:
        return ()
    path = unquote(parts.path).rstrip("/").lower()
    stem = _ENDING.sub("", path)
    if parts.query and stem == path:
        stem += "?" + parts.query.lower()
    stem = _SIZE_IN_NAME.sub("", stem) or stem
    if stem.strip("/") == "":
        return ()
    name = stem.rpartition("/")[2]
    telling = len(name) >= 8 and any(c.isdigit() for c in name) and sum(c.isalnum() for c in name) >= 8
    telling = telling or (len(name) >= 14 and "?" not in name)
    whole = stem if stem.startswith("/") else f"/{stem}"
    return (whole, name) if telling and "?" not in name else (whole,)


def _unwrapped(address: str) -> str:
    """Return the address of the picture inside the address of a service that scales it."""
    for _ in range(2):
        if "?" in address and ("http" in address[8:] or "url=" in address or "src=" in address):
            try:
                wrapped = _table().wrapped
                inner = [v for k, v in parse_qsl(urlsplit(address).query)[:20] if k in wrapped]
            except ValueError:
                inner = []
            if inner and "/" in inner[0]:
                address = inner[0]
                continue
        at = max(
            address.rfind("http://"), address.rfind("https://"), address.rfind("https%3A"), address.rfind("http%3A")
        )
        if at > 0:
            address = unquote(address[at:])
            continue
        break
    return address


def _addresses(attributes: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield each address in an image's attributes with its width: as declared, read from the address, or 1."""
    table = _table()
    for name, value in attributes.items():
        if not isinstance(value, str) or not value or len(value) > 50_000:
            continue
        if name in table.sizes:
            yield _largest(value)
        elif name == "src" or (name in table.later and _is_address(name, value)):
            yield value.strip(), _width(value)


def _largest(sizes: str) -> tuple[str, float]:
    """Return the largest address of a ``srcset``: ``"m.jpg 800w, l.jpg 1600w"`` gives ``l.jpg``."""
    largest, most, address = "", -1.0, ""
    for part in sizes.split():
        size = _SIZE.match(part) if address else None
        if size is None:
            if address and most < 0:
                largest, most = address.rstrip(","), _width(address)
            address = part.lstrip(",")
            continue
        size_given = float(size[1]) * (_PIXELS if size[2] == "x" else 1)
        if size_given > most:
            largest, most = address, size_given
        address = part[size.end() :].lstrip(",")
    if most < 0 and address:
        return address.rstrip(","), _width(address)
    return largest, most


def _is_address(name: str, value: str) -> bool:
    """Return whether an attribute that may hold a picture's address does so, rather than another page's."""
    return _LINKED.search(value) is not None or ("/" in value and ("src" in name or "lazy" in name))


def _width(address: str) -> float:
    found = _WIDTH.search(address[-300:])
    return float(found[1] or found[2] or found[3]) if found else 1.0


def _is_pixel(attributes: dict[str, Any]) -> bool:
    sizes = [str(attributes.get(name, "")).removesuffix("px") for name in ("width", "height")]
    return any(size in ("0", "1", "2") for size in sizes)


def names_decoration(text: str) -> bool:
    """Return whether a name, an alternative text or a file name is that of a logo, an icon or an advertisement."""
    return len(text) <= _LONGEST and _table().decoration.search(text) is not None


def in_noscript(image: Element) -> bool:
    """Return whether a picture is a copy for browsers without scripts."""
    return any(ancestor.name == "noscript" for ancestor in image.line())
