"""Find the restrictions that a picture's embedded metadata states: instructions, terms, captions, codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from captions.credit.rights import restrictions_in, take
from captions.embedded import Fields
from captions.embedded.table import code_of, table
from captions.lexicon.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class EmbeddedNotice:
    """A text in a field where restrictions are written, as embedded, whether it restricts anything or not."""

    field: str
    title: str
    """The field's title: ``Usage terms``."""
    kind: str
    """How a restriction is written there: ``terms``, ``line`` (a caption or credit with wire notices), ``code``."""
    text: str


def notices_of(fields: Fields) -> tuple[EmbeddedNotice, ...]:
    """Return the texts of a picture that may restrict its use, in the order of the table of fields."""
    rows = table().fields.items()
    return tuple(
        EmbeddedNotice(name, field.title, field.notice, text)
        for name, field in rows
        if field.notice
        for text in fields.get(name)
    )


def embedded_restrictions(fields: Fields, words: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Return the restrictions in a picture's metadata, quoted, each with the title of its first field.

    ``Fields(instructions="DENMARK OUT. Sent by FTP")`` gives ``(("Instructions", "DENMARK OUT"),)``.
    """
    found: dict[str, tuple[str, str]] = {}
    for notice in notices_of(fields):
        for quote in _quotes(notice, words):
            found.setdefault(quote.casefold(), (notice.title, quote))
    return tuple(found.values())


def _quotes(notice: EmbeddedNotice, words: Vocabulary) -> Iterator[str]:
    if notice.kind == "terms":
        yield from restrictions_in(notice.text, words)
    elif notice.kind == "line":
        yield from take(" ".join(notice.text.split()), words).restrictions
    else:
        code = code_of(notice.text)
        if code is None:
            yield f"{notice.text} (unknown code)"
        elif code.restricts:
            yield f"{code.name} ({code.means})"
