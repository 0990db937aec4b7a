"""Plans as dated rows (pre: a new table). Agencies that are there already lose nothing: they have the largest."""

from alembic import op

from api.migrations.row_security import secure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE entitlement (
        plan VARCHAR NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        seats INTEGER,
        extra_seats INTEGER DEFAULT 0 NOT NULL,
        clients INTEGER,
        white_label BOOLEAN NOT NULL,
        requests_per_minute INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_entitlement PRIMARY KEY (id),
        CONSTRAINT uq_entitlement_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_entitlement_workspace_id_started_on UNIQUE (workspace_id, started_on),
        CONSTRAINT fk_entitlement_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT ck_entitlement_plan CHECK (plan in ('starter', 'professional', 'enterprise')),
        CONSTRAINT ck_entitlement_ended CHECK (ended_on is null or ended_on > started_on),
        CONSTRAINT ck_entitlement_limits CHECK (seats >= 0 and clients >= 0 and extra_seats >= 0),
        CONSTRAINT ck_entitlement_requests CHECK (requests_per_minute > 0)
    )
"""
GIVE = (
    # The owner is bound by row security as everybody is; this statement's rows belong to all workspaces.
    "alter table workspace no force row level security",
    """
    insert into entitlement (id, workspace_id, plan, started_on, white_label, requests_per_minute)
    select gen_random_uuid(), id, 'enterprise', created_at::date, true, 1200 from workspace
    """,
    "alter table workspace force row level security",
)


def upgrade() -> None:
    """Create it, closed to other workspaces, with a row for each."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute("create unique index uq_entitlement_open on entitlement (workspace_id) where ended_on is null")
    for statement in GIVE:
        op.get_bind().exec_driver_sql(statement)
    secure(op, "entitlement")


def downgrade() -> None:
    """Drop it again."""
    op.execute("drop table entitlement")
