"""Contacts and tags of clients (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("contact", "client_tag")

STATEMENTS = (
    """
    CREATE TABLE contact (
        client_id UUID NOT NULL,
        name VARCHAR NOT NULL,
        email VARCHAR,
        phone VARCHAR,
        title VARCHAR,
        is_primary BOOLEAN NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_contact PRIMARY KEY (id),
        CONSTRAINT uq_contact_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_contact_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_contact_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id)
    )
    """,
    """
    CREATE INDEX ix_contact_client ON contact (workspace_id, client_id)
    """,
    """
    CREATE TABLE client_tag (
        client_id UUID NOT NULL,
        tag VARCHAR NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_client_tag PRIMARY KEY (id),
        CONSTRAINT uq_client_tag_workspace_id_client_id_tag UNIQUE (workspace_id, client_id, tag),
        CONSTRAINT uq_client_tag_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_client_tag_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_client_tag_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and close each of them to other workspaces."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)
    for table in TABLES:
        secure(op, table)


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
