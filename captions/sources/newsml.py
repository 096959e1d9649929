"""Read NewsML-G2 deliveries, in which articles and their pictures are separate items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from captions.page.structured import PictureData
from captions.sources import to_page
from captions.sources.nitf import page_of
from captions.sources.record_pictures import RecordPicture, line_of, with_pictures
from captions.sources.records import RecordNames, day_of, language_of, make
from captions.sources.source import Facts, Options, Read, UnreadableError
from captions.sources.xml_stream import elements, first, language_in, markup, text_of

_ITEMS = frozenset(("newsItem", "packageItem"))
_PICTURES = ("picture", "graphic", "image", "photo")


def read_newsml(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read the articles of a delivery, each with the pictures it links to; a single article gets all pictures.

    A picture without an article becomes an article without text. The whole delivery stays in memory, because an
    article's pictures may come before or after it.
    """
    texts: list[Element] = []
    pictures: dict[str, Element] = {}
    packages: list[set[str]] = []
    for number, (tag, item) in enumerate(elements(stream, _ITEMS, retained=True)):
        if tag == "packageItem":
            packages.append({ref.get("residref", "") for ref in item.iter("itemRef")})
            continue
        kind = next((each.get("qcode", "") for each in item.iterfind("itemMeta/itemClass")), "").casefold()
        if kind.endswith(_PICTURES):
            pictures[item.get("guid") or str(number)] = item
        elif kind.endswith("text") or not kind:
            texts.append(item)
    named, number, used = RecordNames(name), 0, set()
    for number, item in enumerate(texts, 1):
        refs = {link.get("residref", "") for link in item.iter("link")}
        refs = refs.union(*(package for package in packages if item.get("guid", "") in package)) & set(pictures)
        own = list(pictures) if len(texts) == 1 else sorted(refs)
        used.update(own)
        yield from _of_item(item, [picture for guid, picture in pictures.items() if guid in own], named, number, name)
    for guid, item in pictures.items():
        if guid not in used:
            number += 1
            yield from _of_item(item, [item], named, number, name)
    if not number:
        raise UnreadableError("no article in it: the NewsML-G2 delivery has neither text nor picture")


def _of_item(item: Element, pictures: list[Element], named: RecordNames, number: int, name: str) -> Read:
    headline = first(item, "contentMeta/headline", "itemMeta/title")
    language = next((each.get("tag", "") for each in item.iterfind("contentMeta/language")), "") or language_in(item)
    facts = Facts(
        url=next((u for ref in item.iterfind("itemMeta/link") if (u := ref.get("href", "")).startswith("http")), None),
        headline=headline or None,
        published=next((d for n in _DATES if (d := day_of(first(item, n)))), None),
        publication=first(item, "itemMeta/provider/name") or None,
        language=language_of(language),
    )
    body = "" if item in pictures else _body(item)
    body = with_pictures(body, [RecordPicture(_data(picture)) for picture in pictures])
    html = to_page.page(body, headline, facts.language) if body else ""
    ident = facts.url or item.get("guid")
    yield make(html, facts, ident, named, number, f"{name}#{ident or number}")


_DATES = (
    "contentMeta/contentCreated",
    "itemMeta/firstCreated",
    "itemMeta/versionCreated",
    "contentMeta/contentModified",
)


def _body(item: Element) -> str:
    """Return the item's own content as HTML: NITF, XHTML or text."""
    for inner in item.iterfind("contentSet/inlineXML"):
        nitf = inner if inner.tag == "nitf" else inner.find("nitf")
        if nitf is not None:
            page, _ = page_of(nitf)
            return page[page.find("<article>") + 9 : page.rfind("</article>")].split("</h1>", 1)[-1]
        html = inner.find(".//body")
        return markup(inner if html is None else html)
    for data in item.iterfind("contentSet/inlineData"):
        text = (data.text or "").strip()
        return to_page.of_any(text)
    return ""


def _data(item: Element) -> PictureData:
    """Return what an item says about its picture: caption, creators next to the credit line, rights, terms."""
    captions = [each for each in item.iterfind("contentMeta/description") if "caption" in each.get("role", "")]
    caption = text_of(captions[0]) if captions else first(item, "contentMeta/description")
    creators = _named(item, "contentMeta/creator")
    sources = _named(item, "contentMeta/infoSource") or _named(item, "itemMeta/provider")
    agency = first(item, "contentMeta/creditline") or "/".join(sources)
    hrefs = sorted(item.iterfind("contentSet/remoteContent"), key=_size, reverse=True)
    return PictureData(
        caption=caption or first(item, "contentMeta/headline"),
        line=line_of((*creators, agency or "/".join(_named(item, "rightsInfo/copyrightHolder")))),
        notice=first(item, "rightsInfo/copyrightNotice"),
        terms=tuple(_terms(item)),
        addresses=tuple(filter(None, (each.get("href", "") for each in hrefs))),
    )


def _named(item: Element, path: str) -> list[str]:
    """Return the names of parties: in ``name``, or else as a literal; a code without a name is not one."""
    found = (first(each, "name") or each.get("literal", "") or text_of(each) for each in item.iterfind(path))
    return list(dict.fromkeys(filter(None, found)))


def _terms(item: Element) -> Iterator[str]:
    for path in ("rightsInfo/usageTerms", "itemMeta/edNote", "contentMeta/edNote"):
        yield from (text for each in item.iterfind(path) if (text := text_of(each)))
    if (embargo := first(item, "itemMeta/embargoed")) and not first(item, "itemMeta/pubStatus"):
        yield f"embargoed until {embargo}"


def _size(content: Element) -> int:
    width = content.get("width", "")
    return int(width) if width.isdigit() and len(width) < 7 else 0
