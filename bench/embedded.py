"""Measure how fast embedded metadata is read from files on one core."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image

from bench.timing import best, line
from captions.embedded import Fields, read, stamp

_PICTURES = 400
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


def run() -> None:
    """Print pictures per second for four formats with XMP, two of them with IIM."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        picture = Image.effect_noise((900, 600), 50).convert("RGB")
        for kind, suffix in (("JPEG", "jpg"), ("PNG", "png"), ("WebP", "webp"), ("TIFF", "tif")):
            out = io.BytesIO()
            picture.save(out, kind)
            (folder / f"bare.{suffix}").write_bytes(out.getvalue())
            stamp(folder / f"bare.{suffix}", folder / f"stamped.{suffix}", _VALUES)
            stamped = (folder / f"stamped.{suffix}").read_bytes()
            for number in range(_PICTURES // 4):
                paths.append(folder / f"{number}.{suffix}")
                paths[-1].write_bytes(stamped)
        took = best(lambda: [read(path) for path in paths])
        pillow = best(lambda: [_pillow(path) for path in paths], runs=2)
    line("embedded.read", len(paths) / took, "pictures/s", "Pillow's getexif and getxmp", len(paths) / pillow)
