"""The source as DuckDB reads it: every session at the one exported snapshot, a large table by two."""

from typing import TYPE_CHECKING

import duckdb

from warehouse.lake import keep_password, keyword_conninfo, literal, quoted
from warehouse.replication.slots import ExportedSnapshot
from warehouse.replication.source import SCHEMA, Connection, Table

if TYPE_CHECKING:
    from imisofts.settings import Settings

LARGE_PAGES = 1_000
"""A table of so many pages (8 MB) is worth a second session: one reads while the other one writes Parquet."""
_SOURCE = "source"


def attach_at(connection: duckdb.DuckDBPyConnection, settings: "Settings", at: ExportedSnapshot) -> None:
    """The source as ``source``, read as of the exported snapshot until the transaction under way ends."""
    attach(connection, settings)
    read_at(connection, at)


def attach(connection: duckdb.DuckDBPyConnection, settings: "Settings") -> None:
    """The source as ``source``, to be read by the loader's role; rows that a policy would hide are an error."""
    target = keyword_conninfo(settings.loader_database_url) + " options='-c row_security=off'"
    keep_password(connection, "source_database", settings.loader_database_url)
    # DuckDB's own parts are read in sessions of its choice, at a snapshot of its choice, and need a right to the row's
    # place (ctid), which a role that may read certain columns only lacks.
    connection.execute("set global pg_use_ctid_scan = false")
    connection.execute(
        f"attach if not exists {literal(target)} as {_SOURCE} (type postgres, secret source_database, read_only)"
    )


def read_at(connection: duckdb.DuckDBPyConnection, at: ExportedSnapshot) -> None:
    """Let the transaction under way, which has read nothing of the source yet, read it as of the exported snapshot."""
    connection.execute(
        f"call postgres_execute({literal(_SOURCE)}, {literal(f'SET TRANSACTION SNAPSHOT {literal(at.snapshot)}')})"
    )


def parts(session: Connection, table: Table) -> list[str]:
    """What to select from, each in a session of its own, so that every row of the table comes exactly once.

    The halves of a large table's pages, if the role may read a row's place; else the table itself.
    """
    row = session.execute(
        "select pg_relation_size(%s::oid) / current_setting('block_size')::int,"
        " has_column_privilege(%s::oid, 'ctid', 'select')",
        (table.relation, table.relation),
    ).fetchone()
    pages, may = row or (0, False)
    if pages < LARGE_PAGES or not may:
        return [f"{_SOURCE}.{SCHEMA}.{quoted(table.name)}"]
    names = ", ".join(quoted(column.name) for column in table.columns)
    query = f"select {names} from {SCHEMA}.{quoted(table.name)} where ctid"
    middle = f"'({pages // 2},0)'::tid"
    return [f"postgres_query({literal(_SOURCE)}, {literal(f'{query} {side} {middle}')})" for side in ("<", ">=")]
