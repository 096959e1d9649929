"""Perceptual hashes of pictures: the same picture scaled, cropped a little or compressed again has nearly the same."""

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
"""Pictures with more are not decoded; cameras of agencies make 50 million."""
NEAR, SURE = 10, 80
"""How many bits of dHash may differ for candidates, and of pHash for the same picture. On 40,186 pairs of 284 photos no
pair of other pictures was as near, and all scaled and recompressed copies were."""
BANDS, BAND_BITS = 4, 16
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "AVIF", "JPEG2000")
_SIDE = 512  # what is hashed is made this small first, where the decoder can: JPEG's decodes at an eighth
_FINE, _COARSE = 64, 16
# Tones (of 256) within which a row is of one colour, and two sides are of the same.
_TONES = 14
_WIDEST_BORDER = 0.2
# Tones between the darkest and the lightest place of a picture that shows too little to be known again by it.
_FLAT = 12


@dataclass(frozen=True, slots=True)
class Hashes:
    """Two hashes of a picture: dHash finds candidates, pHash tells whether they are the same."""

    dhash: int
    """64 bits: whether each place is lighter than the one before it, in 8 rows of 9."""
    phash: int
    """256 bits: which of the 16 × 16 coarsest waves of the picture are above their median."""

    def same(self, other: Hashes) -> bool:
        """Whether two pictures are one: scaled, compressed again, brightened, with a border, cropped by a twentieth."""
        return hamming(self.dhash, other.dhash) <= NEAR and hamming(self.phash, other.phash) <= SURE


def hashes(picture: str | Path | bytes) -> Hashes | None:
    """The hashes of a picture, given as a path or as bytes; None of one that shows a single tone.

    ``hashes("harbor.jpg").dhash`` gives ``0x3c3e0e1f...``. Pixels are decoded, of the first frame, within bounds.

    Raises InputError for what Pillow can't decode, and for more than :data:`MOST_PIXELS`.
    """
    return _decoded(picture, of_image)


def thumbnail(picture: str | Path | bytes, side: int = 240) -> bytes:
    """A small copy of a picture as JPEG, at most ``side`` pixels wide and high, without metadata.

    Raises InputError as :func:`hashes` does.
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
    """What is made of a picture that is opened within bounds."""
    name = "picture" if isinstance(picture, bytes) else str(picture)
    try:
        with warnings.catch_warnings():
            # Of large pictures the size is looked at below; other warnings (EXIF that is broken) change no pixel.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture, formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    size = f"{image.width} × {image.height}"
                    raise InputError(f"{name}: {size} is too large to be decoded; hash a smaller copy")
                return use(image)
    except InputError:
        raise
    except Exception as error:  # Pillow's decoders raise what they like: OSError, SyntaxError, struct.error, ...
        said = "too large to be decoded" if isinstance(error, Image.DecompressionBombError) else "can't be decoded"
        raise InputError(f"{name}: {said}; export it again") from None


def of_image(image: Image.Image) -> Hashes | None:
    """The hashes of an image of Pillow's; None of one that shows a single tone."""
    image.draft("L" if image.mode in ("L", "RGB") else image.mode, (_SIDE, _SIDE))
    gray = _inside(_gray(ImageOps.exif_transpose(_small(image))))
    low, high = _range(gray.resize((_COARSE, _COARSE), Image.Resampling.BOX))
    if high - low < _FLAT:
        return None
    return Hashes(_dhash(gray), _phash(gray))


def hamming(one: int, other: int) -> int:
    """In how many bits two hashes differ: ``hamming(0b1011, 0b0010)`` gives 2."""
    return (one ^ other).bit_count()


def bands(dhash: int) -> tuple[int, ...]:
    """A dHash in four parts of 16 bits, the highest first. Two that differ in 11 bits share one but for 2 bits."""
    return tuple(dhash >> BAND_BITS * at & 0xFFFF for at in reversed(range(BANDS)))


def near_band(band: int) -> Iterator[int]:
    """The 137 values that differ from a band in at most 2 bits, itself first."""
    for count in range(NEAR // BANDS + 1):
        for places in combinations(range(BAND_BITS), count):
            yield band ^ sum(1 << place for place in places)


def _small(image: Image.Image) -> Image.Image:
    return image.copy() if max(image.size) <= _SIDE else _shrunk(image)


def _shrunk(image: Image.Image) -> Image.Image:
    scale = _SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Palettes and masks of one bit can't be averaged.
    plain = image if image.mode in ("L", "RGB", "RGBA", "LA", "CMYK") else _plain(image)
    return plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _plain(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _gray(image: Image.Image) -> Image.Image:
    """In shades of gray; what is transparent is white, as on a page."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")
    return image.convert("L")


def _inside(gray: Image.Image) -> Image.Image:
    """The picture without a border of one tone, if it has one on all four sides."""
    width, height = gray.size
    left = _edge(gray, [(x, 0, x + 1, height) for x in range(int(width * _WIDEST_BORDER))])
    right = _edge(gray, [(x - 1, 0, x, height) for x in range(width, width - int(width * _WIDEST_BORDER), -1)])
    top = _edge(gray, [(0, y, width, y + 1) for y in range(int(height * _WIDEST_BORDER))])
    bottom = _edge(gray, [(0, y - 1, width, y) for y in range(height, height - int(height * _WIDEST_BORDER), -1)])
    sides = (left, top, right, bottom)
    tones = [tone for _, tone in sides]
    if not all(count for count, _ in sides) or max(tones) - min(tones) > _TONES:
        return gray
    # One more: compression blurs what is next to a border.
    box = (left[0] + 1, top[0] + 1, width - right[0] - 1, height - bottom[0] - 1)
    return gray.crop(box) if box[2] - box[0] > 8 and box[3] - box[1] > 8 else gray


def _edge(gray: Image.Image, strips: list[tuple[int, int, int, int]]) -> tuple[int, int]:
    """How many strips from an edge on are of one tone, and which."""
    first = 0
    for count, strip in enumerate(strips):
        low, high = _range(gray.crop(strip))
        if count == 0:
            first = (low + high) // 2
        if high - low > _TONES or abs((low + high) // 2 - first) > _TONES:
            return count, first
    # To the limit: no border but a plain background.
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
    # By rows, then by columns; only the coarsest are asked for.
    across = [[sum(map(mul, wave, row)) for row in rows] for wave in waves]
    values = [sum(map(mul, wave, column)) for wave in waves for column in across]
    middle = median(values[1:])  # the first is the mean tone
    bits = 0
    for value in values:
        bits = bits << 1 | (value > middle)
    return bits


@cache
def _waves() -> tuple[tuple[float, ...], ...]:
    """The 16 longest waves of the cosine transform over 64 places."""
    return tuple(tuple(math.cos(math.pi * k * (2 * x + 1) / (2 * _FINE)) for x in range(_FINE)) for k in range(_COARSE))
