"""Tables copied anew: those that the stream alone no longer brings, and those that somebody asked for.

A copy is one lake transaction at a point of its own. History goes on: a truncate, then the copy's rows.
"""

import logging
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import duckdb

from warehouse.replication import copying, slots, source, state
from warehouse.replication.errors import SourceChanged, TableUnknown
from warehouse.replication.source import Table
from warehouse.replication.state import Synced, Watermark

if TYPE_CHECKING:
    from warehouse.replication.loader import Run

log = logging.getLogger(__name__)


def follow(
    run: "Run", connection: duckdb.DuckDBPyConnection, mark: Watermark, synced: dict[str, Synced]
) -> dict[str, int]:
    """Copy tables that are new, made anew, added again, or whose columns changed; mark those that were taken out.

    Returns the rows copied per table.
    """
    existing = state.lake_columns(connection, "raw")
    changed = [table for table in run.tables.values() if _needs_a_copy(table, synced, existing)]
    _keep_books(run, connection, synced, changed)
    for table in changed:
        log.warning("re-sync of %s: its columns changed or it is new", table.name)
        _require_types(table, existing.get(table.name, {}))
    return copy(run, connection, changed, mark)


def copy(
    run: "Run", connection: duckdb.DuckDBPyConnection, tables: Collection[Table], mark: Watermark
) -> dict[str, int]:
    """Copy these tables at one point; older changes that still come are history only."""
    if not tables:
        return {}
    name = slots.passing_name(run.slot)
    with slots.exported(run.settings.loader_database_url, name, temporary=True) as at:
        connection.execute("begin")
        copied = copying.copy_tables(connection, run.settings, tables, at, mark.epoch, run.tell)
        run.commit(connection, f"re-sync at {at.lsn}")
    return copied


def asked_for(tables: dict[str, Table], names: Iterable[str]) -> list[Table]:
    """The tables of these names. Raises :class:`TableUnknown` for a name that is not published."""
    for name in names:
        if name not in tables:
            raise TableUnknown(f"there is no table {name} in publication {source.PUBLICATION}")
    return [tables[name] for name in names]


def _needs_a_copy(table: Table, synced: dict[str, Synced], existing: dict[str, dict[str, str]]) -> bool:
    known = synced.get(table.name)
    if known is None or known.taken_out_at is not None:
        return True
    if known.shape is None:  # noted by an earlier release
        return any(column.name not in existing.get(table.name, {}) for column in table.columns)
    return known.shape != table.shape or table.rewritten_since(known.altered, known.stored)


def _keep_books(
    run: "Run", connection: duckdb.DuckDBPyConnection, synced: dict[str, Synced], changed: Collection[Table]
) -> None:
    """What was taken out, and what moved in a table's definition without needing a copy."""
    gone = [name for name, known in synced.items() if name not in run.tables and known.taken_out_at is None]
    moved = [
        table
        for name, known in synced.items()
        if (table := run.tables.get(name)) is not None
        and table not in changed
        and (known.shape, known.altered, known.stored) != (table.shape, table.altered, table.stored)
    ]
    if gone or moved:
        connection.execute("begin")
        for name in gone:
            log.warning("%s was taken out of the lake: its rows stay as they stand", name)
            state.take_out(connection, name)
        for table in moved:
            state.note_as_is(connection, table)
        state.describe(connection, "replication", "what the source's tables are like")
        connection.execute("commit")
    run.taken_out = ",".join(sorted(synced.keys() - run.tables.keys()))


def _require_types(table: Table, there: dict[str, str]) -> None:
    """A column of another type cannot be followed without somebody's word."""
    for column in table.columns:
        if there.get(column.name, column.lake_type) != column.lake_type:
            raise SourceChanged(
                f"{table.name}.{column.name} is {column.lake_type} in the source and {there[column.name]} in the"
                f" lake: `imisofts lake resync {table.name}` takes the new type, or add a column and back-fill it"
            )
