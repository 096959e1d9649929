"""Read NewsML 1 deliveries: each news item with its text, its pictures, and their captions and credit lines."""

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

_PICTURES = ("photo", "picture", "image", "graphic")


def read_newsml1(stream: BinaryIO, name: str, options: Options) -> Read:
    """Read one article per news item."""
    named, number = RecordNames(name), 0
    for number, (_, item) in enumerate(elements(stream, frozenset(("NewsItem",))), 1):
        yield from _of_item(item, named, number, name)
    if not number:
        raise UnreadableError("no article in it: the NewsML 1 delivery has no news item")


def _of_item(item: Element, named: RecordNames, number: int, name: str) -> Read:
    top = item.find("NewsComponent")
    components = list(_components(top)) if top is not None else []
    pictures = [component for component in components if _is_picture(component)]
    below = {id(inner) for picture in pictures for inner in picture.iter("NewsComponent")}
    texts = [each for each in components if id(each) not in below and not _is_caption(each)]
    headline = next((found for each in texts if (found := first(each, "NewsLines/HeadLine"))), "")
    headline = headline or first(item, ".//NewsLines/HeadLine")
    facts = Facts(
        url=None,
        headline=headline or None,
        published=day_of(_day(first(item, ".//DateLabel", "NewsManagement/FirstCreated"))),
        publication=next(iter(_parties(item, ".//Provider/Party")), None),
        language=language_of(_formal(item, ".//DescriptiveMetadata/Language") or language_in(item)),
    )
    body = "\n".join(part for each in texts for part in _texts(each))
    captions = [text for each in components if id(each) not in below and _is_caption(each) for text in _plain(each)]
    loose = captions[0] if len(pictures) == 1 and captions else ""
    body = with_pictures(body, [RecordPicture(_data(picture, item, loose)) for picture in pictures])
    html = to_page.page(body, headline, facts.language) if body else ""
    ident = first(item, "Identification/NewsIdentifier/NewsItemId") or None
    yield make(html, facts, ident, named, number, f"{name}#{ident or number}")


def _components(component: Element) -> Iterator[Element]:
    """Yield a component and those in it, in order."""
    yield component
    for inner in component.iterfind("NewsComponent"):
        yield from _components(inner)


def _formal(element: Element, path: str) -> str:
    return next((name for each in element.iterfind(path) if (name := each.get("FormalName", ""))), "")


def _is_picture(component: Element) -> bool:
    """Return whether a component is a picture: by its role, or by the media type of its own content."""
    own = component.findall("ContentItem")
    kinds = [_formal(component, "Role"), *(_formal(each, "MediaType") for each in own)]
    kinds += [_formal(each, "MimeType") for each in own]
    return any(kind.casefold().startswith(_PICTURES) or "picture" in kind.casefold() for kind in kinds)


def _is_caption(component: Element) -> bool:
    return "caption" in _formal(component, "Role").casefold()


def _texts(component: Element) -> Iterator[str]:
    """Yield the texts of a component as HTML: NITF, XHTML or plain."""
    for content in component.iterfind("ContentItem/DataContent"):
        nitf = content.find("nitf")
        if nitf is not None:
            page, _ = page_of(nitf)
            yield page[page.find("<article>") + 9 : page.rfind("</article>")].split("</h1>", 1)[-1]
            continue
        html = content.find(".//body")
        if html is not None or len(content):
            yield markup(content if html is None else html)
        elif text := (content.text or "").strip():
            yield to_page.of_any(text)


def _plain(component: Element) -> Iterator[str]:
    yield from (text for each in component.iterfind("ContentItem/DataContent") if (text := text_of(each)))


def _data(picture: Element, item: Element, caption: str) -> PictureData:
    captions = [text for each in _components(picture) if _is_caption(each) for text in _plain(each)]
    creators = _parties(picture, "AdministrativeMetadata/Creator/Party")
    creators = creators or [text for each in picture.iterfind("NewsLines/ByLine") if (text := text_of(each))]
    agencies = _parties(picture, "AdministrativeMetadata/Source/Party")
    agencies = agencies or _parties(picture, "AdministrativeMetadata/Provider/Party")
    hrefs = (each.get("Href", "") for each in picture.iter("ContentItem"))
    return PictureData(
        caption=next(iter(captions), "")
        or caption
        or next(_plain(picture), "")
        or first(picture, "NewsLines/HeadLine"),
        line=line_of((*creators, first(picture, "NewsLines/CreditLine") or "/".join(agencies))),
        notice=first(picture, "NewsLines/CopyrightLine") or first(picture, "RightsMetadata/Copyright/CopyrightHolder"),
        terms=tuple(_terms(picture, item)),
        addresses=tuple(href for href in hrefs if href),
    )


def _terms(picture: Element, item: Element) -> Iterator[str]:
    for rights in picture.iterfind("RightsMetadata/UsageRights"):
        texts = [text for name in ("UsageType", "Geography", "Limitations") if (text := first(rights, name))]
        if texts:
            yield ", ".join(texts)
    yield from (text for each in picture.iterfind("NewsLines/RightsLine") if (text := text_of(each)))
    yield from (text for each in picture.iterfind("NewsLines/NewsLine/NewsLineText") if (text := text_of(each)))
    yield from (text for each in item.iterfind("NewsManagement/Instruction") if (text := text_of(each)))


def _parties(element: Element, path: str) -> list[str]:
    names = (each.get("FormalName") or text_of(each) for each in element.iterfind(path))
    return list(dict.fromkeys(filter(None, names)))


def _day(text: str) -> str:
    """Return a basic ISO date in the extended form: ``20240504T080000`` gives ``2024-05-04``."""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if text[:8].isdigit() else text
