"""A membership's client is a client of the same workspace. (post: checked without a lock on writers)"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key for new rows, then check those that are there."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table membership add constraint fk_membership_workspace_id_client_id"
        " foreign key (workspace_id, client_id) references client (workspace_id, id) not valid"
    )
    op.execute("alter table membership validate constraint fk_membership_workspace_id_client_id")


def downgrade() -> None:
    """Drop the key."""
    op.execute("alter table membership drop constraint fk_membership_workspace_id_client_id")
