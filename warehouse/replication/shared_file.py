"""A copied table's rows in one Parquet file of two names: raw's, and history's with its five columns more.

Most of what a copy costs is Parquet, and both tables keep the same values. Each table owns its name: what upkeep or
erasure takes from one leaves the other, and the bytes go with the last of them.
"""

import os
import re
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from uuid_utils.compat import uuid7

from warehouse.lake import literal, one_thread, quoted
from warehouse.replication import failpoints, reading
from warehouse.replication.slots import ExportedSnapshot
from warehouse.replication.source import Table
from warehouse.replication.state import HISTORY_HEAD

if TYPE_CHECKING:
    from imisofts.settings import Settings

_PLAIN = re.compile(r"[a-z0-9_]+")
_OPTIONS = "format parquet, dictionary_size_limit 2000, row_group_size_bytes '64MB'"
"""A dictionary is tried for longer than it is worth, and rows may be so wide that a group of them fills the memory."""


def possible(settings: "Settings", table: Table, kept: set[str]) -> bool:
    """Whether both tables may stand on one file; ``kept`` are the columns of raw and history, where they may have more.

    History may not hold personal data, not even unread. DuckLake takes over the file's own bounds, misreads those of
    binary columns, and believes that a column which the file lacks has no nulls. It puts a table of any other name than
    a plain one into a folder of its own choice.
    """
    names = {column.name for column in (*HISTORY_HEAD, *table.columns)}
    return (
        "://" not in settings.lake_data_path
        and kept <= names
        and _PLAIN.fullmatch(table.name) is not None
        and not any(column.personal or column.lake_type == "BLOB" for column in table.columns)
    )


def write(
    connection: duckdb.DuckDBPyConnection,
    settings: "Settings",
    table: Table,
    parts: Sequence[str],
    at: ExportedSnapshot,
    epoch: int,
) -> None:
    """Copy what each part selects into a new file, and give it to raw and history in the transaction under way.

    The parts are written at once, each by a thread and a transaction of its own: DuckDB's own threads wait for one
    another at full speed. Rolled back, or killed before the commit, the files are no table's: maintenance finds them.
    """
    raw, history = (Path(settings.lake_data_path) / schema / table.name for schema in ("raw", "history"))
    for folder in (raw, history):
        folder.mkdir(parents=True, exist_ok=True)
    files = [f"ducklake-{uuid7()}.parquet" for _ in parts]

    def copy(number: int) -> None:
        ordinal = f"{len(parts)} * row_number() over () + {number}"
        rows = _select(table, parts[number], at.lsn, epoch, ordinal)
        _copy(connection, at, f"copy ({rows}) to {literal(str(history / files[number]))} ({_OPTIONS})")

    connection.execute("set preserve_insertion_order = false")  # else the bytes of a group of rows have no bound
    with one_thread(connection), ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(copy, range(len(parts))))
    connection.execute("reset preserve_insertion_order")
    for file in files:
        _name_too(history / file, raw / file)
    failpoints.reach("file_written")
    for schema, path in ((folder.parent.name, folder / file) for folder in (raw, history) for file in files):
        connection.execute(
            f"call ducklake_add_data_files('lake', {literal(table.name)}, {literal(str(path))},"
            f" schema => {literal(schema)}, ignore_extra_columns => true)"
        )


def _copy(connection: duckdb.DuckDBPyConnection, at: ExportedSnapshot, statement: str) -> None:
    with connection.cursor() as session:
        session.execute("begin")
        reading.read_at(session, at)
        session.execute(statement)
        session.execute("rollback")


def _select(table: Table, part: str, lsn: str, epoch: int, ordinal: str) -> str:
    """SQL: a part's rows behind history's columns. An ENUM of one value is written without being hashed row by row."""
    names = ", ".join(
        f"cast({quoted(column.name)} as {column.lake_type}) as {quoted(column.name)}" for column in table.columns
    )
    return (
        f"select cast('snapshot' as enum ('snapshot')) as _op, cast({epoch or 'null'} as bigint) as _epoch,"
        f" cast({literal(lsn)} as enum ({literal(lsn)})) as _lsn, {ordinal} as _ordinal, now() as _commit_time, {names}"
        f" from {part}"
    )


def _name_too(there: Path, too: Path) -> None:
    """A second name for the file; where the file system knows no such thing, a second file."""
    try:
        os.link(there, too)
    except OSError:
        shutil.copyfile(there, too)
