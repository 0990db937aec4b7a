"""First load and re-sync: tables read at an exported snapshot, in one lake transaction with the watermark."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse import lake
from warehouse.lake import literal, one_thread, quoted
from warehouse.replication import failpoints, reading, shared_file, state
from warehouse.replication.errors import CopyIncomplete
from warehouse.replication.slots import ExportedSnapshot
from warehouse.replication.source import Connection, Table, connect, count

if TYPE_CHECKING:
    from imisofts.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Copying:
    """Where a copy is read and written: the lake's transaction, and a session of the source at the same snapshot."""

    connection: duckdb.DuckDBPyConnection
    settings: "Settings"
    session: Connection
    at: ExportedSnapshot
    epoch: int


def copy_tables(
    connection: duckdb.DuckDBPyConnection,
    settings: "Settings",
    tables: Iterable[Table],
    at: ExportedSnapshot,
    epoch: int,
    tell: Callable[[str], None],
) -> dict[str, int]:
    """Copy the tables as of the exported snapshot into raw and history; the caller begins and commits.

    Rows are counted on both sides at the same snapshot: a role that row security restricts reads fewer rows without
    any error. ``tell`` hears of each table before it is copied. Returns rows per table.
    """
    reading.attach_at(connection, settings, at)
    failpoints.reach("snapshot_exported")
    tables = list(tables)
    _drop_damaged(connection, settings, {t.name for t in tables} & state.lake_columns(connection, "raw").keys())
    there = state.lake_columns(connection, "raw")
    state.create_tables(connection, tables)
    shapes = [state.lake_columns(connection, schema) for schema in ("raw", "history")] if there else []
    copied: dict[str, int] = {}
    with connect(settings.loader_database_url) as session, session.transaction():
        session.execute("set transaction isolation level repeatable read")
        session.execute(f"set transaction snapshot {literal(at.snapshot)}".encode())
        copying = _Copying(connection, settings, session, at, epoch)
        for number, table in enumerate(tables, 1):
            tell(f"{table.name}, table {number} of {len(tables)}")
            kept = {name for shape in shapes for name in shape[table.name]}
            copied[table.name] = _copy_table(copying, table, kept, again=table.name in there)
            failpoints.reach("mid_copy")
    failpoints.reach("copy_done")
    return copied


def _drop_damaged(connection: duckdb.DuckDBPyConnection, settings: "Settings", names: Iterable[str]) -> None:
    """Let go the tables whose files are gone: nothing of them can be read, so they begin anew, history too."""
    if "://" in settings.lake_data_path:
        return
    for name in names:
        for schema in ("raw", "history"):
            files = connection.execute(
                "select data_file, delete_file from ducklake_list_files('lake', ?, schema => ?)", [name, schema]
            ).fetchall()
            if not all(Path(file).exists() for both in files for file in both if file):
                log.error("files of %s.%s are gone: it begins anew", schema, name)
                connection.execute(f"drop table lake.{schema}.{quoted(name)}")


def _copy_table(copying: _Copying, table: Table, kept: set[str], *, again: bool) -> int:
    """Copy one table; ``kept`` are the lake's columns of it, where it may have more than the source.

    Raises :class:`CopyIncomplete` where fewer or more rows came than the source has.
    """
    connection, lsn, began = copying.connection, copying.at.lsn, time.monotonic()
    raw, history = f"lake.raw.{quoted(table.name)}", f"lake.history.{quoted(table.name)}"
    if again:
        connection.execute(f"delete from {raw}")
        connection.execute(
            f"insert into {history} (_op, _epoch, _lsn, _ordinal, _commit_time) values ('truncate', ?, ?, -1, now())",
            [copying.epoch or None, lsn],
        )
    there = count(copying.session, table.name)
    if there > lake.INLINE_ROWS and shared_file.possible(copying.settings, table, kept):
        parts = reading.parts(copying.session, table)
        shared_file.write(connection, copying.settings, table, parts, copying.at, copying.epoch)
    else:
        _insert_twice(copying, table)
    log.info("copied %s: %d rows in %.1f s", table.name, there, time.monotonic() - began)
    state.write_synced(connection, table, lsn)
    row = connection.execute(f"select count(*) from {raw}").fetchone()
    copied = int(row[0]) if row else 0
    if there != copied:
        raise CopyIncomplete(f"{table.name}: the source has {there} rows, the copy {copied}")
    return copied


def _insert_twice(copying: _Copying, table: Table) -> None:
    """The source into raw, and raw into history: few rows, or such as the two may not or cannot share."""
    connection = copying.connection
    raw, history = f"lake.raw.{quoted(table.name)}", f"lake.history.{quoted(table.name)}"
    names = ", ".join(quoted(column.name) for column in table.columns)
    values = ", ".join(f"cast({quoted(column.name)} as {column.lake_type})" for column in table.columns)
    with one_thread(connection):
        connection.execute(f"insert into {raw} ({names}) select {values} from source.public.{quoted(table.name)}")
    kept = ", ".join(quoted(column.name) for column in table.history_columns)
    connection.execute(
        f"insert into {history} (_op, _epoch, _lsn, _ordinal, _commit_time, {kept})"
        f" select 'snapshot', ?, ?, rowid, now(), {kept} from {raw}",
        [copying.epoch or None, copying.at.lsn],
    )
