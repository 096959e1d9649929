"""The first schema: articles and their uses, agreements and corrections, pictures, rollups, full text, views."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from captions_db.column_types import Text
from captions_db.migrations import first_search, first_views

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLLUPS = {
    "uses_by_supplier": ("supplier_id", "month", "publication"),
    "uses_by_agency": ("agency_id", "supplier_id", "month", "publication"),
    "uses_by_creator_and_publication": ("creator_id", "publication"),
    "uses_by_creator_and_supplier": ("creator_id", "supplier_id"),
    "uses_by_creator_and_agency": ("creator_id", "agency_id"),
    "uses_by_creator_and_year": ("creator_id", "year"),
    "uses_by_creator_and_quarter": ("creator_id", "quarter"),
    "uses_by_creator_and_month": ("creator_id", "month"),
}

BANDS = (1, 2, 3, 4)
USE_INDEXES: tuple[tuple[str, ...], ...] = (
    ("caption_id", "credit_id"),
    ("credit_id", "used_on", "publication", "article_id"),
    ("publication", "supplier_id", "used_on"),
    ("supplier_id", "used_on", "publication", "article_id"),
    ("structured_credit_id",),
    ("used_on", "publication", "article_id", "credit_id"),
)


def upgrade() -> None:
    _runs()
    _articles()
    _parties()
    _credits()
    _uses()
    _agreements()
    _decisions()
    _images()
    _counts()
    _rollups()
    connection = op.get_bind()
    for statement in (
        *first_search.STATEMENTS[connection.dialect.name],
        *first_views.STATEMENTS[connection.dialect.name],
    ):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first schema; remove the database instead")


def _runs() -> None:
    op.create_table(
        "ingest_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", Text(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_run")),
    )
    op.create_table(
        "ingest_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["ingest_run.id"], name=op.f("fk_ingest_failure_run_id_ingest_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_failure")),
    )
    op.create_index(op.f("ix_ingest_failure_run_id"), "ingest_failure", ["run_id"], unique=False)


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("url", Text(), nullable=True),
        sa.Column("headline", Text(), nullable=True),
        sa.Column("publication", Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("language", Text(), nullable=True),
        sa.Column("content_hash", Text(), nullable=False),
        sa.Column("text", Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("near", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["ingest_run.id"], name=op.f("fk_article_run_id_ingest_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("source", name=op.f("uq_article_source")),
    )
    may_be_near = sa.column("near", sa.Boolean).is_not(sa.false())
    op.create_index(
        "ix_article_near", "article", ["id"], unique=False, sqlite_where=may_be_near, postgresql_where=may_be_near
    )
    op.create_index(op.f("ix_article_run_id"), "article", ["run_id"], unique=False)
    op.create_index(op.f("ix_article_url"), "article", ["url"], unique=False)
    op.create_table(
        "caption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", Text(), nullable=False),
        sa.Column("match_key", Text(), nullable=False),
        sa.Column("key_number", sa.BigInteger(), nullable=True),
        sa.Column("text", Text(), nullable=False),
        sa.Column("search_text", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption")),
        sa.UniqueConstraint("digest", name=op.f("uq_caption_digest")),
    )
    op.create_index(op.f("ix_caption_key_number"), "caption", ["key_number"], unique=False)


def _parties() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("name_key", Text(), nullable=False),
        sa.CheckConstraint("kind IN ('creator', 'agency')", name=op.f("ck_party_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("name", "kind", name=op.f("uq_party_name_kind")),
    )
    op.create_index(op.f("ix_party_name_key"), "party", ["name_key"], unique=False)
    op.create_table(
        "party_alias",
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("alias", Text(), nullable=False),
        sa.Column("alias_key", Text(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_alias_party_id_party")),
        sa.PrimaryKeyConstraint("party_id", "alias", name=op.f("pk_party_alias")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_party_alias_alias_key"), "party_alias", ["alias_key"], unique=False)
    op.create_table(
        "party_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("merged_into", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        *_undo(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_party_merge_name"), "party_merge", ["name"], unique=False)


def _credits() -> None:
    op.create_table(
        "credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_digest", Text(), nullable=False),
        sa.Column("line", Text(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("qualifiers", Text(), nullable=False),
        sa.Column("restrictions", Text(), nullable=False),
        sa.Column("copyright_notice", Text(), nullable=True),
        sa.Column("license", Text(), nullable=True),
        sa.Column("license_url", Text(), nullable=True),
        sa.Column("licensor_url", Text(), nullable=True),
        sa.Column("rule", Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("version", Text(), nullable=False),
        sa.Column("reading", Text(), nullable=False),
        sa.Column("parsed", Text(), nullable=True),
        sa.Column("search_text", Text(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["party.id"], name=op.f("fk_credit_supplier_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
        sa.UniqueConstraint("line_digest", name=op.f("uq_credit_line_digest")),
    )
    op.create_index(op.f("ix_credit_supplier_id"), "credit", ["supplier_id"], unique=False)
    op.create_table(
        "credit_party",
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("role", Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('creator', 'agency', 'supplier')", name=op.f("ck_credit_party_role")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_credit_party_credit_id_credit")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_credit_party_party_id_party")),
        sa.PrimaryKeyConstraint("credit_id", "role", "place", name=op.f("pk_credit_party")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_credit_party_party_id_role_credit_id"), "credit_party", ["party_id", "role", "credit_id"], unique=True
    )


def _uses() -> None:
    op.create_table(
        "use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption_id", sa.Integer(), nullable=True),
        sa.Column("credit_id", sa.Integer(), nullable=True),
        sa.Column("structured_credit_id", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("places", Text(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("publication", Text(), nullable=True),
        sa.Column("rule", Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_use_article_id_article")),
        sa.ForeignKeyConstraint(["caption_id"], ["caption.id"], name=op.f("fk_use_caption_id_caption")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_use_credit_id_credit")),
        sa.ForeignKeyConstraint(["supplier_id"], ["party.id"], name=op.f("fk_use_supplier_id_party")),
        sa.ForeignKeyConstraint(
            ["structured_credit_id"], ["credit.id"], name=op.f("fk_use_structured_credit_id_credit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use")),
        sa.UniqueConstraint("article_id", "position", name=op.f("uq_use_article_id_position")),
        sqlite_autoincrement=True,
    )
    for columns in USE_INDEXES:
        op.create_index(op.f(f"ix_use_{'_'.join(columns)}"), "use", [*columns], unique=False)
    op.create_table(
        "use_image",
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("address", Text(), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name=op.f("fk_use_image_use_id_use")),
        sa.PrimaryKeyConstraint("use_id", "place", name=op.f("pk_use_image")),
        sqlite_with_rowid=False,
    )


def _agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("applies_to", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("scopes", Text(), nullable=False),
        sa.Column("territories", Text(), nullable=False),
        sa.Column("excluded", Text(), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("quota_period", Text(), nullable=True),
        sa.Column("price", Text(), nullable=True),
        sa.Column("currency", Text(), nullable=True),
        sa.Column("requires", Text(), nullable=True),
        sa.Column("note", Text(), nullable=True),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", Text(), nullable=True),
        sa.Column("added_by", Text(), nullable=True),
        sa.Column("ended_by", Text(), nullable=True),
        *_undo(),
        sa.CheckConstraint("kind IN ('flat', 'per-use', 'staff', 'free')", name=op.f("ck_agreement_kind")),
        sa.CheckConstraint(
            "quota_period IN ('month', 'quarter', 'year', 'term')", name=op.f("ck_agreement_quota_period")
        ),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_agreement_ends")),
        sa.CheckConstraint("quota > 0", name=op.f("ck_agreement_quota")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_agreement_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_agreement_party_id"), "agreement", ["party_id"], unique=False)


def _decisions() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", Text(), nullable=False),
        sa.Column("line_digest", Text(), nullable=False),
        sa.Column("creators", Text(), nullable=False),
        sa.Column("agencies", Text(), nullable=False),
        sa.Column("supplier", Text(), nullable=True),
        sa.Column("qualifiers", Text(), nullable=False),
        sa.Column("license", Text(), nullable=True),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        *_undo(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_correction_line_digest"), "correction", ["line_digest"], unique=False)
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", Text(), nullable=False),
        sa.Column("supplier", Text(), nullable=True),
        sa.Column("applies_to", Text(), nullable=True),
        sa.Column("line", Text(), nullable=True),
        sa.Column("line_digest", Text(), nullable=True),
        sa.Column("source", Text(), nullable=True),
        sa.Column("caption_digest", Text(), nullable=True),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        *_undo(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_waiver_code"), "waiver", ["code"], unique=False)


def _images() -> None:
    op.create_table(
        "image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_hash", Text(), nullable=False),
        sa.Column("version", Text(), nullable=False),
        sa.Column("format", Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("dhash", Text(), nullable=True),
        sa.Column("phash", Text(), nullable=True),
        *(sa.Column(f"band_{number}", sa.Integer(), nullable=True) for number in BANDS),
        sa.Column("embedded", Text(), nullable=False),
        sa.Column("notes", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("file_hash", name=op.f("uq_image_file_hash")),
    )
    for number in BANDS:
        op.create_index(op.f(f"ix_image_band_{number}"), "image", [f"band_{number}"], unique=False)
    op.create_table(
        "image_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", Text(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_image_file_image_id_image")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_file")),
        sa.UniqueConstraint("path", name=op.f("uq_image_file_path")),
    )
    op.create_index(op.f("ix_image_file_image_id"), "image_file", ["image_id"], unique=False)
    op.create_table(
        "image_use",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("how", Text(), nullable=False),
        sa.CheckConstraint("how IN ('name', 'id', 'caption', 'hash')", name=op.f("ck_image_use_how")),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_image_use_image_id_image")),
        sa.ForeignKeyConstraint(["use_id"], ["use.id"], name=op.f("fk_image_use_use_id_use")),
        sa.PrimaryKeyConstraint("image_id", "use_id", name=op.f("pk_image_use")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_image_use_use_id"), "image_use", ["use_id"], unique=False)


def _counts() -> None:
    op.create_table(
        "count_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", Text(), nullable=False),
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("creator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", Text(), autoincrement=False, nullable=False),
        sa.Column("publication", Text(), autoincrement=False, nullable=False),
        sa.Column("uses", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_change")),
    )
    op.create_table(
        "counted",
        sa.Column("last_use", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("last_use", name=op.f("pk_counted")),
    )
    op.execute("INSERT INTO counted (last_use) VALUES (0)")


def _undo() -> list[sa.Column[Any]]:
    """Return the columns for who undid a row, when and why."""
    return [
        sa.Column("undone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", Text(), nullable=True),
        sa.Column("undone_reason", Text(), nullable=True),
    ]


def _rollups() -> None:
    for name, keys in ROLLUPS.items():
        key = sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}"))
        op.create_table(name, *map(_rollup_column, (*keys, "uses")), key, sqlite_with_rowid=False)


def _rollup_column(name: str) -> sa.Column[Any]:
    is_text = name in ("month", "quarter", "year", "publication")
    return sa.Column(name, Text() if is_text else sa.Integer(), autoincrement=False, nullable=False)
