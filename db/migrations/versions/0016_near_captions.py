"""Articles tell whether two of their captions may be nearly the same; an index finds those that may, or do not tell."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEX = "ix_article_near"


def upgrade() -> None:
    op.add_column("article", sa.Column("near", sa.Boolean(), nullable=True))
    asked = sa.column("near", sa.Boolean).is_not(sa.false())
    op.create_index(INDEX, "article", ["id"], unique=False, sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="article")
    op.drop_column("article", "near")
