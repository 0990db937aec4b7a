"""Who comes with a session or a token, decided with the address from which she comes (pre: other functions).

Whether a workspace's networks let the caller in was decided after the functions had answered, and what they had noted
(that the session lives, that the token was used) was rolled back. Now they decide it and note nothing of whom they do
not let in, so that one statement without a transaction around it is enough.
"""

from alembic import op

from api.migrations.signin import HEAD, make

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STANDING = """
           (select r.actions from public.workspace_role r where r.workspace_id = m.workspace_id and r.id = m.role_id),
           m.rights, m.narrowed,
           array(select c.client_id from public.membership_scope c where c.workspace_id = m.workspace_id
                 and c.membership_id = m.id and c.client_id is not null),
           array(select c.project_id from public.membership_scope c where c.workspace_id = m.workspace_id
                 and c.membership_id = m.id and c.project_id is not null)"""
_LET_IN = """
           (not exists (select from public.workspace_network n where n.workspace_id = {0}.workspace_id)
            or exists (select from public.workspace_network n where n.workspace_id = {0}.workspace_id
                       and place <<= n.network::inet))"""
_MAY = "role_actions text[], rights text[], narrowed boolean, clients uuid[], projects uuid[], let_in boolean"

FUNCTIONS = {
    "session_by_hash(bytea, timestamptz, inet)": f"""
create function signin.session_by_hash(hash bytea, at timestamptz, place inet)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid, {_MAY})
language sql volatile {HEAD} $$
    update public.session s set last_seen_at = at
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at and s.last_seen_at < at - interval '1 minute'
      and (s.remember or at < s.last_seen_at + interval '30 minutes') and {_LET_IN.format("s")};
    select s.id, s.user_id, s.workspace_id, m.role, m.client_id, {_STANDING}, {_LET_IN.format("s")}
    from public.session s join public.membership m using (workspace_id, user_id)
    where s.id_hash = hash and s.revoked_at is null and at < s.expires_at
      and (s.remember or at < s.last_seen_at + interval '30 minutes')
$$""",
    "token_by_hash(bytea, timestamptz, text, inet)": f"""
create function signin.token_by_hash(hash bytea, at timestamptz, address text, place inet)
returns table (id uuid, user_id uuid, workspace_id uuid, role varchar, client_id uuid, {_MAY}, scopes text[])
language sql volatile {HEAD} $$
    update public.api_token t set last_used_at = at, last_used_from = address
    where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or at < t.expires_at)
      and (t.last_used_at is null or t.last_used_at < at - interval '1 minute'
           or t.last_used_from is distinct from address) and {_LET_IN.format("t")};
    select t.id, t.user_id, t.workspace_id, coalesce(m.role, 'owner'), m.client_id, {_STANDING},
           {_LET_IN.format("t")}, t.scopes
    from public.api_token t left join public.membership m using (workspace_id, user_id)
    where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or at < t.expires_at)
      and (m.id is not null or t.user_id is null)
$$""",
}
BEFORE = ("session_by_hash(bytea, timestamptz)", "token_by_hash(bytea, timestamptz, text)")


def upgrade() -> None:
    """Put them in the place of those before."""
    op.execute("set local lock_timeout = '5s'")
    for name in BEFORE:
        op.execute("set local role imisofts_signin")
        op.execute(f"drop function signin.{name}")
        op.execute("reset role")
    make(op, FUNCTIONS)


def downgrade() -> None:
    """Only functions: those before are made by the migrations before."""
    raise NotImplementedError("restore a backup to go back")
