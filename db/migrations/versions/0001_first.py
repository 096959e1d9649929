"""The first schema: articles, their captions, credits and parties, the uses, and the runs that read them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("source", name=op.f("uq_article_source")),
    )
    op.create_index(op.f("ix_article_url"), "article", ["url"], unique=False)
    op.create_table(
        "caption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("match_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption")),
        sa.UniqueConstraint("digest", name=op.f("uq_caption_digest")),
    )
    op.create_table(
        "ingest_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_run")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('creator', 'agency')", name=op.f("ck_party_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("name", "kind", name=op.f("uq_party_name_kind")),
    )
    op.create_index(op.f("ix_party_name_key"), "party", ["name_key"], unique=False)
    op.create_table(
        "credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_digest", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("restrictions", sa.Text(), nullable=False),
        sa.Column("copyright_notice", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("license_url", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["party.id"], name=op.f("fk_credit_supplier_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
        sa.UniqueConstraint("line_digest", name=op.f("uq_credit_line_digest")),
    )
    op.create_index(op.f("ix_credit_supplier_id"), "credit", ["supplier_id"], unique=False)
    op.create_table(
        "ingest_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["ingest_run.id"], name=op.f("fk_ingest_failure_run_id_ingest_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_failure")),
    )
    op.create_index(op.f("ix_ingest_failure_run_id"), "ingest_failure", ["run_id"], unique=False)
    op.create_table(
        "party_alias",
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("alias_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_alias_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", "alias", name=op.f("pk_party_alias")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_party_alias_alias_key"), "party_alias", ["alias_key"], unique=False)
    op.create_table(
        "credit_party",
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('creator', 'agency', 'supplier')", name=op.f("ck_credit_party_role")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_credit_party_credit_id_credit")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_credit_party_party_id_party")),
        sa.PrimaryKeyConstraint("credit_id", "role", "place", name=op.f("pk_credit_party")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_credit_party_party_id_role_credit_id"),
        "credit_party",
        ["party_id", "role", "credit_id"],
        unique=True,
    )
    op.create_table(
        "use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption_id", sa.Integer(), nullable=True),
        sa.Column("credit_id", sa.Integer(), nullable=True),
        sa.Column("printings", sa.Integer(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_use_article_id_article")),
        sa.ForeignKeyConstraint(["caption_id"], ["caption.id"], name=op.f("fk_use_caption_id_caption")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_use_credit_id_credit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use")),
        sa.UniqueConstraint("article_id", "position", name=op.f("uq_use_article_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_use_caption_id"), "use", ["caption_id"], unique=False)
    op.create_index(
        op.f("ix_use_credit_id_used_on_publication_article_id"),
        "use",
        ["credit_id", "used_on", "publication", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_use_used_on_credit_id_publication_article_id"),
        "use",
        ["used_on", "credit_id", "publication", "article_id"],
        unique=False,
    )
    op.create_table(
        "use_image",
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name=op.f("fk_use_image_use_id_use")),
        sa.PrimaryKeyConstraint("use_id", "place", name=op.f("pk_use_image")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first schema; remove the database instead")
