"""Clients, billing and imports (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("client", "invoice", "invoice_line", "payment", "credit_note", "number_series", "import_run")

STATEMENTS = (
    """
    CREATE TABLE client (
        external_id VARCHAR,
        name VARCHAR NOT NULL,
        email VARCHAR,
        currency CHAR(3) NOT NULL,
        created_on DATE NOT NULL,
        archived_at TIMESTAMP WITH TIME ZONE,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_client PRIMARY KEY (id),
        CONSTRAINT uq_client_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_client_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT fk_client_workspace_id
            FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT ck_client_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_client_list ON client (workspace_id, name, id)
    """,
    """
    CREATE TABLE invoice (
        client_id UUID NOT NULL,
        external_id VARCHAR,
        series VARCHAR,
        number VARCHAR,
        status VARCHAR NOT NULL,
        currency CHAR(3) NOT NULL,
        issued_on DATE,
        due_on DATE,
        subtotal_minor BIGINT NOT NULL,
        tax_minor BIGINT NOT NULL,
        total_minor BIGINT NOT NULL,
        paid_minor BIGINT NOT NULL,
        credited_minor BIGINT NOT NULL,
        settled_on DATE,
        voided_on DATE,
        note VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_invoice PRIMARY KEY (id),
        CONSTRAINT uq_invoice_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_invoice_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT uq_invoice_workspace_id_series_number UNIQUE (workspace_id, series, number),
        CONSTRAINT fk_invoice_workspace_id
            FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_invoice_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id) REFERENCES client (workspace_id, id),
        CONSTRAINT ck_invoice_status CHECK (status in ('draft', 'issued', 'partly_paid', 'paid', 'void')),
        CONSTRAINT ck_invoice_source CHECK (source in ('api', 'import')),
        CONSTRAINT ck_invoice_total CHECK (total_minor = subtotal_minor + tax_minor and total_minor >= 0),
        CONSTRAINT ck_invoice_not_negative CHECK (paid_minor >= 0 and credited_minor >= 0),
        CONSTRAINT ck_invoice_never_overpaid CHECK (paid_minor + credited_minor <= total_minor),
        CONSTRAINT ck_invoice_issued CHECK (status = 'draft' or (number is not null and issued_on is not null))
    )
    """,
    """
    CREATE INDEX ix_invoice_client ON invoice (workspace_id, client_id)
    """,
    """
    CREATE INDEX ix_invoice_list ON invoice (workspace_id, issued_on, id)
    """,
    """
    CREATE TABLE invoice_line (
        invoice_id UUID NOT NULL,
        position INTEGER NOT NULL,
        description VARCHAR NOT NULL,
        quantity NUMERIC(24, 8) NOT NULL,
        unit_price NUMERIC(24, 8) NOT NULL,
        tax_rate NUMERIC(9, 6) NOT NULL,
        net_minor BIGINT NOT NULL,
        tax_minor BIGINT NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_invoice_line PRIMARY KEY (id),
        CONSTRAINT uq_invoice_line_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_invoice_line_workspace_id_invoice_id_position UNIQUE (workspace_id, invoice_id, position),
        CONSTRAINT fk_invoice_line_workspace_id_invoice_id
            FOREIGN KEY(workspace_id, invoice_id) REFERENCES invoice (workspace_id, id)
    )
    """,
    """
    CREATE TABLE payment (
        invoice_id UUID NOT NULL,
        client_id UUID NOT NULL,
        external_id VARCHAR,
        paid_on DATE NOT NULL,
        amount_minor BIGINT NOT NULL,
        currency CHAR(3) NOT NULL,
        method VARCHAR,
        reference VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_payment PRIMARY KEY (id),
        CONSTRAINT uq_payment_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_payment_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT fk_payment_workspace_id_invoice_id
            FOREIGN KEY(workspace_id, invoice_id) REFERENCES invoice (workspace_id, id),
        CONSTRAINT fk_payment_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id) REFERENCES client (workspace_id, id),
        CONSTRAINT ck_payment_amount CHECK (amount_minor <> 0),
        CONSTRAINT ck_payment_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_payment_invoice ON payment (workspace_id, invoice_id)
    """,
    """
    CREATE INDEX ix_payment_list ON payment (workspace_id, paid_on, id)
    """,
    """
    CREATE TABLE credit_note (
        invoice_id UUID NOT NULL,
        client_id UUID NOT NULL,
        series VARCHAR,
        number VARCHAR NOT NULL,
        external_id VARCHAR,
        issued_on DATE NOT NULL,
        amount_minor BIGINT NOT NULL,
        currency CHAR(3) NOT NULL,
        reason VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_credit_note PRIMARY KEY (id),
        CONSTRAINT uq_credit_note_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_credit_note_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT uq_credit_note_workspace_id_series_number UNIQUE (workspace_id, series, number),
        CONSTRAINT fk_credit_note_workspace_id_invoice_id
            FOREIGN KEY(workspace_id, invoice_id) REFERENCES invoice (workspace_id, id),
        CONSTRAINT fk_credit_note_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id) REFERENCES client (workspace_id, id),
        CONSTRAINT ck_credit_note_amount CHECK (amount_minor > 0),
        CONSTRAINT ck_credit_note_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_credit_note_invoice ON credit_note (workspace_id, invoice_id)
    """,
    """
    CREATE TABLE number_series (
        series VARCHAR NOT NULL,
        next_number INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_number_series PRIMARY KEY (id),
        CONSTRAINT uq_number_series_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_number_series_workspace_id_series UNIQUE (workspace_id, series),
        CONSTRAINT fk_number_series_workspace_id
            FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    """
    CREATE TABLE import_run (
        kind VARCHAR NOT NULL,
        file_name VARCHAR NOT NULL,
        dry_run BOOLEAN NOT NULL,
        status VARCHAR NOT NULL,
        total_rows INTEGER NOT NULL,
        done_rows INTEGER NOT NULL,
        result JSONB,
        started_by UUID,
        finished_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_import_run PRIMARY KEY (id),
        CONSTRAINT uq_import_run_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_import_run_workspace_id
            FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT ck_import_run_status CHECK (status in ('running', 'done', 'refused', 'failed'))
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
