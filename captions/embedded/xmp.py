"""Read fields from XMP packets and the extended XMP that they refer to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from captions.embedded.characters import clean, decode_packet, legible
from captions.embedded.rdf import RDF, XML, Packet, RdfNode, parse
from captions.embedded.source import LARGEST, Blocks, Piece
from captions.embedded.table import Field, table

_MOST_EXTENDED = 8
GUID = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"
_LISTS = (f"{RDF}Bag", f"{RDF}Seq", f"{RDF}Alt")
_DESCRIPTION, _ITEM, _VALUE, _RESOURCE = f"{RDF}Description", f"{RDF}li", f"{RDF}value", f"{RDF}resource"
_LANGUAGE, _DEFAULT = f"{XML}lang", "x-default"


def packets(blocks: Blocks) -> list[Packet]:
    """Return the packets of a file as trees, followed by the extended XMP that they refer to."""
    found: list[Packet] = []
    guids: list[str] = []
    for data in blocks.xmp:
        packet = _parsed(data, blocks)
        if packet is not None:
            found.append(packet)
            guids += extended_names(packet)
    for guid in list(dict.fromkeys(guids))[:_MOST_EXTENDED]:
        joined = join(guid, blocks.extended, blocks)
        packet = _parsed(joined, blocks) if joined else None
        if packet is not None:
            found.append(packet)
    if any(piece.guid not in guids for piece in blocks.extended):
        blocks.note("extended XMP does not belong to any packet: not read")
    return found


def join(guid: str, pieces: Sequence[Piece], blocks: Blocks) -> bytes | None:
    """Join the extended XMP with this digest; note a problem and return None if it is incomplete or differs."""
    own = sorted((piece for piece in pieces if piece.guid == guid), key=lambda piece: piece.place)
    length = own[0].length if own else 0
    if length > LARGEST:
        blocks.note(f"extended XMP of {length} bytes is too large: not read")
        return None
    parts: list[bytes] = []
    at = 0
    for piece in own:
        if piece.place == at:  # a piece may appear twice
            parts.append(piece.data)
            at += len(piece.data)
    joined = b"".join(parts)
    if not own or at != length:
        blocks.note("extended XMP is incomplete: not read")
        return None
    if hashlib.md5(joined, usedforsecurity=False).hexdigest().upper() != guid.upper():
        blocks.note("extended XMP does not match its digest: not read")
        return None
    return joined


def read(found: Sequence[Packet]) -> dict[str, tuple[str, ...]]:
    """Return the fields by name; the first packet with a value wins."""
    fields: dict[str, tuple[str, ...]] = {}
    for packet in found:
        for node in packet.descriptions():
            for name, field in table().fields.items():
                values = () if name in fields else _field(node, field)
                if values:
                    fields[name] = values
    return fields


def _parsed(data: bytes, blocks: Blocks) -> Packet | None:
    packet = parse(decode_packet(data))
    if packet is None:
        if data.strip(b"\0 \r\n"):
            blocks.note("XMP is broken: nothing was read from it")
    elif packet.broken:
        blocks.note(f"XMP is broken: read up to the error: {packet.broken}")
    return packet


def _field(node: RdfNode, field: Field) -> tuple[str, ...]:
    for path in field.xmp:
        nodes = [node]
        for step in path[:-1]:
            nodes = [item for n in nodes for child in _children(n, step) for item in items(child)]
        found = [value for n in nodes for value in property_values(n, path[-1], field) if clean(value)]
        if found:
            return tuple(found) if field.several else (found[0],)
    return ()


def extended_names(packet: Packet) -> list[str]:
    """Return the digests of the extended XMP that a packet refers to."""
    return [value for node in packet.descriptions() for value in property_values(node, GUID)]


def property_values(node: RdfNode, name: str, field: Field | None = None) -> Iterator[str]:
    """Yield the values of a property, which may be an attribute or an element."""
    if name in node.attributes:
        yield legible(node.attributes[name])
    for child in _children(node, name):
        found = items(child)
        if field is not None and field.form == "lang":
            found = sorted(found, key=lambda item: item.attributes.get(_LANGUAGE, "").lower() != _DEFAULT)
        yield from map(text, found)


def items(node: RdfNode) -> list[RdfNode]:
    """Return the items of a list; a value that is not a list is its only item."""
    lists = [child for child in node.children if child.tag in _LISTS]
    return [item for child in lists for item in child.children if item.tag == _ITEM] if lists else [node]


def text(node: RdfNode) -> str:
    """Return the text of a value: its own, its resource URL, or its ``rdf:value`` among qualifiers."""
    for holder in (node, *(child for child in node.children if child.tag == _DESCRIPTION)):
        if _RESOURCE in holder.attributes:
            return legible(holder.attributes[_RESOURCE])
        if _VALUE in holder.attributes:
            return legible(holder.attributes[_VALUE])
        for child in holder.children:
            if child.tag == _VALUE:
                return legible(child.text or child.attributes.get(_RESOURCE, ""))
    return legible(node.text) if not node.children else ""


def _children(node: RdfNode, name: str) -> Iterator[RdfNode]:
    """Yield child elements with this name, including those in a nested description."""
    for child in node.children:
        if child.tag == name:
            yield child
        elif child.tag == _DESCRIPTION:
            if name in child.attributes:
                yield RdfNode(name, text=child.attributes[name])
            yield from (inner for inner in child.children if inner.tag == name)
