"""How often a workspace's API tokens may ask, known before its rows are (pre: a new function)."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SIGNATURE = "requests_per_minute(uuid, date)"
FUNCTION = """
create function signin.requests_per_minute(workspace uuid, day date) returns integer
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select e.requests_per_minute from public.entitlement e
    where e.workspace_id = workspace and e.started_on <= day and (e.ended_on is null or e.ended_on > day)
$$
"""


def upgrade() -> None:
    """Create it; nobody but the service asks it."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("create policy sign_in on entitlement for select to imisofts_signin using (true)")
    op.execute("grant select on entitlement to imisofts_signin")
    op.execute("grant create on schema signin to imisofts_signin")
    op.execute(FUNCTION)
    op.execute(f"revoke all on function signin.{SIGNATURE} from public")
    op.execute(f"grant execute on function signin.{SIGNATURE} to imisofts_app")
    op.execute(f"alter function signin.{SIGNATURE} owner to imisofts_signin")
    op.execute("revoke create on schema signin from imisofts_signin")


def downgrade() -> None:
    """Drop it again."""
    op.execute(f"drop function signin.{SIGNATURE}")
    op.execute("drop policy sign_in on entitlement")
