"""Functions that answer before a workspace is known.

They run with the rights of ``imisofts_signin``, a role that nobody signs in as, and give back only what sign-in needs.
"""

from collections.abc import Mapping
from typing import Any

TABLES = {
    "workspace": "select",
    "app_user": "select, insert, update",
    "membership": "select",
    "session": "select, update",
    "sign_in_link": "select, update",
    "api_token": "select, update",
}

HEAD = "security definer set search_path = pg_catalog, public, pg_temp as"

FUNCTIONS = {
    "session_by_hash(bytea, timestamptz)": f"""
create function signin.session_by_hash(hash bytea, at timestamptz)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid) language sql volatile {HEAD} $$
    update public.session s set last_seen_at = at
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at and s.last_seen_at < at - interval '1 minute'
      and (s.remember or at < s.last_seen_at + interval '30 minutes');
    select s.id, s.user_id, s.workspace_id, m.role, m.client_id
    from public.session s join public.membership m using (workspace_id, user_id)
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at
      and (s.remember or at < s.last_seen_at + interval '30 minutes')
$$""",
    "token_by_hash(bytea, timestamptz)": f"""
create function signin.token_by_hash(hash bytea, at timestamptz)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid, scopes text[])
language sql volatile {HEAD} $$
    update public.api_token t set last_used_at = at
    where t.token_hash = hash and t.revoked_at is null
      and (t.last_used_at is null or t.last_used_at < at - interval '1 minute');
    select t.id, t.user_id, t.workspace_id, m.role, m.client_id, t.scopes
    from public.api_token t join public.membership m using (workspace_id, user_id)
    where t.token_hash = hash and t.revoked_at is null
$$""",
    "user_by_email(text)": f"""
create function signin.user_by_email(address text) returns table (id uuid, password_hash varchar)
language sql stable {HEAD} $$
    select u.id, u.password_hash from public.app_user u where lower(u.email) = lower(address)
$$""",
    "memberships_of(uuid)": f"""
create function signin.memberships_of(who uuid)
returns table (workspace_id uuid, slug varchar, name varchar, role varchar) language sql stable {HEAD} $$
    select m.workspace_id, w.slug, w.name, m.role
    from public.membership m join public.workspace w on w.id = m.workspace_id
    where m.user_id = who order by m.created_at, m.id
$$""",
    "workspace_by_slug(text)": f"""
create function signin.workspace_by_slug(wanted text) returns uuid language sql stable {HEAD} $$
    select w.id from public.workspace w where w.slug = wanted
$$""",
    "workspace_by_host(text)": f"""
create function signin.workspace_by_host(wanted text) returns uuid language sql stable {HEAD} $$
    select w.id from public.workspace w where w.host = lower(wanted)
$$""",
    "workspace_ids()": f"""
create function signin.workspace_ids() returns setof uuid language sql stable {HEAD} $$
    select w.id from public.workspace w order by w.id
$$""",
    "ensure_user(uuid, text, text)": f"""
create function signin.ensure_user(new_id uuid, address text, full_name text) returns uuid
language sql volatile {HEAD} $$
    insert into public.app_user (id, email, name) values (new_id, address, full_name) on conflict do nothing;
    select u.id from public.app_user u where lower(u.email) = lower(address)
$$""",
    "use_link(bytea, timestamptz, text)": f"""
create function signin.use_link(hash bytea, at timestamptz, new_password_hash text)
returns table (user_id uuid, workspace_id uuid) language plpgsql volatile {HEAD} $$
declare link public.sign_in_link;
begin
    update public.sign_in_link l set used_at = at
    where l.token_hash = hash and l.used_at is null and at < l.expires_at returning l.* into link;
    if link.id is null then return; end if;
    update public.app_user u set password_hash = new_password_hash where u.id = link.user_id;
    update public.session s set revoked_at = at where s.user_id = link.user_id and s.revoked_at is null;
    return query select link.user_id, link.workspace_id;
end $$""",
    "rehash(uuid, text, text)": f"""
create function signin.rehash(who uuid, old_hash text, new_hash text) returns void language sql volatile {HEAD} $$
    update public.app_user u set password_hash = new_hash where u.id = who and u.password_hash = old_hash
$$""",
}


def make(op: Any, functions: Mapping[str, str]) -> None:
    """Create or replace functions of schema ``signin``: run by ``imisofts_app`` alone, with the signin role's rights.

    Keys are signatures (``look_at_link(bytea, timestamptz)``), values whole ``create`` statements.
    """
    bind = op.get_bind()
    op.execute("grant create on schema signin to imisofts_signin")
    op.execute("set local role imisofts_signin")  # a function is replaced by its owner alone
    for signature, definition in functions.items():
        bind.exec_driver_sql(definition)
        bind.exec_driver_sql(f"revoke all on function signin.{signature} from public")
        bind.exec_driver_sql(f"grant execute on function signin.{signature} to imisofts_app")
    op.execute("reset role")
    op.execute("revoke create on schema signin from imisofts_signin")
