"""What waits for a mail to be read: a sign-up, a new address (pre: a new table and functions only)."""

from alembic import op

from api.migrations.signin import HEAD, make

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TABLE = """
create table account_request (
    id uuid constraint pk_account_request primary key,
    kind varchar not null constraint ck_account_request_kind
        check (kind in ('sign_up', 'email_new', 'email_old', 'email_undo')),
    email varchar not null,
    facts jsonb not null,
    user_id uuid constraint fk_account_request_user_id references app_user (id) on delete cascade,
    change_id uuid,
    token_hash bytea not null constraint uq_account_request_token_hash unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    mailed_at timestamptz
);
create index ix_account_request_user_id on account_request (user_id);
alter table account_request enable row level security;
alter table account_request force row level security;
create policy sign_in on account_request to imisofts_signin using (true) with check (true);
create policy ended on account_request for delete to imisofts_app using (true);
create policy ended_read on account_request for select to imisofts_app using (true);
grant select, insert, update on account_request to imisofts_signin;
grant delete, select (expires_at) on account_request to imisofts_app;
"""
_ROW = (
    "id uuid, kind varchar, email varchar, facts jsonb, user_id uuid, change_id uuid, created_at timestamptz,"
    " expires_at timestamptz, mailed_at timestamptz"
)
_COLUMNS = "r.id, r.kind, r.email, r.facts, r.user_id, r.change_id, r.created_at, r.expires_at, r.mailed_at"
_FUNCTIONS = {
    "add_account_request(uuid, text, text, jsonb, uuid, uuid, bytea, timestamptz, timestamptz)": f"""
create function signin.add_account_request(new_id uuid, what text, address text, said jsonb, who uuid, change uuid,
    hash bytea, at timestamptz, ends timestamptz) returns void language sql volatile {HEAD} $$
    update public.account_request r set expires_at = at
    where r.kind = what and r.user_id = who and r.used_at is null and r.expires_at > at;
    insert into public.account_request (id, kind, email, facts, user_id, change_id, token_hash, created_at, expires_at)
    values (new_id, what, address, said, who, change, hash, at, ends)
$$""",
    "account_request_by_hash(bytea, timestamptz)": f"""
create function signin.account_request_by_hash(hash bytea, at timestamptz) returns table ({_ROW})
language sql stable {HEAD} $$
    select {_COLUMNS} from public.account_request r
    where r.token_hash = hash and r.used_at is null and at < r.expires_at
$$""",
    "account_request_to_mail(uuid, timestamptz)": f"""
create function signin.account_request_to_mail(which uuid, at timestamptz) returns table ({_ROW})
language sql stable {HEAD} $$
    select {_COLUMNS} from public.account_request r
    where r.id = which and r.used_at is null and at < r.expires_at and r.mailed_at is null
$$""",
    "account_request_mailed(uuid, timestamptz)": f"""
create function signin.account_request_mailed(which uuid, at timestamptz) returns void language sql volatile {HEAD} $$
    update public.account_request r set mailed_at = at where r.id = which
$$""",
    "spend_account_request(bytea, timestamptz)": f"""
create function signin.spend_account_request(hash bytea, at timestamptz) returns boolean
language plpgsql volatile {HEAD} $$
begin
    update public.account_request r set used_at = at
    where r.token_hash = hash and r.used_at is null and at < r.expires_at;
    return found;
end $$""",
    "make_user(uuid, text, text, text, timestamptz)": f"""
create function signin.make_user(new_id uuid, address text, full_name text, new_password_hash text, at timestamptz)
returns uuid language plpgsql volatile {HEAD} $$
declare known uuid;
begin
    insert into public.app_user (id, email, name, password_hash, email_verified_at)
    values (new_id, address, full_name, new_password_hash, at)
    on conflict (lower(email)) do update set email_verified_at = coalesce(app_user.email_verified_at, at),
        password_hash = coalesce(app_user.password_hash, excluded.password_hash)
    returning app_user.id into known;
    return known;
end $$""",
    "change_email(uuid, uuid, timestamptz)": f"""
create function signin.change_email(change uuid, who uuid, at timestamptz) returns text
language plpgsql volatile {HEAD} $$
declare old_address text; new_address text;
begin
    perform 1 from public.account_request r where r.change_id = change and r.user_id = who for update;
    select r.email into old_address from public.account_request r
    where r.change_id = change and r.user_id = who and r.kind = 'email_old' and r.used_at is not null;
    select r.email into new_address from public.account_request r
    where r.change_id = change and r.user_id = who and r.kind = 'email_new' and r.used_at is not null;
    if old_address is null or new_address is null then return null; end if;
    update public.app_user u set email = new_address, email_verified_at = at
    where u.id = who and lower(u.email) = lower(old_address)
      and not exists (select from public.app_user o where lower(o.email) = lower(new_address) and o.id <> who);
    if not found then return null; end if;
    update public.session s set revoked_at = at where s.user_id = who and s.revoked_at is null;
    update public.sign_in_link l set expires_at = at where l.user_id = who and l.used_at is null and l.expires_at > at;
    return old_address;
end $$""",
    "undo_email(uuid, text, timestamptz)": f"""
create function signin.undo_email(who uuid, old_address text, at timestamptz) returns boolean
language plpgsql volatile {HEAD} $$
begin
    update public.app_user u set email = old_address, email_verified_at = at
    where u.id = who
      and not exists (select from public.app_user o where lower(o.email) = lower(old_address) and o.id <> who);
    if not found then return false; end if;
    update public.session s set revoked_at = at where s.user_id = who and s.revoked_at is null;
    update public.sign_in_link l set expires_at = at where l.user_id = who and l.used_at is null and l.expires_at > at;
    update public.account_request r set expires_at = at
    where r.user_id = who and r.used_at is null and r.expires_at > at;
    return true;
end $$""",
}


def upgrade() -> None:
    """Create them."""
    op.execute("set local lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(_TABLE)
    make(op, _FUNCTIONS)


def downgrade() -> None:
    """Drop them again."""
    op.execute("set local role imisofts_signin")
    for signature in _FUNCTIONS:
        op.execute(f"drop function signin.{signature}")
    op.execute("reset role")
    op.execute("drop table account_request")
