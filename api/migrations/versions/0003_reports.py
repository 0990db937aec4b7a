"""Report definitions and deliveries (pre: new tables only)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = """
create table report_definition (
    id uuid constraint pk_report_definition primary key,
    workspace_id uuid not null constraint fk_report_definition_workspace_id references workspace (id),
    name varchar not null,
    template varchar not null,
    locale varchar not null,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_report_definition_workspace_id_id unique (workspace_id, id),
    constraint uq_report_definition_workspace_id_name unique (workspace_id, name)
);
create table report_delivery (
    id uuid constraint pk_report_delivery primary key,
    workspace_id uuid not null constraint fk_report_delivery_workspace_id references workspace (id),
    definition_id uuid not null,
    client_id uuid not null,
    period varchar not null,
    deliver boolean not null,
    status varchar not null constraint ck_report_delivery_status
        check (status in ('queued', 'held', 'built', 'sending', 'sent', 'failed', 'unknown')),
    held_reason varchar,
    failure varchar,
    publication_id integer,
    figures jsonb,
    figures_hash varchar,
    template_version varchar,
    brand jsonb,
    pdf bytea,
    message_id varchar not null,
    released_at timestamptz,
    sent_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_report_delivery_workspace_id_id unique (workspace_id, id),
    constraint fk_report_delivery_workspace_id_definition_id foreign key (workspace_id, definition_id)
        references report_definition (workspace_id, id),
    constraint fk_report_delivery_workspace_id_client_id foreign key (workspace_id, client_id)
        references client (workspace_id, id),
    constraint ck_report_delivery_held check ((status = 'held') = (held_reason is not null))
);
create index ix_report_delivery_list on report_delivery (workspace_id, client_id, period);
create index ix_report_delivery_status on report_delivery (workspace_id, status);
"""


def upgrade() -> None:
    """Create both tables; a delivery is never deleted."""
    op.get_bind().exec_driver_sql(_TABLES)
    secure(op, "report_definition")
    secure(op, "report_delivery", rights="select, insert, update")
