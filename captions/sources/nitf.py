"""Read NITF, IPTC's older XML format for articles, which marks up captions and credits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.page.structured.picture_data import of_pairs
from captions.sources import to_page
from captions.sources.keys import key
from captions.sources.record_pictures import figure, line_of
from captions.sources.records import RecordNames, day_of, language_of, make
from captions.sources.source import Facts, Options, Read, UnreadableError
from captions.sources.xml_stream import elements, first, language_in, text_of

_PARAGRAPHS = {"p": "p", "hl2": "h2", "li": "li", "dd": "p", "dt": "p"}


def read_nitf(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per ``nitf`` element; a file may contain several."""
    named, number = RecordNames(name), 0
    for _, root in elements(stream, frozenset(("nitf",))):
        number += 1
        html, facts = page_of(root)
        ident = facts.url or _attribute(root, ".//doc-id", "id-string") or None
        yield make(html, facts, ident, named, number, f"{name}#{ident or number}")
    if not number:
        raise UnreadableError("no article in it: the NITF file is empty")


def page_of(root: Element) -> tuple[str, Facts]:
    """Return an article's page and facts; the page is empty if the article has neither text nor picture."""
    body = root.find("body")
    headline = first(root, ".//hedline/hl1", "head/title")
    dates = (_attribute(root, f".//{tag}", "norm") for tag in ("date.issue", "story.date", "date.release"))
    facts = Facts(
        url=_attribute(root, ".//pubdata", "ex-ref") or _attribute(root, ".//ds", "href") or None,
        headline=headline or None,
        published=next((day for text in dates if (day := day_of(text))), None)
        or day_of(_attribute(root, ".//pubdata", "date.publication")),
        publication=_attribute(root, ".//pubdata", "name") or _attribute(root, ".//doc.copyright", "holder") or None,
        language=language_of(language_in(root) or root.get("lang", "")),
    )
    parts = "\n".join(_parts(body)) if body is not None else ""
    return (to_page.page(parts, headline, facts.language) if parts else ""), facts


def _parts(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == "media":
            yield from _figures(child)
        elif child.tag in _PARAGRAPHS:
            if text := text_of(child):
                yield f"<{_PARAGRAPHS[child.tag]}>{escape(text)}</{_PARAGRAPHS[child.tag]}>"
        elif child.tag not in ("hedline", "byline", "dateline", "body.end", "note", "distributor", "copyrite"):
            yield from _parts(child)


def _figures(media: Element) -> Iterator[str]:
    if media.get("media-type", "image") not in ("image", "photo", "picture", "graphic"):
        return
    known = {key(each.get("name", "")): each.get("value", "") for each in media.iterfind("media-metadata")}
    data = of_pairs({name: value for name, value in known.items() if name not in ("caption", "title", "headline")})
    names = (known.get("byline", ""), *data.creators, data.line, *data.agencies, known.get("source", ""))
    image = _attribute(media, "media-reference", "source")
    data = replace(
        data,
        caption=first(media, "media-caption") or known.get("caption", ""),
        line=first(media, "media-producer") or known.get("credit") or line_of(names),
        addresses=(image,) if image else (),
    )
    yield from filter(None, (figure(data),))


def _attribute(element: Element, path: str, name: str) -> str:
    return next((text for each in element.iterfind(path) if (text := (each.get(name) or "").strip())), "")
