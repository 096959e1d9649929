"""Find the restrictions that a picture's embedded metadata states: instructions, terms, captions, codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from captions.credit.rights import restrictions_in, take
from captions.embedded.table import code_of, table
from captions.imaging.stored_metadata import StoredMetadata
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


def notices_of(metadata: StoredMetadata) -> tuple[EmbeddedNotice, ...]:
    """Return the texts of a picture that may restrict its use, in the order of the table of fields.

    If XMP, IIM and EXIF disagree, the texts of all count: one of them may forbid what another does not mention.
    """
    out: list[EmbeddedNotice] = []
    for name, field in table().fields.items():
        if field.notice:
            families = metadata.disagreements.get(name, {}).values()
            texts = dict.fromkeys(chain(metadata.fields.get(name), *families))
            out += [EmbeddedNotice(name, field.title, field.notice, text) for text in texts]
    return tuple(out)


def embedded_restrictions(metadata: StoredMetadata, words: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Return the restrictions in a picture's metadata, quoted, each with the title of its first field.

    Instructions that say ``DENMARK OUT. Sent by FTP`` give ``(("Instructions", "DENMARK OUT"),)``.
    """
    found: dict[str, tuple[str, str]] = {}
    for notice in notices_of(metadata):
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
