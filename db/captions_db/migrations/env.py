"""What Alembic runs before the steps: on the connection that ``captions_db.schema`` gives, inside its transaction."""

from alembic import context

from captions_db.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can change a table only by copying it
    transactional_ddl=True,  # so can SQLite, if it is told to BEGIN: a step that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
