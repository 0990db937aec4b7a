"""What the lake holds that no publication has shown yet.

Derived from the lake's own snapshots and `meta`, never from a process' memory: a crash or a failed
audit forgets nothing, and every process that asks gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse import lake

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

CARRIES_NO_FIGURES = frozenset({"heartbeat"})
"""Raw tables that only prove that replication lives: a change of them is no reason to build."""

_DATA_CHANGES = frozenset(
    {
        "tables_created",
        "tables_dropped",
        "tables_altered",
        "tables_inserted_into",
        "tables_deleted_from",
        "inlined_insert",
        "inlined_delete",
    }
)


@dataclass(frozen=True)
class Published:
    """The newest publication, as far as deciding on the next one needs it."""

    id: int
    lake_snapshot: int
    metric_version: str


@dataclass(frozen=True)
class Pending:
    """The lake's present against its last publication.

    `tables` are the raw tables changed since; None means that everything counts as changed (nothing
    published yet, or snapshots in between were expired). `failed_at` is the snapshot of the newest
    audit if that one failed; `since_failure` the tables changed after it.
    """

    snapshot: int
    published: Published | None
    tables: frozenset[str] | None
    failed_at: int | None = None
    since_failure: frozenset[str] | None = frozenset()

    @property
    def nothing(self) -> bool:
        return self.tables is not None and not self.tables

    @property
    def already_failed(self) -> bool:
        """The same data failed its audit before: only new data or a person's wish retries it."""
        return self.failed_at is not None and self.since_failure is not None and not self.since_failure


def pending(settings: Settings) -> Pending:
    """Compare the newest snapshot with the last publication and the last audit."""
    with lake.connect(settings) as connection:
        snapshot = current_snapshot(connection)
        if not _has_raw(connection):
            return Pending(snapshot, None, frozenset())
        published = _last_published(connection)
        failed_at = _failed_at(connection, published)
        tables = None if published is None else changed_since(connection, published.lake_snapshot)
        since = frozenset() if failed_at is None else changed_since(connection, failed_at)
        return Pending(snapshot, published, tables, failed_at, since)


def current_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select max(snapshot_id) from ducklake_snapshots('lake')").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def changed_since(connection: duckdb.DuckDBPyConnection, snapshot: int) -> frozenset[str] | None:
    """Raw tables with figures that changed after `snapshot`; None where the trail has gaps."""
    rows = connection.execute(
        "select snapshot_id, changes from ducklake_snapshots('lake') where snapshot_id > ? order by 1", [snapshot]
    ).fetchall()
    if rows and len(rows) != rows[-1][0] - snapshot:
        return None
    names = _raw_names(connection)
    changed = (named for _, changes in rows for named in _touched(changes, names))
    return frozenset(changed) - CARRIES_NO_FIGURES


def _touched(changes: Mapping[str, list[str]], names: Mapping[str, str]) -> Iterable[str]:
    """Raw tables in one snapshot's change record, which gives created tables by name, others by id."""
    for kind, tables in changes.items():
        if kind not in _DATA_CHANGES:
            continue
        for table in tables or ():
            if table in names:
                yield names[table]
            elif table.startswith("raw."):
                yield table.removeprefix("raw.").strip('"')


def _raw_names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute(
        """
        select distinct t.table_id::varchar, t.table_name
        from __ducklake_metadata_lake.ducklake_table as t
        join __ducklake_metadata_lake.ducklake_schema as s using (schema_id)
        where s.schema_name = 'raw'
        """
    ).fetchall()
    return {str(table_id): str(name) for table_id, name in rows}


def _has_raw(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(_raw_names(connection))


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'lake' and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None


def _last_published(connection: duckdb.DuckDBPyConnection) -> Published | None:
    if not has_table(connection, "meta", "publication"):
        return None
    row = connection.execute(
        "select id, lake_snapshot, metric_version from lake.meta.publication order by id desc limit 1"
    ).fetchone()
    return Published(int(row[0]), int(row[1]), str(row[2])) if row else None


def _failed_at(connection: duckdb.DuckDBPyConnection, published: Published | None) -> int | None:
    if not has_table(connection, "meta", "audit"):
        return None
    row = connection.execute(
        "select lake_snapshot, passed from lake.meta.audit order by at desc, id desc limit 1"
    ).fetchone()
    if row is None or row[1] or (published is not None and row[0] < published.lake_snapshot):
        return None
    return int(row[0])
