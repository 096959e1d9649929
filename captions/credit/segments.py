"""Split a credit line without its label into segments, with the signs that join them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from captions.lexicon.agencies import Agency
from captions.lexicon.vocabulary import Vocabulary
from captions.text import name_key

# A function that types part of a segment: text, joint, tables, the parties so far, depth.
Again = Callable[[str, str, Vocabulary, list["Party"], int], None]
Kind = Literal["agency", "organization", "person", "single", "mark", "word", "role", "other"]

# Signs that separate segments, like `via` and the end of a sentence. A comma does so only before a space and not before
# a suffix such as Jr.; CJK commas need no space.
_SPLIT = re.compile(
    r"""(?:^|(?<![\s/|,;.–-])[\s/|,;.–-]++)(?P<via>via|Via|VIA)\s+
    |(?<!\s)\s*(?P<sign>[/／⁄∕|｜│┃;；•●▪\\©ⓒ—]|\s[-–—]{1,2}\s|\s[·»>~@]\s|(?<=[a-zß-öø-ÿ])[·,](?=(?!Jr|Sr|Inc|Ltd|LLC)[A-ZÀ-Þ])
        |(?<=[\uac00-\ud7af])[·ㆍ](?=[\uac00-\ud7af])|[＝=]|，|、
        |,\s+(?!(?:Jr|Sr|II|III|IV|Inc|Ltd|LLC|Ph\.?D|D\.?C|S\.A|M\.?D)\b)|\s//+\s?)\s*
    |(?<!\s)\s*+(?P<bracket>[()\[\]（）【】])
    |(?P<stop>(?<=\w\w)\.\s+(?=[^\W\d_]))""",
    re.VERBOSE,
)
ABBREVIATED = re.compile(
    r"(?:^|[\s.])(?:[^\W\d_]|Jr|Sr|Inc|Ltd|Co|Corp|St|Dr|Mr|Ms|Mrs|S\.A|D\.C|U\.S|a\.s|s\.r\.o)\.$",
    re.IGNORECASE,
)
EDGE = ' \t,;:/|"“”„«»*~©ⓒ'


@dataclass(slots=True)
class Party:
    """A segment of a credit line, typed."""

    text: str
    """As printed, trimmed."""
    kind: Kind
    name: str
    """Canonical, in normal case."""
    joint: str
    """The sign or word that joins it to the previous segment: ``/``, ``via``, ``on``, ``for``, ``and``, ``courtesy``,
    ``stop``; ``""`` at the start."""
    agency: Agency | None = None
    weak: bool = False


def segments(text: str, words: Vocabulary) -> list[tuple[str, str]]:
    """Return (joint, segment) for each non-empty segment.

    ``"A/AFP via B"`` gives ``[("", "A"), ("/", "AFP"), ("via", "B")]``.
    """
    out: list[tuple[str, str]] = []
    joint, start = "", 0
    for cut in _SPLIT.finditer(text):
        if cut["stop"] and is_abbreviation(text[start : cut.start() + 1], words):
            continue
        if piece := text[start : cut.start()].strip(EDGE):
            out.append((joint, piece))
            joint = ""
        sign = "via" if cut["via"] else "stop" if cut["stop"] else cut["bracket"] or cut["sign"].strip() or ","
        joint = sign if joint not in ("via",) else joint
        start = cut.end()
    if piece := text[start:].strip(EDGE):
        out.append((joint, piece))
    return out


def is_abbreviation(text: str, words: Vocabulary) -> bool:
    """Return whether a text ends in an abbreviation, whose period does not end a sentence."""
    if ABBREVIATED.search(text):
        return True
    return text.rsplit(" ", 1)[-1].casefold().strip(".") in words.abbreviations


def compounded(pieces: list[tuple[str, str]], words: Vocabulary) -> list[tuple[str, str, Agency | None]]:
    """Rejoin agencies that the register spells with a sign inside: REX/Shutterstock."""
    out: list[tuple[str, str, Agency | None]] = []
    at = 0
    keys = [name_key(piece) for _, piece in pieces] if len(pieces) > 1 else []
    while at < len(pieces):
        joint, piece = pieces[at]
        for size in (3, 2):
            agency = words.compounds.get(tuple(keys[at : at + size])) if at + size <= len(keys) else None
            if agency is not None:
                out.append((joint, "/".join(p for _, p in pieces[at : at + size]), agency))
                at += size
                break
        else:
            out.append((joint, piece, None))
            at += 1
    return out
