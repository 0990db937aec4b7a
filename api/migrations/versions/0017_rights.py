"""Roles of a workspace's own, staff narrowed to clients, single rights, tokens that end, addresses (pre: new columns
with defaults, new tables)."""

from alembic import op

from api.migrations.row_security import secure
from api.migrations.signin import HEAD, make

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
create table workspace_role (
    name varchar not null,
    description varchar not null,
    kind varchar not null constraint ck_workspace_role_kind check (kind in ('staff', 'client')),
    actions text[] not null,
    id uuid constraint pk_workspace_role primary key,
    workspace_id uuid not null constraint fk_workspace_role_workspace_id references workspace (id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_workspace_role_workspace_id_id unique (workspace_id, id)
);
create unique index uq_workspace_role_name on workspace_role (workspace_id, lower(name));
create table membership_scope (
    id uuid constraint pk_membership_scope primary key,
    workspace_id uuid not null,
    membership_id uuid not null,
    client_id uuid,
    project_id uuid,
    constraint uq_membership_scope_workspace_id_membership_id_client_id unique (workspace_id, membership_id, client_id),
    constraint uq_membership_scope_workspace_id_membership_id_project_id
        unique (workspace_id, membership_id, project_id),
    constraint fk_membership_scope_workspace_id_membership_id foreign key (workspace_id, membership_id)
        references membership (workspace_id, id) on delete cascade,
    constraint fk_membership_scope_workspace_id_client_id foreign key (workspace_id, client_id)
        references client (workspace_id, id),
    constraint fk_membership_scope_workspace_id_project_id foreign key (workspace_id, project_id)
        references project (workspace_id, id),
    constraint ck_membership_scope_one check ((client_id is null) <> (project_id is null))
);
create table workspace_network (
    network varchar not null,
    note varchar not null default '',
    id uuid constraint pk_workspace_network primary key,
    workspace_id uuid not null constraint fk_workspace_network_workspace_id references workspace (id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint uq_workspace_network_workspace_id_id unique (workspace_id, id),
    constraint uq_workspace_network_workspace_id_network unique (workspace_id, network)
);
create table event_origin (
    workspace_id uuid not null,
    event_id uuid not null,
    address varchar not null,
    occurred_at timestamptz not null,
    constraint pk_event_origin primary key (workspace_id, event_id),
    constraint fk_event_origin_workspace_id_event_id foreign key (workspace_id, event_id)
        references event (workspace_id, id)
);
create index ix_event_origin_occurred_at on event_origin (occurred_at);
"""
CLIENT_ROLES = "role in ('client', 'client_team')"
MEMBERSHIP = f"""
alter table membership
    add column role_id uuid,
    add column rights text[],
    add column narrowed boolean not null default false,
    drop constraint ck_membership_role,
    drop constraint ck_membership_client,
    add constraint ck_membership_role check (role in ('owner', 'admin', 'member', 'client', 'client_team')),
    add constraint ck_membership_client check (({CLIENT_ROLES}) = (client_id is not null)),
    add constraint ck_membership_own_role check (role_id is null or role in ('member', 'client')),
    add constraint ck_membership_rights check ((role = 'client_team') = (rights is not null)),
    add constraint ck_membership_narrowed check (not narrowed or role = 'member'),
    add constraint fk_membership_workspace_id_role_id foreign key (workspace_id, role_id)
        references workspace_role (workspace_id, id)
"""
TOKEN = """
alter table api_token
    add column expires_at timestamptz,
    add column last_used_from varchar,
    alter column user_id drop not null,
    add constraint ck_api_token_scopes check (user_id is not null or cardinality(scopes) > 0)
"""

_STANDING = """
           (select r.actions from public.workspace_role r where r.workspace_id = m.workspace_id and r.id = m.role_id),
           m.rights, m.narrowed,
           array(select c.client_id from public.membership_scope c where c.workspace_id = m.workspace_id
                 and c.membership_id = m.id and c.client_id is not null),
           array(select c.project_id from public.membership_scope c where c.workspace_id = m.workspace_id
                 and c.membership_id = m.id and c.project_id is not null)"""
_NETWORKS = "array(select n.network::text from public.workspace_network n where n.workspace_id = {}.workspace_id)"
_MAY = "role_actions text[], rights text[], narrowed boolean, clients uuid[], projects uuid[], networks text[]"

FUNCTIONS = {
    "session_by_hash(bytea, timestamptz)": f"""
create function signin.session_by_hash(hash bytea, at timestamptz)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid, {_MAY})
language sql volatile {HEAD} $$
    update public.session s set last_seen_at = at
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at and s.last_seen_at < at - interval '1 minute'
      and (s.remember or at < s.last_seen_at + interval '30 minutes');
    select s.id, s.user_id, s.workspace_id, m.role, m.client_id, {_STANDING}, {_NETWORKS.format("s")}
    from public.session s join public.membership m using (workspace_id, user_id)
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at
      and (s.remember or at < s.last_seen_at + interval '30 minutes')
$$""",
    "token_by_hash(bytea, timestamptz, text)": f"""
create function signin.token_by_hash(hash bytea, at timestamptz, address text)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid, {_MAY}, scopes text[])
language sql volatile {HEAD} $$
    update public.api_token t set last_used_at = at, last_used_from = address
    where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or at < t.expires_at)
      and (t.last_used_at is null or t.last_used_at < at - interval '1 minute'
           or t.last_used_from is distinct from address);
    select t.id, t.user_id, t.workspace_id, coalesce(m.role, 'owner'), m.client_id, {_STANDING},
           {_NETWORKS.format("t")}, t.scopes
    from public.api_token t left join public.membership m using (workspace_id, user_id)
    where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or at < t.expires_at)
      and (m.id is not null or t.user_id is null)
$$""",
}
BEFORE = ("session_by_hash(bytea, timestamptz)", "token_by_hash(bytea, timestamptz)")


def upgrade() -> None:
    """Add them, and let the functions of sign-in answer with all that somebody may."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(TABLES)
    for table in ("workspace_role", "membership_scope", "workspace_network"):
        secure(op, table)
        op.execute(f"create policy sign_in on {table} for select to imisofts_signin using (true)")
        op.execute(f"grant select on {table} to imisofts_signin")
    secure(op, "event_origin", rights="select, insert, delete")
    op.execute(MEMBERSHIP)
    op.execute(TOKEN)
    for name in BEFORE:
        op.execute("set local role imisofts_signin")
        op.execute(f"drop function signin.{name}")
        op.execute("reset role")
    make(op, FUNCTIONS)
