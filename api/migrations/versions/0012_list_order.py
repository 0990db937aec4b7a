"""Indexes in the order of the lists that had none (pre: reads only)."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ORDERS = {"credit_note": "issued_on", "task": "due_on", "time_entry": "worked_on"}


def upgrade() -> None:
    """Add one index per list."""
    op.execute("set local lock_timeout = '5s'")
    for table, column in ORDERS.items():
        op.execute(f"create index ix_{table}_list on {table} (workspace_id, {column}, id)")


def downgrade() -> None:
    """Drop them again."""
    for table in ORDERS:
        op.execute(f"drop index ix_{table}_list")
