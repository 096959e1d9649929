"""A use knows its supplier, so that counting by supplier need not read credits; indexes in the order of counting."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BY_CREDIT = "ix_use_used_on_credit_id_publication_article_id"
_NEW = (
    ("supplier_id", "used_on", "publication", "article_id"),
    ("publication", "supplier_id", "used_on"),
    ("used_on", "publication", "article_id", "credit_id"),
)


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    # SQLite copies the table, and would begin again with the number behind the highest use that is left.
    given = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'use'")).scalar() if sqlite else 0
    with op.batch_alter_table("use", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("supplier_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_use_supplier_id_party"), "party", ["supplier_id"], ["id"])
        batch.drop_index(_BY_CREDIT)
    if sqlite and given is not None:
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name IN ('use', '_alembic_tmp_use')"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('use', :seq)"), {"seq": given})
    use = sa.table("use", sa.column("credit_id"), sa.column("supplier_id"))
    credit = sa.table("credit", sa.column("id"), sa.column("supplier_id"))
    supplier = sa.select(credit.c.supplier_id).where(credit.c.id == use.c.credit_id).scalar_subquery()
    connection.execute(sa.update(use).values(supplier_id=supplier))
    for columns in _NEW:
        op.create_index(op.f(f"ix_use_{'_'.join(columns)}"), "use", [*columns], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the table of uses would be copied again; take the copy from before the upgrade")
