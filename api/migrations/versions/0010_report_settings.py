"""Reports: settings per client, a review before they leave (pre: a new table, new columns that may be empty)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BEFORE = "('queued', 'held', 'built', 'sending', 'sent', 'failed', 'unknown')"
_NOW = "('queued', 'held', 'draft', 'approved', 'withdrawn', 'built', 'sending', 'sent', 'failed', 'unknown')"
STATEMENTS = (
    """
    CREATE TABLE report_setting (
        client_id UUID NOT NULL,
        sections JSONB NOT NULL,
        locale VARCHAR NOT NULL,
        cadence VARCHAR NOT NULL,
        review BOOLEAN NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_report_setting PRIMARY KEY (id),
        CONSTRAINT uq_report_setting_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_report_setting_workspace_id_client_id UNIQUE (workspace_id, client_id),
        CONSTRAINT fk_report_setting_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_report_setting_workspace_id_client_id FOREIGN KEY(workspace_id, client_id)
            REFERENCES client (workspace_id, id),
        CONSTRAINT ck_report_setting_cadence CHECK (cadence in ('monthly', 'quarterly', 'none'))
    )
    """,
    "ALTER TABLE report_delivery ADD COLUMN sections JSONB",
    "ALTER TABLE report_delivery ADD COLUMN locale VARCHAR",
    "ALTER TABLE report_delivery ADD COLUMN approved_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE report_delivery ADD COLUMN approved_by UUID",
    """
    ALTER TABLE report_delivery ADD CONSTRAINT fk_report_delivery_approved_by
        FOREIGN KEY (approved_by) REFERENCES app_user (id)
    """,
    "ALTER TABLE report_delivery DROP CONSTRAINT ck_report_delivery_status",
    f"ALTER TABLE report_delivery ADD CONSTRAINT ck_report_delivery_status CHECK (status in {_NOW})",
)


def upgrade() -> None:
    """Create the table, closed to other workspaces, and add the columns."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "report_setting")


def downgrade() -> None:
    """Drop them again; refused by the check while a report waits for its review."""
    op.execute("alter table report_delivery drop constraint ck_report_delivery_status")
    op.execute(f"alter table report_delivery add constraint ck_report_delivery_status check (status in {_BEFORE})")
    for column in ("approved_by", "approved_at", "locale", "sections"):
        op.execute(f"alter table report_delivery drop column {column}")
    op.execute("drop table report_setting")
