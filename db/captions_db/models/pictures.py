"""Pictures by the content of their files, and the uses they belong to."""

# No `from __future__ import annotations` here: SQLModel reads the annotations when the class is made.
from sqlalchemy import CheckConstraint
from sqlmodel import Field

from captions_db.column_types import Text
from captions_db.models.base import Base


class ImageTable(Base, table=True):
    """A picture by the content of its file: what is embedded in it (JSON), and its hashes, if it could be decoded.

    ``band_1`` to ``band_4`` are the four parts of ``dhash``, 16 bits each: of two hashes that differ in less than 12
    bits, one part differs in 2 at most, and is found by an index. ``version`` tells which program read it.
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
    """Where a picture's file stands: one picture may lie in several folders."""

    __tablename__ = "image_file"

    id: int | None = Field(default=None, primary_key=True)
    path: str = Field(sa_type=Text, unique=True)
    image_id: int = Field(foreign_key="image.id", index=True)


class ImageUseTable(Base, table=True):
    """Which picture belongs to which use, and by what that is known: name of its file, embedded id, caption, hash."""

    __tablename__ = "image_use"
    __table_args__ = (
        CheckConstraint("how IN ('name', 'id', 'caption', 'hash')", name="how"),
        {"sqlite_with_rowid": False},
    )

    image_id: int = Field(primary_key=True, foreign_key="image.id")
    use_id: int = Field(primary_key=True, foreign_key="use.id", index=True)
    how: str = Field(sa_type=Text)
