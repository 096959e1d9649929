"""An article knows the run that stored it last, so that one can ask what a run brought; NULL of those from before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("article") as batch:
        batch.add_column(sa.Column("run_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_article_run_id_ingest_run"), "ingest_run", ["run_id"], ["id"])
    op.create_index(op.f("ix_article_run_id"), "article", ["run_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the table of articles would be copied again; take the copy from before the upgrade")
