"""XMP: packets -> fields. Extended XMP is joined to the packet that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from captions.embedded.characters import clean, decode_packet
from captions.embedded.rdf import RDF, XML, Node, Packet, parse
from captions.embedded.source import LARGEST, Blocks, Piece
from captions.embedded.table import Field, table

_MOST_EXTENDED = 8
GUID = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"
_LISTS = (f"{RDF}Bag", f"{RDF}Seq", f"{RDF}Alt")
_DESCRIPTION, _ITEM, _VALUE, _RESOURCE = f"{RDF}Description", f"{RDF}li", f"{RDF}value", f"{RDF}resource"
_LANGUAGE, _DEFAULT = f"{XML}lang", "x-default"


def packets(blocks: Blocks) -> list[Packet]:
    """The packets of a file as trees; extended XMP behind the packet that names it."""
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
        blocks.note("extended XMP belongs to no packet here: not read")
    return found


def join(guid: str, pieces: Sequence[Piece], blocks: Blocks) -> bytes | None:
    """The extended XMP of this name; None, and a note, where it is not whole, or not what its name says."""
    own = sorted((piece for piece in pieces if piece.guid == guid), key=lambda piece: piece.place)
    length = own[0].length if own else 0
    if length > LARGEST:
        blocks.note(f"extended XMP of {length} bytes is too large: not read")
        return None
    parts: list[bytes] = []
    at = 0
    for piece in own:
        if piece.place == at:  # a piece may stand there twice
            parts.append(piece.data)
            at += len(piece.data)
    joined = b"".join(parts)
    if not own or at != length:
        blocks.note("extended XMP is incomplete: not read")
        return None
    if hashlib.md5(joined, usedforsecurity=False).hexdigest().upper() != guid.upper():
        blocks.note("extended XMP is not what its digest says: not read")
        return None
    return joined


def read(found: Sequence[Packet]) -> dict[str, tuple[str, ...]]:
    """Fields by name; of a field that several packets tell, the first packet's value."""
    told: dict[str, tuple[str, ...]] = {}
    for packet in found:
        for node in packet.descriptions():
            for name, field in table().fields.items():
                values = () if name in told else _field(node, field)
                if values:
                    told[name] = values
    return told


def _parsed(data: bytes, blocks: Blocks) -> Packet | None:
    packet = parse(decode_packet(data))
    if packet is None:
        if data.strip(b"\0 \r\n"):
            blocks.note("XMP is broken: nothing was read from it")
    elif packet.broken:
        blocks.note(f"XMP is broken: read as far as it goes: {packet.broken}")
    return packet


def _field(node: Node, field: Field) -> tuple[str, ...]:
    for path in field.xmp:
        nodes = [node]
        for step in path[:-1]:
            nodes = [item for n in nodes for child in _children(n, step) for item in items(child)]
        found = [value for n in nodes for value in property_values(n, path[-1], field) if value]
        if found:
            return tuple(found) if field.several else (found[0],)
    return ()


def extended_names(packet: Packet) -> list[str]:
    """The names (digests) of the extended XMP that belongs to a packet."""
    return [value for node in packet.descriptions() for value in property_values(node, GUID)]


def property_values(node: Node, name: str, field: Field | None = None) -> Iterator[str]:
    """The values of a property of a description or a structure, be it an attribute or an element."""
    if name in node.attributes:
        yield clean(node.attributes[name])
    for child in _children(node, name):
        found = items(child)
        if field is not None and field.form == "lang":
            found = sorted(found, key=lambda item: item.attributes.get(_LANGUAGE, "").lower() != _DEFAULT)
        yield from map(text, found)


def items(node: Node) -> list[Node]:
    """The items of a list; a value that is no list is its only item."""
    lists = [child for child in node.children if child.tag in _LISTS]
    return [item for child in lists for item in child.children if item.tag == _ITEM] if lists else [node]


def text(node: Node) -> str:
    """The text of a value: its own, the address it names, or the one that qualifiers stand beside."""
    for holder in (node, *(child for child in node.children if child.tag == _DESCRIPTION)):
        if _RESOURCE in holder.attributes:
            return clean(holder.attributes[_RESOURCE])
        if _VALUE in holder.attributes:
            return clean(holder.attributes[_VALUE])
        for child in holder.children:
            if child.tag == _VALUE:
                return clean(child.text or child.attributes.get(_RESOURCE, ""))
    return clean(node.text) if not node.children else ""


def _children(node: Node, name: str) -> Iterator[Node]:
    """Child elements of this name, also where a structure has a description of its own inside."""
    for child in node.children:
        if child.tag == name:
            yield child
        elif child.tag == _DESCRIPTION:
            if name in child.attributes:
                yield Node(name, text=child.attributes[name])
            yield from (inner for inner in child.children if inner.tag == name)
