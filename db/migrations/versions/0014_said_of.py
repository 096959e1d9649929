"""Agreements and waivers keep the name that they were said of, as merges of agencies come and go over them."""

import json

import sqlalchemy as sa
from alembic import op

from db.types import Text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("agreement", "waiver"):
        op.add_column(table, sa.Column("said_of", Text(), nullable=True))
    op.execute("UPDATE agreement SET said_of = (SELECT name FROM party WHERE party.id = agreement.party_id)")
    op.execute("UPDATE waiver SET said_of = supplier")
    connection = op.get_bind()
    merges = connection.exec_driver_sql("SELECT name, agreements, waivers FROM party_merge ORDER BY id DESC").all()
    # The first merge that took one along tells whose it was before all of them.
    for name, agreements, waivers in merges:
        for table, numbers in (("agreement", agreements), ("waiver", waivers)):
            for number in json.loads(numbers):
                said = sa.text(f"UPDATE {table} SET said_of = :name WHERE id = :id")  # noqa: S608 - names from above
                connection.execute(said, {"name": name, "id": number})
    with op.batch_alter_table("agreement", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("said_of", existing_type=Text(), nullable=False)
    for column in ("agreements", "waivers"):
        op.drop_column("party_merge", column)


def downgrade() -> None:
    raise NotImplementedError(
        "what went along with which merge is no longer told; take the copy from before the upgrade"
    )
