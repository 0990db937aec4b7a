"""Kept files of dry runs; how an import's file was read (pre: a new table, new columns that may be empty)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE import_run ADD COLUMN options JSONB",
    "ALTER TABLE import_run ADD COLUMN shape JSONB",
    "ALTER TABLE import_run ADD COLUMN file_id UUID",
    """
    CREATE TABLE import_file (
        name VARCHAR NOT NULL,
        content BYTEA NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_import_file PRIMARY KEY (id),
        CONSTRAINT uq_import_file_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_import_file_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
)


def upgrade() -> None:
    """Create the table, closed to other workspaces, and add the columns."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "import_file")


def downgrade() -> None:
    """Drop them again."""
    op.execute("drop table import_file")
    for column in ("file_id", "shape", "options"):
        op.execute(f"alter table import_run drop column {column}")
