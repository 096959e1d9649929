"""A picture may be known to belong to a use by an id that is embedded in it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = op.f("ck_image_use_how")
    with op.batch_alter_table("image_use", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, "how IN ('name', 'id', 'caption', 'hash')")


def downgrade() -> None:
    raise NotImplementedError("what is known by an id would be lost; take the copy from before the upgrade")
