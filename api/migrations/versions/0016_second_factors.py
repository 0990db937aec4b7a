"""Second factors, recovery codes, who must have one, and from where a session came (pre: new tables and columns)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = """
create table second_factor (
    id uuid constraint pk_second_factor primary key,
    user_id uuid not null constraint fk_second_factor_user_id references app_user (id) on delete cascade,
    kind varchar not null constraint ck_second_factor_kind check (kind in ('totp', 'key')),
    name varchar not null,
    sealed bytea,
    last_step integer,
    credential_id bytea constraint uq_second_factor_credential_id unique,
    public_key bytea,
    sign_count bigint not null default 0,
    passkey boolean not null default false,
    rp_id varchar,
    transports text[] not null default '{}',
    created_at timestamptz not null,
    last_used_at timestamptz,
    version integer not null default 1,
    constraint ck_second_factor_totp check ((kind = 'totp') = (sealed is not null)),
    constraint ck_second_factor_key check
        ((kind = 'key') = (credential_id is not null and public_key is not null and rp_id is not null))
);
create index ix_second_factor_user_id on second_factor (user_id);
create table recovery_code (
    id uuid constraint pk_recovery_code primary key,
    user_id uuid not null constraint fk_recovery_code_user_id references app_user (id) on delete cascade,
    code_hash bytea not null,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint uq_recovery_code_user_id_code_hash unique (user_id, code_hash)
);
create table spent_mark (
    mark bytea constraint pk_spent_mark primary key,
    expires_at timestamptz not null
);
create table sign_in_policy (
    id uuid constraint pk_sign_in_policy primary key,
    workspace_id uuid not null constraint uq_sign_in_policy_workspace_id unique
        constraint fk_sign_in_policy_workspace_id references workspace (id),
    required_of text[] not null,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
alter table session add column address varchar;
alter table session add column user_agent varchar;
alter table session add column proved_at timestamptz not null default '1970-01-01';
alter table session alter column proved_at drop default;
"""

_HEAD = "security definer set search_path = pg_catalog, public, pg_temp as"

FUNCTIONS = {
    "factors_of(uuid)": f"""
create function signin.factors_of(who uuid)
returns table (id uuid, kind varchar, name varchar, sealed bytea, last_step integer, credential_id bytea,
    public_key bytea, sign_count bigint, passkey boolean, rp_id varchar, transports text[], created_at timestamptz,
    last_used_at timestamptz, version integer) language sql stable {_HEAD} $$
    select f.id, f.kind, f.name, f.sealed, f.last_step, f.credential_id, f.public_key, f.sign_count, f.passkey,
        f.rp_id, f.transports, f.created_at, f.last_used_at, f.version
    from public.second_factor f where f.user_id = who order by f.created_at, f.id
$$""",
    "has_factor(uuid)": f"""
create function signin.has_factor(who uuid) returns boolean language sql stable {_HEAD} $$
    select exists (select from public.second_factor f where f.user_id = who)
$$""",
    "key_by_credential(bytea)": f"""
create function signin.key_by_credential(credential bytea)
returns table (id uuid, user_id uuid, public_key bytea, sign_count bigint, passkey boolean, rp_id varchar)
language sql stable {_HEAD} $$
    select f.id, f.user_id, f.public_key, f.sign_count, f.passkey, f.rp_id
    from public.second_factor f where f.credential_id = credential
$$""",
    "add_totp(uuid, uuid, text, bytea, integer, timestamptz)": f"""
create function signin.add_totp(new_id uuid, who uuid, label text, secret bytea, step integer, at timestamptz)
returns void language sql volatile {_HEAD} $$
    insert into public.second_factor (id, user_id, kind, name, sealed, last_step, created_at, last_used_at)
    values (new_id, who, 'totp', label, secret, step, at, at)
$$""",
    "add_key(uuid, uuid, text, bytea, bytea, bigint, boolean, text, text[], timestamptz)": f"""
create function signin.add_key(new_id uuid, who uuid, label text, credential bytea, key bytea, count bigint,
    verified boolean, host text, ways text[], at timestamptz) returns boolean language plpgsql volatile {_HEAD} $$
begin
    insert into public.second_factor (id, user_id, kind, name, credential_id, public_key, sign_count, passkey, rp_id,
        transports, created_at) values (new_id, who, 'key', label, credential, key, count, verified, host, ways, at)
    on conflict do nothing;
    return found;
end $$""",
    "use_totp(uuid, uuid, integer, timestamptz)": f"""
create function signin.use_totp(which uuid, who uuid, step integer, at timestamptz) returns boolean
language plpgsql volatile {_HEAD} $$
begin
    update public.second_factor f set last_step = step, last_used_at = at
    where f.id = which and f.user_id = who and (f.last_step is null or f.last_step < step);
    return found;
end $$""",
    "use_key(uuid, uuid, bigint, timestamptz)": f"""
create function signin.use_key(which uuid, who uuid, count bigint, at timestamptz) returns boolean
language plpgsql volatile {_HEAD} $$
begin
    update public.second_factor f set sign_count = count, last_used_at = at
    where f.id = which and f.user_id = who and (f.sign_count < count or (f.sign_count = 0 and count = 0));
    return found;
end $$""",
    "rename_factor(uuid, uuid, integer, text)": f"""
create function signin.rename_factor(which uuid, who uuid, known integer, label text) returns boolean
language plpgsql volatile {_HEAD} $$
begin
    update public.second_factor f set name = label, version = f.version + 1
    where f.id = which and f.user_id = who and f.version = known;
    return found;
end $$""",
    "remove_factors(uuid, uuid)": f"""
create function signin.remove_factors(who uuid, which uuid) returns integer language plpgsql volatile {_HEAD} $$
declare gone integer;
begin
    perform 1 from public.app_user u where u.id = who for update;
    delete from public.second_factor f where f.user_id = who and (which is null or f.id = which);
    get diagnostics gone = row_count;
    delete from public.recovery_code c where c.user_id = who
        and not exists (select from public.second_factor f where f.user_id = who);
    return gone;
end $$""",
    "put_recovery_codes(uuid, bytea[], timestamptz)": f"""
create function signin.put_recovery_codes(who uuid, hashes bytea[], at timestamptz) returns void
language sql volatile {_HEAD} $$
    delete from public.recovery_code c where c.user_id = who;
    insert into public.recovery_code (id, user_id, code_hash, created_at)
    select gen_random_uuid(), who, h, at from unnest(hashes) h
$$""",
    "recovery_codes_left(uuid)": f"""
create function signin.recovery_codes_left(who uuid) returns bigint language sql stable {_HEAD} $$
    select count(*) from public.recovery_code c where c.user_id = who and c.used_at is null
$$""",
    "use_recovery_code(uuid, bytea, timestamptz)": f"""
create function signin.use_recovery_code(who uuid, hash bytea, at timestamptz) returns boolean
language plpgsql volatile {_HEAD} $$
begin
    update public.recovery_code c set used_at = at where c.user_id = who and c.code_hash = hash and c.used_at is null;
    return found;
end $$""",
    "password_of(uuid)": f"""
create function signin.password_of(who uuid) returns varchar language sql stable {_HEAD} $$
    select u.password_hash from public.app_user u where u.id = who
$$""",
    "sessions_of(uuid, timestamptz)": f"""
create function signin.sessions_of(who uuid, at timestamptz)
returns table (id uuid, workspace_name varchar, address varchar, user_agent varchar, created_at timestamptz,
    last_seen_at timestamptz, expires_at timestamptz, remember boolean) language sql stable {_HEAD} $$
    select s.id, w.name, s.address, s.user_agent, s.created_at, s.last_seen_at, s.expires_at, s.remember
    from public.session s join public.workspace w on w.id = s.workspace_id
    where s.user_id = who and s.revoked_at is null and at < s.expires_at
      and (s.remember or at < s.last_seen_at + interval '30 minutes')
    order by s.last_seen_at desc, s.id
$$""",
    "end_sessions(uuid, uuid, uuid, timestamptz)": f"""
create function signin.end_sessions(who uuid, which uuid, spared uuid, at timestamptz) returns integer
language plpgsql volatile {_HEAD} $$
declare ended integer;
begin
    update public.session s set revoked_at = at where s.user_id = who and s.revoked_at is null and at < s.expires_at
        and (which is null or s.id = which) and (spared is null or s.id <> spared);
    get diagnostics ended = row_count;
    return ended;
end $$""",
}


def upgrade() -> None:
    """A row written before has proved nothing lately: the first sensitive act asks for a proof."""
    op.execute("set local lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(_TABLES)
    secure(op, "sign_in_policy", rights="select, insert, update")
    op.execute("grant select, insert, delete on spent_mark to imisofts_app")
    for table in ("second_factor", "recovery_code"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy sign_in on {table} to imisofts_signin using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to imisofts_signin")
    _functions()


def _functions() -> None:
    bind = op.get_bind()
    op.execute("grant create on schema signin to imisofts_signin")
    for name, definition in FUNCTIONS.items():
        bind.exec_driver_sql(definition)
        bind.exec_driver_sql(f"revoke all on function signin.{name} from public")
        bind.exec_driver_sql(f"grant execute on function signin.{name} to imisofts_app")
        bind.exec_driver_sql(f"alter function signin.{name} owner to imisofts_signin")
    op.execute("revoke create on schema signin from imisofts_signin")


def downgrade() -> None:
    """Drop them again."""
    for name in FUNCTIONS:
        op.execute(f"drop function signin.{name}")
    for table in ("sign_in_policy", "spent_mark", "recovery_code", "second_factor"):
        op.execute(f"drop table {table}")
    for column in ("proved_at", "user_agent", "address"):
        op.execute(f"alter table session drop column {column}")
