"""A person who is signed in changes the password (pre: one function)."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAME = "set_password(uuid, text, text)"
_FUNCTION = """
create function signin.set_password(who uuid, known_hash text, new_hash text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update public.app_user u set password_hash = new_hash
    where u.id = who and u.password_hash is not distinct from known_hash;
    return found;
end $$"""


def upgrade() -> None:
    """Only who knows the hash of until now replaces it."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("grant create on schema signin to imisofts_signin")
    op.get_bind().exec_driver_sql(_FUNCTION)
    op.execute(f"revoke all on function signin.{_NAME} from public")
    op.execute(f"grant execute on function signin.{_NAME} to imisofts_app")
    op.execute(f"alter function signin.{_NAME} owner to imisofts_signin")
    op.execute("revoke create on schema signin from imisofts_signin")


def downgrade() -> None:
    """Drop it."""
    op.execute(f"drop function signin.{_NAME}")
