"""XML -> elements, one after the other and safely: no entities of its own, no endless depth, never a whole file."""

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
    rb"(?:\xef\xbb\xbf)?\s*(?P<xml><\?xml[^>]*>)?(?:\s|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>)*<(?:[\w.-]+:)?(?P<name>[A-Za-z][\w.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_DEEPEST = 500


def root_of(head: bytes) -> str | None:
    """The name of the root element, without its prefix; None of what does not begin as XML does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    found = _ROOT.match(head)
    return found["name"].decode() if found else None


def is_declared(head: bytes) -> bool:
    """Whether a file says that it is XML."""
    found = _ROOT.match(head)
    return found is not None and found["xml"] is not None


def elements(stream: BinaryIO, wanted: frozenset[str], *, held: bool = False) -> Iterator[tuple[str, Element]]:
    """The outermost elements of these names with their names, as they end, without namespaces; then they are let go.

    ``held``: the caller keeps them, so that all of them count for what may lie in memory. Raises UnreadableError where
    the XML is broken or hostile; what ended before has been given.
    """
    parser = DefusedXMLParser(target=TreeBuilder(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    # A document with a DTD elsewhere, which is never fetched, may name these.
    parser.entity.update({name.removesuffix(";"): text for name, text in html5.items() if name.endswith(";")})
    counted = _Counted(stream)
    stack: list[Element] = []
    inside = 0
    try:
        source = buffered(counted.take)
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
                    counted.since = counted.since if held else 0
            if not inside and stack:
                stack[-1].remove(element)
    except ParseError as error:
        line, column = error.position
        raise UnreadableError(f"broken XML: {str(error).split(':')[0]} in line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise UnreadableError("XML with entities of its own, which can be a bomb; not read") from None
    except (LookupError, ValueError) as error:
        raise UnreadableError(f"broken XML: {error}") from None


class _Counted:
    """Counts what was read since the last element that was wanted: that is what lies in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.since = stream, 0

    def take(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.since += len(data)
        if self.since > source.LARGEST:
            raise UnreadableError(source.too_large())
        return data


def _local(tag: str) -> str:
    """``{http://...}encoded`` gives ``encoded``; the clashes of names that matter are kept: ``content-encoded``."""
    space, brace, name = tag.rpartition("}")
    if brace and name == "encoded":
        return "excerpt-encoded" if "excerpt" in space else "content-encoded"
    if brace and "search.yahoo.com/mrss" in space:
        return f"media-{name}"
    return name


def said(element: Element | None) -> str:
    """All text in an element, in one line."""
    return tidy("".join(element.itertext())) if element is not None else ""


def first(element: Element, *paths: str) -> str:
    """The text of the first of these that says anything."""
    return next((text for path in paths for one in element.iterfind(path) if (text := said(one))), "")


def language_in(element: Element) -> str:
    """The language that an element gives of itself."""
    return element.get("{http://www.w3.org/XML/1998/namespace}lang", "")


def markup(element: Element) -> str:
    """The HTML in an element, without it."""
    inner = "".join(tostring(child, encoding="unicode", method="html") for child in element)
    return escape(element.text or "", quote=False) + inner
