"""Sign-in by link, and invitations that wait for a yes (pre: new columns with defaults; functions are replaced)."""

from alembic import op

from api.migrations.signin import FUNCTIONS, HEAD, make

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PURPOSES = "purpose in ('invitation', 'reset', 'notice', 'sign_in')"
BEFORE = "purpose in ('invitation', 'reset', 'notice')"

_NEW = {
    "look_at_link(bytea, timestamptz)": f"""
create function signin.look_at_link(hash bytea, at timestamptz)
returns table (id uuid, workspace_id uuid, user_id uuid, purpose varchar, email varchar, has_password boolean)
language sql stable {HEAD} $$
    select l.id, l.workspace_id, l.user_id, l.purpose, u.email, u.password_hash is not null
    from public.sign_in_link l join public.app_user u on u.id = l.user_id
    where l.token_hash = hash and l.used_at is null and at < l.expires_at
$$""",
    "verify_email(uuid, timestamptz)": f"""
create function signin.verify_email(who uuid, at timestamptz) returns void language sql volatile {HEAD} $$
    update public.app_user u set email_verified_at = at where u.id = who and u.email_verified_at is null
$$""",
}
_REPLACED = {
    "memberships_of(uuid)": f"""
create or replace function signin.memberships_of(who uuid)
returns table (workspace_id uuid, slug varchar, name varchar, role varchar) language sql stable {HEAD} $$
    select m.workspace_id, w.slug, w.name, m.role
    from public.membership m join public.workspace w on w.id = m.workspace_id
    where m.user_id = who and m.joined_at is not null order by m.created_at, m.id
$$""",
    "use_link(bytea, timestamptz, text)": f"""
create or replace function signin.use_link(hash bytea, at timestamptz, new_password_hash text)
returns table (user_id uuid, workspace_id uuid) language plpgsql volatile {HEAD} $$
declare link public.sign_in_link;
begin
    update public.sign_in_link l set used_at = at
    from public.app_user u
    where l.token_hash = hash and l.used_at is null and at < l.expires_at and u.id = l.user_id
      and (l.purpose = 'reset' or (l.purpose = 'invitation' and u.password_hash is null))
    returning l.* into link;
    if link.id is null then return; end if;
    update public.app_user u set password_hash = new_password_hash,
        email_verified_at = coalesce(u.email_verified_at, at) where u.id = link.user_id;
    update public.session s set revoked_at = at where s.user_id = link.user_id and s.revoked_at is null;
    return query select link.user_id, link.workspace_id;
end $$""",
}


def upgrade() -> None:
    """Add them. Who has a password got it by a mail to their address, and was told that they belong to the rest."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table sign_in_link drop constraint ck_sign_in_link_purpose")
    op.execute(f"alter table sign_in_link add constraint ck_sign_in_link_purpose check ({PURPOSES})")
    op.execute("alter table membership add column invited_by uuid")
    op.execute(
        "alter table membership add constraint fk_membership_invited_by foreign key (invited_by) references app_user"
    )
    op.execute("alter table app_user add column email_verified_at timestamptz")
    op.execute("grant select (email_verified_at) on app_user to imisofts_app")
    for table in ("app_user", "membership"):
        op.execute(f"alter table {table} no force row level security")
    op.execute("update app_user set email_verified_at = created_at where password_hash is not null")
    op.execute(
        "update membership m set joined_at = m.created_at from app_user u"
        " where u.id = m.user_id and u.password_hash is not null and m.joined_at is null"
    )
    for table in ("app_user", "membership"):
        op.execute(f"alter table {table} force row level security")
    make(op, {**_NEW, **_REPLACED})


def downgrade() -> None:
    """Put the functions back and drop the columns."""
    for signature in _NEW:
        op.execute("set local role imisofts_signin")
        op.execute(f"drop function signin.{signature}")
        op.execute("reset role")
    make(op, {name: FUNCTIONS[name].replace("create function", "create or replace function") for name in _REPLACED})
    op.execute("alter table app_user drop column email_verified_at")
    op.execute("alter table membership drop column invited_by")
    op.execute("alter table sign_in_link drop constraint ck_sign_in_link_purpose")
    op.execute(f"alter table sign_in_link add constraint ck_sign_in_link_purpose check ({BEFORE})")
