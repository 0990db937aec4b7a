"""Support and the weights of client health (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("ticket", "ticket_event", "business_interval", "sla_target", "health_weight")

STATEMENTS = (
    """
    CREATE TABLE ticket (
        client_id UUID NOT NULL,
        assignee_id UUID,
        number VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        priority VARCHAR NOT NULL,
        status VARCHAR NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        first_response_at TIMESTAMP WITH TIME ZONE,
        resolved_at TIMESTAMP WITH TIME ZONE,
        reopened_count INTEGER NOT NULL,
        is_satisfied BOOLEAN,
        rated_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_ticket PRIMARY KEY (id),
        CONSTRAINT uq_ticket_workspace_id_number UNIQUE (workspace_id, number),
        CONSTRAINT ck_ticket_priority CHECK (priority in ('low', 'normal', 'high', 'urgent')),
        CONSTRAINT ck_ticket_status CHECK (status in ('open', 'waiting', 'resolved')),
        CONSTRAINT ck_ticket_first_response CHECK (first_response_at >= opened_at),
        CONSTRAINT ck_ticket_resolved CHECK (resolved_at >= opened_at),
        CONSTRAINT ck_ticket_state CHECK ((status = 'resolved') = (resolved_at is not null)),
        CONSTRAINT uq_ticket_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_ticket_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_ticket_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id),
        CONSTRAINT fk_ticket_workspace_id_assignee_id
            FOREIGN KEY(workspace_id, assignee_id)
                REFERENCES person (workspace_id, id),
        CONSTRAINT uq_ticket_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_ticket_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_ticket_client ON ticket (workspace_id, client_id)
    """,
    """
    CREATE INDEX ix_ticket_list ON ticket (workspace_id, opened_at, id)
    """,
    """
    CREATE TABLE ticket_event (
        ticket_id UUID NOT NULL,
        client_id UUID NOT NULL,
        kind VARCHAR NOT NULL,
        author_kind VARCHAR NOT NULL,
        author_id UUID,
        occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
        body VARCHAR,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_ticket_event PRIMARY KEY (id),
        CONSTRAINT ck_ticket_event_kind
            CHECK (kind in ('opened', 'answered', 'replied', 'noted', 'waiting',
                'resumed', 'resolved', 'reopened', 'rated')),
        CONSTRAINT ck_ticket_event_author_kind CHECK (author_kind in ('staff', 'client', 'system')),
        CONSTRAINT uq_ticket_event_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_ticket_event_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_ticket_event_workspace_id_ticket_id
            FOREIGN KEY(workspace_id, ticket_id)
                REFERENCES ticket (workspace_id, id),
        CONSTRAINT fk_ticket_event_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id)
    )
    """,
    """
    CREATE INDEX ix_ticket_event_ticket ON ticket_event (workspace_id, ticket_id, occurred_at)
    """,
    """
    CREATE TABLE business_interval (
        weekday INTEGER NOT NULL,
        opens_minute INTEGER NOT NULL,
        closes_minute INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_business_interval PRIMARY KEY (id),
        CONSTRAINT uq_business_interval_workspace_id_weekday_opens_minute
            UNIQUE (workspace_id, weekday, opens_minute),
        CONSTRAINT ck_business_interval_weekday CHECK (weekday between 0 and 6),
        CONSTRAINT ck_business_interval_minutes
            CHECK (opens_minute >= 0 and opens_minute < closes_minute and closes_minute <= 1440),
        CONSTRAINT uq_business_interval_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_business_interval_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    """
    CREATE TABLE sla_target (
        priority VARCHAR NOT NULL,
        first_response_minutes INTEGER NOT NULL,
        resolution_minutes INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_sla_target PRIMARY KEY (id),
        CONSTRAINT uq_sla_target_workspace_id_priority UNIQUE (workspace_id, priority),
        CONSTRAINT ck_sla_target_priority CHECK (priority in ('low', 'normal', 'high', 'urgent')),
        CONSTRAINT ck_sla_target_minutes CHECK (first_response_minutes > 0 and resolution_minutes > 0),
        CONSTRAINT uq_sla_target_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_sla_target_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    """
    CREATE TABLE health_weight (
        input VARCHAR NOT NULL,
        weight INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_health_weight PRIMARY KEY (id),
        CONSTRAINT uq_health_weight_workspace_id_input UNIQUE (workspace_id, input),
        CONSTRAINT ck_health_weight_input
            CHECK (input in ('payment', 'delivery', 'support', 'engagement', 'sentiment', 'commercial')),
        CONSTRAINT ck_health_weight_weight CHECK (weight between 0 and 100),
        CONSTRAINT uq_health_weight_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_health_weight_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
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
