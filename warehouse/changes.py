"""What the lake holds that no publication has shown yet.

Derived from the lake's own snapshots and `meta`, never from a process' memory: a crash or a failed
audit forgets nothing, and every process that asks gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from warehouse import build, lake

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

DATA_DATE_MOVES = timedelta(hours=1)
"""An agency where nothing happens still gets a new data date this often: its months end, too."""
DATED_BY = "workspace"
"""The raw table that stands for the data date: whatever reads `int_workspaces` is downstream of it."""

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
_QUARTER = 15 * 60
_FLUSHED = "flushed_inlined"


@dataclass(frozen=True)
class Published:
    """The newest publication, as far as deciding on the next one needs it."""

    id: int
    lake_snapshot: int
    metric_version: str
    data_at: datetime | None = None


@dataclass(frozen=True)
class Pending:
    """The lake's present against its last publication.

    `tables` are the raw tables changed since that some mart is made of; None means that everything counts as changed
    (nothing published yet, or versions in between were let go by maintenance). `a_new_day` says that some workspace's
    data date has moved since. `missing` are tables that the models read and replication has not brought yet.
    `failed_at` is the snapshot of the newest audit if that one failed; `since_failure` the tables changed after it.
    """

    snapshot: int
    published: Published | None
    tables: frozenset[str] | None
    committed_at: datetime | None = None
    failed_at: int | None = None
    since_failure: frozenset[str] | None = frozenset()
    a_new_day: bool = False
    missing: frozenset[str] = frozenset()

    @property
    def changed(self) -> frozenset[str] | None:
        """The raw tables to build from, that of the data date among them when it has to move."""
        if self.tables is None or not (self.aged or self.a_new_day):
            return self.tables
        return self.tables | {DATED_BY}

    @property
    def nothing(self) -> bool:
        return self.changed is not None and not self.changed

    @property
    def aged(self) -> bool:
        """The source was read so much later than it was published that the data date has to move on."""
        if self.published is None or self.published.data_at is None or self.committed_at is None:
            return False
        return self.committed_at - self.published.data_at > DATA_DATE_MOVES

    @property
    def already_failed(self) -> bool:
        """The same data failed its audit before: only new data or a person's wish retries it."""
        return self.failed_at is not None and self.since_failure is not None and not self.since_failure


def pending(settings: Settings) -> Pending:
    """Compare the newest snapshot with the last publication and the last audit."""
    with lake.connect(settings) as connection, lake.one_look(connection):
        return pending_in(connection)


def pending_in(connection: duckdb.DuckDBPyConnection) -> Pending:
    """The same of an attached lake, within one look at it."""
    published = _last_published(connection)
    failed_at = _failed_at(connection, published)
    committed_at = _committed_at(connection)
    tables = None if published is None else changed_since(connection, published.lake_snapshot)
    since = frozenset() if failed_at is None else changed_since(connection, failed_at)
    new_day = _a_new_day(connection, published, committed_at)
    missing = build.sources_read() - frozenset(lake.tables(connection, "raw"))
    snapshot = lake.current_snapshot(connection)
    return Pending(snapshot, published, tables, committed_at, failed_at, since, new_day, missing)


def changed_since(connection: duckdb.DuckDBPyConnection, snapshot: int) -> frozenset[str] | None:
    """Raw tables with figures that changed after `snapshot`; None where the trail has gaps."""
    if snapshot < _trail_from(connection):
        return None
    tables = (named for _, named in raw_changes(connection, snapshot))
    return frozenset().union(*tables) & build.sources_read()


def raw_changes(connection: duckdb.DuckDBPyConnection, after: int) -> list[tuple[int, frozenset[str]]]:
    """The versions after one that brought data, and the raw tables each of them touched."""
    rows = connection.execute(
        "select snapshot_id, changes from ducklake_snapshots('lake') where snapshot_id > ? order by 1", [after]
    ).fetchall()
    names = _raw_names(connection)
    # Rows that go from the catalogue into a file were told when they came.
    touched = ((version, frozenset(_touched(made, names))) for version, made in rows if _FLUSHED not in made)
    return [(version, tables) for version, tables in touched if tables]


def _trail_from(connection: duckdb.DuckDBPyConnection) -> int:
    """The version from which on nothing that says what changed has been let go."""
    if not has_table(connection, "meta", "maintenance"):
        return 0
    row = connection.execute("select max(trail_from) from lake.meta.maintenance").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


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


def _a_new_day(
    connection: duckdb.DuckDBPyConnection, published: Published | None, committed_at: datetime | None
) -> bool:
    """Whether midnight has passed in the zone of some workspace between the published data and the present."""
    if published is None or published.data_at is None or committed_at is None:
        return False
    if published.data_at.timestamp() // _QUARTER == committed_at.timestamp() // _QUARTER:
        return False  # zones are whole quarters of an hour apart: it was midnight nowhere
    if not has_table(connection, "raw", DATED_BY):
        return False
    row = connection.execute(
        f"""select count(*) from lake.raw.{DATED_BY}
        where cast(? at time zone timezone as date) <> cast(? at time zone timezone as date)""",
        [published.data_at, committed_at],
    ).fetchone()
    return bool(row and row[0])


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


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return table in lake.tables(connection, schema)


def _committed_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    row = connection.execute("select max(committed_at) from lake.meta.watermark").fetchone()
    return row[0] if row else None


def _last_published(connection: duckdb.DuckDBPyConnection) -> Published | None:
    if not has_table(connection, "meta", "publication"):
        return None
    row = connection.execute(
        "select id, lake_snapshot, metric_version, data_at from lake.meta.publication order by id desc limit 1"
    ).fetchone()
    return Published(int(row[0]), int(row[1]), str(row[2]), row[3]) if row else None


def _failed_at(connection: duckdb.DuckDBPyConnection, published: Published | None) -> int | None:
    if not has_table(connection, "meta", "audit"):
        return None
    row = connection.execute("select lake_snapshot, passed from lake.meta.audit order by id desc limit 1").fetchone()
    if row is None or row[1] or (published is not None and row[0] < published.lake_snapshot):
        return None
    return int(row[0])
