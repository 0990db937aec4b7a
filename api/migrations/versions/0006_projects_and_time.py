"""People, time and projects (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("person", "person_rate", "working_hours", "holiday", "time_off", "project", "milestone", "task", "time_entry")

STATEMENTS = (
    """
    CREATE TABLE person (
        user_id UUID,
        name VARCHAR NOT NULL,
        email VARCHAR,
        title VARCHAR,
        is_billable_role BOOLEAN NOT NULL,
        region VARCHAR,
        archived_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_person PRIMARY KEY (id),
        CONSTRAINT uq_person_workspace_id_user_id UNIQUE (workspace_id, user_id),
        CONSTRAINT uq_person_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_person_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT uq_person_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_person_source CHECK (source in ('api', 'import')),
        CONSTRAINT fk_person_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
    )
    """,
    """
    CREATE INDEX ix_person_list ON person (workspace_id, name, id)
    """,
    """
    CREATE TABLE person_rate (
        person_id UUID NOT NULL,
        kind VARCHAR NOT NULL,
        hourly_rate NUMERIC(24, 8) NOT NULL,
        currency CHAR(3) NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_person_rate PRIMARY KEY (id),
        CONSTRAINT uq_person_rate_workspace_id_person_id_kind_started_on
            UNIQUE (workspace_id, person_id, kind, started_on),
        CONSTRAINT ck_person_rate_kind CHECK (kind in ('cost', 'bill')),
        CONSTRAINT ck_person_rate_rate CHECK (hourly_rate >= 0),
        CONSTRAINT ck_person_rate_ended CHECK (ended_on is null or ended_on >= started_on),
        CONSTRAINT uq_person_rate_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_person_rate_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_person_rate_workspace_id_person_id
            FOREIGN KEY(workspace_id, person_id)
                REFERENCES person (workspace_id, id)
    )
    """,
    """
    CREATE TABLE working_hours (
        person_id UUID NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        monday_minutes INTEGER NOT NULL,
        tuesday_minutes INTEGER NOT NULL,
        wednesday_minutes INTEGER NOT NULL,
        thursday_minutes INTEGER NOT NULL,
        friday_minutes INTEGER NOT NULL,
        saturday_minutes INTEGER NOT NULL,
        sunday_minutes INTEGER NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_working_hours PRIMARY KEY (id),
        CONSTRAINT uq_working_hours_workspace_id_person_id_started_on
            UNIQUE (workspace_id, person_id, started_on),
        CONSTRAINT ck_working_hours_ended CHECK (ended_on is null or ended_on >= started_on),
        CONSTRAINT ck_working_hours_minutes
            CHECK (least(monday_minutes, tuesday_minutes, wednesday_minutes,
                thursday_minutes, friday_minutes, saturday_minutes, sunday_minutes) >= 0
                and greatest(monday_minutes, tuesday_minutes, wednesday_minutes,
                thursday_minutes, friday_minutes, saturday_minutes, sunday_minutes) <= 1440),
        CONSTRAINT uq_working_hours_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_working_hours_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_working_hours_workspace_id_person_id
            FOREIGN KEY(workspace_id, person_id)
                REFERENCES person (workspace_id, id),
        CONSTRAINT uq_working_hours_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_working_hours_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE TABLE holiday (
        on_date DATE NOT NULL,
        name VARCHAR NOT NULL,
        region VARCHAR,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_holiday PRIMARY KEY (id),
        CONSTRAINT uq_holiday_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_holiday_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT uq_holiday_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_holiday_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_holiday_list ON holiday (workspace_id, on_date)
    """,
    """
    CREATE TABLE time_off (
        person_id UUID NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        minutes_per_day INTEGER,
        kind VARCHAR NOT NULL,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_time_off PRIMARY KEY (id),
        CONSTRAINT ck_time_off_range CHECK (ends_on >= starts_on),
        CONSTRAINT ck_time_off_minutes CHECK (minutes_per_day > 0),
        CONSTRAINT ck_time_off_kind CHECK (kind in ('vacation', 'sick', 'other')),
        CONSTRAINT uq_time_off_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_time_off_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_time_off_workspace_id_person_id
            FOREIGN KEY(workspace_id, person_id)
                REFERENCES person (workspace_id, id),
        CONSTRAINT uq_time_off_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_time_off_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_time_off_person ON time_off (workspace_id, person_id, starts_on)
    """,
    """
    CREATE TABLE project (
        client_id UUID,
        name VARCHAR NOT NULL,
        budget_minutes INTEGER,
        fixed_fee_minor BIGINT,
        currency CHAR(3) NOT NULL,
        started_on DATE,
        due_on DATE,
        completed_on DATE,
        archived_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_project PRIMARY KEY (id),
        CONSTRAINT ck_project_budget CHECK (budget_minutes >= 0),
        CONSTRAINT ck_project_fee CHECK (fixed_fee_minor >= 0),
        CONSTRAINT uq_project_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_project_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_project_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id),
        CONSTRAINT uq_project_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_project_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_project_client ON project (workspace_id, client_id)
    """,
    """
    CREATE INDEX ix_project_list ON project (workspace_id, name, id)
    """,
    """
    CREATE TABLE milestone (
        project_id UUID NOT NULL,
        title VARCHAR NOT NULL,
        due_on DATE,
        completed_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_milestone PRIMARY KEY (id),
        CONSTRAINT uq_milestone_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_milestone_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_milestone_workspace_id_project_id
            FOREIGN KEY(workspace_id, project_id)
                REFERENCES project (workspace_id, id),
        CONSTRAINT uq_milestone_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_milestone_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_milestone_project ON milestone (workspace_id, project_id)
    """,
    """
    CREATE TABLE task (
        project_id UUID NOT NULL,
        milestone_id UUID,
        assignee_id UUID,
        title VARCHAR NOT NULL,
        description VARCHAR,
        priority VARCHAR NOT NULL,
        estimate_minutes INTEGER,
        started_on DATE,
        due_on DATE,
        completed_on DATE,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_task PRIMARY KEY (id),
        CONSTRAINT ck_task_estimate CHECK (estimate_minutes >= 0),
        CONSTRAINT ck_task_priority CHECK (priority in ('low', 'normal', 'high', 'urgent')),
        CONSTRAINT uq_task_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_task_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_task_workspace_id_project_id
            FOREIGN KEY(workspace_id, project_id)
                REFERENCES project (workspace_id, id),
        CONSTRAINT fk_task_workspace_id_milestone_id
            FOREIGN KEY(workspace_id, milestone_id)
                REFERENCES milestone (workspace_id, id),
        CONSTRAINT fk_task_workspace_id_assignee_id
            FOREIGN KEY(workspace_id, assignee_id)
                REFERENCES person (workspace_id, id),
        CONSTRAINT uq_task_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_task_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_task_assignee ON task (workspace_id, assignee_id)
    """,
    """
    CREATE INDEX ix_task_project ON task (workspace_id, project_id)
    """,
    """
    CREATE TABLE time_entry (
        person_id UUID NOT NULL,
        project_id UUID,
        task_id UUID,
        client_id UUID,
        worked_on DATE NOT NULL,
        minutes INTEGER NOT NULL,
        is_billable BOOLEAN NOT NULL,
        bill_rate NUMERIC(24, 8),
        currency CHAR(3),
        note VARCHAR,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        external_id VARCHAR,
        source VARCHAR NOT NULL,
        touched_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_time_entry PRIMARY KEY (id),
        CONSTRAINT ck_time_entry_minutes CHECK (minutes > 0),
        CONSTRAINT ck_time_entry_bill_rate CHECK (bill_rate >= 0),
        CONSTRAINT ck_time_entry_currency CHECK ((bill_rate is null) = (currency is null)),
        CONSTRAINT uq_time_entry_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT fk_time_entry_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT fk_time_entry_workspace_id_person_id
            FOREIGN KEY(workspace_id, person_id)
                REFERENCES person (workspace_id, id),
        CONSTRAINT fk_time_entry_workspace_id_project_id
            FOREIGN KEY(workspace_id, project_id)
                REFERENCES project (workspace_id, id),
        CONSTRAINT fk_time_entry_workspace_id_task_id
            FOREIGN KEY(workspace_id, task_id)
                REFERENCES task (workspace_id, id),
        CONSTRAINT fk_time_entry_workspace_id_client_id
            FOREIGN KEY(workspace_id, client_id)
                REFERENCES client (workspace_id, id),
        CONSTRAINT uq_time_entry_workspace_id_external_id UNIQUE (workspace_id, external_id),
        CONSTRAINT ck_time_entry_source CHECK (source in ('api', 'import'))
    )
    """,
    """
    CREATE INDEX ix_time_entry_person ON time_entry (workspace_id, person_id, worked_on)
    """,
    """
    CREATE INDEX ix_time_entry_project ON time_entry (workspace_id, project_id, worked_on)
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
