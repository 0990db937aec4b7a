"""The tables that figures are made of, as they were at a point: a private lake of their own beside the real one.

dbt builds from it like from any lake: the models know nothing of where they read.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse import build, lake
from warehouse.known.points import Point
from warehouse.lake import literal, quoted
from warehouse.replication import record, state

if TYPE_CHECKING:
    from imisofts.settings import Settings

MEMORY_LIMIT = "512MB"
_NAMELESS = "''"
"""The name of who has left the product since: no history keeps it."""


def rebuild(settings: "Settings", point: Point, folder: Path) -> tuple[str, int]:
    """Write the tables into a new lake in ``folder``; what DuckDB attaches, and its version.

    Needs no lock: history is only ever added to, and the point does not move.
    """
    catalogue = f"ducklake:{folder / 'catalogue.ducklake'}"
    connection = lake.connect(settings, limit=MEMORY_LIMIT)
    try:
        connection.execute(f"attach {literal(catalogue)} as past (data_path {literal(str(folder / 'rows'))})")
        keys = _keys(connection)
        raw, history = (state.lake_columns(connection, schema) for schema in ("raw", "history"))
        connection.execute("begin; create schema past.raw")
        for table in sorted(build.sources_read()):
            rows = _as_of(table, keys[table], raw[table], history[table], point)
            connection.execute(f"create table past.raw.{quoted(table)} as {rows}")
        connection.execute("commit")
        row = connection.execute("select max(snapshot_id) from ducklake_snapshots('past')").fetchone()
    finally:
        connection.close()
    assert row is not None
    return catalogue, int(row[0])


def _as_of(table: str, keys: list[str], raw: dict[str, str], history: dict[str, str], point: Point) -> str:
    """SQL: the table's rows at the point, with the columns and types of today's.

    Personal data has no history: it is today's, found by key, and empty where the row is gone.
    """
    columns = ", ".join(
        f"cast({_value(name, kind, keys[0], recorded=name in history)} as {kind}) as {quoted(name)}"
        for name, kind in raw.items()
    )
    rows = record.standing(table, keys, (point.epoch, point.lsn))
    same = " and ".join(f"recorded.{quoted(key)} = present.{quoted(key)}" for key in keys)
    return f"select {columns} from {rows} as recorded left join lake.raw.{quoted(table)} as present on {same}"


def _value(column: str, kind: str, key: str, *, recorded: bool) -> str:
    if recorded:
        return f"recorded.{quoted(column)}"
    present = f"present.{quoted(column)}"
    return f"if(present.{quoted(key)} is null, {_NAMELESS}, {present})" if kind == "VARCHAR" else present


def _keys(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute("select name, key_columns from lake.meta.replicated_table").fetchall()
    return {name: columns.split(",") for name, columns in rows}
