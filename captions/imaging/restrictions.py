"""Find the restrictions that a picture's embedded metadata states: instructions, terms, captions, codes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from captions.credit.notices import restrictions_of
from captions.embedded.table import code_of, table
from captions.imaging.stored_metadata import StoredMetadata
from captions.lexicon.vocabulary import Vocabulary
from captions.licensing.restrictions import Restriction


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


def embedded_restrictions(
    metadata: StoredMetadata, words: Vocabulary
) -> tuple[tuple[str, tuple[Restriction, ...]], ...]:
    """Return the restrictions in a picture's metadata, each once, with the title of its first field.

    Instructions that say ``DENMARK OUT. Sent by FTP`` give ``Instructions`` and ``territory not DK``.
    """
    known: set[tuple[str, str]] = set()
    found: dict[str, list[Restriction]] = {}
    for notice in notices_of(metadata):
        read = {(each.words.casefold(), str(each)): each for each in _restrictions(notice, words)}
        new = [each for key, each in read.items() if key not in known]
        known.update(read)
        if new:
            found.setdefault(notice.title, []).extend(new)
    return tuple((title, tuple(new)) for title, new in found.items())


def _restrictions(notice: EmbeddedNotice, words: Vocabulary) -> tuple[Restriction, ...]:
    if notice.kind != "code":
        return restrictions_of(notice.text, words, terms=notice.kind == "terms")
    code = code_of(notice.text)
    if code is None:
        return (Restriction("unclear", f"{notice.text} (unknown code)"),)
    return (Restriction("mining", f"{code.name} ({code.means})"),) if code.restricts else ()
