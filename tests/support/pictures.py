"""Build small picture files with Pillow, and metadata blocks byte by byte."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image, features

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "GIF": ".gif", "TIFF": ".tif", "JP2": ".jp2"}
if features.check("avif"):
    FORMATS["AVIF"] = ".avif"
_PILLOW = {"JP2": "JPEG2000"}
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "own": "https://own.example/ns/",
}


def image(mode: str = "RGB", size: tuple[int, int] = (32, 24)) -> Image.Image:
    """Return a picture of a few colors, always the same."""
    picture = Image.new(mode, size)
    bands = 1 if mode == "P" else len(picture.getbands())
    for y in range(size[1]):
        for x in range(size[0]):
            shades = tuple((x * 37 + y * 11 + 60 * band) % 251 for band in range(bands))
            picture.putpixel((x, y), shades if bands > 1 else shades[0])
    return picture


def bare(form: str, **options: object) -> bytes:
    """Return a picture without metadata in a format."""
    out = io.BytesIO()
    image("P" if form == "GIF" else "RGB").save(out, _PILLOW.get(form, form), **options)
    return out.getvalue()


def xmp(inside: str, attributes: str = "", head: str = "") -> bytes:
    """Return an XMP packet with a single description."""
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return (
        f'{head}<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {names} {attributes}>{inside}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def iim(datasets: Sequence[tuple[int, bytes]], record: int = 2) -> bytes:
    """Return a block of datasets in a single record."""
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(data)) + data for number, data in datasets)


UTF8 = iim([(90, b"\x1b%G")], record=1)


def resources(block: bytes | None, digest: bytes | None = None, others: bytes = b"") -> bytes:
    """Return Photoshop resources with IIM."""
    out = others
    if block is not None:
        out += resource(0x0404, block)
    if digest is not None:
        out += resource(0x0425, digest)
    return out


def resource(number: int, data: bytes) -> bytes:
    """Return a Photoshop resource."""
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def exif(texts: Mapping[int, bytes], inner: Mapping[int, bytes] | None = None, order: str = "<") -> bytes:
    """Return an EXIF block with texts in its first directory and its EXIF directory."""
    data = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    first = _directory(8, dict(texts), order, bool(inner))
    if inner:
        first += _directory(8 + len(first), dict(inner), order, False)
    return data + first


def _directory(place: int, texts: Mapping[int, bytes], order: str, pointer: bool) -> bytes:
    count = len(texts) + pointer
    tail = place + 2 + 12 * count + 4
    rows: dict[int, bytes] = {}
    values = b""
    for tag, value in texts.items():
        data = value + b"\0"
        head = struct.pack(order + "HHI", tag, 2, len(data))
        if len(data) <= 4:
            rows[tag] = head + data.ljust(4, b"\0")
        else:
            rows[tag] = head + struct.pack(order + "I", tail + len(values))
            values += data
    if pointer:
        rows[0x8769] = struct.pack(order + "HHII", 0x8769, 4, 1, tail + len(values))
    return struct.pack(order + "H", count) + b"".join(rows[tag] for tag in sorted(rows)) + b"\0" * 4 + values


def segment(marker: int, data: bytes) -> bytes:
    """Return a JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"


def jpeg(
    packets: Sequence[bytes] = (),
    box: bytes = b"",
    block: bytes = b"",
    *,
    header: bytes = XMP_HEADER,
    more: Sequence[bytes] = (),
) -> bytes:
    """Return a JPEG with XMP packets, Photoshop resources, EXIF and more segments."""
    picture = bare("JPEG")
    inside = [segment(0xE1, b"Exif\0\0" + block)] if block else []
    inside += [segment(0xE1, header + packet) for packet in packets]
    inside += [segment(0xED, b"Photoshop 3.0\0" + box[at : at + 65_000]) for at in range(0, len(box), 65_000)]
    return picture[:2] + b"".join([*inside, *more]) + picture[2:]


def extended(packet: bytes, guid: str | None = None, room: int = 40_000) -> list[bytes]:
    """Return segments of extended XMP."""
    name = (guid or hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()).encode()
    head = b"http://ns.adobe.com/xmp/extension/\0" + name
    return [
        segment(0xE1, head + struct.pack(">II", len(packet), at) + packet[at : at + room])
        for at in range(0, len(packet), room)
    ]


def guid(packet: bytes) -> str:
    """Return the property in which a packet names its extended XMP."""
    return hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    """Return a PNG with chunks after its header."""
    picture = bare("PNG")
    return picture[:33] + b"".join(chunks) + picture[33:]


def raw_profile(kind: bytes, data: bytes) -> bytes:
    """Return a profile as ImageMagick writes it into a PNG."""
    text = b"\n%s\n%8d\n%s\n" % (kind, len(data), data.hex().encode())
    return chunk(b"zTXt", b"Raw profile type " + kind + b"\0\0" + zlib.compress(text))


def psd(box: bytes) -> bytes:
    """Return the beginning of a PSD file of 32 by 24."""
    return b"8BPS" + struct.pack(">H6sHIIHH", 1, b"", 3, 24, 32, 8, 3) + struct.pack(">II", 0, len(box)) + box


def box(kind: bytes, data: bytes) -> bytes:
    """Return a box of a HEIC file."""
    return struct.pack(">I4s", 8 + len(data), kind) + data


def heic(packet: bytes, block: bytes, places: bytes | None = None) -> bytes:
    """Return a HEIC file of 32 by 24 without a picture, with XMP and EXIF as items at the given places."""
    kinds = (1, b"Exif\0"), (2, b"mime\0application/rdf+xml\0")
    items = b"".join(box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + kind) for number, kind in kinds)
    size = box(b"iprp", box(b"ipco", box(b"ispe", struct.pack(">III", 0, 32, 24))))
    contents = [struct.pack(">I", 6) + b"Exif\0\0" + block, packet]
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        rows, at = b"", start
        for number, data in enumerate(contents, 1):
            rows += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        listed = b"\x44\0" + struct.pack(">H", 2) + rows if places is None else places
        inside = box(b"iinf", b"\0\0\0\0\0\2" + items) + box(b"iloc", b"\0\0\0\0" + listed) + size
        return box(b"meta", b"\0\0\0\0" + inside)

    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", b"".join(contents))


SIGNED = jpeg(more=[segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb\0\0\0\0c2pa")])
"""A JPEG with content credentials, as far as they are read."""
