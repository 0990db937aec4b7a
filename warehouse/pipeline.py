"""Replicate → build → audit → publish: from a committed change to audited figures.

A failing check leaves the last publication in place. What is still to be published is derived from the
lake (`warehouse.changes`), so nothing is forgotten by a crash or a failed audit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from warehouse import build as builder
from warehouse import changes, lake, replication
from warehouse.connections import Connections
from warehouse.models.kept import Stand
from warehouse.parts import sharing
from warehouse.publish import CheckResult, publish, publishing, record_failure

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings
    from warehouse.changes import Pending, Published
    from warehouse.replication import Batch

_PIPELINE_LOCK = 0x696D69736F666275
"""Apart from the writer's lock: replication goes on while models build, a second build does not."""


@dataclass(frozen=True)
class Step:
    """One thing the pipeline did; `detail` is a short sentence for a person."""

    name: str
    seconds: float
    detail: str


@dataclass(frozen=True)
class PipelineResult:
    """What one run did. `publication_id` is the publication that readers see afterwards, if any.

    `built` names the marts that were built, `replicated` the rows per raw table, `published` says
    whether this run made the publication.
    """

    steps: list[Step]
    publication_id: int | None
    rows_replicated: int
    checks: list[CheckResult]
    ok: bool
    published: bool = False
    built: list[str] = field(default_factory=list)
    replicated: dict[str, int] = field(default_factory=dict)


OnStep = Callable[[Step], None]


class _Steps:
    """Times each step and tells whoever watches."""

    def __init__(self, on_step: OnStep | None) -> None:
        self.done: list[Step] = []
        self._on_step = on_step

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Yields a list whose joined lines become the step's detail."""
        started, detail = time.perf_counter(), list[str]()
        try:
            yield detail
        finally:
            step = Step(name, round(time.perf_counter() - started, 3), "; ".join(detail))
            self.done.append(step)
            if self._on_step is not None:
                self._on_step(step)


def run(
    settings: Settings,
    *,
    full_refresh: bool = False,
    retry_failed: bool = True,
    on_step: OnStep | None = None,
    sessions: replication.Sessions | None = None,
    connections: Connections | None = None,
) -> PipelineResult:
    """Carry every committed change to readers, once; nothing changed → nothing is built.

    `sessions` are those that the caller keeps for replication, `connections` those that he keeps for publishing. With
    `retry_failed` off, data that failed its audit waits until new data arrives. Raises what replication or dbt raise
    when they cannot run at all; failing checks are in the result instead.
    """
    steps = _Steps(on_step)
    with steps.step("replicate") as detail:
        batch = replication.catch_up(settings, sessions)
        detail.append(describe(batch))
    return refresh(
        settings, batch, full_refresh=full_refresh, retry_failed=retry_failed, steps=steps, connections=connections
    )


def refresh(
    settings: Settings,
    batch: Batch | None = None,
    *,
    full_refresh: bool = False,
    retry_failed: bool = True,
    steps: _Steps | None = None,
    connections: Connections | None = None,
) -> PipelineResult:
    """Build, audit and publish what the lake holds beyond its last publication.

    `connections` are those that the caller keeps for publishing (`publishing`).
    """
    with ExitStack() as stack:
        own = connections or stack.enter_context(closing(publishing(settings)))
        # Two builds of different snapshots must not publish in the wrong order: they take turns.
        stack.enter_context(lake.locked(own.awake(), 0, _PIPELINE_LOCK))
        stack.enter_context(builder.one_state())
        return _refresh(_Run(settings, own, steps or _Steps(None), batch), full_refresh, retry_failed)


@dataclass(frozen=True)
class _Run:
    """What one refresh has at hand."""

    settings: Settings
    connections: Connections
    steps: _Steps
    batch: Batch | None


def _refresh(run: _Run, full_refresh: bool, retry_failed: bool) -> PipelineResult:
    pending, lsn, data_at = _look(run)
    builder.sweep(run.settings, _stand(pending.published))
    sharing.sweep(run.settings)
    stale_models = pending.published is not None and pending.published.metric_version != metric_version()
    everything = full_refresh or stale_models or pending.changed is None
    if skip := _reason_to_skip(pending, everything=everything, retry_failed=retry_failed):
        with run.steps.step("build") as detail:
            detail.append(skip)
        return _result(run, pending, ok=not pending.already_failed)
    changed = None if everything or pending.changed is None else set(pending.changed)
    with builder.opened(run.settings, pending.snapshot) as connection:
        return _publish_changes(run, connection, pending, changed, lsn, data_at)


def _look(run: _Run) -> tuple[Pending, str, datetime]:
    """What waits, and how far the same version covers the source: the place in its log and the last instant."""
    if replication.lake_snapshot(run.connections.catalogue) is None:
        raise lake.LakeMissing("the lake is empty: nothing has been replicated yet")
    with run.connections.writing() as connection, lake.one_look(connection):
        pending = changes.pending_in(connection)
        return pending, *_watermark(connection)


def metric_version() -> str:
    """The version of the definitions and models behind the figures; another one rebuilds everything."""
    return builder.fingerprint()


def describe(batch: Batch) -> str:
    """`42 rows: client 2, invoice 40`."""
    tables = ", ".join(f"{name} {rows}" for name, rows in sorted(batch.tables.items()) if rows)
    first = "first load, " if batch.first_load else ""
    return f"{first}{batch.rows} rows: {tables}" if tables else f"{first}{batch.rows} rows"


def _reason_to_skip(pending: Pending, *, everything: bool, retry_failed: bool) -> str:
    if pending.missing:
        return f"waits for the first load of {', '.join(sorted(pending.missing))}"
    if pending.already_failed and not retry_failed:
        return "its audit failed; waits for new data"
    if not everything and pending.nothing:
        return "nothing changed"
    return ""


def _publish_changes(
    run: _Run,
    connection: duckdb.DuckDBPyConnection,
    pending: Pending,
    changed: set[str] | None,
    lsn: str,
    data_at: datetime,
) -> PipelineResult:
    with run.steps.step("build") as detail:
        small = changed is not None and changes.DATED_BY not in changed
        built = builder.build(
            run.settings,
            pending.snapshot,
            data_at=data_at,
            changed=changed,
            share=not small,
            since=_stand(pending.published) if small else None,
            connection=connection,
        )
        detail.append(f"{len(built.models)} marts, {len(built.results)} checks")
        detail.extend([built.shared] if built.shared else [])
    try:
        checks = [*built.results, *_audit(run, connection, built)]
        if not all(check.passed for check in checks):
            record_failure(run.settings, lake_snapshot=pending.snapshot, checks=checks, connections=run.connections)
            return _result(run, pending, checks=checks, built=built.models, ok=False)
        with run.steps.step("publish") as detail:
            publication = publish(
                run.settings,
                built.scratch,
                source_lsn=lsn,
                lake_snapshot=pending.snapshot,
                data_at=data_at,
                metric_version=metric_version(),
                checks=checks,
                marts=[mart for mart in built.models if mart not in built.same],
                connections=run.connections,
            )
            detail.append(f"publication {publication}")
            builder.keep(run.settings, built, Stand(publication, pending.snapshot, metric_version(), data_at))
        return _result(run, pending, checks=checks, built=built.models, ok=True, publication=publication)
    finally:
        builder.discard(built)


def _stand(published: Published | None) -> Stand | None:
    """Where the newest publication's build may be found again."""
    if published is None:
        return None
    return Stand(published.id, published.lake_snapshot, published.metric_version, published.data_at)


def _audit(run: _Run, connection: duckdb.DuckDBPyConnection, built: builder.BuildResult) -> list[CheckResult]:
    """Frames are checked only when dbt was content: a mart that failed to build is not there to check."""
    from warehouse.audit import audit, without_verdict

    with run.steps.step("audit") as detail:
        checks = audit(run.settings, connection, built.scratch, built.models, built.same) if built.ok else []
        checks += without_verdict(built.models, [*built.results, *checks]) if built.ok else []
        failed = [check for check in [*built.results, *checks] if not check.passed]
        detail.append(f"{len(built.results) + len(checks) - len(failed)} checks passed, {len(failed)} failed")
        detail.extend(f"{check.name}: {check.detail}" for check in failed[:5])
    return checks


def _watermark(connection: duckdb.DuckDBPyConnection) -> tuple[str, datetime]:
    row = connection.execute("select lsn, committed_at from lake.meta.watermark").fetchone()
    if row is None:
        raise lake.LakeMissing("the lake has no watermark: nothing has been replicated yet")
    return row[0], row[1] or datetime.now(UTC)


def _result(
    run: _Run,
    pending: Pending,
    *,
    ok: bool,
    checks: list[CheckResult] | None = None,
    built: list[str] | None = None,
    publication: int | None = None,
) -> PipelineResult:
    before = pending.published.id if pending.published else None
    return PipelineResult(
        steps=run.steps.done,
        publication_id=before if publication is None else publication,
        rows_replicated=run.batch.rows if run.batch else 0,
        checks=checks or [],
        ok=ok,
        published=publication is not None,
        built=built or [],
        replicated=dict(run.batch.tables) if run.batch else {},
    )
