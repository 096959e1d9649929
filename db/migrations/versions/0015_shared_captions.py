"""Captions with one match key, and uses of one caption with other credits, are found by an index.

A number stands for the key, which is a text as long as the caption.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

from db.bulk import update_staged

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BATCH = 10_000


def key_number(key: str) -> int | None:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True) if key else None


def upgrade() -> None:
    op.add_column("caption", sa.Column("key_number", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    caption = sa.Table(
        "caption",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("match_key", sa.Text),
        sa.Column("key_number", sa.BigInteger),
    )
    last = 0
    statement = sa.select(caption.c.id, caption.c.match_key).order_by(caption.c.id).limit(BATCH)
    while rows := connection.execute(statement.where(caption.c.id > last)).all():
        last = rows[-1].id
        update_staged(connection, caption, [{"id": row.id, "key_number": key_number(row.match_key)} for row in rows])
    op.create_index(op.f("ix_caption_key_number"), "caption", ["key_number"], unique=False)
    op.drop_index(op.f("ix_use_caption_id"), table_name="use")
    op.create_index(op.f("ix_use_caption_id_credit_id"), "use", ["caption_id", "credit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_use_caption_id_credit_id"), table_name="use")
    op.create_index(op.f("ix_use_caption_id"), "use", ["caption_id"], unique=False)
    op.drop_index(op.f("ix_caption_key_number"), table_name="caption")
    op.drop_column("caption", "key_number")
