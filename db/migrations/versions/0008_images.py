"""Pictures that were scanned: what is embedded in them, their hashes, where they stand, the uses they belong to."""

import sqlalchemy as sa
from alembic import op

from db.types import Text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_hash", Text(), nullable=False),
        sa.Column("version", Text(), nullable=False),
        sa.Column("format", Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("dhash", Text(), nullable=True),
        sa.Column("phash", Text(), nullable=True),
        sa.Column("band_1", sa.Integer(), nullable=True),
        sa.Column("band_2", sa.Integer(), nullable=True),
        sa.Column("band_3", sa.Integer(), nullable=True),
        sa.Column("band_4", sa.Integer(), nullable=True),
        sa.Column("embedded", Text(), nullable=False),
        sa.Column("notes", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("file_hash", name=op.f("uq_image_file_hash")),
    )
    for band in ("band_1", "band_2", "band_3", "band_4"):
        op.create_index(op.f(f"ix_image_{band}"), "image", [band], unique=False)
    op.create_table(
        "image_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", Text(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_image_file_image_id_image")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_file")),
        sa.UniqueConstraint("path", name=op.f("uq_image_file_path")),
    )
    op.create_index(op.f("ix_image_file_image_id"), "image_file", ["image_id"], unique=False)
    op.create_table(
        "image_use",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("how", Text(), nullable=False),
        sa.CheckConstraint("how IN ('name', 'caption', 'hash')", name=op.f("ck_image_use_how")),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_image_use_image_id_image")),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name=op.f("fk_image_use_use_id_use")),
        sa.PrimaryKeyConstraint("image_id", "use_id", name=op.f("pk_image_use")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_image_use_use_id"), "image_use", ["use_id"], unique=False)


def downgrade() -> None:
    for table in ("image_use", "image_file", "image"):
        op.drop_table(table)
