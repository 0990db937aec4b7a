"""What was deleted can be brought back for some minutes (pre: a new table)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE deleted_row (
            id UUID NOT NULL,
            workspace_id UUID NOT NULL,
            kind VARCHAR NOT NULL,
            rows JSONB NOT NULL,
            deleted_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_deleted_row PRIMARY KEY (id),
            CONSTRAINT fk_deleted_row_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
        )
        """
    )
    secure(op, "deleted_row")


def downgrade() -> None:
    """Drop it again."""
    op.execute("drop table deleted_row")
