"""Read a page's metadata: JSON-LD, Open Graph and similar formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from captions.dates import leading
from captions.lexicon.page_urls import same_site
from captions.page.image_urls import absolute
from captions.page.structured import PictureData, of_item, of_scopes, of_scripts
from captions.text import tidy

_ARTICLE = re.compile(r"Article|NewsArticle|Report|BlogPosting|LiveBlog|Review", re.IGNORECASE)
# Old pages hide the source from browsers without scripts.
_COMMENT = re.compile(r"\s*(?://\s*)?<!(?:--|\[CDATA\[)")
_COMMENT_ENDS = ("-->", "]]>")
# Attributes that name a meta element.
_NAMES = ("property", "name", "itemprop", "http-equiv")
# Meta elements with the day of publication and with the language.
_DAYS = ("article:published_time", "date", "datepublished", "dc.date")
_LANGUAGES = ("og:locale", "content-language")
_WEB = ("http://", "https://")


@dataclass(slots=True)
class Structured:
    """The facts in a page's structured data and meta elements; None if missing."""

    headline: str | None = None
    url: str | None = None
    canonical: str | None = None
    """The URL that the page declares to be the article's."""
    published: date | None = None
    publication: str | None = None
    language: str | None = None
    title: str = ""
    """The page's title, often with the site's name after the headline."""
    base: str | None = None
    """The URL that the page's addresses are relative to."""
    pictures: list[PictureData] = field(default_factory=list)
    """Data about its pictures, the most reliable first: JSON-LD, microdata, script state."""


def of_page(page: LexborHTMLParser, url: str | None) -> Structured:
    """Read the structured data of a page, skipping broken JSON."""
    found_data = Structured(url=url)
    metas = _metas(page)
    items = list(_linked_data(page))
    known = {str(item["@id"]): item for item in items if "@id" in item and "name" in item}
    for item in items:
        _take(item, found_data, known)
    found_data.headline = found_data.headline or metas.get("og:title") or metas.get("twitter:title")
    found_data.published = found_data.published or leading(_first(metas, _DAYS) or "") or _printed_day(page)
    found_data.publication = found_data.publication or metas.get("og:site_name") or _publisher(page)
    title = page.css_first("title")
    found_data.title = tidy(title.text()) if title else ""
    found_data.canonical = _canonical(page, url or metas.get("og:url"))
    found_data.url = found_data.url or _own_address(found_data.canonical, metas.get("og:url"))
    found_data.base = _base(page, found_data.url)
    found_data.pictures += of_scopes(page)
    found_data.pictures += of_scripts(_scripts(page))
    if (picture := metas.get("og:image")) and (alt := metas.get("og:image:alt")):
        found_data.pictures.append(PictureData(hints=(alt,), addresses=(picture,)))
    root = page.css_first("html")
    language = (root.attributes.get("lang") if root else None) or _first(metas, _LANGUAGES)
    found_data.language = language.replace("_", "-").split("-")[0].lower() if language else found_data.language
    return found_data


def _metas(page: LexborHTMLParser) -> dict[str, str]:
    """Return the contents of a page's meta elements by name, in lower case; the first of each name counts."""
    metas: dict[str, str] = {}
    for node in page.css("meta"):
        name, content = _first(node.attributes, _NAMES), node.attributes.get("content")
        if name and content:
            metas.setdefault(name.lower(), content.strip())
    return metas


def _first(values: Mapping[str, str | None], keys: Iterable[str]) -> str | None:
    """Return the first value that is not empty."""
    return next((value for key in keys if (value := values.get(key))), None)


def _linked_data(page: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page's JSON-LD."""
    for script in page.css('script[type="application/ld+json"]'):
        try:
            data = json.loads(_visible(script.text(deep=True)), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _items(data, 0)


def _visible(source: str) -> str:
    """Return a script's source without the comment around it: ``"<!-- {} -->"`` gives ``" {} "``."""
    if (begins := _COMMENT.match(source)) is not None:
        source = source[begins.end() :]
    ends = source.rstrip()
    return ends[:-3].rstrip().removesuffix("//") if ends.endswith(_COMMENT_ENDS) else source


def _items(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 12:
        return
    if isinstance(data, dict):
        yield data
        for value in data.values():
            if isinstance(value, (dict, list)):
                yield from _items(value, depth + 1)
    elif isinstance(data, list):
        for value in data[:500]:
            yield from _items(value, depth + 1)


def _canonical(page: LexborHTMLParser, base: str | None) -> str | None:
    """Return the canonical URL that a page declares, resolved against ``base``; only http and https URLs count."""
    link = page.css_first('link[rel~="canonical" i]')
    href = (link.attributes.get("href") or "").strip() if link is not None else ""
    address = absolute(href, base) if href else ""
    return address if address.lower().startswith(_WEB) else None


def _own_address(canonical: str | None, given: str | None) -> str | None:
    """Return the URL of a saved page: the canonical URL, else ``given``, its URL for other sites.

    A canonical URL on another site is that of the article's first publication, not of this page.
    """
    given = given if given and given.lower().startswith(_WEB) else None
    return given if canonical is None or (given and not same_site(given, canonical)) else canonical


def _base(page: LexborHTMLParser, url: str | None) -> str | None:
    """Return the URL that a page's addresses are relative to: its base element's, or its own."""
    base = page.css_first("base[href]")
    found_data = (base.attributes.get("href") or "").strip() if base is not None else ""
    address = absolute(found_data, url) if found_data else url
    return address if address and address.startswith(("http://", "https://")) else None


def _scripts(page: LexborHTMLParser) -> Iterator[str]:
    """Yield the sources of the page's inline scripts, except JSON-LD."""
    for script in page.css("script"):
        if script.attributes.get("type") != "application/ld+json" and (text := script.text()):
            yield text


def _printed_day(page: LexborHTMLParser) -> date | None:
    """Return the date in the microdata, or else in the first time element."""
    for selector in ('[itemprop="datePublished"][datetime]', "time[datetime]"):
        node = page.css_first(selector)
        if node is not None:
            return leading(node.attributes.get("datetime") or "")
    return None


def _publisher(page: LexborHTMLParser) -> str | None:
    """Return the publisher named in the microdata."""
    node = page.css_first('[itemprop="publisher"] [itemprop="name"]')
    return tidy(node.attributes.get("content") or node.text()) or None if node is not None else None


def _take(item: dict[str, Any], found_data: Structured, known: dict[str, dict[str, Any]]) -> None:
    kind = item.get("@type")
    kinds = " ".join(kind) if isinstance(kind, list) and all(isinstance(k, str) for k in kind) else str(kind)
    if "ImageObject" in kinds:
        found_data.pictures.append(of_item(item, known))
    elif _ARTICLE.search(kinds):
        headline = item.get("headline")
        if isinstance(headline, str) and found_data.headline is None:
            found_data.headline = tidy(unescape(headline)) or None
        published = item.get("datePublished")
        if isinstance(published, str) and found_data.published is None:
            found_data.published = leading(published)
        publisher = item.get("publisher")
        for house in publisher if isinstance(publisher, list) else [publisher]:
            if isinstance(house, dict):
                house = known.get(str(house.get("@id")), house)
            if isinstance(house, dict) and isinstance(house.get("name"), str) and found_data.publication is None:
                found_data.publication = tidy(unescape(house["name"])) or None
