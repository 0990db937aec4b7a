"""Who has not come in yet is shown as the invitation called them (pre: a nullable column)."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Invitations under way are shown by their address: what they said is not known any more."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table membership add column invited_name varchar")
    for table in ("membership", "app_user"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "update membership set invited_name = app_user.email from app_user"
        " where app_user.id = membership.user_id and membership.joined_at is null"
    )
    for table in ("membership", "app_user"):
        op.execute(f"alter table {table} force row level security")


def downgrade() -> None:
    """Everybody is called as in their own account."""
    op.execute("alter table membership drop column invited_name")
