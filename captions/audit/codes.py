"""What the audit can find: each code with its severity, its meaning and what clears it. A table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding."""

    code: str
    severity: Severity
    title: str
    """One line: what it is."""
    remedy: str
    """One line: what clears it."""


_ROWS = (
    Code("CR101", "error", "no credit anywhere", "find out who made the picture and print the credit"),
    Code("CR102", "info", "agency only, no creator", "ask the agency for the creator's name and print it"),
    Code(
        "CR103", "warning", "creator only, nobody to license from",
        "name who licensed the picture; put staff on the `staff` list of the register given with --agencies",
    ),
    Code(
        "CR104", "warning", "a placeholder instead of a name",
        "find out who made the picture and who supplied it",
    ),
    Code(
        "CR105", "warning", "agency not in the register",
        "correct the spelling, or add the agency to the register given with --agencies",
    ),
    Code(
        "CR106", "warning", "no supplier can be told from the line",
        "look up in the picture system who delivered it, and print that agency alone or after `via`",
    ),
    Code("CR107", "info", "spelling differs from the canonical name", "print the canonical name"),
    Code(
        "CR201", "error", "the same caption or picture with conflicting credits",
        "find out which credit is right and correct the other article",
    ),
    Code(
        "CR202", "warning", "printed credit and embedded metadata disagree",
        "find out which is right, and correct the print, or the picture: captions images stamp",
    ),
    Code(
        "CR203", "warning", "printed credit and the page's structured data disagree",
        "find out which is right, and correct the print or the picture's data in the content system",
    ),
    Code(
        "CR204", "info", "XMP, IIM and EXIF of a picture disagree",
        "see captions images read --families; find out which is right, and stamp the picture",
    ),
    Code(
        "CR205", "info", "embedded value cut at its byte limit",
        "embed the whole value: captions images stamp",
    ),
    Code(
        "CR206", "warning", "embedded metadata missing or stripped",
        "embed the credit: captions images stamp PICTURE --from-use N",
    ),
    Code(
        "CR301", "error", "no agreement with the supplier",
        "make an agreement with the supplier, or enter the one there is: captions agreement add",
    ),
    Code(
        "CR302", "error", "agreement not in force on the day of use",
        "enter the agreement of those days, or license the use; give articles without a day theirs with --published",
    ),
    Code(
        "CR303", "error", "agreement does not cover the scope, the territory or the collection",
        "license the use for this scope and territory, and enter the agreement",
    ),
    Code(
        "CR304", "error", "quota of the agreement passed",
        "license the uses beyond the quota, and waive them with the invoice as the reason",
    ),
    Code(
        "CR305", "warning", "80 % of the quota of the agreement reached, or not to be known",
        "use less of this supplier until the period ends, or agree on more",
    ),
    Code(
        "CR306", "warning", "a restriction in the text",
        "keep to the restriction; clear the use with the supplier before selling or syndicating it",
    ),
    Code(
        "CR307", "warning", "handout, pool, social or screenshot, and no note of what covers the use",
        "note who released it, for what use and until when",
    ),
    Code(
        "CR308", "error", "Creative Commons without creator, license or link",
        "print creator, license with its version, and a link to the license",
    ),
    Code(
        "CR309", "warning", "AI or composite picture not labelled",
        "say in the caption how the picture was made",
    ),
    Code(
        "CR401", "info", "caption printed more than once in an article",
        "clean the article: captions clean PATH",
    ),
    Code(
        "CR402", "warning", "two captions nearly the same in an article",
        "look whether they are of one picture; if so, make the two texts the same",
    ),
    Code("CR901", "error", "input that could not be read", "mend the file or leave it out, and ingest again"),
)  # fmt: skip
CODES: Mapping[str, Code] = {row.code: row for row in _ROWS}

SCOPES_THAT_SELL = ("syndication",)
"""Intended uses for which a restriction in the text is an error: what is passed on is passed on without its limits."""


def graded(scope: str | None = None) -> Mapping[str, Code]:
    """The codes as an intended use grades them: for syndication, ``CR306`` is an error."""
    if scope not in SCOPES_THAT_SELL:
        return CODES
    return {**CODES, "CR306": replace(CODES["CR306"], severity="error")}
