"""What is embedded in a picture file, as values: the fields, by family and merged, and where the families disagree."""

from __future__ import annotations

from dataclasses import dataclass, fields

FAMILIES = ("xmp", "iim", "exif")


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of the IPTC Photo Metadata Standard; what is not told is None, or an empty tuple.

    ``captions/data/embedded.toml`` says where each stands in XMP, IIM and EXIF.
    """

    creators: tuple[str, ...] = ()
    creator_job_title: str | None = None
    credit_line: str | None = None
    source: str | None = None
    copyright_notice: str | None = None
    caption: str | None = None
    headline: str | None = None
    title: str | None = None
    date_created: str | None = None
    """As far as it is told, in ISO 8601: ``2024``, ``2024-05-18``, ``2024-05-18T09:30:00+02:00``."""
    instructions: str | None = None
    job_id: str | None = None
    usage_terms: str | None = None
    web_statement: str | None = None
    licensor_name: str | None = None
    licensor_url: str | None = None
    image_supplier: str | None = None
    image_supplier_image_id: str | None = None
    image_guid: str | None = None
    document_id: str | None = None
    """As editing programs give it: of the file; and of the first file that it was made from."""
    original_document_id: str | None = None
    image_unique_id: str | None = None
    """As cameras give it."""
    digital_source_type: str | None = None
    """An address of IPTC's list: ``http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia``."""
    sublocation: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    country_code: str | None = None
    keywords: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: dict[str, tuple[str, ...]]) -> Fields:
        """Fields by name; of one that is no list, the first value counts.

        ``{"creators": ("Jo Reed",), "city": ("Harbor City",)}`` gives ``Fields(creators=("Jo Reed",), ...)``.
        """
        given = {name: values if name in LISTS else values[0] for name, values in told.items() if values}
        return cls(**given)  # type: ignore[arg-type]  # names and shapes are those of the table, which a test holds

    def get(self, name: str) -> tuple[str, ...]:
        """The values of a field by its name; empty where it is not told."""
        value: str | tuple[str, ...] | None = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) if value else ()

    def told(self) -> dict[str, tuple[str, ...]]:
        """The fields that are told, by name, in the order of the table."""
        return {name: values for name in NAMES if (values := self.get(name))}


NAMES = tuple(field.name for field in fields(Fields))
LISTS = frozenset({"creators", "keywords"})
GIVEN = ("date_created", "document_id", "original_document_id", "image_unique_id")
"""What cameras and programs give a file, and nobody else may."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field of which the families tell different things. A value that is cut is none."""

    field: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    """Family and its values, in the order of :data:`FAMILIES`."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A value of IIM that ends where IIM's room for it ends."""

    field: str
    value: str
    limit: int
    """In bytes."""
    whole: str | None
    """The whole value, where another family tells it; None: it may be whole, and only as long as its room."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a picture file tells of itself, read from its headers: no pixel is decoded."""

    format: str | None
    """JPEG, PNG, TIFF, WebP, AVIF, HEIC, JP2, GIF, PSD, XMP (a sidecar); None: none of these."""
    width: int | None = None
    height: int | None = None
    fields: Fields = Fields()
    """Merged: XMP, then IIM, then EXIF."""
    xmp: Fields = Fields()
    iim: Fields = Fields()
    exif: Fields = Fields()
    disagreements: tuple[Disagreement, ...] = ()
    cuts: tuple[Cut, ...] = ()
    iim_digest_fits: bool | None = None
    """Whether IIM is as it was when XMP was written beside it; None where no digest is stored."""
    content_credentials: bool = False
    """Whether signed content credentials (C2PA) are embedded. They are not read."""
    notes: tuple[str, ...] = ()
    """What was wrong with the file, if anything, and what was mended."""
    sidecar: str | None = None
    """The name of the file beside it that was read with it, if it was asked for and is there."""

    @property
    def empty(self) -> bool:
        """Whether no field is told at all: nothing was embedded, or it was stripped."""
        return not self.fields.told()

    def family(self, name: str) -> Fields:
        """The fields of one of :data:`FAMILIES`."""
        return {"xmp": self.xmp, "iim": self.iim, "exif": self.exif}[name]
