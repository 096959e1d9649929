"""Measure how fast embedded metadata is read from files on one core."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from bench.figures import Row
from bench.setup import Setup
from bench.timing import in_turn
from captions.embedded import Fields, read, stamp

_FORMATS = {
    "JPEG with XMP and IIM": "jpg",
    "PNG with XMP": "png",
    "WebP with XMP": "webp",
    "TIFF with XMP and IIM": "tif",
}
_VALUES = Fields(
    creators=("Odalys Fenwick",),
    creator_job_title="Staff",
    credit_line="Odalys Fenwick/AFP via Getty",
    source="AFP",
    copyright_notice="© 2024 AFP",
    caption="Islanders queue on the new floating pontoon at Pier Two as the first ferry of the season comes in. " * 4,
    headline="The ferry is back",
    instructions="NO SALES, NO ARCHIVES",
    web_statement="https://rights.example/terms",
    licensor_name="AFP",
    licensor_url="https://license.example/1",
    city="Harbor City",
    country="Noreg",
    country_code="NOR",
    keywords=tuple(f"keyword {n}" for n in range(20)),
)


def _pillow(path: Path) -> object:
    """Read EXIF and XMP with Pillow's own functions, without IIM or merging."""
    with Image.open(path) as image:
        return dict(image.getexif()), image.getxmp()


def run(setup: Setup) -> Iterator[Row]:
    """Yield pictures per second for each format; JPEG also without IIM, which Pillow does not read."""
    picture = Image.effect_noise((900, 600), 50).convert("RGB")
    stamped = {}
    for name, suffix in _FORMATS.items():
        bare, out = (setup.folder / f"{word}.{suffix}" for word in ("bare", "stamped"))
        picture.save(bare)
        stamp(bare, out, _VALUES)
        stamped[name] = out.read_bytes()
    stamped["JPEG with XMP"] = _without_iim(picture, stamped["JPEG with XMP and IIM"])
    for name, content in stamped.items():
        paths = [setup.folder / f"{number}.picture" for number in range(setup.sizes.files + 1)]
        for path in paths:
            path.write_bytes(content)
        took = in_turn({"ours": read, "pillow": _pillow}, paths, setup.sizes.runs)
        rate, pillow = (setup.sizes.files / took[reader].again for reader in ("ours", "pillow"))
        yield Row(name, rate, "pictures/s", "Pillow's getexif and getxmp", pillow)


def _without_iim(picture: Image.Image, stamped: bytes) -> bytes:
    """Return the picture as JPEG with the XMP of another JPEG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(stamped)) as other:
        picture.save(out, "JPEG", xmp=other.info["xmp"])
    return out.getvalue()
