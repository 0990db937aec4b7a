"""One run of the loader: first load where the lake is empty, else drain the slot to the head taken at the start."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import psycopg

from warehouse import lake
from warehouse.replication import applying, copying, failpoints, progress, slots, source, state
from warehouse.replication.errors import ReplicationError, SlotLost, SourceChanged
from warehouse.replication.progress import Progress
from warehouse.replication.source import Connection, Identity, Table
from warehouse.replication.staging import Staging
from warehouse.replication.state import Watermark

if TYPE_CHECKING:
    from imisofts.settings import Settings

log = logging.getLogger(__name__)

MEMORY_LIMIT = "512MB"
CHANGES_PER_BATCH = 100_000
"""A bound between transactions: one large transaction still comes whole and is spilled."""

_PEEK = (
    "select data from pg_logical_slot_peek_binary_changes(%s, %s::pg_lsn, %s,"
    " 'proto_version', '1', 'publication_names', %s)"
)


@dataclass(frozen=True)
class Batch:
    """What one run brought. ``snapshot`` is the lake's version that contains all of it."""

    rows: int
    tables: dict[str, int]
    lsn: str
    committed_at: datetime | None
    snapshot: int | None
    first_load: bool = False


def catch_up(settings: "Settings") -> Batch:
    """Bring the lake to the source's present, exactly once each change; safe to kill anywhere and run again.

    Raises a :class:`ReplicationError` where that cannot be done; the reason is kept for ``status``.
    """
    slot = slots.slot_name(settings.loader_database_url)
    try:
        with lake.writer_lock(settings), source.connect(settings.loader_database_url) as connection:
            return _Run(settings, connection, slot).go()
    except ReplicationError as error:
        progress.fail(settings, slot, str(error))
        raise


def fingerprint(tables: dict[str, Table]) -> str:
    """The replicated columns in one line; another line means that some table needs a re-sync."""
    return ";".join(f"{t.name}({','.join(f'{c.name} {c.lake_type}' for c in t.columns)})" for t in tables.values())


class _Run:
    """One call of :func:`catch_up`, under the writer's lock."""

    def __init__(self, settings: "Settings", connection: Connection, slot: str) -> None:
        self.settings = settings
        self.source = connection
        self.slot = slot
        self.identity: Identity = source.identity(connection)
        self.tables = source.tables(connection)
        self.known = progress.read(settings, slot)

    def go(self) -> Batch:
        """The whole run."""
        # Before the first peek: what commits meanwhile is for the next run, and an idle slot may advance to it.
        head = slots.flushed(self.source)
        if self.known is not None and self._unchanged_since(self.known) and not self._anything(head):
            self._acknowledge(head, self.known.lsn, self.known.committed_at)
            snapshot = progress.lake_snapshot(self.settings)
            return Batch(0, {}, self.known.lsn, self.known.committed_at, snapshot)
        connection = lake.connect(self.settings, read_only=False, memory_limit=MEMORY_LIMIT)
        try:
            lake.create_schemas(connection)
            mark = state.read_watermark(connection)
            if mark is None:
                return self._first_load(connection)
            self._check(mark)
            copied = self._resync(connection)
            batch = self._drain(connection, mark, head)
            return replace(batch, rows=batch.rows + sum(copied.values()), tables={**batch.tables, **copied})
        finally:
            connection.close()

    def _unchanged_since(self, known: Progress) -> bool:
        if not known.lsn or known.error is not None:
            return False
        slot = slots.require(self.source, self.slot)
        self._compare(Identity(known.system_identifier, known.timeline), slot, known.acknowledged)
        return known.tables == fingerprint(self.tables)

    def _anything(self, head: str) -> bool:
        row = self._retrying(
            "select exists (select from pg_logical_slot_peek_binary_changes(%s, %s::pg_lsn, 1,"
            " 'proto_version', '1', 'publication_names', %s))",
            (self.slot, head, source.PUBLICATION),
        )
        return bool(row)

    def _retrying(self, statement: str, parameters: tuple[object, ...]) -> object:
        row = slots.when_free(self.source, statement, *parameters).fetchone()
        return row[0] if row else None

    def _check(self, mark: Watermark) -> None:
        """The slot we go on from is the one that the lake was filled from."""
        if mark.slot != self.slot or mark.publication != source.PUBLICATION:
            raise SourceChanged(f"the lake was filled from slot {mark.slot}, not from {self.slot}")
        slot = slots.require(self.source, self.slot)
        noted = self.known.acknowledged if self.known else ""
        self._compare(mark.identity, slot, max(mark.lsn, noted))

    def _compare(self, identity: Identity, slot: slots.Slot, acknowledged: str) -> None:
        if identity != self.identity:
            raise SourceChanged(
                f"the lake was filled from server {identity.system_identifier} timeline {identity.timeline}, this is"
                f" {self.identity.system_identifier} timeline {self.identity.timeline}: restored? load the lake anew"
            )
        if slot.confirmed > acknowledged:
            raise SlotLost(
                f"slot {slot.name} stands at {slot.confirmed}, beyond {acknowledged} which the lake acknowledged:"
                " it was made anew or moved, changes between are lost; load the lake anew"
            )

    def _first_load(self, connection: duckdb.DuckDBPyConnection) -> Batch:
        log.info("first load of %d tables", len(self.tables))
        slots.drop(self.source, self.slot)  # of an interrupted first load: no lake belongs to it
        with slots.exported(self.settings.loader_database_url, self.slot) as at:
            connection.execute("begin")
            copied = copying.copy_tables(connection, self.settings, self.tables.values(), at)
            mark = Watermark(self.slot, self.identity, source.PUBLICATION, at.lsn, self._now())
            state.write_watermark(connection, mark)
            self._commit(connection, f"first load at {at.lsn}")
        self._acknowledge(at.lsn, at.lsn, mark.committed_at)
        snapshot = lake.current_snapshot(connection)
        return Batch(sum(copied.values()), copied, at.lsn, mark.committed_at, snapshot, True)

    def _now(self) -> datetime | None:
        row = self.source.execute("select clock_timestamp()").fetchone()
        return row[0] if row else None

    def _resync(self, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """Copy tables that are new, or whose columns changed, at a point of their own."""
        existing = state.lake_columns(connection, "raw")
        synced = state.read_synced(connection)
        noted = self.known.tables if self.known else ""
        now = fingerprint(self.tables).split(";")
        changed = [
            table
            for table, line in zip(self.tables.values(), now, strict=True)
            if table.name not in synced or self._differs(table, existing) or (noted and line not in noted.split(";"))
        ]
        if not changed:
            return {}
        for table in changed:
            log.warning("re-sync of %s: its columns changed or it is new", table.name)
        with slots.exported(self.settings.loader_database_url, f"{self.slot}_sync", temporary=True) as at:
            connection.execute("begin")
            copied = copying.copy_tables(connection, self.settings, changed, at)
            self._commit(connection, f"re-sync at {at.lsn}")
        return copied

    @staticmethod
    def _differs(table: Table, existing: dict[str, dict[str, str]]) -> bool:
        """Whether raw lacks a column; a column of another type cannot be followed."""
        there = existing.get(table.name, {})
        for column in table.columns:
            if there.get(column.name, column.lake_type) != column.lake_type:
                raise SourceChanged(
                    f"{table.name}.{column.name} is {column.lake_type} in the source and {there[column.name]} in the"
                    " lake: add a column and back-fill it instead of changing a type"
                )
        return any(column.name not in there for column in table.columns)

    def _drain(self, connection: duckdb.DuckDBPyConnection, mark: Watermark, head: str) -> Batch:
        total: dict[str, int] = {}
        while True:
            staging = Staging(connection, self.tables, mark.lsn)
            self._peek(staging, head)
            if staging.end_lsn is None:
                break
            mark = replace(mark, lsn=staging.end_lsn, committed_at=staging.committed_at)
            self._write(connection, staging, mark)
            for name, rows in staging.counts().items():
                total[name] = total.get(name, 0) + rows
            drained = staging.messages < CHANGES_PER_BATCH
            staging.close()
            self._acknowledge(max(head, mark.lsn) if drained else mark.lsn, mark.lsn, mark.committed_at)
            if drained:
                return self._batch(connection, total, mark)
        self._acknowledge(max(head, mark.lsn), mark.lsn, mark.committed_at)
        return self._batch(connection, total, mark)

    def _batch(self, connection: duckdb.DuckDBPyConnection, total: dict[str, int], mark: Watermark) -> Batch:
        return Batch(sum(total.values()), total, mark.lsn, mark.committed_at, lake.current_snapshot(connection))

    def _peek(self, staging: Staging, head: str) -> None:
        """Stream the decoded changes into staging; a killed loader may hold the slot for a moment longer."""
        slots.wait_until_free(self.source, self.slot)
        with self.source.transaction(), self.source.cursor(name="changes", binary=True) as cursor:
            cursor.itersize = 5_000
            cursor.execute(_PEEK, (self.slot, head, CHANGES_PER_BATCH, source.PUBLICATION))
            for (data,) in cursor:
                staging.add(data)
        failpoints.reach("decoded")

    def _write(self, connection: duckdb.DuckDBPyConnection, staging: Staging, mark: Watermark) -> None:
        applying.prepare(connection, staging, self.tables)
        failpoints.reach("staged")
        synced = state.read_synced(connection)
        connection.execute("begin")
        for name in staging.counts():
            applying.apply(connection, self.tables[name], synced.get(name, ""))
        state.write_watermark(connection, mark)
        self._commit(connection, f"changes up to {mark.lsn}")

    def _commit(self, connection: duckdb.DuckDBPyConnection, message: str) -> None:
        state.describe(connection, "replication", message)
        failpoints.reach("before_lake_commit")
        connection.execute("commit")
        failpoints.reach("after_lake_commit")

    def _acknowledge(self, lsn: str, mark_lsn: str, committed_at: datetime | None) -> None:
        note = Progress(
            self.slot,
            lsn,
            mark_lsn,
            committed_at,
            self.identity.system_identifier,
            self.identity.timeline,
            fingerprint(self.tables),
        )
        progress.write(self.settings, note)
        failpoints.reach("before_acknowledgement")
        slots.acknowledge(self.source, self.slot, lsn)
        failpoints.reach("after_acknowledgement")


def beat(settings: "Settings") -> None:
    """Write the heartbeat row, so that an agency where nothing happens still shows fresh data."""
    with psycopg.connect(settings.loader_database_url, autocommit=True) as connection:
        connection.execute(
            "insert into heartbeat (id, beaten_at) values (1, clock_timestamp())"
            " on conflict (id) do update set beaten_at = excluded.beaten_at"
        )
