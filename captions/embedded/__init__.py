"""Read and write IPTC Photo Metadata in picture files (XMP, IIM and EXIF) without decoding pixels.

``read`` returns an :class:`Embedded`; ``stamp`` writes a copy with new values.
"""

from captions.embedded.ai_evidence import ai_evidence
from captions.embedded.model import FAMILIES, LISTS, NAMES, READ_ONLY, CutValue, Disagreement, Embedded, Fields
from captions.embedded.read import read, sidecar_of
from captions.embedded.stamp import Stamped, stamp
from captions.embedded.table import code_of

__all__ = [
    "FAMILIES",
    "LISTS",
    "NAMES",
    "READ_ONLY",
    "CutValue",
    "Disagreement",
    "Embedded",
    "Fields",
    "Stamped",
    "ai_evidence",
    "code_of",
    "read",
    "sidecar_of",
    "stamp",
]
