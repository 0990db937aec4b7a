"""What members are told, and an announcement of every change for live pages (pre: new tables, a trigger)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE notification (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        user_id UUID NOT NULL,
        event_id UUID NOT NULL,
        kind VARCHAR NOT NULL,
        client_id UUID,
        subject_kind VARCHAR NOT NULL,
        subject_id UUID NOT NULL,
        label VARCHAR NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
        read_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_notification PRIMARY KEY (id),
        CONSTRAINT uq_notification_workspace_id_user_id_event_id UNIQUE (workspace_id, user_id, event_id),
        CONSTRAINT fk_notification_workspace_id_user_id FOREIGN KEY(workspace_id, user_id)
            REFERENCES membership (workspace_id, user_id) ON DELETE CASCADE,
        CONSTRAINT fk_notification_workspace_id_event_id FOREIGN KEY(workspace_id, event_id)
            REFERENCES event (workspace_id, id),
        CONSTRAINT fk_notification_workspace_id_client_id FOREIGN KEY(workspace_id, client_id)
            REFERENCES client (workspace_id, id)
    )
    """,
    "CREATE INDEX ix_notification_list ON notification (workspace_id, user_id, occurred_at, id)",
    """
    CREATE TABLE notification_unwanted (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        user_id UUID NOT NULL,
        kind VARCHAR NOT NULL,
        CONSTRAINT pk_notification_unwanted PRIMARY KEY (id),
        CONSTRAINT uq_notification_unwanted_workspace_id_user_id_kind UNIQUE (workspace_id, user_id, kind),
        CONSTRAINT fk_notification_unwanted_workspace_id_user_id FOREIGN KEY(workspace_id, user_id)
            REFERENCES membership (workspace_id, user_id) ON DELETE CASCADE
    )
    """,
)
# One announcement for each kind of thing that a statement's events tell of: an import of a hundred thousand rows makes
# one. Who listens learns that something changed, never what.
ANNOUNCE = """
    create function announce_changes() returns trigger language plpgsql as $$
    begin
        perform pg_notify(
            'imisofts_live',
            json_build_object('workspace', c.workspace_id, 'changed', c.subject_kind, 'by', c.actor_id)::text
        ) from (select distinct workspace_id, subject_kind, actor_id from fresh) as c;
        return null;
    end $$
"""


def upgrade() -> None:
    """Make them."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("notification", "notification_unwanted"):
        secure(op, table)
    op.execute(ANNOUNCE)
    op.execute(
        "create trigger announce_changes after insert on event referencing new table as fresh"
        " for each statement execute function announce_changes()"
    )


def downgrade() -> None:
    """Drop them again."""
    op.execute("drop trigger announce_changes on event")
    op.execute("drop function announce_changes()")
    for table in ("notification_unwanted", "notification"):
        op.execute(f"drop table {table}")
