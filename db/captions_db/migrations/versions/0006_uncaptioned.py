"""Store the pictures that articles print with neither caption nor credit, for the audit."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uncaptioned_picture",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("address", Text(), nullable=False),
        sa.Column("alt", Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_uncaptioned_picture_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", "place", name=op.f("pk_uncaptioned_picture")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("uncaptioned_picture")
