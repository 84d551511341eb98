"""Runs the revisions on the connection that `data.schema` hands over."""

from alembic import context

from fluorders_tui.data.tables.everything import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
