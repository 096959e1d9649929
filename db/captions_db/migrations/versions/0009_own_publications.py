"""Record which publication the user named in an ingest run as the newsroom's own."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ingest_run", sa.Column("publication", Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("ingest_run", "publication")
