"""Row-level security and rights of one tenant table."""

from alembic.operations import Operations

_WORKSPACE = "(select nullif(current_setting('app.workspace_id', true), '')::uuid)"


def secure(
    op: Operations | object, table: str, *, column: str = "workspace_id", rights: str = "select, insert, update, delete"
) -> None:
    """Enable and force row security on ``table``: a transaction sees and writes its own workspace's rows only.

    The sub-select is evaluated once a query, not once a row. Without a workspace set there is no row. ``rights`` are
    the application's; the loader's follow from the publication.
    """
    run = getattr(op, "execute")  # noqa: B009  (alembic's ``op`` is a module that proxies Operations)
    run(f"alter table {table} enable row level security")
    run(f"alter table {table} force row level security")
    run(f"create policy workspace on {table} using ({column} = {_WORKSPACE}) with check ({column} = {_WORKSPACE})")
    run(f"grant {rights} on {table} to imisofts_app")
