"""Recognize credits with unknown names, which count only if the article prints its credits that way."""

from __future__ import annotations

from captions.caption.candidates import Split
from captions.text import sentences


def is_in_style(found: Split) -> bool:
    """Return whether a bracket can contain an unknown name, in an article whose captions end in brackets."""
    name = found.reading.credit.line
    return (
        len(found.caption) <= 250
        and sentences(found.caption) <= 2
        and found.caption[-1:] in ".?!\"”'’"
        and name[:1].isupper()
        and not any(c.isdigit() for c in name)
        and len(name.split()) <= 4
        and not (name.isupper() and len(name) <= 5)
    )
