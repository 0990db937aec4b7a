"""The lake's own record of replication: watermark and tables, written in the same transaction as the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.lake import literal, quoted
from warehouse.replication import failpoints
from warehouse.replication.source import Column, Identity, Table

HISTORY_HEAD = (
    Column("_op", "VARCHAR", False, False),
    Column("_epoch", "BIGINT", False, False),
    Column("_lsn", "VARCHAR", False, False),
    Column("_ordinal", "BIGINT", False, False),
    Column("_commit_time", "TIMESTAMPTZ", False, False),
)
_ADDED = (
    ("watermark", "epoch", "bigint"),
    ("replicated_table", "shape", "varchar"),
    ("replicated_table", "altered", "bigint"),
    ("replicated_table", "stored", "bigint"),
    ("replicated_table", "taken_out_at", "timestamptz"),
)
"""Columns of the lake's books that earlier releases did not have."""


@dataclass(frozen=True)
class Watermark:
    """Everything committed in the source below ``lsn`` is in the lake.

    ``epoch`` counts how often the whole lake was loaded anew: another server, or the same one restored, may count its
    positions from a lower one, so history is in order by (epoch, lsn, ordinal).
    """

    slot: str
    identity: Identity
    publication: str
    lsn: str
    committed_at: datetime | None
    epoch: int = 0


@dataclass(frozen=True)
class Synced:
    """A table's own copy: its point, what the table was like, and since when it is no longer in the lake."""

    lsn: str
    shape: str | None
    altered: int
    stored: int
    taken_out_at: datetime | None


@dataclass(frozen=True)
class Life:
    """What applying changes has to know of the lake: the points of its tables' copies, and its epoch."""

    copied_at: Mapping[str, str]
    epoch: int


def upgrade_books(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the columns that the books of an earlier release lack; call it before they are read to be written."""
    there = lake_columns(connection, "meta")
    for table, column, kind in _ADDED:
        if column not in there[table]:
            connection.execute(f"alter table lake.meta.{table} add column {column} {kind}")
    histories = lake_columns(connection, "history")
    for table, columns in histories.items():
        if "_epoch" not in columns:
            connection.execute(f"alter table lake.history.{quoted(table)} add column _epoch bigint")


def read_watermark(connection: duckdb.DuckDBPyConnection) -> Watermark | None:
    """The watermark, or nothing before the first load."""
    row = connection.execute(
        "select slot, system_identifier, timeline, publication, lsn, committed_at, coalesce(epoch, 0)"
        " from lake.meta.watermark"
    ).fetchone()
    if row is None:
        return None
    return Watermark(row[0], Identity(row[1], row[2]), row[3], row[4], row[5], row[6])


def write_watermark(connection: duckdb.DuckDBPyConnection, mark: Watermark) -> None:
    """Replace the watermark, inside the transaction that writes the rows: that is what makes them arrive once."""
    connection.execute("delete from lake.meta.watermark")
    connection.execute(
        "insert into lake.meta.watermark"
        " (slot, system_identifier, timeline, publication, lsn, committed_at, written_at, epoch)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            mark.slot,
            mark.identity.system_identifier,
            mark.identity.timeline,
            mark.publication,
            mark.lsn,
            mark.committed_at,
            datetime.now(UTC),
            mark.epoch,
        ],
    )


def read_synced(connection: duckdb.DuckDBPyConnection) -> dict[str, Synced]:
    """What is known of each table that was ever copied."""
    rows = connection.execute(
        "select name, synced_lsn, shape, coalesce(altered, 0), coalesce(stored, 0), taken_out_at"
        " from lake.meta.replicated_table"
    )
    return {name: Synced(*facts) for name, *facts in rows.fetchall()}


def write_synced(connection: duckdb.DuckDBPyConnection, table: Table, lsn: str) -> None:
    """Note at which point the table was copied, and what it was like."""
    connection.execute("delete from lake.meta.replicated_table where name = ?", [table.name])
    connection.execute(
        "insert into lake.meta.replicated_table (name, key_columns, synced_lsn, synced_at, shape, altered, stored)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [table.name, ",".join(table.key), lsn, datetime.now(UTC), table.shape, table.altered, table.stored],
    )


def note_as_is(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Note what a table is like now where no copy is needed."""
    connection.execute(
        "update lake.meta.replicated_table set shape = ?, altered = ?, stored = ? where name = ?",
        [table.shape, table.altered, table.stored, table.name],
    )


def take_out(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Mark a table that is no longer published: its rows stay as they stood, and are nobody's truth any more."""
    connection.execute(
        "update lake.meta.replicated_table set taken_out_at = ? where name = ?", [datetime.now(UTC), name]
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
        failpoints.reach("mid_ddl")


def _create_table(
    connection: duckdb.DuckDBPyConnection, target: str, columns: Iterable[Column], existing: dict[str, str] | None
) -> None:
    if existing is None:
        defined = ", ".join(f"{quoted(column.name)} {column.lake_type}" for column in columns)
        connection.execute(f"create table {target} ({defined})")
        return
    for column in columns:
        there = existing.get(column.name)
        if there not in (None, column.lake_type):
            # What was kept under another type stays readable beside it.
            kept = quoted(f"{column.name}__{there}".lower())
            connection.execute(f"alter table {target} rename column {quoted(column.name)} to {kept}")
            there = None
        if there is None:
            connection.execute(f"alter table {target} add column {quoted(column.name)} {column.lake_type}")


def describe(connection: duckdb.DuckDBPyConnection, author: str, message: str) -> None:
    """Sign the lake version that this transaction makes."""
    connection.execute(f"call lake.set_commit_message({literal(author)}, {literal(message)})")
