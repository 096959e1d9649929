"""Compute perceptual hashes, which barely change if a picture is scaled, cropped slightly or compressed again."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from operator import mul
from pathlib import Path
from statistics import median
from typing import TypeVar

from PIL import Image, ImageOps

from captions.errors import InputError

T = TypeVar("T")
MOST_PIXELS = 80_000_000
"""Larger pictures are not decoded; agencies' cameras produce 50 million pixels."""
NEAR, SURE = 10, 80
"""The bits that may differ: in dHash for candidates, in pHash for the same picture. Of 40,186 pairs of 284 photos, no
two different pictures were this near, and all scaled and recompressed copies were."""
BANDS, BAND_BITS = 4, 16
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "AVIF", "JPEG2000")
_SIDE = 512  # pictures are reduced to this first, by the decoder if it can: JPEG decodes at an eighth
_FINE, _COARSE = 64, 16
# Tones (of 256) within which a row counts as a single color, and two sides as equal.
_TONES = 14
_WIDEST_BORDER = 0.2
# A picture with less contrast than this, in tones, cannot be recognized by its hashes.
_FLAT = 12


@dataclass(frozen=True, slots=True)
class Hashes:
    """Two hashes of a picture: dHash finds candidates, and pHash confirms them."""

    dhash: int
    """64 bits: whether each place is lighter than the one before it, in 8 rows of 9."""
    phash: int
    """256 bits: which of the 16 × 16 coarsest waves of the picture are above their median."""

    def same(self, other: Hashes) -> bool:
        """Return whether two pictures are equal except for scale, compression, brightness, border or a 5% crop."""
        return hamming(self.dhash, other.dhash) <= NEAR and hamming(self.phash, other.phash) <= SURE


def hashes(picture: str | Path | bytes) -> Hashes | None:
    """Return the hashes of a picture, a path or bytes; None if it shows a single tone.

    ``hashes("harbor.jpg").dhash`` gives ``0x3c3e0e1f...``. Only the first frame is decoded.

    Raise InputError if Pillow cannot decode the picture or it exceeds :data:`MOST_PIXELS`.
    """
    return _decoded(picture, of_image)


def thumbnail(picture: str | Path | bytes, side: int = 240) -> bytes:
    """Return a small JPEG copy of a picture, at most ``side`` pixels wide and high, without metadata.

    Raise InputError like :func:`hashes`.
    """

    def smaller(image: Image.Image) -> bytes:
        small = ImageOps.exif_transpose(_small(image))
        small.thumbnail((side, side))
        seen = small.convert("RGBA")
        out = io.BytesIO()
        Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB").save(out, "JPEG", quality=70)
        return out.getvalue()

    return _decoded(picture, smaller)


def _decoded(picture: str | Path | bytes, use: Callable[[Image.Image], T]) -> T:
    """Open a picture within the limits and return the result of ``use``."""
    name = "picture" if isinstance(picture, bytes) else str(picture)
    try:
        with warnings.catch_warnings():
            # The size is checked below; other warnings (broken EXIF) do not affect pixels.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture, formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    size = f"{image.width} × {image.height}"
                    raise InputError(f"{name}: {size} is too large to decode; use a smaller copy")
                return use(image)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: no such file; check the path") from None
    except Exception as error:  # Pillow raises many types: OSError, SyntaxError, struct.error, ...
        reason = "too large to decode" if isinstance(error, Image.DecompressionBombError) else "cannot be decoded"
        raise InputError(f"{name}: {reason}; export it again") from None


def of_image(image: Image.Image) -> Hashes | None:
    """Return the hashes of a Pillow image; None if it shows a single tone."""
    image.draft("L" if image.mode in ("L", "RGB") else image.mode, (_SIDE, _SIDE))
    gray = _inside(_gray(ImageOps.exif_transpose(_small(image))))
    low, high = _range(gray.resize((_COARSE, _COARSE), Image.Resampling.BOX))
    if high - low < _FLAT:
        return None
    return Hashes(_dhash(gray), _phash(gray))


def hamming(first: int, other: int) -> int:
    """Return the number of bits in which two hashes differ: ``hamming(0b1011, 0b0010)`` gives 2."""
    return (first ^ other).bit_count()


def bands(dhash: int) -> tuple[int, ...]:
    """Split a dHash into four bands of 16 bits, highest first; hashes 11 bits apart share a band but for 2 bits."""
    return tuple(dhash >> BAND_BITS * at & 0xFFFF for at in reversed(range(BANDS)))


def near_band(band: int) -> Iterator[int]:
    """Yield the 137 values that differ from a band in at most 2 bits, starting with the band itself."""
    for count in range(NEAR // BANDS + 1):
        for places in combinations(range(BAND_BITS), count):
            yield band ^ sum(1 << place for place in places)


def _small(image: Image.Image) -> Image.Image:
    return image.copy() if max(image.size) <= _SIDE else _shrunk(image)


def _shrunk(image: Image.Image) -> Image.Image:
    scale = _SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Palettes and bitmaps cannot be averaged.
    plain = image if image.mode in ("L", "RGB", "RGBA", "LA", "CMYK") else _plain(image)
    return plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _plain(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _gray(image: Image.Image) -> Image.Image:
    """Convert to gray, with transparent areas white, as on a page."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")
    return image.convert("L")


def _inside(gray: Image.Image) -> Image.Image:
    """Remove a border of a single tone, if the picture has it on all four sides."""
    width, height = gray.size
    left = _edge(gray, [(x, 0, x + 1, height) for x in range(int(width * _WIDEST_BORDER))])
    right = _edge(gray, [(x - 1, 0, x, height) for x in range(width, width - int(width * _WIDEST_BORDER), -1)])
    top = _edge(gray, [(0, y, width, y + 1) for y in range(int(height * _WIDEST_BORDER))])
    bottom = _edge(gray, [(0, y - 1, width, y) for y in range(height, height - int(height * _WIDEST_BORDER), -1)])
    sides = (left, top, right, bottom)
    tones = [tone for _, tone in sides]
    if not all(count for count, _ in sides) or max(tones) - min(tones) > _TONES:
        return gray
    # Remove one pixel more: compression blurs the edge of a border.
    box = (left[0] + 1, top[0] + 1, width - right[0] - 1, height - bottom[0] - 1)
    return gray.crop(box) if box[2] - box[0] > 8 and box[3] - box[1] > 8 else gray


def _edge(gray: Image.Image, strips: list[tuple[int, int, int, int]]) -> tuple[int, int]:
    """Return the number of strips from an edge inward that share a tone, and the tone."""
    first = 0
    for count, strip in enumerate(strips):
        low, high = _range(gray.crop(strip))
        if count == 0:
            first = (low + high) // 2
        if high - low > _TONES or abs((low + high) // 2 - first) > _TONES:
            return count, first
    # Reaching the limit means a plain background, not a border.
    return 0, first


def _range(gray: Image.Image) -> tuple[int, int]:
    data = gray.tobytes()
    return min(data), max(data)


def _dhash(gray: Image.Image) -> int:
    rows = gray.resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for y in range(8):
        for x in range(8):
            bits = bits << 1 | (rows[9 * y + x + 1] > rows[9 * y + x])
    return bits


def _phash(gray: Image.Image) -> int:
    data = gray.resize((_FINE, _FINE), Image.Resampling.LANCZOS).tobytes()
    waves = _waves()
    rows = [data[_FINE * y : _FINE * (y + 1)] for y in range(_FINE)]
    # By rows, then by columns; only the coarsest waves count.
    across = [[sum(map(mul, wave, row)) for row in rows] for wave in waves]
    values = [sum(map(mul, wave, column)) for wave in waves for column in across]
    middle = median(values[1:])  # the first is the mean tone
    bits = 0
    for value in values:
        bits = bits << 1 | (value > middle)
    return bits


@cache
def _waves() -> tuple[tuple[float, ...], ...]:
    """Return the 16 longest waves of the cosine transform over 64 samples."""
    return tuple(tuple(math.cos(math.pi * k * (2 * x + 1) / (2 * _FINE)) for x in range(_FINE)) for k in range(_COARSE))
