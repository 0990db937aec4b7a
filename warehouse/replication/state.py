"""The lake's own record of replication: watermark and tables, written in the same transaction as the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.lake import literal, quoted
from warehouse.replication.source import Column, Identity, Table

HISTORY_HEAD = (
    Column("_op", "VARCHAR", False, False),
    Column("_lsn", "VARCHAR", False, False),
    Column("_ordinal", "BIGINT", False, False),
    Column("_commit_time", "TIMESTAMPTZ", False, False),
)


@dataclass(frozen=True)
class Watermark:
    """Everything committed in the source below ``lsn`` is in the lake."""

    slot: str
    identity: Identity
    publication: str
    lsn: str
    committed_at: datetime | None


def read_watermark(connection: duckdb.DuckDBPyConnection) -> Watermark | None:
    """The watermark, or nothing before the first load."""
    row = connection.execute(
        "select slot, system_identifier, timeline, publication, lsn, committed_at from lake.meta.watermark"
    ).fetchone()
    if row is None:
        return None
    return Watermark(row[0], Identity(row[1], row[2]), row[3], row[4], row[5])


def write_watermark(connection: duckdb.DuckDBPyConnection, mark: Watermark) -> None:
    """Replace the watermark, inside the transaction that writes the rows: that is what makes them arrive once."""
    connection.execute("delete from lake.meta.watermark")
    connection.execute(
        "insert into lake.meta.watermark values (?, ?, ?, ?, ?, ?, ?)",
        [
            mark.slot,
            mark.identity.system_identifier,
            mark.identity.timeline,
            mark.publication,
            mark.lsn,
            mark.committed_at,
            datetime.now(UTC),
        ],
    )


def read_synced(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Per table the point of its copy: older changes are in the copy already."""
    return dict(connection.execute("select name, synced_lsn from lake.meta.replicated_table").fetchall())


def write_synced(connection: duckdb.DuckDBPyConnection, table: Table, lsn: str) -> None:
    """Note at which point the table was copied."""
    connection.execute("delete from lake.meta.replicated_table where name = ?", [table.name])
    connection.execute(
        "insert into lake.meta.replicated_table values (?, ?, ?, ?)",
        [table.name, ",".join(table.key), lsn, datetime.now(UTC)],
    )


def lake_columns(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, dict[str, str]]:
    """Types of columns by table, as the lake has them."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = 'lake' and schema_name = ?",
        [schema],
    )
    for table, column, data_type in rows.fetchall():
        found.setdefault(table, {})[column] = normal(data_type)
    return found


def normal(lake_type: str) -> str:
    """DuckDB prints some types longer than we write them."""
    return {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}.get(lake_type, lake_type)


def create_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """``raw`` and ``history`` of each table, or the columns that they lack.

    What is there is asked once: in a transaction that has made tables the lake reads its whole catalogue for an answer.
    """
    tables = list(tables)
    for schema, head in (("raw", ()), ("history", HISTORY_HEAD)):
        existing = lake_columns(connection, schema)
        for table in tables:
            columns = (*head, *(table.columns if schema == "raw" else table.history_columns))
            _create_table(connection, f"lake.{schema}.{quoted(table.name)}", columns, existing.get(table.name))


def _create_table(
    connection: duckdb.DuckDBPyConnection, target: str, columns: Iterable[Column], existing: dict[str, str] | None
) -> None:
    if existing is None:
        defined = ", ".join(f"{quoted(column.name)} {column.lake_type}" for column in columns)
        connection.execute(f"create table {target} ({defined})")
        return
    for column in columns:
        if column.name not in existing:
            connection.execute(f"alter table {target} add column {quoted(column.name)} {column.lake_type}")


def describe(connection: duckdb.DuckDBPyConnection, author: str, message: str) -> None:
    """Sign the lake version that this transaction makes."""
    connection.execute(f"call lake.set_commit_message({literal(author)}, {literal(message)})")
