"""Draw the pictures of samples/archive/: ``python samples/archive_pictures/make.py`` writes the same bytes each time.

Each is there for a code of the audit: see PICTURES. A picture's name is the one in its address on the page, but for the
one that lies here under the name of an agency's file.
"""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent
SIZE = (320, 214)
AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@dataclass(frozen=True)
class Picture:
    """A picture: what is drawn, what is embedded, and the codes that it raises."""

    name: str
    scene: int
    codes: tuple[str, ...] = ()
    xmp: Mapping[str, str] = field(default_factory=dict)
    iim: Sequence[tuple[int, str]] = ()
    crop: int = 0
    """Pixels that are cut off on each side."""


PICTURES = (
    # One picture in two articles, printed with the credits of two agencies.
    Picture("2025-06-01-12-1.jpg", 1, ("CR201",), {"photoshop:Credit": "Lena Marsh/PA Media"}),
    Picture("2026-03-25-21-1.jpg", 1, ("CR201", "CR202", "CR206"), crop=4),
    # The agency's own file of a picture that was used: its credit is another than that of the desk's copy.
    Picture("2025-08-06-14-1.jpg", 2, ("CR201",), {"photoshop:Credit": "Dewi Larkspur/Reuters"}),
    Picture("gullwing_20250806_clock.jpg", 2, ("CR201",), {"photoshop:Credit": "Cosmo Ferrand/AFP"}, crop=3),
    # Printed AP Photo/Ines Corbould.
    Picture("2024-11-15-06-1.jpg", 3, ("CR202",), {"photoshop:Credit": "Rune Askeland/EPA"}),
    # XMP and IIM tell two towns.
    Picture(
        "2026-01-18-19-1.jpg", 4, ("CR204",), {"photoshop:Credit": "Cosmo Ferrand/Reuters", "photoshop:City": "Ardle"},
        [(90, "Northgate")],
    ),
    # IIM has room for 32 bytes.
    Picture("2026-01-18-19-2.jpg", 5, ("CR205",), iim=[(110, "AP Photo/Ines Corbould for the Harbor Echo"[:32])]),
    # Stripped, and of a use; stripped, and of none.
    Picture("2025-10-11-16-1.jpg", 6, ("CR206",)),
    Picture("unnamed-scan.jpg", 7, ("CR206",)),
    # Made by AI, and no word says so; the instructions forbid sales.
    Picture(
        "2025-12-16-18-1.jpg", 8, ("CR306", "CR309"),
        {
            "photoshop:Credit": "Marten Holtfreter/Getty Images", "photoshop:Instructions": "NO SALES",
            "Iptc4xmpExt:DigitalSourceType": AI,
        },
    ),
    # As it should be.
    Picture("2026-04-27-22-1.jpg", 9, xmp={"photoshop:Credit": "Lena Marsh/PA Media", "photoshop:City": "Ardle"}),
)  # fmt: skip


def drawn(scene: int, crop: int) -> Image.Image:
    """Hills, houses and a sun, another picture for each number."""
    rng = random.Random(scene)  # noqa: S311 - pictures, no secrets
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    tints = [tuple(rng.randrange(60, 240) for _ in range(3)) for _ in range(8)]
    draw.rectangle((0, 0, *SIZE), fill=tints[0])
    x = rng.randrange(20, 260)
    draw.ellipse((x, 14, x + 48, 62), fill=(250, 228, 140))
    for tint in tints[1:4]:
        x, y = rng.randrange(-60, 240), rng.randrange(60, 120)
        draw.polygon([(x, 214), (x + rng.randrange(60, 120), y), (x + 220, 214)], fill=tint)
    for tint in tints[4:]:
        x, y = rng.randrange(0, 270), rng.randrange(90, 160)
        draw.rectangle((x, y, x + rng.randrange(24, 70), 214), fill=tint)
        draw.rectangle((x + 8, y + 10, x + 16, y + 20), fill=(40, 44, 60))
    return picture.crop((crop, crop, SIZE[0] - crop, SIZE[1] - crop))


def packet(values: Mapping[str, str]) -> bytes:
    """Return a packet of XMP."""
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f'{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def block(datasets: Sequence[tuple[int, str]]) -> bytes:
    """Return a block of IIM in Photoshop's box."""
    data = b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text.encode() for number, text in datasets)
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment of a JPEG file."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def encoded(picture: Picture) -> bytes:
    """Return the bytes of a picture's file."""
    out = io.BytesIO()
    drawn(picture.scene, picture.crop).save(out, "JPEG", quality=70)
    data = out.getvalue()
    head = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(picture.xmp)) if picture.xmp else b""
    head += segment(0xED, block(picture.iim)) if picture.iim else b""
    return data[:2] + head + data[2:]


if __name__ == "__main__":
    for picture in PICTURES:
        (FOLDER / picture.name).write_bytes(encoded(picture))
