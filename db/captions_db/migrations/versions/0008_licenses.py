"""Store the licenses of single pictures, and quotas over any number of days in a row."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement", sa.Column("quota_days", sa.Integer(), nullable=True))
    op.create_table(
        "license",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice", Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("scopes", Text(), nullable=False),
        sa.Column("territories", Text(), nullable=False),
        sa.Column("archive_years", sa.Integer(), nullable=True),
        sa.Column("price", Text(), nullable=True),
        sa.Column("currency", Text(), nullable=True),
        sa.Column("address", Text(), nullable=True),
        sa.Column("asset", Text(), nullable=True),
        sa.Column("file_hash", Text(), nullable=True),
        sa.Column("dhash", Text(), nullable=True),
        sa.Column("phash", Text(), nullable=True),
        sa.Column("caption", Text(), nullable=True),
        sa.Column("caption_key", Text(), nullable=True),
        sa.Column("note", Text(), nullable=True),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", Text(), nullable=True),
        sa.Column("undone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", Text(), nullable=True),
        sa.Column("undone_reason", Text(), nullable=True),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_license_ends")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("license")
    op.drop_column("agreement", "quota_days")
