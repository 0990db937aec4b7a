"""A rule of sign-in may begin to count later than it is set (pre: a nullable column)."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rules that are there count as before."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table sign_in_policy add column starts_at timestamptz")


def downgrade() -> None:
    """Every rule counts at once."""
    op.execute("alter table sign_in_policy drop column starts_at")
