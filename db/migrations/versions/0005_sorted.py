"""Texts sort on PostgreSQL as they do on SQLite: by code points, whatever language the database has."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in inspector.get_table_names():
        columns = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.Text)]
        if table != "alembic_version" and columns:
            # In one statement: each column by itself would make the table's indexes anew.
            changes = ", ".join(f'ALTER {quote(name)} TYPE text COLLATE "C"' for name in columns)
            op.execute(f"ALTER TABLE {quote(table)} {changes}")


def downgrade() -> None:
    raise NotImplementedError("the order of texts does no harm to an older program; take the copy from before")
