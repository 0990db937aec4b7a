"""`python -m orchestration.worker`: keeps the lake and its publication seconds behind the product.

Beats the heartbeat once a minute, drains committed changes each second, builds, audits and publishes what
changed, tells Dagster, and lets go of held reports. Dagster's job `replicate` runs the same functions.

Replication does not wait for models: it has the main thread, what follows from it a thread of its own.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy.orm  # noqa: F401 - before the threads start: Dagster's and ours would import it at the same time

from imisofts import settings as installation
from orchestration import assets, control, maintenance, reporting, reports
from orchestration.instance import open_instance
from warehouse import build, pipeline, replication, status
from warehouse.maintenance import maintain
from warehouse.publish import publishing

if TYPE_CHECKING:
    from imisofts.settings import Settings
    from warehouse.pipeline import PipelineResult
    from warehouse.replication import Batch

POLL, BEAT, LONGEST_PAUSE, MAINTAIN = 1.0, 60.0, 30.0, 3600.0
BESIDE = 2.5
"""Seconds between rounds while models build, which have the processors more to themselves that way."""
LOOK = 0.2
"""Seconds between two looks of the publishing thread at whether it is wanted."""
MAINTAIN_ROWS = 20_000
"""So many replicated rows are maintained at once: what waits in the catalogue makes every scan slower."""
_log = logging.getLogger("imisofts.worker")


class Worker:
    """One installation's replication worker; `tick` is one round of replication, `publish` one of what follows from
    it, `loop` is the worker's life."""

    def __init__(self, settings: Settings, reporter: reporting.Reporter) -> None:
        self.settings = settings
        self.reporter = reporter
        self.project = assets.Project(build.manifest_json(settings))
        self._replicating, self._building = threading.Lock(), threading.Lock()
        self._sessions = replication.Sessions(settings, kept=True)
        self._connections = publishing(settings)
        self._stop, self._wanted = threading.Event(), threading.Event()
        self._beaten = self._confirmed = self._refreshed = float("-inf")
        self._maintained, self._rows_since = float("-inf"), 0
        self._last: dict[str, Any] = {"at": None, "lsn": None}
        self._errors: dict[str, str] = {}

    def loop(self) -> None:
        """Until stopped: a round each second, and publishing beside it; both end what they have begun."""
        publisher = threading.Thread(
            target=self._rounds, args=("publishing", self.publish, lambda: LOOK), name="publisher", daemon=True
        )
        publisher.start()
        self._rounds("replication", self.tick, lambda: BESIDE if self._building.locked() else POLL)
        publisher.join()
        self._sessions.close()
        self._connections.close()

    def stop(self) -> None:
        self._stop.set()

    def tick(self) -> None:
        """One round: heartbeat when due, drain, and have it published if something changed."""
        if self.reporter.paused:
            self._last["at"] = datetime.now(UTC).isoformat()
            return
        with self._replicating:
            self._beat()
            batch = replication.catch_up(self.settings, self._sessions)
            self._note(batch)
            self._verify(batch)
            self._rows_since += batch.rows
            if self._worth_publishing(batch):
                self._wanted.set()

    def publish(self) -> None:
        """One round: build, audit and publish where that is wanted, then keep the lake small when that is due."""
        if self.reporter.paused or self._last["lsn"] is None:  # nothing was replicated yet
            return
        with self._building:
            if self._wanted.is_set():
                self._wanted.clear()  # before the lake is looked at: what comes later is for the next round
                try:
                    result = pipeline.refresh(self.settings, retry_failed=False, connections=self._connections)
                except Exception:
                    self._wanted.set()
                    raise
                self._refreshed = time.monotonic()
                self._after(result)
            self._maintain()

    def run(self, full_refresh: bool) -> PipelineResult:
        """A full catch-up on demand: also retries data whose audit failed."""
        with self._replicating, self._building:
            self._beat(now=True)
            result = pipeline.run(
                self.settings,
                full_refresh=full_refresh,
                on_step=_log_step,
                sessions=self._sessions,
                connections=self._connections,
            )
            self._last["at"] = datetime.now(UTC).isoformat()
            self.reporter.send(reporting.rows_events(result.replicated))
            self._after(result)
            return result

    def health(self) -> dict[str, Any]:
        error = "; ".join(self._errors.values()) or None
        return {"ok": True, "paused": self.reporter.paused, **self._last, "error": error}

    def _rounds(self, name: str, work: Callable[[], None], every: Callable[[], float]) -> None:
        """Round after round until stopped; longer pauses while something is away."""
        failures = 0
        while not self._stop.is_set():
            try:
                work()
                self._errors.pop(name, None)
                failures, pause = 0, every()
            except Exception as error:  # noqa: BLE001 - Postgres restarts, disks fill: say it, wait, go on
                reason = f"{type(error).__name__}: {error}".strip()
                pause = min(POLL * 2**failures, LONGEST_PAUSE)
                failures += 1
                log = _log.error if reason != self._errors.get(name) else _log.debug
                log("%s waits %.0f s: %s", name, pause, reason)
                self._errors[name] = reason
            self._stop.wait(pause)

    def _beat(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self._beaten >= BEAT:
            replication.beat(self.settings)
            self._beaten = time.monotonic()

    def _note(self, batch: Batch) -> None:
        self._last |= {"at": datetime.now(UTC).isoformat(), "lsn": batch.lsn}
        if batch.rows:
            _log.info("replicated %s", pipeline.describe(batch))
            self.reporter.send(reporting.batch_events(batch))
        if time.monotonic() - self._confirmed >= assets.REPORTED_EVERY.total_seconds():
            self.reporter.send(reporting.confirmations(self.project, batch.lsn, status.last_audit(self.settings)))
            self._confirmed = time.monotonic()

    def _verify(self, batch: Batch) -> None:
        """Tables that were copied whole are compared with the source at once."""
        if not batch.copied:
            return
        found = replication.verify(self.settings, batch.copied)
        self.reporter.send(reporting.verified_events(self.project, found))
        for table in found.tables:
            if not table.equal:
                _log.error("%s differs from the source after its copy: %s", table.name, table.told)

    def _maintain(self) -> None:
        """Every hour, and sooner when much has come."""
        if time.monotonic() - self._maintained < MAINTAIN and self._rows_since < MAINTAIN_ROWS:
            return
        self._maintained, self._rows_since = time.monotonic(), 0
        done = maintain(self.settings)
        if done.anything:
            _log.info("maintenance: %s", done)
        self.reporter.send([maintenance.event(done)])

    def _worth_publishing(self, batch: Batch) -> bool:
        """Rows arrived, or a minute passed: then the lake itself is asked what waits."""
        return bool(batch.rows) or time.monotonic() - self._refreshed >= BEAT

    def _after(self, result: PipelineResult) -> None:
        self.reporter.send(reporting.result_events(self.project, result))
        failed = [check.name for check in result.checks if not check.passed]
        if result.published:
            _log.info(
                "publication %s: %d marts, %d checks", result.publication_id, len(result.built), len(result.checks)
            )
        elif failed:
            _log.error("the last publication stays, %d checks failed: %s", len(failed), ", ".join(failed[:5]))
        if result.ok:
            self._release()

    def _release(self) -> None:
        """Held reports wait for this; a failure here must not stop replication."""
        try:
            reports.release_held(self.settings)
        except Exception as error:  # noqa: BLE001 - mail is another system
            _log.error("held reports could not be released: %s: %s", type(error).__name__, error)


def _log_step(step: pipeline.Step) -> None:
    _log.info("%s %.2f s: %s", step.name, step.seconds, step.detail)


def main() -> None:
    """Run until SIGTERM or SIGINT; the batch under way is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    for chatty in ("alembic", "great_expectations", "procrastinate"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings = installation.load()
    with reporting.Reporter(lambda: open_instance(settings), assets.KEEP_REPLICATING) as reporter:
        worker = Worker(settings, reporter)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: worker.stop())
        with control.Server(settings, worker.run, worker.health):
            _log.info("replication worker ready on port %d", control.port(settings))
            worker.loop()


if __name__ == "__main__":
    main()
