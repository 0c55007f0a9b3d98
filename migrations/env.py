"""Runs the revisions in versions/ on the connection that `library.store.open_store` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
