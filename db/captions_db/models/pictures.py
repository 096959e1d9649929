"""Picture files by content, and the uses that they belong to."""

# No `from __future__ import annotations` here: SQLModel evaluates the annotations when it creates the class.
from sqlalchemy import CheckConstraint
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base


class ImageTable(Base, table=True):
    """A picture, identified by its file's content, with its embedded metadata (JSON) and its hashes, if it was decoded.

    ``band_1`` to ``band_4`` are the four 16-bit parts of ``dhash``: if two hashes differ in fewer than 12 bits, one
    part differs in at most 2, and an index finds it. ``version`` is the version of the program that read the file, and
    empty if an earlier one read it without fields that this one reads.
    """

    __tablename__ = "image"

    id: int | None = Field(default=None, primary_key=True)
    file_hash: str = Field(sa_type=Text, unique=True)
    version: str = Field(sa_type=Text)
    format: str | None = Field(default=None, sa_type=Text)
    width: int | None = None
    height: int | None = None
    dhash: str | None = Field(default=None, sa_type=Text)
    phash: str | None = Field(default=None, sa_type=Text)
    band_1: int | None = Field(default=None, index=True)
    band_2: int | None = Field(default=None, index=True)
    band_3: int | None = Field(default=None, index=True)
    band_4: int | None = Field(default=None, index=True)
    embedded: str = Field(sa_type=Text)
    notes: str = Field(sa_type=Text)


class ImageFileTable(Base, table=True):
    """The path of a picture file; one picture may be in several folders."""

    __tablename__ = "image_file"

    id: int | None = Field(default=None, primary_key=True)
    path: str = Field(sa_type=Text, unique=True)
    image_id: int = Field(foreign_key="image.id", index=True)


class ImageUseTable(Base, table=True):
    """A picture of a use, and how they were matched: file name, embedded id, caption or hash."""

    __tablename__ = "image_use"
    __table_args__ = (
        CheckConstraint("how IN ('name', 'id', 'caption', 'hash')", name="how"),
        {"sqlite_with_rowid": False},
    )

    image_id: int = Field(primary_key=True, foreign_key="image.id")
    use_id: int = Field(primary_key=True, foreign_key="use.id", index=True)
    how: str = Field(sa_type=Text)
