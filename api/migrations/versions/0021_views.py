"""Saved views and chosen columns of lists (pre: new tables)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE saved_view (
        user_id UUID NOT NULL,
        list_name VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        filters JSONB NOT NULL,
        sort VARCHAR,
        columns TEXT[],
        shared BOOLEAN NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_saved_view PRIMARY KEY (id),
        CONSTRAINT uq_saved_view_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_saved_view_workspace_id_user_id_list_name_name UNIQUE (workspace_id, user_id, list_name, name),
        CONSTRAINT fk_saved_view_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_saved_view_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
    )
    """,
    "CREATE INDEX ix_saved_view_list ON saved_view (workspace_id, list_name, name, id)",
    """
    CREATE TABLE list_columns (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        user_id UUID NOT NULL,
        list_name VARCHAR NOT NULL,
        columns TEXT[] NOT NULL,
        CONSTRAINT pk_list_columns PRIMARY KEY (id),
        CONSTRAINT uq_list_columns_workspace_id_user_id_list_name UNIQUE (workspace_id, user_id, list_name),
        CONSTRAINT fk_list_columns_workspace_id_user_id FOREIGN KEY(workspace_id, user_id)
            REFERENCES membership (workspace_id, user_id) ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Make the tables."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("saved_view", "list_columns"):
        secure(op, table)


def downgrade() -> None:
    """Drop them again."""
    for table in ("list_columns", "saved_view"):
        op.execute(f"drop table {table}")
