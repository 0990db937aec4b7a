"""A workspace's own host, and codes that carry a session to another host (pre: new tables and functions only)."""

from alembic import op

from api.migrations.row_security import secure
from api.migrations.signin import HEAD, make

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = """
create table domain (
    id uuid constraint pk_domain primary key,
    workspace_id uuid not null constraint fk_domain_workspace_id references workspace (id),
    host varchar not null,
    token varchar not null,
    checked_at timestamptz,
    verified_at timestamptz,
    problem varchar,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_domain_workspace_id unique (workspace_id),
    constraint uq_domain_workspace_id_id unique (workspace_id, id)
);
create table switch_code (
    id uuid constraint pk_switch_code primary key,
    workspace_id uuid not null,
    user_id uuid not null,
    code_hash bytea not null constraint uq_switch_code_code_hash unique,
    remember boolean not null,
    proved_at timestamptz not null,
    session_expires_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint fk_switch_code_workspace_id_user_id foreign key (workspace_id, user_id)
        references membership (workspace_id, user_id) on delete cascade
);
"""
_FUNCTIONS = {
    "workspace_of_switch(bytea, timestamptz)": f"""
create function signin.workspace_of_switch(hash bytea, at timestamptz) returns uuid language sql stable {HEAD} $$
    select c.workspace_id from public.switch_code c where c.code_hash = hash and c.used_at is null and at < c.expires_at
$$""",
    "homes_of(uuid)": f"""
create function signin.homes_of(who uuid)
returns table (workspace_id uuid, slug varchar, host varchar, name varchar, role varchar) language sql stable {HEAD} $$
    select m.workspace_id, w.slug, w.host, w.name, m.role
    from public.membership m join public.workspace w on w.id = m.workspace_id
    where m.user_id = who and m.joined_at is not null order by lower(w.name), m.workspace_id
$$""",
}


def upgrade() -> None:
    """Create them."""
    op.execute("set local lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(_TABLES)
    secure(op, "domain")
    secure(op, "switch_code")
    op.execute("create policy sign_in on switch_code to imisofts_signin using (true) with check (true)")
    op.execute("grant select on switch_code to imisofts_signin")
    make(op, _FUNCTIONS)


def downgrade() -> None:
    """Drop them again."""
    op.execute("set local role imisofts_signin")
    for signature in _FUNCTIONS:
        op.execute(f"drop function signin.{signature}")
    op.execute("reset role")
    op.execute("drop table switch_code")
    op.execute("drop table domain")
