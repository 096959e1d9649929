"""What a page's structured data tell: of a use its credit beside the printed one, of a credit where to license it."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RIGHTS = ("copyright_notice", "license", "license_url")


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("credit", sa.Column("licensor_url", sa.Text(), nullable=True))
    _digest_rights(connection)
    sqlite = connection.dialect.name == "sqlite"
    # SQLite copies the table, and would begin again with the number behind the highest use that is left.
    given = _last_given(connection) if sqlite else None
    with op.batch_alter_table("use", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("told_credit_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_use_told_credit_id_credit"), "credit", ["told_credit_id"], ["id"])
        batch.create_index(op.f("ix_use_told_credit_id"), ["told_credit_id"], unique=False)
    if given is not None:
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name IN ('use', '_alembic_tmp_use')"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('use', :seq)"), {"seq": given})


def _digest_rights(connection: sa.Connection) -> None:
    """A credit is now known by its line and its rights: what has any gets the digest by which it is found again."""
    credit = sa.table("credit", *map(sa.column, ("id", "line", *RIGHTS, "line_digest")))
    told = sa.or_(*(credit.c[name].is_not(None) for name in RIGHTS))
    for row in connection.execute(sa.select(*credit.c).where(told)).all():
        parts = "\0".join((row.line, row.copyright_notice or "", row.license or "", row.license_url or "", ""))
        digest = hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        connection.execute(sa.update(credit).where(credit.c.id == row.id).values(line_digest=digest))


def _last_given(connection: sa.Connection) -> int | None:
    """The last id that a use was given, be the use there or not."""
    return connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'use'")).scalar()


def downgrade() -> None:
    raise NotImplementedError("what the data told would be lost; take the copy from before the upgrade")
