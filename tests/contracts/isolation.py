"""Probes of tenant isolation, generated from the catalogue: a table that appears is probed without being named."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

WITHOUT_WORKSPACE = {
    "alembic_version": "the schema's own version",
    "app_user": "people are global; row security shows a person only where she is a member",
    "second_factor": "of a person, who is global; the application has no right on it but by functions",
    "recovery_code": "of a person, who is global; the application has no right on it but by functions",
    "account_request": "a sign-up or a new address, before a workspace is known; reached by functions alone",
    "spent_mark": "random marks of sealed words, spent before a workspace is known",
    "rate_limit": "counted before a workspace is known; keys are opaque",
    "heartbeat": "one row about the installation",
}
GLOBAL_KEYS = {
    "uq_session_id_hash": "hash of 256 random bits",
    "uq_sign_in_link_token_hash": "hash of 256 random bits",
    "uq_api_token_token_hash": "keyed hash of 256 random bits",
    "uq_account_request_token_hash": "hash of 256 random bits",
    "uq_switch_code_code_hash": "hash of 256 random bits",
    "uq_workspace_slug": "a workspace's public address",
    "uq_workspace_host": "a workspace's public address",
}
_VALUES = {"uuid": "gen_random_uuid()", "bytea": "gen_random_uuid()::text::bytea", "jsonb": "'{}'", "boolean": "false",
           "date": "current_date", "timestamp with time zone": "now()", "ARRAY": "'{}'", "integer": "1", "bigint": "1",
           "numeric": "1", "smallint": "1", "character": "'EUR'"}  # fmt: skip


@dataclass(frozen=True)
class Tenant:
    """A tenant table and the column that holds the workspace."""

    table: str
    column: str


def tables(connection: psycopg.Connection) -> list[Tenant]:
    """Every table that belongs to workspaces."""
    rows = connection.execute(
        "select c.relname, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')"
        " from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1"
    ).fetchall()
    found = [Tenant(name, "workspace_id") for name, has in rows if has]
    unknown = {name for name, has in rows if not has} - set(WITHOUT_WORKSPACE) - {"workspace"}
    assert not unknown, f"say in WITHOUT_WORKSPACE why {unknown} belong to nobody"
    return [*found, Tenant("workspace", "id")]


def plant(
    admin: psycopg.Connection, tenants: list[Tenant], workspaces: tuple[UUID, ...], words: str | None = None
) -> None:
    """One row per table and workspace, past keys and checks: only row security is looked at here.

    ``words`` stand in every text of the row, so that an answer that shows them is recognised.
    """
    admin.execute("set session_replication_role = replica")
    checks = admin.execute(
        "select conrelid::regclass::text, conname from pg_constraint where contype = 'c'"
        " and connamespace = 'public'::regnamespace"
    ).fetchall()
    for table, name in checks:
        admin.execute(sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(name)))
    for tenant in tenants:
        for workspace in workspaces:
            admin.execute(insert(admin, tenant, workspace, words))


def insert(connection: psycopg.Connection, tenant: Tenant, workspace: UUID, words: str | None = None) -> sql.Composed:
    """An insert of a row of ``workspace`` with some value in every required column."""
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'public'"
        " and table_name = %s and is_nullable = 'NO' and column_default is null and column_name <> %s",
        (tenant.table, tenant.column),
    ).fetchall()
    names = [sql.Identifier(tenant.column), *(sql.Identifier(name) for name, _ in columns)]
    other = sql.Literal(words) if words else sql.SQL("gen_random_uuid()::text")
    known = {kind: sql.SQL(value) for kind, value in _VALUES.items()}
    values = [sql.Literal(workspace), *(known.get(kind, other) for _, kind in columns)]
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(tenant.table), sql.SQL(", ").join(names), sql.SQL(", ").join(values)
    )


def leaks(app_url: str, admin: psycopg.Connection, tenants: list[Tenant], mine: UUID, theirs: UUID) -> list[str]:
    """Everything that the application's role could see or change across workspaces; empty when all is well."""
    with psycopg.connect(app_url) as app:
        return [found for tenant in tenants for found in _probe(app, admin, tenant, mine, theirs)]


def _probe(
    app: psycopg.Connection, admin: psycopg.Connection, tenant: Tenant, mine: UUID, theirs: UUID
) -> Iterator[str]:
    table, column = sql.Identifier(tenant.table), sql.Identifier(tenant.column)
    select = sql.SQL("select count(*) from {} where {} = {}")
    for label, bound in (("other", str(mine)), ("no", ""), ("forged", str(uuid4()))):
        if _rows(app, bound, select.format(table, column, sql.Literal(theirs))):
            yield f"{tenant.table}: select by {label} tenant"
        for verb, statement in (
            ("update", sql.SQL("update {} set {c} = {c} where {c} = {}")),
            ("delete", sql.SQL("delete from {} where {c} = {}")),
        ):
            if _changed(app, bound, statement.format(table, sql.Literal(theirs), c=column)):
                yield f"{tenant.table}: {verb} by {label} tenant"
        if _changed(app, bound, insert(admin, tenant, theirs)):
            yield f"{tenant.table}: insert by {label} tenant"
    moved = sql.SQL("update {} set {c} = {} where {c} = {}")
    if _changed(app, str(mine), moved.format(table, sql.Literal(theirs), sql.Literal(mine), c=column)):
        yield f"{tenant.table}: moved to the other tenant"
    if not _rows(app, str(mine), select.format(table, column, sql.Literal(mine))):
        yield f"{tenant.table}: its own rows are hidden"


def _bound(app: psycopg.Connection, workspace: str) -> None:
    app.rollback()
    app.execute("select set_config('app.workspace_id', %s, true)", (workspace,))


def _rows(app: psycopg.Connection, workspace: str, statement: sql.Composed) -> int:
    _bound(app, workspace)
    row = app.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _changed(app: psycopg.Connection, workspace: str, statement: sql.Composed) -> int:
    """Rows changed, rolled back at once; a refusal for want of rights counts as none."""
    _bound(app, workspace)
    try:
        return app.execute(statement).rowcount
    except InsufficientPrivilege:
        return 0
    except psycopg.Error as error:
        return 0 if "row-level security" in str(error) else 1
    finally:
        app.rollback()


def unguarded(connection: psycopg.Connection, tenants: list[Tenant]) -> list[str]:
    """Tables without ENABLE, FORCE or a policy."""
    rows = connection.execute(
        "select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        " and relname = any(%s) and not (relrowsecurity and relforcerowsecurity"
        " and exists (select from pg_policy p where p.polrelid = c.oid))",
        ([t.table for t in tenants],),
    ).fetchall()
    return [name for (name,) in rows]


def loose_foreign_keys(connection: psycopg.Connection) -> list[str]:
    """Foreign keys between tenant tables that do not carry the workspace."""
    rows = connection.execute(
        "select conname from pg_constraint k where contype = 'f' and connamespace = 'public'::regnamespace"
        " and confrelid::regclass::text not in ('workspace', 'app_user')"
        " and not exists (select from pg_attribute a join pg_attribute b on b.attrelid = k.confrelid"
        " and b.attname = 'workspace_id' and b.attnum = any(k.confkey)"
        " where a.attrelid = k.conrelid and a.attname = 'workspace_id' and a.attnum = any(k.conkey))"
    ).fetchall()
    return [name for (name,) in rows]


def loose_unique_keys(connection: psycopg.Connection, tenants: list[Tenant]) -> list[str]:
    """Unique keys of tenant tables that span workspaces, other than the row's own id."""
    rows = connection.execute(
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid"
        " where i.indisunique and c.relnamespace = 'public'::regnamespace and c.relname = any(%s)"
        " and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey)"
        " and a.attname = 'workspace_id')"
        " and not (i.indisprimary and i.indnatts = 1)",
        ([t.table for t in tenants],),
    ).fetchall()
    return [name for (name,) in rows if name not in GLOBAL_KEYS]


def definer_views(connection: psycopg.Connection) -> list[str]:
    """Views that would run with their owner's rights."""
    rows = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'"
        " and not coalesce(reloptions::text like '%security_invoker=true%', false)"
    ).fetchall()
    return [name for (name,) in rows]
