"""Name publications by their spellings, and merge creators and publications as agencies are merged."""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text
from captions_db.search import name_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("publication_read", Text(), nullable=True))
    op.execute("UPDATE article SET publication_read = publication")
    op.create_index(op.f("ix_article_publication_read"), "article", ["publication_read"], unique=False)
    spellings = op.create_table(
        "publication_spelling",
        sa.Column("name", Text(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_publication_spelling")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_publication_spelling_key"), "publication_spelling", ["key"], unique=False)
    found = op.get_bind().exec_driver_sql("SELECT DISTINCT publication FROM article WHERE publication IS NOT NULL")
    op.bulk_insert(spellings, [{"name": name, "key": name_key(name)} for (name,) in found])
    with op.batch_alter_table("party_merge") as table:
        table.add_column(sa.Column("kind", Text(), nullable=True))
    op.execute("UPDATE party_merge SET kind = 'agency'")
    with op.batch_alter_table("party_merge", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("kind", nullable=False)
        table.create_check_constraint("kind", "kind IN ('agency', 'creator', 'publication')")


def downgrade() -> None:
    raise NotImplementedError("merges of creators and publications would be lost; restore a backup instead")
