"""What is replicated, read from the Postgres catalogue: tables, columns, types, keys. No list is kept by hand."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from warehouse.lake import quoted
from warehouse.replication.errors import PublicationMissing, TableUnsupported

PUBLICATION = "imisofts_lake"
PERSONAL = "lake: personal"
_SCHEMA = "public"

_LAKE_TYPES = {
    "uuid": "UUID",
    "text": "VARCHAR",
    "json": "VARCHAR",
    "jsonb": "VARCHAR",
    "boolean": "BOOLEAN",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double precision": "DOUBLE",
    "date": "DATE",
    "bytea": "BLOB",
    "timestamp with time zone": "TIMESTAMPTZ",
    "timestamp without time zone": "TIMESTAMP",
    "time without time zone": "TIME",
}
_TEXT = re.compile(r"character( varying)?(\(\d+\))?")
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")

_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype,
       coalesce(col_description(c.oid, a.attnum) = %(personal)s, false),
       coalesce(a.attnum = any (i.indkey::int2[]), false),
       row_security_active(c.oid)
from pg_publication_tables p
join pg_class c on c.relname = p.tablename and c.relnamespace = p.schemaname::regnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = any (p.attnames)
join pg_type t on t.oid = a.atttypid
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where p.pubname = %(publication)s and p.schemaname = %(schema)s
order by c.relname, a.attnum
"""


@dataclass(frozen=True)
class Column:
    """A published column, with the lake's type for it."""

    name: str
    lake_type: str
    personal: bool
    key: bool


@dataclass(frozen=True)
class Table:
    """A published table; ``key`` is its primary key, which the last-write-wins compaction needs."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def history_columns(self) -> tuple[Column, ...]:
        """Columns whose values may be kept for ever: personal data lives in current state only."""
        return tuple(column for column in self.columns if not column.personal)


@dataclass(frozen=True)
class Identity:
    """Which server, in which life, the rows come from."""

    system_identifier: str
    timeline: int


Connection = psycopg.Connection[tuple[Any, ...]]


def connect(url: str, *, replication: bool = False) -> Connection:
    """A loader's session with text formats that the lake reads exactly.

    ``row_security=off`` turns rows that a policy would hide into an error.
    """
    options = "-c TimeZone=UTC -c DateStyle=ISO -c row_security=off -c extra_float_digits=1 -c bytea_output=hex"
    extra: dict[str, Any] = {"replication": "database"} if replication else {}
    return psycopg.connect(make_conninfo(url, options=options, **extra), autocommit=True)


def identity(connection: Connection) -> Identity:
    """The server's identifier and timeline; a restored server differs in one of them."""
    row = connection.execute(
        "select system_identifier::text, (select timeline_id from pg_control_checkpoint()) from pg_control_system()"
    ).fetchone()
    assert row is not None
    return Identity(row[0], int(row[1]))


def tables(connection: Connection, publication: str = PUBLICATION) -> dict[str, Table]:
    """The published tables by name. Raises where one of them could not be carried exactly."""
    parameters = {"publication": publication, "schema": _SCHEMA, "personal": PERSONAL}
    columns: dict[str, list[Column]] = {}
    for table, name, pg_type, kind, personal, key, hidden in connection.execute(_COLUMNS, parameters):
        if hidden:
            raise TableUnsupported(f"row security hides rows of {table} from the loader: its role needs BYPASSRLS")
        columns.setdefault(table, []).append(Column(name, lake_type(table, name, pg_type, kind), personal, key))
    if not columns:
        raise PublicationMissing(f"publication {publication} does not exist or holds no table")
    found = {name: Table(name, tuple(of_table)) for name, of_table in columns.items()}
    for table in found.values():
        if not table.key:
            raise TableUnsupported(f"{table.name} has no published primary key")
    return found


def lake_type(table: str, column: str, pg_type: str, kind: str = "b") -> str:
    """The DuckDB type that keeps every value of the Postgres type; an ENUM is kept as text."""
    if kind == "e" or _TEXT.fullmatch(pg_type):
        return "VARCHAR"
    if numeric := _NUMERIC.fullmatch(pg_type):
        precision, scale = int(numeric[1]), int(numeric[2])
        if precision <= 38:
            return f"DECIMAL({precision},{scale})"
    if pg_type in _LAKE_TYPES:
        return _LAKE_TYPES[pg_type]
    hint = " (give it a precision)" if pg_type == "numeric" else ""
    raise TableUnsupported(f"{table}.{column}: the lake cannot keep {pg_type} exactly{hint}")


def rows_of(connection: Connection, workspace_id: UUID) -> dict[str, int]:
    """One workspace's rows in each published table that says whose they are."""
    counted = {}
    for name, table in tables(connection).items():
        column = "id" if name == "workspace" else "workspace_id"
        if any(found.name == column for found in table.columns):
            statement = f"select count(*) from {quoted(_SCHEMA)}.{quoted(name)} where {quoted(column)} = %s"
            row = connection.execute(statement.encode(), (workspace_id,)).fetchone()
            counted[name] = int(row[0]) if row else 0
    return counted


def count(connection: Connection, table: str) -> int:
    """Rows of a source table, in the session's current snapshot."""
    statement = f"select count(*) from {quoted(_SCHEMA)}.{quoted(table)}"
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])
