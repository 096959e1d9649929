"""Have the next scan read all pictures again, for their rights, AI fields and content credentials."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE image SET version = ''")


def downgrade() -> None:
    """Change nothing: an earlier program reads the pictures again, and ignores what it does not know."""
