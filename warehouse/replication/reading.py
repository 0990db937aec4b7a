"""The source as DuckDB reads it: every session at the one exported snapshot, a large table by two of them."""

from typing import TYPE_CHECKING

import duckdb

from warehouse.lake import keep_password, keyword_conninfo, literal, quoted
from warehouse.replication.slots import ExportedSnapshot
from warehouse.replication.source import SCHEMA, Connection, Table

if TYPE_CHECKING:
    from imisofts.settings import Settings

LARGE_PAGES = 1_000
"""A table of so many pages (8 MB) is worth a second session: one core reads while the other one writes Parquet."""
_FIRST, _SECOND = "source", "source_too"


def attach_at(
    connection: duckdb.DuckDBPyConnection, settings: "Settings", at: ExportedSnapshot, name: str = _FIRST
) -> None:
    """The source as ``name``, read as of the exported snapshot until the transaction under way ends."""
    attach(connection, settings, name)
    connection.execute(
        f"call postgres_execute({literal(name)}, {literal(f'SET TRANSACTION SNAPSHOT {literal(at.snapshot)}')})"
    )


def attach(connection: duckdb.DuckDBPyConnection, settings: "Settings", name: str = _FIRST) -> None:
    """The source as ``name``, to be read by the loader's role; rows that a policy would hide are an error."""
    target = keyword_conninfo(settings.loader_database_url) + " options='-c row_security=off'"
    keep_password(connection, "source_database", settings.loader_database_url)
    # DuckDB's own parts are read in sessions of its choice, at a snapshot of its choice, and need a right to the row's
    # place (ctid), which a role that may read certain columns only lacks.
    connection.execute("set pg_use_ctid_scan = false")
    connection.execute(
        f"attach if not exists {literal(target)} as {quoted(name)} (type postgres, secret source_database, read_only)"
    )


class Parts:
    """What to select from so that every row of a table comes exactly once, read in the transaction under way.

    ``session`` reads at the same snapshot as the sessions of DuckDB's, the first of which :func:`attach_at` has begun.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: "Settings", session: Connection, at: ExportedSnapshot
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._session = session
        self._at = at
        self._two = False

    def of(self, table: Table) -> list[str]:
        """The halves of a large table's pages, if the role may read a row's place; else the table itself."""
        row = self._session.execute(
            "select pg_relation_size(%s::oid) / current_setting('block_size')::int,"
            " has_column_privilege(%s::oid, 'ctid', 'select')",
            (table.relation, table.relation),
        ).fetchone()
        pages, may = row or (0, False)
        if pages < LARGE_PAGES or not may:
            return [f"{_FIRST}.{SCHEMA}.{quoted(table.name)}"]
        if not self._two:
            attach_at(self._connection, self._settings, self._at, _SECOND)
            self._two = True
        middle = f"'({pages // 2},0)'::tid"
        return [_half(_FIRST, table, f"ctid < {middle}"), _half(_SECOND, table, f"ctid >= {middle}")]


def _half(session: str, table: Table, condition: str) -> str:
    names = ", ".join(quoted(column.name) for column in table.columns)
    query = f"select {names} from {SCHEMA}.{quoted(table.name)} where {condition}"
    return f"postgres_query({literal(session)}, {literal(query)})"
