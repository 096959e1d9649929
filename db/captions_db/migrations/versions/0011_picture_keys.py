"""Find uses by the parts of their pictures' URLs, and the latest uses of a publication."""

import sqlalchemy as sa
from alembic import op

from captions_db.picture_keys import numbers_in

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PAGE = 5_000


def upgrade() -> None:
    keys = op.create_table(
        "picture_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name=op.f("fk_picture_key_use_id_use")),
        sa.PrimaryKeyConstraint("key", "use_id", name=op.f("pk_picture_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_picture_key_use_id"), "picture_key", ["use_id"])
    op.create_index(op.f("ix_use_publication_used_on"), "use", ["publication", "used_on"])
    connection, last = op.get_bind(), 0
    read = sa.text("SELECT use_id, address FROM use_image WHERE use_id > :last AND use_id <= :next")
    newest = connection.execute(sa.text("SELECT max(use_id) FROM use_image")).scalar() or 0
    while last < newest:
        rows = connection.execute(read, {"last": last, "next": last + _PAGE}).all()
        found = sorted({(key, use_id) for use_id, address in rows for key in numbers_in(address)})
        if found:
            op.bulk_insert(keys, [{"key": key, "use_id": use_id} for key, use_id in found])
        last += _PAGE


def downgrade() -> None:
    op.drop_index(op.f("ix_use_publication_used_on"), "use")
    op.drop_table("picture_key")
