"""What a page says of itself for machines: JSON-LD, Open Graph and its kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from captions.text import tidy

_ARTICLE = re.compile(r"Article|NewsArticle|Report|BlogPosting|LiveBlog|Review", re.IGNORECASE)
# Old pages hide the source from browsers that know no scripts.
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>)\s*$")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(slots=True)
class Structured:
    """The facts that a page's structured data and meta elements give; None where they give none."""

    headline: str | None = None
    url: str | None = None
    published: date | None = None
    publication: str | None = None
    language: str | None = None
    images: list[dict[str, Any]] = field(default_factory=list)
    """The ``ImageObject``s, as given."""


def of_page(page: LexborHTMLParser, url: str | None) -> Structured:
    """Reads the structured data of a page; broken JSON is passed over."""
    told = Structured(url=url)
    metas: dict[str, str] = {}
    for node in page.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        content = attributes.get("content")
        if name and content:
            metas.setdefault(name.lower(), content.strip())
    for script in page.css('script[type="application/ld+json"]'):
        text = _COMMENT.sub("", script.text(deep=True))
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data, 0):
            _take(item, told)
    told.headline = told.headline or metas.get("og:title") or metas.get("twitter:title")
    told.published = told.published or day(
        metas.get("article:published_time")
        or metas.get("date")
        or metas.get("datepublished")
        or metas.get("dc.date")
        or ""
    )
    told.publication = told.publication or metas.get("og:site_name")
    told.url = told.url or metas.get("og:url")
    root = page.css_first("html")
    language = (root.attributes.get("lang") if root else None) or metas.get("og:locale")
    told.language = language.replace("_", "-").split("-")[0].lower() if language else told.language
    return told


def day(text: str) -> date | None:
    """The day that an ISO date begins with; None where there is none."""
    found = _DAY.match(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


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


def _take(item: dict[str, Any], told: Structured) -> None:
    kind = item.get("@type")
    kinds = " ".join(kind) if isinstance(kind, list) and all(isinstance(k, str) for k in kind) else str(kind)
    if "ImageObject" in kinds:
        told.images.append(item)
    elif _ARTICLE.search(kinds):
        headline = item.get("headline")
        if isinstance(headline, str) and told.headline is None:
            told.headline = tidy(unescape(headline)) or None
        published = item.get("datePublished")
        if isinstance(published, str) and told.published is None:
            told.published = day(published)
        publisher = item.get("publisher")
        for one in publisher if isinstance(publisher, list) else [publisher]:
            if isinstance(one, dict) and isinstance(one.get("name"), str) and told.publication is None:
                told.publication = tidy(unescape(one["name"])) or None
