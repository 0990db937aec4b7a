"""Source = lake, exactly: compared at one point of the source's log, by key and row hash; and what mends a difference.

The point is that of a passing slot with an exported snapshot: the loader ends a batch there, and the source is read as
it was there. DuckDB reads both sides; a table whose sums of row hashes agree is not joined.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from warehouse import lake
from warehouse.lake import quoted
from warehouse.replication import progress, reading, record, resync, slots, source, state, verdicts
from warehouse.replication.loader import Batch, Run, opened
from warehouse.replication.source import Column, Table
from warehouse.replication.state import Watermark
from warehouse.replication.verdicts import Verdict, Verification

if TYPE_CHECKING:
    from imisofts.settings import Settings


@dataclass(frozen=True)
class Repair:
    """What was found, which tables were copied anew for it, and what was found then."""

    before: Verification
    copied: dict[str, int]
    after: Verification


def verify(settings: "Settings", names: Collection[str] = (), *, history: bool = False) -> Verification:
    """Bring the lake to one point of the source and compare it there; all tables unless some are named.

    ``history`` asks whether history rebuilds the table, too. Keeps what it found for every surface. Raises a
    :class:`ReplicationError` where there is nothing that could be compared.
    """
    with opened(settings) as run:
        run.go()
        tables = resync.asked_for(run.tables, names) if names else list(run.tables.values())
        with run.sessions.lake() as connection:
            mark = state.read_watermark(connection)
            assert mark is not None  # the run above loaded the lake where it was empty
            found = _at_one_point(run, connection, mark, tables, history)
        verdicts.write(run.sessions.catalogue, found)
        return found


def verify_if_news(settings: "Settings") -> Verification | None:
    """Verify all tables, unless they were equal and nothing has come into the lake since; ``None`` then.

    Cheap enough to ask before every run that tells the figures to somebody.
    """
    slot = slots.slot_name(settings.loader_database_url)
    page, standing = progress.read(settings, slot), verdicts.newest(settings)
    found = {one.verdict.name: one for one in standing}
    if page is not None and page.error is None and page.lsn and found:
        with source.connect(settings.loader_database_url) as connection:
            published = source.tables(connection)
        if all(name in found and found[name].lsn >= page.lsn and found[name].verdict.equal for name in published):
            return None
    return verify(settings)


def resync_tables(settings: "Settings", names: Collection[str]) -> Batch:
    """Copy these tables anew, each row as it is now, and drain the slot; publications stay readable meanwhile."""
    with opened(settings) as run:
        tables = resync.asked_for(run.tables, names)
        with run.sessions.lake() as connection:
            mark = state.read_watermark(connection)
            if mark is None:
                return run.load(connection, epoch=0)
            run.check(mark, slots.flushed(run.sessions.source), state.read_synced(connection))
            copied = resync.copy(run, connection, tables, mark)
            batch = run.drain(connection, mark, slots.flushed(run.sessions.source))
    return Batch(sum(copied.values()), copied, batch.lsn, batch.committed_at, batch.snapshot)


def resync_all(settings: "Settings") -> Batch:
    """The whole lake anew from a slot of its own: after a lost slot, or a restored server. History goes on."""
    with opened(settings) as run, run.sessions.lake() as connection:
        mark = state.read_watermark(connection)
        verdicts.forget(run.sessions.catalogue)
        return run.load(connection, epoch=0 if mark is None else mark.epoch + 1)


def repair(settings: "Settings", names: Collection[str] = ()) -> Repair:
    """Verify; copy anew what differs; verify again."""
    before = verify(settings, names)
    differing = [table.name for table in before.tables if not table.equal]
    if not differing:
        return Repair(before, {}, before)
    copied = resync_tables(settings, differing).tables
    return Repair(before, dict(copied), verify(settings, names))


def _at_one_point(
    run: Run, connection: duckdb.DuckDBPyConnection, mark: Watermark, tables: Collection[Table], history: bool
) -> Verification:
    name = slots.passing_name(run.slot)
    with slots.exported(run.settings.loader_database_url, name, temporary=True) as at:
        slots.flushed(run.sessions.source)  # only what is flushed can be decoded
        run.drain(connection, mark, at.lsn)
        snapshot = lake.current_snapshot(connection)
        connection.execute("begin")
        reading.attach_at(connection, run.settings, at)
        found = tuple(_compare(connection, table, history) for table in tables)
        connection.execute("rollback")
    return Verification(datetime.now(UTC), at.lsn, snapshot, found)


def _compare(connection: duckdb.DuckDBPyConnection, table: Table, history: bool) -> Verdict:
    there, here = f"source.public.{quoted(table.name)}", f"lake.raw.{quoted(table.name)}"
    rows = _sums(connection, table.columns, there)
    missing = extra = different = 0
    if rows != _sums(connection, table.columns, here):
        missing, extra, different = _differences(connection, table, there, here)
    rebuilt = _rebuilds_otherwise(connection, table) if history else None
    return Verdict(table.name, int(str(rows[0])), missing, extra, different, rebuilt)


def _sums(connection: duckdb.DuckDBPyConnection, columns: Collection[Column], rows: str) -> tuple[object, ...]:
    """Rows of a table, and two sums over their hashes: equal for equal rows in whatever order."""
    found = connection.execute(
        f"select count(*), sum(h::hugeint), bit_xor(h) from (select {_hash(columns)} as h from {rows})"
    ).fetchone()
    assert found is not None
    return found


def _hash(columns: Collection[Column]) -> str:
    return f"hash({', '.join(f'cast({quoted(column.name)} as {column.lake_type})' for column in columns)})"


def _differences(connection: duckdb.DuckDBPyConnection, table: Table, there: str, here: str) -> tuple[int, int, int]:
    """Missing, extra and different rows. A key that the lake holds twice is one row extra."""
    keys = [column for column in table.columns if column.key]
    cast = ", ".join(f"cast({quoted(key.name)} as {key.lake_type}) as {quoted(key.name)}" for key in keys)
    names = ", ".join(quoted(key.name) for key in keys)
    sides = (f"select {cast}, {_hash(table.columns)} as h, 1 as one from {rows}" for rows in (there, here))
    found = connection.execute(
        f"with there as ({next(sides)}), here as ({next(sides)}),"
        f" doubled as (select count(*) - count(distinct ({names})) as rows from here)"
        f" select count(*) filter (here.one is null), count(*) filter (there.one is null) + any_value(doubled.rows),"
        f" count(*) filter (here.h <> there.h)"
        f" from there full join here using ({names}) cross join doubled"
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1] or 0), int(found[2])


def _rebuilds_otherwise(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether the last change of each key after the last truncate is not what raw holds."""
    columns = table.history_columns
    rebuilt = record.standing(table.name, table.key)
    return _sums(connection, columns, rebuilt) != _sums(connection, columns, f"lake.raw.{quoted(table.name)}")
