"""Define the metadata of a picture file: fields by family and merged, disagreements and truncated values."""

from __future__ import annotations

from dataclasses import dataclass, fields

FAMILIES = ("xmp", "iim", "exif")


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of the IPTC Photo Metadata Standard; a missing value is None or an empty tuple.

    ``captions/data/embedded.toml`` maps each field to XMP, IIM and EXIF.
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
    """As precise as known, in ISO 8601: ``2024``, ``2024-05-18``, ``2024-05-18T09:30:00+02:00``."""
    instructions: str | None = None
    job_id: str | None = None
    usage_terms: str | None = None
    other_constraints: str | None = None
    data_mining: str | None = None
    """A URL in the list of PLUS: ``http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED``."""
    model_release_status: str | None = None
    property_release_status: str | None = None
    web_statement: str | None = None
    copyright_owners: tuple[str, ...] = ()
    image_creators: tuple[str, ...] = ()
    licensor_name: str | None = None
    licensor_url: str | None = None
    image_supplier: str | None = None
    image_supplier_image_id: str | None = None
    image_guid: str | None = None
    document_id: str | None = None
    """Set by editing programs, for the file and for its original."""
    original_document_id: str | None = None
    image_unique_id: str | None = None
    """Set by cameras."""
    digital_source_type: str | None = None
    """A URL in IPTC's list: ``http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia``."""
    ai_system_used: str | None = None
    ai_system_version_used: str | None = None
    ai_prompt_information: str | None = None
    ai_prompt_writer_name: str | None = None
    sublocation: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    country_code: str | None = None
    keywords: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: dict[str, tuple[str, ...]]) -> Fields:
        """Build from values by name; a field that is not a list takes the first value.

        ``{"creators": ("Jo Reed",), "city": ("Harbor City",)}`` gives ``Fields(creators=("Jo Reed",), ...)``.
        """
        arguments = {name: texts if name in LISTS else texts[0] for name, texts in values.items() if texts}
        return cls(**arguments)  # type: ignore[arg-type]  # a test compares names and types with the table

    def get(self, name: str) -> tuple[str, ...]:
        """Return the values of a field by name, or an empty tuple."""
        value: str | tuple[str, ...] | None = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) if value else ()

    def present(self) -> dict[str, tuple[str, ...]]:
        """Return the fields that have a value, by name, in the order of the table."""
        return {name: values for name in NAMES if (values := self.get(name))}


NAMES = tuple(field.name for field in fields(Fields))
LISTS = frozenset({"creators", "copyright_owners", "image_creators", "keywords"})
READ_ONLY = ("date_created", "document_id", "original_document_id", "image_unique_id")
"""Fields that cameras and programs set, and users cannot."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field whose families differ; a truncated value does not count as different."""

    field: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    """Family and its values, in the order of :data:`FAMILIES`."""


@dataclass(frozen=True, slots=True)
class CutValue:
    """An IIM value that ends at IIM's length limit."""

    field: str
    value: str
    limit: int
    """In bytes."""
    whole: str | None
    """The complete value from another family; None if the value may be complete itself."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The metadata of a picture file, read from its headers without decoding pixels."""

    format: str | None
    """JPEG, PNG, TIFF, WebP, AVIF, HEIC, JP2, GIF, PSD, XMP (a sidecar), or None for other files."""
    width: int | None = None
    height: int | None = None
    fields: Fields = Fields()
    """Merged: XMP, then IIM, then EXIF."""
    xmp: Fields = Fields()
    iim: Fields = Fields()
    exif: Fields = Fields()
    disagreements: tuple[Disagreement, ...] = ()
    cuts: tuple[CutValue, ...] = ()
    iim_digest_fits: bool | None = None
    """Whether IIM is unchanged since XMP was written; None without a stored digest."""
    content_credentials: bool = False
    """Whether signed content credentials (C2PA) are embedded; their signature is not checked."""
    c2pa_source_types: tuple[str, ...] = ()
    """The digital source types that the content credentials name, for this picture or one that it was made from."""
    notes: tuple[str, ...] = ()
    """Problems with the file, and repairs."""
    sidecar: str | None = None
    """The name of the XMP sidecar, if one was requested and found."""

    @property
    def empty(self) -> bool:
        """Return whether no field has a value, because none was embedded or all were stripped."""
        return not self.fields.present()

    def family(self, name: str) -> Fields:
        """Return the fields of a family; see :data:`FAMILIES`."""
        return {"xmp": self.xmp, "iim": self.iim, "exif": self.exif}[name]
