"""Alembic's entry: one transaction a version, on the connection that ``upgrade`` holds."""

from alembic import context

from api.migrations.catalogue import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata(), transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
