"""Find what a picture's metadata says about AI and composites: source types, AI fields, content credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from captions.embedded.model import Fields
from captions.embedded.table import code_of, table
from captions.escaping import short

_LONGEST = 60
"""In characters; a prompt may be longer."""


def ai_evidence(fields: Fields, c2pa_source_types: Iterable[str] = ()) -> tuple[str, ...]:
    """Return why a picture must be labeled as AI or composite in print, strongest first; empty if nothing says so.

    ``Fields(ai_system_used="Imagemaker 3")`` gives ``("names an AI system (Imagemaker 3)",)``.
    """
    return tuple(_evidence(fields, c2pa_source_types))


def _evidence(fields: Fields, c2pa_source_types: Iterable[str]) -> Iterator[str]:
    own = _must_be_labeled(fields.digital_source_type or "")
    if own:
        yield f"is marked {own}"
    signed = [marked for name in c2pa_source_types if (marked := _must_be_labeled(name)) and marked != own]
    if signed:
        yield f"is marked {', '.join(dict.fromkeys(signed))} in its content credentials"
    for name, field in table().fields.items():
        if field.ai and (value := " ".join(fields.get(name))):
            yield f"{field.ai} ({short(' '.join(value.split()), _LONGEST)})"


def _must_be_labeled(source_type: str) -> str:
    code = code_of(source_type)
    return f"{code.name} ({code.means})" if code and code.label else ""
