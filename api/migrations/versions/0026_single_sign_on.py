"""Single sign-on of a workspace, and who somebody is at its provider (pre: new tables, a column with a default)."""

from alembic import op

from api.migrations.row_security import secure
from api.migrations.signin import HEAD, make

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TABLES = """
create table sign_on (
    id uuid constraint pk_sign_on primary key,
    workspace_id uuid not null constraint uq_sign_on_workspace_id unique
        constraint fk_sign_on_workspace_id references workspace (id),
    issuer varchar not null,
    client_id varchar not null,
    secret_sealed bytea not null,
    domains text[] not null,
    proven_domains text[] not null default '{}',
    token varchar not null,
    role varchar not null constraint ck_sign_on_role check (role in ('admin', 'member')),
    enabled boolean not null,
    discovered jsonb,
    checked_at timestamptz,
    problem varchar,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_sign_on_workspace_id_id unique (workspace_id, id)
);
create table external_identity (
    id uuid constraint pk_external_identity primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    issuer varchar not null,
    subject varchar not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null,
    constraint uq_external_identity_workspace_id_issuer_subject unique (workspace_id, issuer, subject),
    constraint fk_external_identity_workspace_id_user_id foreign key (workspace_id, user_id)
        references membership (workspace_id, user_id) on delete cascade
);
create index ix_external_identity_user_id on external_identity (workspace_id, user_id);
alter table session add column confined boolean not null default false;
"""
_FUNCTIONS = {
    "sign_on_by_domain(text)": f"""
create function signin.sign_on_by_domain(wanted text) returns uuid language sql stable {HEAD} $$
    select s.workspace_id from public.sign_on s
    where s.enabled and lower(wanted) = any (s.proven_domains) order by s.created_at limit 1
$$""",
}


def upgrade() -> None:
    """Create them."""
    op.execute("set local lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(_TABLES)
    secure(op, "sign_on")
    secure(op, "external_identity")
    op.execute("create policy sign_in on sign_on to imisofts_signin using (true) with check (true)")
    op.execute("grant select on sign_on to imisofts_signin")
    make(op, _FUNCTIONS)


def downgrade() -> None:
    """Drop them again."""
    op.execute("set local role imisofts_signin")
    for signature in _FUNCTIONS:
        op.execute(f"drop function signin.{signature}")
    op.execute("reset role")
    op.execute("alter table session drop column confined")
    op.execute("drop table external_identity")
    op.execute("drop table sign_on")
