"""Identify articles by URL or content, and keep every place where they were read.

Existing articles get an identity when they are read again.
"""

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNREAD_SOURCES = """
    CREATE VIEW unread_sources AS
    SELECT ingest_failure.source, ingest_failure.reason, max(ingest_run.started) AS last_tried
    FROM ingest_failure
    JOIN ingest_run ON ingest_run.id = ingest_failure.run_id
    LEFT JOIN place ON place.source = ingest_failure.source
    WHERE place.source IS NULL
    GROUP BY ingest_failure.source, ingest_failure.reason
"""


def upgrade() -> None:
    op.execute("DROP VIEW unread_sources")
    _places()
    _articles()
    with op.batch_alter_table("ingest_run") as table:
        table.add_column(sa.Column("elsewhere", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("ingest_run") as table:
        table.alter_column("elsewhere", server_default=None)
    op.execute(UNREAD_SOURCES)


def downgrade() -> None:
    raise NotImplementedError("several places may have one article; restore a backup instead")


def _places() -> None:
    op.create_table(
        "place",
        sa.Column("source", Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", Text(), nullable=False),
        sa.Column("digest", Text(), nullable=False),
        sa.Column("content_key", Text(), nullable=False),
        sa.Column("rank", Text(), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=True),
        sa.Column("changed_run", sa.Integer(), nullable=True),
        sa.Column("last_run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_place_article_id_article")),
        *(
            sa.ForeignKeyConstraint([name], ["ingest_run.id"], name=op.f(f"fk_place_{name}_ingest_run"))
            for name in ("first_run", "changed_run", "last_run")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_place")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO place (source, article_id, content_hash, digest, content_key, rank, outdated, first_run,"
        " changed_run, last_run)"
        " SELECT source, id, content_hash, '', '', '', false, run_id, run_id, run_id FROM article"
    )
    op.create_index(op.f("ix_place_article_id"), "place", ["article_id"], unique=False)
    op.create_index(op.f("ix_place_content_key"), "place", ["content_key"], unique=False)


def _articles() -> None:
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("identity", Text(), nullable=True))
        table.add_column(sa.Column("rank", Text(), nullable=True))
    op.execute("UPDATE article SET identity = 'source:' || source, rank = ''")
    with op.batch_alter_table("article") as table:
        table.alter_column("identity", nullable=False)
        table.alter_column("rank", nullable=False)
        table.drop_column("content_hash")
        table.drop_constraint("uq_article_source", type_="unique")
        table.create_unique_constraint("uq_article_identity", ["identity"])
    op.create_index(op.f("ix_article_source"), "article", ["source"], unique=False)
