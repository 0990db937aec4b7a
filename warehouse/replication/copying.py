"""First load and re-sync: tables read at an exported snapshot, in one lake transaction with the watermark."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.lake import keep_password, keyword_conninfo, literal, one_thread, quoted
from warehouse.replication import failpoints, state
from warehouse.replication.errors import CopyIncomplete
from warehouse.replication.slots import ExportedSnapshot
from warehouse.replication.source import Connection, Table, connect, count

if TYPE_CHECKING:
    from imisofts.settings import Settings

log = logging.getLogger(__name__)


def copy_tables(
    connection: duckdb.DuckDBPyConnection,
    settings: "Settings",
    tables: Iterable[Table],
    at: ExportedSnapshot,
    epoch: int,
) -> dict[str, int]:
    """Copy the tables as of the exported snapshot into raw and history; the caller begins and commits.

    Rows are counted on both sides at the same snapshot: a role that row security restricts reads fewer rows without
    any error. Returns rows per table.
    """
    attach_at(connection, settings, at)
    failpoints.reach("snapshot_exported")
    tables = list(tables)
    _drop_damaged(connection, settings, {t.name for t in tables} & state.lake_columns(connection, "raw").keys())
    there = state.lake_columns(connection, "raw")
    state.create_tables(connection, tables)
    copied: dict[str, int] = {}
    with connect(settings.loader_database_url) as session, session.transaction():
        session.execute("set transaction isolation level repeatable read")
        session.execute(f"set transaction snapshot {literal(at.snapshot)}".encode())
        for table in tables:
            copied[table.name] = _copy_table(connection, table, at.lsn, epoch, again=table.name in there)
            _compare_counts(session, table, copied[table.name])
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


def attach_at(connection: duckdb.DuckDBPyConnection, settings: "Settings", at: ExportedSnapshot) -> None:
    """The source as ``source``, read as of the exported snapshot until the transaction under way ends."""
    _attach_source(connection, settings)
    connection.execute(
        f"call postgres_execute('source', {literal(f'SET TRANSACTION SNAPSHOT {literal(at.snapshot)}')})"
    )


def _attach_source(connection: duckdb.DuckDBPyConnection, settings: "Settings") -> None:
    target = keyword_conninfo(settings.loader_database_url) + " options='-c row_security=off'"
    keep_password(connection, "source_database", settings.loader_database_url)
    # A large table would be read in parts by ctid, which Postgres refuses to a role that may read certain columns only.
    connection.execute("set pg_use_ctid_scan = false")
    connection.execute(
        f"attach if not exists {literal(target)} as source (type postgres, secret source_database, read_only)"
    )


def _copy_table(connection: duckdb.DuckDBPyConnection, table: Table, lsn: str, epoch: int, *, again: bool) -> int:
    raw, history = f"lake.raw.{quoted(table.name)}", f"lake.history.{quoted(table.name)}"
    if again:
        connection.execute(f"delete from {raw}")
        connection.execute(
            f"insert into {history} (_op, _epoch, _lsn, _ordinal, _commit_time) values ('truncate', ?, ?, -1, now())",
            [epoch or None, lsn],
        )
    names = ", ".join(quoted(column.name) for column in table.columns)
    values = ", ".join(f"cast({quoted(column.name)} as {column.lake_type})" for column in table.columns)
    source = f"source.public.{quoted(table.name)}"
    with one_thread(connection):
        connection.execute(f"insert into {raw} ({names}) select {values} from {source}")
    kept = ", ".join(quoted(column.name) for column in table.history_columns)
    connection.execute(
        f"insert into {history} (_op, _epoch, _lsn, _ordinal, _commit_time, {kept})"
        f" select 'snapshot', ?, ?, rowid, now(), {kept} from {raw}",
        [epoch or None, lsn],
    )
    state.write_synced(connection, table, lsn)
    row = connection.execute(f"select count(*) from {raw}").fetchone()
    assert row is not None
    return int(row[0])


def _compare_counts(session: Connection, table: Table, copied: int) -> None:
    there = count(session, table.name)
    if there != copied:
        raise CopyIncomplete(f"{table.name}: the source has {there} rows, the copy {copied}")
