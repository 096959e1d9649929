"""Write XMP packets with new values, leaving everything else unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from captions.embedded import xmp
from captions.embedded.characters import clean, decode_packet
from captions.embedded.rdf import RDF, XML, Packet, RdfNode, parse, serialize
from captions.embedded.source import Blocks
from captions.embedded.table import Field, table

_META = "{adobe:ns:meta/}xmpmeta"
_PREFIXES = {"adobe:ns:meta/": "x", RDF[1:-1]: "rdf", xmp.GUID[1:].partition("}")[0]: "xmpNote"}
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>'
FieldValues = Mapping[str, tuple[str, ...]]
Extended = list[tuple[str, bytes]]


def updated(blocks: Blocks, values: FieldValues) -> tuple[list[bytes], Extended]:
    """Return the packets of a file, the first with all these values, and its extended XMP by digest.

    A broken packet is rewritten as far as it could be read.
    """
    trees = [(parse(decode_packet(data)), data) for data in blocks.xmp]
    read = [(packet, data) for packet, data in trees if packet is not None]
    main = read[0][0] if read else Packet(RdfNode(_META, children=[RdfNode(f"{RDF}RDF")]), {})
    names = xmp.extended_names(main)
    extended, renamed = _extended(blocks, names, values, [packet for packet, _ in read])
    _set(main, _with_members([packet for packet, _ in read], values), [packet for packet, _ in read])
    out = []
    for packet, data in read:
        changed = _without(packet, values) if packet is not main else True
        changed = _rename(packet, renamed) or changed
        out.append(_packed(packet) if changed or packet.broken else data)
    return (out or [_packed(main)]), extended


def _extended(
    blocks: Blocks, names: Sequence[str], values: FieldValues, found: list[Packet]
) -> tuple[Extended, dict[str, str]]:
    """Remove properties that are now in the packet from extended XMP; return it with old and new digests."""
    extended: Extended = []
    renamed: dict[str, str] = {}
    for name in names:
        data = xmp.join(name, blocks.extended, blocks)
        packet = parse(decode_packet(data)) if data else None
        if data is None or packet is None:
            renamed[name] = ""
            continue
        found.append(packet)
        if _has_any(packet, values):
            _without(packet, values)
            data = serialize(packet, {**table().prefixes, **_PREFIXES}).encode("utf-8")
            renamed[name] = hashlib.md5(data, usedforsecurity=False).hexdigest().upper()
        extended.append((renamed.get(name, name), data))
    return extended, renamed


def _rename(packet: Packet, renamed: Mapping[str, str]) -> bool:
    """Replace digests of extended XMP in a packet, or remove those mapped to ``""``; return whether any changed."""
    if not set(xmp.extended_names(packet)) & renamed.keys():
        return False
    for node in packet.descriptions():
        name = node.attributes.pop(xmp.GUID, "")
        if name := renamed.get(name, name):
            node.attributes[xmp.GUID] = name
        for child in node.children:
            if child.tag == xmp.GUID:
                child.text = renamed.get(clean(child.text), child.text)
        node.children = [child for child in node.children if child.tag != xmp.GUID or child.text]
    return True


def _first_steps(values: FieldValues) -> set[str]:
    return {path[0] for name in values for path in table().fields[name].xmp}


def _has_any(packet: Packet, values: FieldValues) -> bool:
    names = _first_steps(values)
    return any(
        names & node.attributes.keys() or names & {child.tag for child in node.children}
        for node in packet.descriptions()
    )


def _without(packet: Packet, values: FieldValues) -> bool:
    """Remove the properties of these fields from a packet, and return whether there were any."""
    had_any = _has_any(packet, values)
    names = _first_steps(values)
    for node in packet.descriptions():
        node.attributes = {name: value for name, value in node.attributes.items() if name not in names}
        node.children = [child for child in node.children if child.tag not in names]
    return had_any


def _with_members(found: Sequence[Packet], values: FieldValues) -> FieldValues:
    """Complete structures, which are written as a whole: a licensor's new URL keeps the old name.

    If the name, a structure's first member, changes, the old members are dropped.
    """
    old = xmp.read(found)
    out = dict(values)
    fields = table().fields.values()
    for step in {path[0] for name in values for path in table().fields[name].xmp if len(path) > 1}:
        members = [field.name for field in fields if field.xmp and field.xmp[0][0] == step]
        first = members[0]
        if first not in values or values[first] == old.get(first):
            out |= {name: old[name] for name in members if name in old and name not in values}
    return out


def _set(packet: Packet, values: FieldValues, found: Sequence[Packet]) -> None:
    """Write all values into a new description at the end of a packet."""
    others = {name: _other_languages(found, table().fields[name]) for name in values}
    _without(packet, values)
    descriptions = packet.descriptions()
    about = descriptions[0].attributes.get(f"{RDF}about", "") if descriptions else ""
    new = RdfNode(f"{RDF}Description", {f"{RDF}about": about})
    structures: dict[str, RdfNode] = {}
    for name, texts in values.items():
        field = table().fields[name]
        step, last = field.xmp[0][0], field.xmp[0][-1]
        if len(field.xmp[0]) == 1:
            new.children.append(_property(last, field, texts, others[name]))
            continue
        if field.several:  # a structure for each
            items = [_structure(RdfNode(last, text=text)) for text in texts]
            new.children.append(RdfNode(step, children=[RdfNode(f"{RDF}Seq", children=items)]))
            continue
        if step not in structures:
            structures[step] = _structure()
            new.children.append(RdfNode(step, children=[RdfNode(f"{RDF}Seq", children=[structures[step]])]))
        structures[step].children.append(_property(last, field, texts, []))
    root = packet.root
    rdf = root if root.tag == f"{RDF}RDF" else next((c for c in root.children if c.tag == f"{RDF}RDF"), None)
    if rdf is None:
        rdf = RdfNode(f"{RDF}RDF")
        root.children.append(rdf)
    rdf.children.append(new)


def _structure(*members: RdfNode) -> RdfNode:
    return RdfNode(f"{RDF}li", {f"{RDF}parseType": "Resource"}, list(members))


def _property(name: str, field: Field, values: Sequence[str], others: list[RdfNode]) -> RdfNode:
    if field.form == "text":
        return RdfNode(name, text=values[0])
    if field.form == "lang":
        items = [RdfNode(f"{RDF}li", {f"{XML}lang": "x-default"}, text=values[0]), *others]
        return RdfNode(name, children=[RdfNode(f"{RDF}Alt", children=items)])
    kind = {"seq": "Seq", "bag": "Bag"}[field.form]
    return RdfNode(name, children=[RdfNode(RDF + kind, children=[RdfNode(f"{RDF}li", text=value) for value in values])])


def _other_languages(found: Sequence[Packet], field: Field) -> list[RdfNode]:
    """Return the alternatives in other languages, except those equal to the replaced value."""
    if field.form != "lang":
        return []
    items = [
        item
        for packet in found
        for node in packet.descriptions()
        for child in node.children
        if child.tag == field.xmp[0][0]
        for item in xmp.items(child)
        if item.tag == f"{RDF}li"
    ]
    defaults = [item for item in items if item.attributes.get(f"{XML}lang", "x-default").lower() == "x-default"]
    replaced = {clean(item.text) for item in defaults}
    return [item for item in items if item not in defaults and clean(item.text) not in replaced]


def _packed(packet: Packet) -> bytes:
    text = serialize(packet, {**table().prefixes, **_PREFIXES})
    return (_BEGIN + text + _END).encode("utf-8", "replace")
