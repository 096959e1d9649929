"""What is embedded in picture files: IPTC Photo Metadata in XMP, IIM and EXIF, read and written; no pixel is decoded.

``read`` gives an :class:`Embedded`, ``stamp`` writes a copy with other values.
"""

from captions.embedded.model import FAMILIES, GIVEN, LISTS, NAMES, Cut, Disagreement, Embedded, Fields
from captions.embedded.read import read, sidecar_of
from captions.embedded.stamp import Stamped, stamp

__all__ = [
    "FAMILIES",
    "GIVEN",
    "LISTS",
    "NAMES",
    "Cut",
    "Disagreement",
    "Embedded",
    "Fields",
    "Stamped",
    "read",
    "sidecar_of",
    "stamp",
]
