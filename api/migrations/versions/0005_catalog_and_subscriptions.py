"""Services, exchange rates and subscriptions (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("service", "exchange_rate", "subscription", "subscription_item", "subscription_pause")

STATEMENTS = (
    """
    CREATE TABLE service (
        name VARCHAR NOT NULL,
        description VARCHAR,
        unit_price NUMERIC(24, 8),
        currency CHAR(3) NOT NULL,
        interval VARCHAR,
        interval_count INTEGER NOT NULL,
        archived_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_service PRIMARY KEY (id),
        CONSTRAINT ck_service_interval CHECK (interval in ('day', 'week', 'month', 'quarter', 'year')),
        CONSTRAINT ck_service_interval_count CHECK (interval_count > 0),
        CONSTRAINT uq_service_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_service_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT uq_service_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_service_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_service_list ON service (workspace_id, name, id)
    """,
    """
    CREATE TABLE exchange_rate (
        from_currency CHAR(3) NOT NULL,
        to_currency CHAR(3) NOT NULL,
        rate_on DATE NOT NULL,
        rate NUMERIC(24, 12) NOT NULL,
        source VARCHAR NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_exchange_rate PRIMARY KEY (id),
        CONSTRAINT uq_exchange_rate_workspace_id_from_currency_to_currency_rate_on
            UNIQUE (workspace_id, from_currency, to_currency, rate_on),
        CONSTRAINT ck_exchange_rate_rate CHECK (rate > 0),
        CONSTRAINT ck_exchange_rate_currencies CHECK (from_currency <> to_currency),
        CONSTRAINT ck_exchange_rate_source CHECK (source in ('api', 'import')),
        CONSTRAINT uq_exchange_rate_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_exchange_rate_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    """
    CREATE TABLE subscription (
        client_id UUID NOT NULL,
        name VARCHAR,
        currency CHAR(3) NOT NULL,
        started_on DATE NOT NULL,
        trial_ends_on DATE,
        cancelled_on DATE,
        cancel_reason VARCHAR,
        ended_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_subscription PRIMARY KEY (id),
        CONSTRAINT ck_subscription_ended CHECK (ended_on is null or ended_on >= started_on),
        CONSTRAINT uq_subscription_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_subscription_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_subscription_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id),
        CONSTRAINT uq_subscription_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_subscription_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_subscription_client ON subscription (workspace_id, client_id)
    """,
    """
    CREATE TABLE subscription_item (
        subscription_id UUID NOT NULL,
        client_id UUID NOT NULL,
        line_id UUID NOT NULL,
        service_id UUID,
        description VARCHAR NOT NULL,
        quantity NUMERIC(24, 8) NOT NULL,
        unit_price NUMERIC(24, 8) NOT NULL,
        discount_rate NUMERIC(9, 6) NOT NULL,
        currency CHAR(3) NOT NULL,
        interval VARCHAR,
        interval_count INTEGER NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        decided_on DATE NOT NULL,
        end_decided_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_subscription_item PRIMARY KEY (id),
        CONSTRAINT ck_subscription_item_interval
            CHECK (interval in ('day', 'week', 'month', 'quarter', 'year')),
        CONSTRAINT ck_subscription_item_interval_count CHECK (interval_count > 0),
        CONSTRAINT ck_subscription_item_not_negative CHECK (quantity >= 0 and unit_price >= 0),
        CONSTRAINT ck_subscription_item_discount CHECK (discount_rate between 0 and 1),
        CONSTRAINT ck_subscription_item_ended CHECK (ended_on is null or ended_on >= started_on),
        CONSTRAINT uq_subscription_item_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_subscription_item_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_subscription_item_workspace_id_subscription_id
            FOREIGN KEY(workspace_id, subscription_id)
                REFERENCES subscription (workspace_id, id),
        CONSTRAINT fk_subscription_item_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id),
        CONSTRAINT fk_subscription_item_workspace_id_service_id
            FOREIGN KEY(workspace_id, service_id)
                REFERENCES service (workspace_id, id)
    )
    """,
    """
    CREATE INDEX ix_subscription_item_subscription ON subscription_item (workspace_id, subscription_id)
    """,
    """
    CREATE TABLE subscription_pause (
        subscription_id UUID NOT NULL,
        client_id UUID NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_subscription_pause PRIMARY KEY (id),
        CONSTRAINT ck_subscription_pause_ended CHECK (ended_on is null or ended_on >= started_on),
        CONSTRAINT uq_subscription_pause_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_subscription_pause_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_subscription_pause_workspace_id_subscription_id
            FOREIGN KEY(workspace_id, subscription_id)
                REFERENCES subscription (workspace_id, id),
        CONSTRAINT fk_subscription_pause_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id)
    )
    """,
    """
    CREATE INDEX ix_subscription_pause_subscription ON subscription_pause (workspace_id, subscription_id)
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
