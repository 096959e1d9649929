"""Alembic's environment: use the connection of ``captions_db.schema`` and its transaction."""

from alembic import context

from captions_db.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes most tables only by copying them
    transactional_ddl=True,  # `captions_db.schema` begins one on SQLite too, so a failed migration changes nothing
)
with context.begin_transaction():
    context.run_migrations()
