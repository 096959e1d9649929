"""Parse XMP packets into small trees within limits, and serialize them; DTDs, entities and URLs are never followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
_DEEPEST = 64
_NODES = 100_000
"""The limit on elements and attributes in a packet; the largest real ones have a few thousand."""
_CHUNK = 1 << 16
_START = re.compile(r"<(?:[\w.-]+:)?(?:xmpmeta|xapmeta|RDF)[\s>]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class RdfNode:
    """An element: its name with namespace, ``{http://purl.org/dc/elements/1.1/}creator``, and its content."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[RdfNode] = field(default_factory=list)
    text: str = ""

    def walk(self) -> Iterator[RdfNode]:
        """Yield this node and all nodes below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Packet:
    """A packet as a tree: its root, and the prefixes it uses."""

    root: RdfNode
    prefixes: dict[str, str]
    """Namespace -> prefix."""
    broken: str = ""
    """Why part of the packet was not read, or ``""``."""

    def descriptions(self) -> list[RdfNode]:
        """Return the elements that describe the picture."""
        at = [self.root] if self.root.tag == f"{RDF}RDF" else [c for c in self.root.children if c.tag == f"{RDF}RDF"]
        return [child for rdf in at for child in rdf.children if child.tag == f"{RDF}Description"]


class _TooMuchError(Exception):
    pass


class _TreeBuilder:
    """The parser's target, which stops it at too many nodes."""

    def __init__(self) -> None:
        self.root: RdfNode | None = None
        self.open: list[RdfNode] = []
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1 + len(attributes)
        if self.count > _NODES or len(self.open) >= _DEEPEST:
            raise _TooMuchError
        node = RdfNode(tag, dict(attributes))
        if self.open:
            self.open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self.open.append(node)

    def data(self, text: str) -> None:
        if self.open and not self.open[-1].children:  # text after a child is white space in RDF
            self.open[-1].text += text

    def end(self, tag: str) -> None:
        self.open.pop()

    def close(self) -> RdfNode | None:
        return self.root


def parse(text: str) -> Packet | None:
    """Return the tree of a packet as far as it can be read, or None."""
    if "<!DOCTYPE" in text[:_CHUNK] or "<!ENTITY" in text:
        return Packet(RdfNode(f"{RDF}RDF"), {}, "it declares entities, which XMP never does")
    start = _START.search(text)
    if start is None:
        return None
    end = text.rfind(">") + 1
    text = _NOT_XML.sub("", text[start.start() : end])
    builder = _TreeBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    prefixes: dict[str, str] = {}
    parser.parser.StartNamespaceDeclHandler = lambda prefix, uri: prefixes.setdefault(uri or "", prefix or "")
    broken = ""
    try:
        for at in range(0, len(text), _CHUNK):
            parser.feed(text[at : at + _CHUNK])
        parser.close()
    except ParseError as error:
        # Some programs append data after the end, which does not matter.
        broken = "" if "junk after document element" in str(error) else str(error)
    except DefusedXmlException:
        broken = "it declares entities, which XMP never does"
    except _TooMuchError:
        broken = f"it has more than {_NODES:,} elements, or more than {_DEEPEST} levels deep"
    except ValueError as error:
        broken = str(error)
    return None if builder.root is None else Packet(builder.root, prefixes, broken)


def serialize(packet: Packet, prefixes: dict[str, str]) -> str:
    """Return the tree as XML, with the packet's own prefixes before the given ones."""
    names = _XmlPrefixes({**prefixes, **{uri: p for uri, p in packet.prefixes.items() if uri and p}})
    body = _element(packet.root, names)
    declared = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for uri, prefix in sorted(names.used.items()))
    return re.sub(r"^(<[^\s/>]+)", lambda found: found[1] + declared, body, count=1)


class _XmlPrefixes:
    def __init__(self, prefixes: dict[str, str]) -> None:
        self.known = {}
        reserved = {"xml", "xmlns"}
        for uri, prefix in prefixes.items():
            if prefix not in reserved and re.fullmatch(r"[A-Za-z_][\w.-]*", prefix):
                self.known[uri] = prefix
                reserved.add(prefix)
        self.reserved = reserved
        self.used: dict[str, str] = {}

    def short(self, tag: str) -> str:
        uri, _, name = tag.removeprefix("{").rpartition("}")
        if not uri:
            return name
        if uri == XML[1:-1]:
            return f"xml:{name}"
        if uri not in self.known:
            number = 1
            while f"ns{number}" in self.reserved:
                number += 1
            self.known[uri] = f"ns{number}"
            self.reserved.add(f"ns{number}")
        self.used[uri] = self.known[uri]
        return f"{self.known[uri]}:{name}"


def _element(node: RdfNode, names: _XmlPrefixes) -> str:
    name = names.short(node.tag)
    attributes = "".join(f" {names.short(key)}={quoteattr(value)}" for key, value in node.attributes.items())
    inside = "".join(_element(child, names) for child in node.children)
    if not inside:
        inside = escape(node.text)
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"
