"""Tells Dagster what the worker did, without ever making the worker wait.

Events go through a bounded queue to a thread of its own; while Dagster's database is away they wait,
and the oldest are dropped when too many do.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from orchestration import assets

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from warehouse.pipeline import PipelineResult
    from warehouse.publish import AuditRow, CheckResult
    from warehouse.replication import Batch, Verification

Event = dg.AssetMaterialization | dg.AssetCheckEvaluation
MOST_WAITING = 5_000
LONGEST_PAUSE = 60.0
_log = logging.getLogger("imisofts.worker")


def batch_events(batch: Batch) -> list[Event]:
    """One materialization per raw table that a batch changed."""
    committed = batch.committed_at.isoformat() if batch.committed_at else ""
    return rows_events(batch.tables, {"lsn": batch.lsn, "committed_at": committed})


def rows_events(tables: Mapping[str, int], metadata: Mapping[str, str] | None = None) -> list[Event]:
    """One materialization per raw table that rows came into."""
    return [
        dg.AssetMaterialization(
            assets.raw_key(table),
            description=f"{rows} rows replicated",
            metadata={"rows": rows, **(metadata or {})},
        )
        for table, rows in tables.items()
        if rows
    ]


def result_events(project: assets.Project, result: PipelineResult) -> list[Event]:
    """What was published with the views behind it, and every verdict; a failed audit gives verdicts alone."""
    published: list[Event] = [
        dg.AssetMaterialization(assets.model_key(model), metadata={"publication": result.publication_id or 0})
        for model in (project.made_with(result.built) if result.published else ())
    ]
    return [*published, *_verdicts(project, result.checks)]


def verified_events(project: assets.Project, found: Verification) -> list[Event]:
    """One verdict per raw table that was compared with the source."""
    known = set(project.raw_tables())
    return [
        dg.AssetCheckEvaluation(
            asset_key=assets.raw_key(table.name),
            check_name="source",
            passed=table.equal,
            metadata={"rows": table.rows, "found": table.told, "lsn": found.lsn},
        )
        for table in found.tables
        if table.name in known
    ]


def confirmations(project: assets.Project, lsn: str, audit: AuditRow | None) -> list[Event]:
    """Everything is as the source has it, though nothing changed: silence is not staleness.

    What is read is told before what reads it, else Dagster takes the reader for behind.
    The newest audit is told again, because it may have been made without Dagster; models are confirmed only if
    it passed.
    """
    keys = [assets.raw_key(table) for table in project.raw_tables()]
    if audit is not None and audit.passed:
        keys += [assets.model_key(model) for model in project.models]
    told: list[Event] = [dg.AssetMaterialization(key, description="confirmed", metadata={"lsn": lsn}) for key in keys]
    return [*told, *_verdicts(project, audit.checks if audit else ())]


def _verdicts(project: assets.Project, checks: Iterable[CheckResult]) -> list[Event]:
    return [
        dg.AssetCheckEvaluation(
            asset_key=verdict.key, check_name=verdict.kind, passed=verdict.passed, metadata=verdict.metadata
        )
        for verdict in assets.verdicts(project, checks)
    ]


class Reporter:
    """Sends events in order from its own thread, and knows whether someone paused replication."""

    def __init__(self, opening: Callable[[], DagsterInstance], pausing_sensor: str) -> None:
        self._opening, self._pausing_sensor = opening, pausing_sensor
        self._instance: DagsterInstance | None = None
        self._waiting: deque[Event] = deque(maxlen=MOST_WAITING)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._loop, name="dagster", daemon=True)
        self.paused = False

    def __enter__(self) -> Reporter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=5)

    def send(self, events: Iterable[Event]) -> None:
        """Queue events; returns at once."""
        self._waiting.extend(events)
        self._wake.set()

    def drained(self, timeout: float) -> bool:
        """Wait until everything was told; False when it was not within the time."""
        end = time.monotonic() + timeout
        while self._waiting and time.monotonic() < end:
            time.sleep(0.02)
        return not self._waiting

    def _loop(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            self._wake.wait(timeout=5)
            self._wake.clear()
            try:
                self._tell()
                pause = 1.0
            except Exception as error:  # noqa: BLE001 - Dagster's database may be away; the lake goes on without it
                _log.warning("dagster is away, %d events wait: %s", len(self._waiting), _first_line(error))
                self._instance = None
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _tell(self) -> None:
        self._instance = self._instance or self._opening()
        while self._waiting:
            self._instance.report_runless_asset_event(self._waiting[0])
            self._waiting.popleft()
        self.paused = self._sensor_stopped(self._instance)

    def _sensor_stopped(self, instance: DagsterInstance) -> bool:
        from dagster._core.scheduler.instigation import InstigatorStatus

        states = instance.all_instigator_state()
        return any(state.name == self._pausing_sensor and state.status == InstigatorStatus.STOPPED for state in states)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
