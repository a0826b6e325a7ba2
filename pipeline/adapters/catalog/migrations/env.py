"""Alembic's way in: it runs this file for every command, on the connection that `migrating.py` hands over."""

from alembic import context

from pipeline.adapters.catalog.tables import metadata

# Both databases can undo a schema change, so a migration is kept as a whole or not at all.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
