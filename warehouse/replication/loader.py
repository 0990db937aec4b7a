"""One run of the loader: first load where the lake is empty, else drain the slot to the head taken at the start."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import psycopg

from warehouse import lake
from warehouse.replication import (
    applying,
    continuity,
    copying,
    errors,
    failpoints,
    progress,
    resync,
    slots,
    source,
    state,
)
from warehouse.replication.errors import ReplicationError, SourceChanged, UnknownChange
from warehouse.replication.progress import Progress
from warehouse.replication.sessions import Sessions
from warehouse.replication.source import Identity, Table
from warehouse.replication.staging import Staging
from warehouse.replication.state import Life, Synced, Watermark

if TYPE_CHECKING:
    from imisofts.settings import Settings

log = logging.getLogger(__name__)

CHANGES_PER_BATCH = 100_000
"""A bound between transactions: one large transaction still comes whole and is spilled."""

_PEEK = (
    "select data from pg_logical_slot_peek_binary_changes(%s, %s::pg_lsn, %s,"
    " 'proto_version', '1', 'publication_names', %s)"
)


@dataclass(frozen=True)
class Batch:
    """What one run brought. ``snapshot`` is the lake's version that contains all of it; ``copied`` are the tables that
    were not followed but copied whole, and want to be verified."""

    rows: int
    tables: dict[str, int]
    lsn: str
    committed_at: datetime | None
    snapshot: int | None
    first_load: bool = False
    copied: tuple[str, ...] = ()


def catch_up(settings: "Settings", sessions: Sessions | None = None) -> Batch:
    """Bring the lake to the source's present, exactly once each change; safe to kill anywhere and run again.

    Raises a :class:`ReplicationError` where that cannot be done; the reason is kept for ``status``. ``sessions`` are
    the connections of who polls often.
    """
    with opened(settings, sessions) as run:
        return run.go()


@contextmanager
def opened(settings: "Settings", sessions: Sessions | None = None) -> "Iterator[Run]":
    """A run under the writer's lock; whatever stops it is named, noted for every surface, and raised."""
    slot = slots.slot_name(settings.loader_database_url)
    own = sessions or Sessions(settings)
    try:
        with lake.locked(own.catalogue):
            yield Run(settings, own, slot)
    except (ReplicationError, psycopg.Error, duckdb.Error, OSError) as error:
        own.close()
        stop = error if isinstance(error, ReplicationError) else errors.named(error, settings)
        with contextlib.suppress(psycopg.Error):  # the catalogue is what may be away
            progress.fail(settings, slot, str(stop))
        if stop is error:
            raise
        raise stop from error
    finally:
        if sessions is None:
            own.close()


class Run:
    """One look at the source and what follows from it, under the writer's lock."""

    def __init__(self, settings: "Settings", sessions: Sessions, slot: str) -> None:
        self.settings = settings
        self.sessions = sessions
        self.slot = slot
        self.identity: Identity = source.identity(sessions.source)
        self.tables = source.tables(sessions.source)
        self.known = progress.page(sessions.catalogue, slot)
        self.taken_out = self.known.taken_out if self.known else ""

    def go(self) -> Batch:
        """Drain the slot to the head of now; the first load where the lake is empty."""
        # Before the first peek: what commits meanwhile is for the next run, and an idle slot may advance to it.
        head = slots.flushed(self.sessions.source)
        snapshot = progress.lake_snapshot(self.sessions.catalogue)
        if snapshot is not None and errors.folder_is_missing(self.settings):
            raise errors.files_missing(self.settings)
        known = self.known
        if known is not None and snapshot is not None and self._unchanged_since(known, head) and not self._waits(head):
            if self.sessions.idle_note_is_due():
                self.acknowledge(head, known.lsn, known.committed_at)
            return Batch(0, {}, known.lsn, known.committed_at, snapshot)
        with self.sessions.lake() as connection:
            mark = state.read_watermark(connection)
            if mark is None:
                return self.load(connection, epoch=0)
            synced = state.read_synced(connection)
            self.check(mark, head, synced)
            copied = resync.follow(self, connection, mark, synced)
            batch = self.drain(connection, mark, head)
            tables = {**batch.tables, **copied}
            return replace(batch, rows=batch.rows + sum(copied.values()), tables=tables, copied=tuple(copied))

    def _unchanged_since(self, known: Progress, head: str) -> bool:
        if not known.lsn or known.error is not None:
            return False
        slot = slots.require(self.sessions.source, self.slot)
        noted = Identity(known.system_identifier, known.timeline)
        continuity.require_same_server(self.identity, noted, slot, known.acknowledged)
        continuity.require_head(head, known.lsn)
        return slot.confirmed >= known.lsn and known.tables == fingerprint(self.tables)

    def _waits(self, head: str) -> bool:
        row = slots.when_free(
            self.sessions.source,
            "select exists (select from pg_logical_slot_peek_binary_changes(%s, %s::pg_lsn, 1,"
            " 'proto_version', '1', 'publication_names', %s))",
            self.slot,
            head,
            source.PUBLICATION,
        ).fetchone()
        return bool(row and row[0])

    def check(self, mark: Watermark, head: str, synced: Mapping[str, Synced]) -> None:
        """The slot we go on from is the one that the lake was filled from, in the same past."""
        if mark.slot != self.slot or mark.publication != source.PUBLICATION:
            raise SourceChanged(f"the lake was filled from slot {mark.slot}, not from {self.slot}: {errors.ANEW}")
        slot = slots.require(self.sessions.source, self.slot)
        noted = self.known.acknowledged if self.known else ""
        continuity.require_same_server(self.identity, mark.identity, slot, max(mark.lsn, noted))
        copies = [table.lsn for table in synced.values() if table.taken_out_at is None]
        continuity.require_head(head, max([mark.lsn, *copies]))
        continuity.require_same_past(self.sessions.source, slot, mark)

    def load(self, connection: duckdb.DuckDBPyConnection, epoch: int) -> Batch:
        """Everything from a slot of its own; what the lake held before is replaced in the same transaction."""
        log.info("loading %d tables", len(self.tables))
        slots.drop(self.sessions.source, self.slot)  # of an interrupted load, or one that the lake cannot go on from
        with slots.exported(self.settings.loader_database_url, self.slot) as at:
            connection.execute("begin")
            copied = copying.copy_tables(connection, self.settings, self.tables.values(), at, epoch, self.tell)
            mark = Watermark(self.slot, self.identity, source.PUBLICATION, at.lsn, self._now(), epoch)
            gone = sorted(state.read_synced(connection).keys() - self.tables.keys())
            for name in gone:
                state.take_out(connection, name)
            state.write_watermark(connection, mark)
            self.taken_out = ",".join(gone)
            self.commit(connection, f"loaded at {at.lsn}")
        self.acknowledge(at.lsn, at.lsn, mark.committed_at)
        snapshot = lake.current_snapshot(connection)
        return Batch(sum(copied.values()), copied, at.lsn, mark.committed_at, snapshot, True, tuple(copied))

    def tell(self, copying: str) -> None:
        """Note which table is being copied."""
        progress.copying(self.sessions.catalogue, self.slot, copying)

    def _now(self) -> datetime | None:
        row = self.sessions.source.execute("select clock_timestamp()").fetchone()
        return row[0] if row else None

    def drain(self, connection: duckdb.DuckDBPyConnection, mark: Watermark, head: str) -> Batch:
        """Everything committed below ``head``, in batches of whole transactions.

        A batch is as long as what DuckDB gives to one thread.
        """
        with lake.one_thread(connection):
            return self._drain(connection, mark, head)

    def _drain(self, connection: duckdb.DuckDBPyConnection, mark: Watermark, head: str) -> Batch:
        total: dict[str, int] = {}
        drained = False
        life = Life({name: table.lsn for name, table in state.read_synced(connection).items()}, mark.epoch)
        while not drained:
            staging = Staging(connection, self.tables, mark.lsn, life.copied_at)
            self._peek(staging, head)
            drained = staging.messages < CHANGES_PER_BATCH
            if staging.end_lsn is not None:
                mark = replace(mark, lsn=staging.end_lsn, committed_at=staging.committed_at)
                self._write(connection, staging, mark, life)
            elif not drained:
                raise UnknownChange(f"slot {self.slot} gives only what the lake has already: {errors.ANEW}")
            for name, rows in staging.counts().items():
                total[name] = total.get(name, 0) + rows
            staging.close()
            self.acknowledge(max(head, mark.lsn) if drained else mark.lsn, mark.lsn, mark.committed_at)
        return Batch(sum(total.values()), total, mark.lsn, mark.committed_at, lake.current_snapshot(connection))

    def _peek(self, staging: Staging, head: str) -> None:
        """Stream the decoded changes into staging; a killed loader may hold the slot for a moment longer."""
        slots.wait_until_free(self.sessions.source, self.slot)
        with self.sessions.source.transaction(), self.sessions.source.cursor(name="changes", binary=True) as cursor:
            cursor.itersize = 5_000
            cursor.execute(_PEEK, (self.slot, head, CHANGES_PER_BATCH, source.PUBLICATION))
            while portion := cursor.fetchmany(cursor.itersize):
                staging.add(data for (data,) in portion)
        staging.flush()
        failpoints.reach("decoded")

    def _write(self, connection: duckdb.DuckDBPyConnection, staging: Staging, mark: Watermark, life: Life) -> None:
        applying.prepare(connection, staging, self.tables, life)
        failpoints.reach("staged")
        connection.execute("begin")
        for name in staging.counts():
            applying.apply(connection, self.tables[name], life)
        state.write_watermark(connection, mark)
        self.commit(connection, f"changes up to {mark.lsn}")

    def commit(self, connection: duckdb.DuckDBPyConnection, message: str) -> None:
        """Commit to the lake, if the writer's lock is still ours."""
        state.describe(connection, "replication", message)
        failpoints.reach("before_lake_commit")
        self.sessions.catalogue.execute("select 1")  # the lock went with this connection, if it is lost
        connection.execute("commit")
        failpoints.reach("after_lake_commit")

    def acknowledge(self, lsn: str, mark_lsn: str, committed_at: datetime | None) -> None:
        """Note how far the lake is, then let the server forget its log up to ``lsn``."""
        note = Progress(
            self.slot,
            lsn,
            mark_lsn,
            committed_at,
            self.identity.system_identifier,
            self.identity.timeline,
            fingerprint(self.tables),
            self.taken_out,
        )
        progress.write(self.sessions.catalogue, note)
        self.sessions.noted()
        failpoints.reach("before_acknowledgement")
        slots.acknowledge(self.sessions.source, self.slot, lsn)
        failpoints.reach("after_acknowledgement")


def fingerprint(tables: dict[str, Table]) -> str:
    """The replicated tables in one line; where it differs, the lake is asked whether some table needs a copy."""
    return ";".join(f"{t.name} {t.shape} {t.altered} {t.stored}" for t in tables.values())


def beat(settings: "Settings") -> None:
    """Write the heartbeat row, so that an agency where nothing happens still shows fresh data."""
    with psycopg.connect(settings.loader_database_url, autocommit=True) as connection:
        connection.execute(
            "insert into heartbeat (id, beaten_at) values (1, clock_timestamp())"
            " on conflict (id) do update set beaten_at = excluded.beaten_at"
        )
