"""Workspaces, people, credentials, events, the heartbeat and the job queue. (pre)"""

from alembic import op
from procrastinate.schema import SchemaManager

from api.migrations.row_security import secure
from api.migrations.signin import FUNCTIONS, TABLES

revision = "0001"
down_revision = None

_TABLES = """
create table workspace (
    id uuid constraint pk_workspace primary key,
    slug varchar not null constraint uq_workspace_slug unique,
    host varchar constraint uq_workspace_host unique,
    name varchar not null,
    currency varchar not null constraint ck_workspace_currency check (currency ~ '^[A-Z]{3}$'),
    timezone varchar not null,
    week_starts_on integer not null default 0 constraint ck_workspace_week_starts_on check (week_starts_on in (0, 6)),
    brand jsonb not null default '{}'::jsonb,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table app_user (
    id uuid constraint pk_app_user primary key,
    email varchar not null,
    name varchar not null,
    password_hash varchar,
    created_at timestamptz not null default now()
);
create unique index uq_app_user_email on app_user (lower(email));
create table membership (
    id uuid constraint pk_membership primary key,
    workspace_id uuid not null constraint fk_membership_workspace_id references workspace (id),
    user_id uuid not null constraint fk_membership_user_id references app_user (id),
    role varchar not null constraint ck_membership_role check (role in ('owner', 'admin', 'member', 'client')),
    client_id uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_membership_workspace_id_id unique (workspace_id, id),
    constraint uq_membership_workspace_id_user_id unique (workspace_id, user_id),
    constraint ck_membership_client check ((role = 'client') = (client_id is not null))
);
create index ix_membership_user_id on membership (user_id);
create table session (
    id uuid constraint pk_session primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    id_hash bytea not null constraint uq_session_id_hash unique,
    remember boolean not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint fk_session_workspace_id_user_id foreign key (workspace_id, user_id)
        references membership (workspace_id, user_id) on delete cascade
);
create table sign_in_link (
    id uuid constraint pk_sign_in_link primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    token_hash bytea not null constraint uq_sign_in_link_token_hash unique,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint fk_sign_in_link_workspace_id_user_id foreign key (workspace_id, user_id)
        references membership (workspace_id, user_id) on delete cascade
);
create table api_token (
    id uuid constraint pk_api_token primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    name varchar not null,
    prefix varchar not null,
    token_hash bytea not null constraint uq_api_token_token_hash unique,
    scopes text[] not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_api_token_workspace_id_id unique (workspace_id, id),
    constraint fk_api_token_workspace_id_user_id foreign key (workspace_id, user_id)
        references membership (workspace_id, user_id) on delete cascade
);
create table idempotency_answer (
    id uuid constraint pk_idempotency_answer primary key,
    workspace_id uuid not null,
    key_hash bytea not null,
    body_hash bytea not null,
    status integer not null,
    sealed bytea not null,
    created_at timestamptz not null default now(),
    constraint uq_idempotency_answer_workspace_id_key_hash unique (workspace_id, key_hash)
);
create unlogged table rate_limit (
    key varchar constraint pk_rate_limit primary key,
    allowed_from timestamptz not null
);
create table event (
    id uuid constraint pk_event primary key,
    workspace_id uuid not null constraint fk_event_workspace_id references workspace (id),
    name varchar not null,
    actor_kind varchar not null
        constraint ck_event_actor_kind check (actor_kind in ('user', 'token', 'operator', 'system')),
    actor_id uuid,
    subject_kind varchar not null,
    subject_id uuid not null,
    occurred_at timestamptz not null,
    data jsonb not null,
    constraint uq_event_workspace_id_id unique (workspace_id, id)
);
create index ix_event_subject on event (workspace_id, subject_id, id);
create index ix_event_occurred on event (workspace_id, occurred_at, id);
create table heartbeat (
    id integer constraint pk_heartbeat primary key constraint ck_heartbeat_one check (id = 1),
    beaten_at timestamptz not null
);
"""

_QUEUE_RIGHTS = """
grant usage on schema queue to imisofts_app;
grant select, insert, update, delete on all tables in schema queue to imisofts_app;
grant usage, select on all sequences in schema queue to imisofts_app;
grant execute on all functions in schema queue to imisofts_app;
"""


def upgrade() -> None:
    """Create everything that is there before the first client."""
    op.get_bind().exec_driver_sql(_TABLES)
    for table in ("membership", "session", "sign_in_link", "api_token", "idempotency_answer"):
        secure(op, table)
    secure(op, "workspace", column="id", rights="select, insert, update")
    secure(op, "event", rights="select, insert")
    _secure_people()
    op.execute("grant select, insert, update, delete on rate_limit to imisofts_app")
    op.execute("grant insert, update on heartbeat to imisofts_loader")
    _sign_in_functions()
    _queue()


def _secure_people() -> None:
    """A person is seen where she is a member, and never with the password hash."""
    op.execute("alter table app_user enable row level security")
    op.execute("alter table app_user force row level security")
    op.execute(
        "create policy member on app_user using (exists (select 1 from membership m where m.user_id = app_user.id))"
    )
    op.execute("grant select (id, email, name, created_at) on app_user to imisofts_app")


def _sign_in_functions() -> None:
    """What must be known before a workspace is: a few functions, run with the rights of a role of their own."""
    for table, rights in TABLES.items():
        op.execute(f"create policy sign_in on {table} to imisofts_signin using (true) with check (true)")
        op.execute(f"grant {rights} on {table} to imisofts_signin")
    op.execute("create schema signin")
    op.execute("grant usage on schema signin to imisofts_app, imisofts_signin")
    op.execute("grant create on schema signin to imisofts_signin")
    bind = op.get_bind()
    for name, definition in FUNCTIONS.items():
        bind.exec_driver_sql(definition)
        bind.exec_driver_sql(f"revoke all on function signin.{name} from public")
        bind.exec_driver_sql(f"grant execute on function signin.{name} to imisofts_app")
        bind.exec_driver_sql(f"alter function signin.{name} owner to imisofts_signin")
    op.execute("revoke create on schema signin from imisofts_signin")


def _queue() -> None:
    """Procrastinate's own tables, in a schema of their own."""
    op.execute("create schema queue")
    op.execute("set local search_path = queue, public")
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    raw.execute(SchemaManager.get_schema())  # past SQLAlchemy, which would read its per cent signs as parameters
    op.execute("set local search_path = public")
    op.get_bind().exec_driver_sql(_QUEUE_RIGHTS)
