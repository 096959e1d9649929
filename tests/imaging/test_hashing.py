"""Recognize variations of drawn pictures as the same picture; refuse hostile files."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from captions.errors import InputError
from captions.imaging.hashing import NEAR, bands, hamming, hashes, near_band, of_image
from tests.support import pictures as p

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 40


def scene(number: int, size: tuple[int, int] = (480, 320)) -> Image.Image:
    """Draw a picture that differs for each number: a sky, hills, houses, a sun."""
    rng = random.Random(number)  # noqa: S311 - pictures, no secrets
    width, height = size
    picture = Image.linear_gradient("L").resize(size)
    tint = [rng.randrange(30, 225) for _ in range(2)]
    picture = ImageOps.colorize(picture.rotate(rng.choice((0, 180))), (tint[0], 60, 90), (200, tint[1], 230))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.randrange(9, 16)):
        x, y = rng.randrange(-40, width), rng.randrange(-40, height)
        box = (x, y, x + rng.randrange(30, width // 2), y + rng.randrange(30, height // 2))
        fill = tuple(rng.randrange(256) for _ in range(3))
        kind = rng.randrange(3)
        if kind == 0:
            draw.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) // 2, box[1])], fill=fill)
        elif kind == 1:
            draw.ellipse(box, fill=fill)
        else:
            draw.rectangle(box, fill=fill)
    return picture


def saved(picture: Image.Image, form: str = "JPEG", **options: int) -> bytes:
    """Return a picture in a file format."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _cropped(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 40, height // 40, width - width // 40, height - height // 40))


def _marked(picture: Image.Image) -> Image.Image:
    out = picture.copy()
    ImageDraw.Draw(out).text((260, 290), "SAMPLE AGENCY", fill="white", font_size=22)
    return out


VARIATIONS: dict[str, Callable[[Image.Image], bytes]] = {
    "scaled": lambda it: saved(it.resize((211, 141)), quality=88),
    "recompressed": lambda it: saved(it, quality=25),
    "cropped by 5 %": lambda it: saved(_cropped(it), quality=88),
    "brightened": lambda it: saved(ImageEnhance.Brightness(it).enhance(1.2), quality=88),
    "watermark": lambda it: saved(_marked(it), quality=88),
    "border": lambda it: saved(ImageOps.expand(it, 18, "white"), quality=88),
    "another format": lambda it: saved(it.quantize(64), "PNG"),
}


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_variation_is_the_same_picture(name: str) -> None:
    found = 0
    for number in range(COUNT):
        first, other = hashes(saved(scene(number), quality=90)), hashes(VARIATIONS[name](scene(number)))
        assert first is not None
        assert other is not None
        found += first.same(other)
    assert found >= 0.95 * COUNT


def test_other_pictures_and_mirror_images_differ() -> None:
    all_of_them = [hashes(saved(scene(number))) for number in range(COUNT)]
    mirrored = [hashes(saved(ImageOps.mirror(scene(number)))) for number in range(COUNT)]
    both = [it for it in all_of_them + mirrored if it is not None]
    assert len(both) == 2 * COUNT
    assert not [1 for at, first in enumerate(both) for other in both[at + 1 :] if first.same(other)]


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_exif_orientation_is_applied(orientation: int) -> None:
    turned = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    scene(1).transpose(turned[orientation]).save(out, "JPEG", exif=exif)
    first, other = hashes(saved(scene(1))), hashes(out.getvalue())
    assert first is not None
    assert other is not None
    assert first.same(other)


@pytest.mark.parametrize("form", p.FORMATS)
def test_formats_are_decoded(form: str) -> None:
    first, other = hashes(saved(scene(4), "PNG")), hashes(saved(scene(4), {"JP2": "JPEG2000"}.get(form, form)))
    assert first is not None
    assert other is not None
    assert first.same(other)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "F"])
@pytest.mark.parametrize("size", [(900, 600), (32, 24), (700, 1), (1, 700), (1, 1)])
def test_all_modes_and_sizes_are_hashed(mode: str, size: tuple[int, int]) -> None:
    of_image(scene(5).resize(size).convert("L").convert(mode if mode != "I;16" else "I").convert(mode))


def test_transparent_areas_are_white() -> None:
    picture = scene(2)
    clear = picture.convert("RGBA")
    clear.putalpha(Image.new("L", picture.size, 0))
    assert hashes(saved(clear, "PNG")) is None


@pytest.mark.parametrize("tone", ["black", "white", (120, 130, 140)])
def test_a_picture_of_one_tone_has_no_hash(tone: str) -> None:
    assert hashes(saved(Image.new("RGB", (300, 200), tone))) is None


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG whose header claims a large size."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + p.chunk(b"IHDR", head) + p.chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cannot be decoded"),
        (b"Hello.", "cannot be decoded"),
        (saved(scene(3))[:900], "cannot be decoded"),
        (p.bare("PNG")[:60], "cannot be decoded"),
        (b"GIF89a" + b"\xff" * 40, "cannot be decoded"),
        (bomb(10_000, 10_000), "10000 × 10000 is too large"),
        (bomb(60_000, 60_000), "too large"),
        (bomb(100, 100), "cannot be decoded"),
    ],
    ids=["empty", "text", "cut", "cut png", "noise", "100 Mpx", "3,600 Mpx", "no pixels"],
)
def test_hostile_files_are_reported_in_one_line(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(InputError, match=reason) as raised:
        hashes(path)
    assert str(raised.value).startswith(str(path))
    assert len(str(raised.value).splitlines()) == 1


def test_bands_find_all_near_hashes() -> None:
    rng = random.Random(7)  # noqa: S311 - hashes, no secrets
    for _ in range(200):
        first = rng.getrandbits(64)
        other = first
        for place in rng.sample(range(64), NEAR + 1):
            other ^= 1 << place
        assert hamming(first, other) == NEAR + 1
        assert any(b in set(near_band(a)) for a, b in zip(bands(first), bands(other), strict=True))
    assert bands(0x0123_4567_89AB_CDEF) == (0x0123, 0x4567, 0x89AB, 0xCDEF)
    assert len(list(near_band(5))) == len(set(near_band(5))) == 137
