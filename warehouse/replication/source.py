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
SCHEMA = "public"

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

_TABLES = """
select c.relname, c.oid::bigint, coalesce(m.oid, p.oid)::bigint, coalesce(pg_relation_filenode(c.oid), 0)::bigint,
       row_security_active(c.oid), p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate,
       t.rowfilter is not null, c.relkind = 'r' and not c.relhassubclass, coalesce(k.indimmediate, true),
       c.relreplident,
       coalesce((select k.indkey::int2[] <@ x.indkey::int2[] from pg_index x
                 where x.indrelid = c.oid and x.indisreplident), false)
from pg_publication p
join pg_publication_tables t on t.pubname = p.pubname
join pg_class c on c.relname = t.tablename and c.relnamespace = t.schemaname::regnamespace
left join pg_publication_rel m on m.prpubid = p.oid and m.prrelid = c.oid
left join pg_index k on k.indrelid = c.oid and k.indisprimary
where p.pubname = %(publication)s and t.schemaname = %(schema)s
order by c.relname
"""
_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype,
       coalesce(col_description(c.oid, a.attnum) = %(personal)s, false),
       coalesce(a.attnum = any (i.indkey::int2[]), false), a.attnum, a.xmin::text::bigint
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
    """A published column, with the lake's type for it. ``place`` is its number, never used twice in a table."""

    name: str
    lake_type: str
    personal: bool
    key: bool
    place: int = 0


@dataclass(frozen=True)
class Table:
    """A published table; ``key`` is its primary key, which the last-write-wins compaction needs.

    ``relation`` and ``membership`` are the ids of the table and of its place in the publication: a table made anew, or
    taken from the lake and added again, has others. ``altered`` and ``stored`` move with a column's definition and with
    the table's file; both move together when the table was rewritten with other values.
    """

    name: str
    columns: tuple[Column, ...]
    relation: int = 0
    membership: int = 0
    altered: int = 0
    stored: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def history_columns(self) -> tuple[Column, ...]:
        """Columns whose values may be kept for ever: personal data lives in current state only."""
        return tuple(column for column in self.columns if not column.personal)

    @property
    def shape(self) -> str:
        """One line; another line means that the stream alone does not bring the table's rows: it is copied anew."""
        told = ",".join(f"{c.place} {c.name} {c.lake_type}{' key' if c.key else ''}" for c in self.columns)
        return f"{self.relation}/{self.membership}({told})"

    def rewritten_since(self, altered: int, stored: int) -> bool:
        """Whether an ``alter column … using`` may have changed every value without a word in the stream.

        A grant moves the one alone, TRUNCATE and VACUUM FULL the other: they change no value behind the stream.
        """
        return self.altered != altered and self.stored != stored


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
    parameters = {"publication": publication, "schema": SCHEMA, "personal": PERSONAL}
    facts = {row[0]: row[1:] for row in connection.execute(_TABLES, parameters)}
    if not facts:
        raise PublicationMissing(f"publication {publication} does not exist or holds no table: `imisofts up` makes it")
    columns: dict[str, list[Column]] = {name: [] for name in facts}
    altered = dict.fromkeys(facts, 0)
    for table, name, pg_type, kind, personal, key, place, changed in connection.execute(_COLUMNS, parameters):
        columns[table].append(Column(name, lake_type(table, name, pg_type, kind), personal, key, place))
        altered[table] = max(altered[table], changed)
    found = {}
    for name, (relation, membership, stored, *manners) in facts.items():
        found[name] = Table(name, tuple(columns[name]), relation, membership, altered[name], stored)
        _require_exact(found[name], *manners)
    return found


def _require_exact(
    table: Table,
    hidden: bool,
    publishes_all: bool,
    filtered: bool,
    plain: bool,
    immediate: bool,
    identity: str,
    identity_has_key: bool,
) -> None:
    """Refuse a table of which some change would not come, or would not say whose row it is."""
    name = table.name
    if not publishes_all or filtered:
        raise PublicationMissing(f"publication {PUBLICATION} leaves out some changes of {name}: publish all of them")
    reasons = (
        (hidden, f"row security hides rows of {name} from the loader: its role needs BYPASSRLS"),
        (not plain, f"{name} is partitioned or inherited: publish its partitions instead"),
        (not table.key, f"{name} has no published primary key: add one"),
        (not immediate, f"the primary key of {name} is deferrable, so two rows may share it for a moment: make it not"),
        (identity == "n", f"{name} has REPLICA IDENTITY NOTHING: `alter table {name} replica identity default`"),
        (
            identity == "i" and not identity_has_key,
            f"the replica identity of {name} lacks its primary key: `alter table {name} replica identity default`",
        ),
    )
    for holds, sentence in reasons:
        if holds:
            raise TableUnsupported(sentence)


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
            statement = f"select count(*) from {quoted(SCHEMA)}.{quoted(name)} where {quoted(column)} = %s"
            row = connection.execute(statement.encode(), (workspace_id,)).fetchone()
            counted[name] = int(row[0]) if row else 0
    return counted


def sent(connection: Connection) -> int:
    """Rows that this role's copies, which are under way in the database, have brought so far."""
    row = connection.execute(
        "select coalesce(sum(tuples_processed), 0)::bigint from pg_stat_progress_copy"
        " where datname = current_database() and command = 'COPY TO'"
    ).fetchone()
    return int(row[0]) if row else 0


def count(connection: Connection, table: str) -> int:
    """Rows of a source table, in the session's current snapshot."""
    statement = f"select count(*) from {quoted(SCHEMA)}.{quoted(table)}"
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])
