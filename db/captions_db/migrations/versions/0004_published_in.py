"""Keep the month or year of publication if the day is unknown."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("published_in", Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("article") as table:
        table.drop_column("published_in")
