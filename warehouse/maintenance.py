"""Keeping the lake small and quick while everybody reads it.

Small batches wait in the catalogue, updates leave dead rows in files, every commit leaves a version: each step here
puts one of that right, under the writer's lock for as long as the step takes and no longer. No step changes what
anybody reads: a version that a reader may still stand on is kept, and a file that nothing needs goes a grace later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import psycopg

from warehouse import changes, known, lake
from warehouse.replication import failpoints, state

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

GRACE = timedelta(hours=1)
"""How long a question or a build that began on an older version may take."""
MEMORY_LIMIT = "512MB"
DEAD_SHARE = 0.2
"""A file is written anew when more of its rows than this share are dead."""
CHECKS_KEPT = 100
"""Publications and audits that keep what each check said; older ones keep their counts."""
TRAIL = timedelta(days=1)
"""How long the versions since the last publication are kept where audits fail: they say what has to be built."""
META_FILES = 20
"""Every publication leaves a file of one row; so many are joined."""
_VERSIONS_AT_ONCE = 1_000
_CATALOGUE_PATTERN = "ducklake\\_%"
_TABLES = """
    select s.schema_name, t.table_name
    from __ducklake_metadata_lake.ducklake_table as t
    join __ducklake_metadata_lake.ducklake_schema as s using (schema_id)
    join __ducklake_metadata_lake.{} as f using (table_id)
    where t.end_snapshot is null and f.end_snapshot is null
    group by all"""
_WITH_DEAD_ROWS = _TABLES.format("ducklake_delete_file") + " having s.schema_name = 'raw'"
_IN_PIECES = _TABLES.format("ducklake_data_file") + f" having count(*) > if(s.schema_name = 'meta', {META_FILES}, 1)"

T = TypeVar("T")


@dataclass(frozen=True)
class Maintained:
    """What one run put right: rows moved from the catalogue to files, files written anew or joined, versions let go,
    and files deleted."""

    flushed_rows: int
    rewritten_files: int
    merged_files: int
    expired_versions: int
    deleted_files: int

    @property
    def anything(self) -> bool:
        """Whether there was something to do."""
        return any(astuple(self))

    def __str__(self) -> str:
        return (
            f"{self.flushed_rows} rows flushed, {self.rewritten_files} files rewritten, {self.merged_files} merged,"
            f" {self.expired_versions} versions expired, {self.deleted_files} files deleted"
        )


def maintain(settings: Settings, *, grace: timedelta = GRACE) -> Maintained:
    """Run every step once. Killed anywhere it leaves the lake as it was or a step further; the next run goes on."""
    lake.ensure(settings)
    with lake.writing(settings, limit=MEMORY_LIMIT) as connection:
        connection.execute("set threads = 1")  # nobody waits for it, and threads of DuckLake have met in its catalogue
        done = _steps(settings, connection, grace)
    if done.anything:
        _tidy_catalogue(settings)
    known.tidy(settings)
    return done


def _steps(settings: Settings, connection: duckdb.DuckDBPyConnection, grace: timedelta) -> Maintained:
    """Each under a lock of its own: replication goes on between them."""

    def step(work: Callable[[], T]) -> T:
        with lake.writer_lock(settings):
            return work()

    step(lambda: lake.create_schemas(connection))
    flushed = step(lambda: _flush(connection))
    rewritten = step(lambda: _rewrite(connection))
    merged = step(lambda: _merge(connection))
    failpoints.reach("mid_maintenance")
    if flushed or rewritten or merged:
        step(lambda: _move_publication(connection))
    expired, trail_from = step(lambda: _expire(connection, grace))
    deleted = step(lambda: _clean(settings, connection, grace))
    done = Maintained(flushed, rewritten, merged, expired, deleted)
    if done.anything:
        step(lambda: _note(connection, done, trail_from))
    return done


def _flush(connection: duckdb.DuckDBPyConnection) -> int:
    """Rows and deletions that wait in the catalogue become files; our own few notes may wait there."""
    flushed = 0
    for schema in ("raw", "history"):
        done = connection.execute(f"call ducklake_flush_inlined_data('lake', schema_name => '{schema}')").fetchall()
        flushed += sum(int(row[-1]) for row in done)
    return flushed


def _rewrite(connection: duckdb.DuckDBPyConnection) -> int:
    """Files that are to a good part dead rows, without them."""
    return _each(
        connection, _WITH_DEAD_ROWS, f"ducklake_rewrite_data_files('lake', {{}}, delete_threshold => {DEAD_SHARE})"
    )


def _merge(connection: duckdb.DuckDBPyConnection) -> int:
    """Small neighbours into one file."""
    return _each(connection, _IN_PIECES, "ducklake_merge_adjacent_files('lake', {})")


def _each(connection: duckdb.DuckDBPyConnection, chosen: str, call: str) -> int:
    """Files that went in, over the tables that the query names: asking every table of the lake takes seconds."""
    files = 0
    for schema, table in connection.execute(chosen).fetchall():
        place = f"{lake.literal(table)}, schema => {lake.literal(schema)}"
        files += sum(int(row[-2]) for row in connection.execute(f"call {call.format(place)}").fetchall())
    return files


def _move_publication(connection: duckdb.DuckDBPyConnection) -> None:
    """Point the newest publication at the present version: the same marts, without the files that were just replaced.

    Nobody publishes meanwhile, and nothing else writes marts. Older publications are nobody's to ask.
    """
    connection.execute("begin")
    version = lake.current_snapshot(connection) + 1  # ours: every writer holds the lock
    newest = "id = (select max(id) from lake.meta.publication)"
    connection.execute(f"update lake.meta.publication set marts_snapshot = ? where {newest}", [version])
    state.describe(connection, "maintenance", "the newest publication in fewer files")
    connection.execute("commit")


def _expire(connection: duckdb.DuckDBPyConnection, grace: timedelta) -> tuple[int, int]:
    """Let go of the versions that nothing refers to; how many, and from which one on the trail of changes is whole.

    Kept: the present, what is younger than the grace, the newest publication's, and for a day each that brought data
    since: they say what has to be built.
    """
    now = datetime.now(UTC)
    row = connection.execute(
        "select lake_snapshot, marts_snapshot from lake.meta.publication order by id desc limit 1"
    ).fetchone()
    published, marts = row or (None, None)
    versions = connection.execute(
        "select snapshot_id, snapshot_time from ducklake_snapshots('lake') order by 1"
    ).fetchall()
    trail = set() if published is None else {version for version, _ in changes.raw_changes(connection, published)}
    longest = max(grace, TRAIL)
    gone = [
        int(version)
        for version, made_at in versions[:-1]
        if version != marts and now - made_at > (longest if version in trail else grace)
    ]
    for start in range(0, len(gone), _VERSIONS_AT_ONCE):
        connection.execute(
            f"call ducklake_expire_snapshots('lake', versions => {gone[start : start + _VERSIONS_AT_ONCE]})"
        )
    return len(gone), max([published or 0, *trail.intersection(gone)])


def _clean(settings: Settings, connection: duckdb.DuckDBPyConnection, grace: timedelta) -> int:
    """Delete the files that no version needs, and those that killed writers left behind; later, while a backup runs."""
    before = datetime.now(UTC) - grace
    statement = "call ducklake_{}('lake', older_than => ?)"
    with lake.may_delete_files(settings) as may:
        return sum(
            len(connection.execute(statement.format(kind), [before]).fetchall())
            for kind in ("cleanup_old_files", "delete_orphaned_files")
            if may
        )


def _note(connection: duckdb.DuckDBPyConnection, done: Maintained, trail_from: int) -> None:
    """What was done, and from which version on the trail of changes is whole; old verdicts keep their counts only."""
    connection.execute("begin")
    connection.execute(
        """
        insert into lake.meta.maintenance
        select coalesce((select max(id) from lake.meta.maintenance), 0) + 1, ?, ?, ?, ?, ?, ?, ?
        """,
        [datetime.now(UTC), trail_from, *astuple(done)],
    )
    for table in ("publication", "audit"):
        connection.execute(
            f"update lake.meta.{table} set checks = '[]'"
            f" where checks <> '[]' and id <= (select max(id) from lake.meta.{table}) - {CHECKS_KEPT}"
        )
    state.describe(connection, "maintenance", str(done))
    connection.execute("commit")


def _tidy_catalogue(settings: Settings) -> None:
    """Dead rows out of the catalogue's own tables, and fresh statistics for its planner."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        tables = catalogue.execute(
            "select quote_ident(relname) from pg_class where relkind = 'r' and relname like %s"
            " and pg_get_userbyid(relowner) = current_user",
            (_CATALOGUE_PATTERN,),
        ).fetchall()
        for (table,) in tables:
            catalogue.execute(f"vacuum (analyze, skip_locked) {table}".encode())
