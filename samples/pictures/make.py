"""Draw the sample pictures: ``python samples/pictures/make.py`` writes the same bytes each time.

The scenes are geometric and belong to the sample articles. The pictures carry different amounts of embedded
metadata, as pictures in a newsroom do: see FIELDS.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw
from PIL.ExifTags import Base

FOLDER = Path(__file__).parent
SIZE = (480, 320)
Colour = tuple[int, int, int]

# EXIF by file; a file that is not listed carries none.
FIELDS: dict[str, dict[Base, str]] = {
    "harbor.jpg": {
        Base.Artist: "Odalys Fenwick",
        Base.Copyright: "(c) Reuters",
        Base.ImageDescription: "Passengers queue on the new floating pontoon at Pier Two as the first"
        " morning ferry of the season comes in from Gull Island, in Harbor City, April 3",
    },
    # 02-stadium.txt prints Lena Marsh/Reuters under these words: the printed credit and the file disagree.
    "stadium.jpg": {
        Base.Artist: "Tomos Quillfeather",
        Base.Copyright: "(c) AP",
        Base.ImageDescription: "Saltmarsh fans watch the last minutes from the east bank of the Ropewalk",
    },
    # A description as a camera writes it: it tells nothing.
    "market.jpg": {Base.Artist: "Josefa Windrush", Base.ImageDescription: "DIGITAL CAMERA"},
}


def sky(draw: ImageDraw.ImageDraw, top: Colour, bottom: Colour, height: int) -> None:
    """Fill the picture from the top down to ``height`` pixels with a change from one colour to another."""
    for y in range(height):
        share = y / height
        row = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.line([(0, y), (SIZE[0], y)], fill=row)


def harbor(draw: ImageDraw.ImageDraw) -> None:
    """Draw a ferry at a pontoon, with a queue."""
    sky(draw, (148, 190, 220), (240, 226, 200), 200)
    draw.rectangle((0, 200, 480, 320), fill=(44, 92, 120))
    for y in range(212, 320, 14):
        draw.line([(0, y), (480, y)], fill=(64, 116, 144), width=2)
    draw.polygon([(40, 190), (290, 190), (262, 236), (70, 236)], fill=(178, 48, 40))
    draw.rectangle((90, 150, 250, 190), fill=(245, 245, 238))
    for x in range(100, 236, 24):
        draw.rectangle((x, 160, x + 12, 174), fill=(60, 90, 120))
    draw.rectangle((190, 116, 212, 150), fill=(30, 30, 34))
    draw.rectangle((300, 228, 480, 244), fill=(120, 96, 70))
    for x in range(312, 476, 18):
        draw.rectangle((x, 206, x + 8, 228), fill=(50 + x % 90, 60, 80))
        draw.ellipse((x - 1, 195, x + 9, 205), fill=(226, 186, 156))


def stadium(draw: ImageDraw.ImageDraw) -> None:
    """Draw a pitch with a stand behind it."""
    sky(draw, (90, 120, 170), (200, 210, 225), 160)
    draw.polygon([(20, 160), (60, 70), (420, 70), (460, 160)], fill=(110, 112, 120))
    for row, y in enumerate(range(82, 156, 12)):
        for x in range(66 - row * 5, 416 + row * 5, 12):
            shade = (x * 7 + y * 13) % 100
            draw.ellipse((x, y, x + 7, y + 7), fill=(40 + shade, 70, 190 - shade))
    draw.rectangle((0, 160, 480, 320), fill=(58, 140, 66))
    for x in range(0, 480, 80):
        draw.rectangle((x, 160, x + 39, 320), fill=(66, 152, 74))
    draw.line([(240, 160), (240, 320)], fill=(240, 240, 240), width=3)
    draw.ellipse((180, 200, 300, 280), outline=(240, 240, 240), width=3)
    draw.rectangle((0, 200, 60, 280), outline=(240, 240, 240), width=3)
    draw.rectangle((420, 200, 479, 280), outline=(240, 240, 240), width=3)
    draw.ellipse((262, 226, 272, 236), fill=(255, 255, 255))


def market(draw: ImageDraw.ImageDraw) -> None:
    """Stalls under paper lanterns at night."""
    sky(draw, (18, 20, 48), (60, 44, 84), 230)
    draw.rectangle((0, 230, 480, 320), fill=(52, 50, 56))
    for x in range(20, 480, 64):
        draw.line([(x, 300), (x + 30, 300)], fill=(220, 210, 120), width=4)
    for stall, x in enumerate(range(16, 440, 116)):
        colour = ((196, 60, 50), (230, 160, 50), (60, 130, 120), (120, 80, 150))[stall % 4]
        draw.polygon([(x, 170), (x + 100, 170), (x + 88, 138), (x + 12, 138)], fill=colour)
        draw.rectangle((x + 6, 212, x + 94, 250), fill=(122, 86, 56))
        draw.line([(x + 8, 170), (x + 8, 250)], fill=(90, 64, 44), width=3)
        draw.line([(x + 92, 170), (x + 92, 250)], fill=(90, 64, 44), width=3)
    draw.line([(0, 60), (240, 96), (480, 60)], fill=(200, 190, 160), width=2)
    for x in range(30, 470, 52):
        y = 60 + round(36 * (1 - abs(x - 240) / 240))
        draw.ellipse((x - 12, y, x + 12, y + 30), fill=(250, 210, 110), outline=(190, 120, 40))


def lighthouse(draw: ImageDraw.ImageDraw) -> None:
    """Draw a lit tower after dark."""
    sky(draw, (14, 22, 52), (70, 80, 120), 240)
    draw.rectangle((0, 240, 480, 320), fill=(16, 40, 64))
    draw.polygon([(250, 92), (480, 20), (480, 150)], fill=(248, 236, 170))
    draw.polygon([(120, 320), (200, 236), (300, 236), (400, 320)], fill=(60, 56, 52))
    for band, y in enumerate(range(100, 240, 28)):
        draw.rectangle((228, y, 272, y + 27), fill=((240, 240, 236), (190, 44, 40))[band % 2])
    draw.rectangle((222, 80, 278, 100), fill=(250, 220, 120))
    draw.polygon([(218, 80), (282, 80), (250, 56)], fill=(40, 40, 44))


def piano(draw: ImageDraw.ImageDraw) -> None:
    """Draw a piano in a field, after the flood."""
    sky(draw, (170, 180, 184), (214, 210, 196), 170)
    draw.rectangle((0, 170, 480, 320), fill=(112, 92, 64))
    for y in range(186, 320, 16):
        for x in range(10 + y % 32, 480, 34):
            draw.line([(x, y), (x + 6, y - 12)], fill=(76, 130, 70), width=3)
    draw.rectangle((160, 110, 320, 240), fill=(84, 48, 28))
    draw.rectangle((150, 176, 330, 194), fill=(66, 38, 22))
    draw.rectangle((162, 178, 318, 190), fill=(246, 244, 236))
    for x in range(170, 316, 12):
        draw.line([(x, 178), (x, 185)], fill=(20, 20, 20), width=4)
    draw.rectangle((166, 240, 178, 256), fill=(50, 28, 16))
    draw.rectangle((302, 240, 314, 256), fill=(50, 28, 16))


SCENES: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "harbor.jpg": harbor,
    "lighthouse.png": lighthouse,
    "market.jpg": market,
    "piano.webp": piano,
    "stadium.jpg": stadium,
}


def main() -> None:
    """Write every picture of SCENES into this folder."""
    for name, draw_scene in SCENES.items():
        image = Image.new("RGB", SIZE)
        draw_scene(ImageDraw.Draw(image))
        exif = Image.Exif()
        for tag, value in FIELDS.get(name, {}).items():
            exif[tag] = value
        if name.endswith(".png"):
            image.save(FOLDER / name, optimize=True)
        elif name in FIELDS:
            image.save(FOLDER / name, quality=80, exif=exif)
        else:
            image.save(FOLDER / name, quality=80)


if __name__ == "__main__":
    main()
