"""What is embedded in a picture, as the audit takes it: as JSON in the store, and its credit read as a chain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from captions.embedded import Cut, Embedded, Fields
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.page.structured import Told
from captions.page.structured.index import reading_of

# What tells whom a picture is from. Keywords and places do not.
OWED = ("creators", "credit_line", "source", "copyright_notice", "image_supplier")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of what is embedded in a picture."""

    fields: Fields
    disagreements: Mapping[str, Mapping[str, Sequence[str]]]
    """By field, what each family tells."""
    cuts: tuple[Cut, ...]

    @property
    def owed(self) -> bool:
        """Whether anything tells whom the picture is from."""
        return any(self.fields.get(name) for name in OWED)


def as_json(picture: Embedded) -> str:
    """What is embedded, as the store keeps it."""
    data = {
        "fields": {name: list(values) for name, values in picture.fields.told().items()},
        "disagreements": {it.field: {family: list(said) for family, said in it.values} for it in picture.disagreements},
        "cuts": [[it.field, it.value, it.limit, it.whole] for it in picture.cuts],
    }
    return json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)


def from_json(text: str) -> Kept:
    """What the store keeps, as values."""
    data = json.loads(text)
    fields = {name: tuple(values) for name, values in data.get("fields", {}).items()}
    return Kept(Fields.of(fields), data.get("disagreements", {}), tuple(Cut(*row) for row in data.get("cuts", ())))


def credit_of(fields: Fields, words: Vocabulary) -> Credit | None:
    """The credit that the fields tell: of creator ``Jo Reed`` and credit line ``AFP``, that of ``Jo Reed/AFP``."""
    line = fields.credit_line or fields.image_supplier or ""
    known = reading_of(Told(line=line), words) if line else None
    named = known.credit.creators if known else ()
    # A credit line that names a person tells more than the field for the name does.
    creators = () if named else fields.creators
    told = Told(
        line="/".join(dict.fromkeys((*creators, line))) if line else "",
        creators=fields.creators,
        source=fields.source or "",
        notice=fields.copyright_notice or "",
        caption=fields.caption or "",
    )
    if not line and fields.creators and fields.copyright_notice:
        # `Jo Reed`, `© Reuters`: the notice tells through whose hands it came.
        notice = reading_of(Told(notice=fields.copyright_notice), words)
        agencies = notice.credit.agencies if notice else ()
        told.line = "/".join(dict.fromkeys((*fields.creators, *agencies)))
    reading = reading_of(told, words)
    return reading.credit if reading else None
