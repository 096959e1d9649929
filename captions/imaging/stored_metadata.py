"""Store a picture's embedded metadata as JSON, and read its credit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from captions.embedded import CutValue, Embedded, Fields
from captions.lexicon.vocabulary import Vocabulary
from captions.model import Credit
from captions.page.structured import PictureData
from captions.page.structured.index import reading_of

# Fields that show where a picture comes from; keywords and places do not.
ORIGIN_FIELDS = (
    "creators",
    "image_creators",
    "credit_line",
    "source",
    "copyright_notice",
    "copyright_owners",
    "image_supplier",
)


@dataclass(frozen=True, slots=True)
class StoredMetadata:
    """The embedded metadata of a picture, as stored."""

    fields: Fields
    disagreements: Mapping[str, Mapping[str, Sequence[str]]]
    """The differing values of each family, by field."""
    cuts: tuple[CutValue, ...]
    signed: bool = False
    """Whether it has content credentials, which any change breaks."""
    c2pa_source_types: tuple[str, ...] = ()
    """The digital source types that they name."""

    @property
    def shows_origin(self) -> bool:
        """Return whether any field shows where the picture comes from."""
        return any(self.fields.get(name) for name in ORIGIN_FIELDS)


def as_json(picture: Embedded) -> str:
    """Return the embedded metadata as JSON for the store."""
    data = {
        "fields": {name: list(values) for name, values in picture.fields.present().items()},
        "disagreements": {
            it.field: {family: list(values) for family, values in it.values} for it in picture.disagreements
        },
        "cuts": [[it.field, it.value, it.limit, it.whole] for it in picture.cuts],
        "signed": picture.content_credentials,
        "c2pa_source_types": list(picture.c2pa_source_types),
    }
    return json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)


def from_json(text: str) -> StoredMetadata:
    """Parse stored metadata."""
    data = json.loads(text)
    fields = {name: tuple(values) for name, values in data.get("fields", {}).items()}
    return StoredMetadata(
        Fields.of(fields),
        data.get("disagreements", {}),
        tuple(CutValue(*row) for row in data.get("cuts", ())),
        signed=data.get("signed", False),
        c2pa_source_types=tuple(data.get("c2pa_source_types", ())),
    )


def credit_of(fields: Fields, words: Vocabulary) -> Credit | None:
    """Return the credit in the fields: creator ``Jo Reed`` and credit line ``AFP`` give that of ``Jo Reed/AFP``."""
    line = fields.credit_line or fields.image_supplier or ""
    known = reading_of(PictureData(line=line), words) if line else None
    named = known.credit.creators if known else ()
    # If the credit line names a person, the creator field adds nothing.
    made_by = fields.creators or fields.image_creators
    creators = () if named else made_by
    data = PictureData(
        line="/".join(dict.fromkeys((*creators, line))) if line else "",
        creators=made_by,
        source=fields.source or "",
        notice=fields.copyright_notice or "",
        caption=fields.caption or "",
    )
    if not line and made_by and fields.copyright_notice:
        # `Jo Reed` and `© Reuters`: the notice names the agency.
        notice = reading_of(PictureData(notice=fields.copyright_notice), words)
        agencies = notice.credit.agencies if notice else ()
        data.line = "/".join(dict.fromkeys((*made_by, *agencies)))
    reading = reading_of(data, words)
    return reading.credit if reading else None
