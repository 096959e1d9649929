"""Parse XML safely, one element at a time: no custom entities, limited depth, bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, iterparse, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from captions.sources import source
from captions.sources.source import UnreadableError
from captions.sources.streams import buffered
from captions.text import tidy

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?P<xml><\?xml[^>]*>)?"
    rb"(?>(?:\s++|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*+(?:\[.*?\])?\s*+>)*)<(?:[\w.-]++:)?(?P<name>[A-Za-z][\w.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_DEEPEST = 500


def root_of(head: bytes) -> str | None:
    """Return the name of the root element without its prefix, or None if the file does not begin like XML."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    found = _ROOT.match(head)
    return found["name"].decode() if found else None


def is_declared(head: bytes) -> bool:
    """Return whether a file has an XML declaration."""
    found = _ROOT.match(head)
    return found is not None and found["xml"] is not None


def elements(stream: BinaryIO, wanted: frozenset[str], *, retained: bool = False) -> Iterator[tuple[str, Element]]:
    """Yield the outermost elements with these names, without namespaces, and free each one afterward.

    ``retained`` means that the caller keeps the elements, so the memory limit applies to their sum. Raise
    UnreadableError at broken or hostile XML, after yielding the elements before it.
    """
    parser = DefusedXMLParser(target=TreeBuilder(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    # Documents may use these entities of an external DTD, which is never fetched.
    parser.entity.update({name.removesuffix(";"): text for name, text in html5.items() if name.endswith(";")})
    counter = _LimitedReader(stream)
    stack: list[Element] = []
    inside = 0
    try:
        source = buffered(counter.fetch)
        for event, element in iterparse(source, ("start", "end"), parser=parser):  # noqa: S314 - the parser is safe
            if event == "start":
                element.tag = _local(element.tag)
                stack.append(element)
                inside += element.tag in wanted
                if len(stack) > _DEEPEST:
                    raise UnreadableError("broken XML: nested too deep")
                continue
            stack.pop()
            if element.tag in wanted:
                inside -= 1
                if not inside:
                    yield element.tag, element
                    counter.since = counter.since if retained else 0
            if not inside and stack:
                stack[-1].remove(element)
    except ParseError as error:
        line, column = error.position
        raise UnreadableError(f"broken XML: {str(error).split(':')[0]} in line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise UnreadableError("refused: XML with custom entities can be a bomb") from None
    except (LookupError, ValueError) as error:
        raise UnreadableError(f"broken XML: {error}") from None


class _LimitedReader:
    """A stream that limits the bytes read since the last wanted element, which are what stays in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.since = stream, 0

    def fetch(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.since += len(data)
        if self.since > source.LARGEST:
            raise UnreadableError(source.too_large())
        return data


def _local(tag: str) -> str:
    """Drop the namespace, except where two names would clash: ``content-encoded``, ``media-title``."""
    space, brace, name = tag.rpartition("}")
    if brace and name == "encoded":
        return "excerpt-encoded" if "excerpt" in space else "content-encoded"
    if brace and "search.yahoo.com/mrss" in space:
        return f"media-{name}"
    return name


def text_of(element: Element | None) -> str:
    """Return all text in an element as one line."""
    return tidy("".join(element.itertext())) if element is not None else ""


def first(element: Element, *paths: str) -> str:
    """Return the text of the first of these elements that is not empty, or ``""``."""
    return next((text for path in paths for each in element.iterfind(path) if (text := text_of(each))), "")


def language_in(element: Element) -> str:
    """Return the value of ``xml:lang``."""
    return element.get("{http://www.w3.org/XML/1998/namespace}lang", "")


def markup(element: Element) -> str:
    """Return the HTML inside an element."""
    inner = "".join(tostring(child, encoding="unicode", method="html") for child in element)
    return escape(element.text or "", quote=False) + inner
