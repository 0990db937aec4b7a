"""The gateway: pins the newest publication, binds the viewer, answers."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

from imisofts.access import Action, Actor
from imisofts.settings import Settings
from warehouse.gateway.answers import (
    MetricAnswer,
    MetricQuery,
    State,
    UnknownMetric,
)
from warehouse.gateway.client_report import client_report
from warehouse.gateway.client_report_figures import ClientReportFigures
from warehouse.gateway.copied import Copies
from warehouse.gateway.facts import FactRows, LakeRecord, rows_behind
from warehouse.gateway.health import HealthDay, HealthTable, health_history, health_table
from warehouse.gateway.health_backtest import Backtest, health_backtest
from warehouse.gateway.health_facts import health_facts
from warehouse.gateway.past import Past
from warehouse.gateway.questions import Desk, allowed_metrics, ask, definition
from warehouse.gateway.reader import Clock, Reader
from warehouse.metrics.definitions import MetricDefinition


class Gateway:
    """Everything that shows a number asks here. Synchronous and thread-safe; one per process."""

    def __init__(self, settings: Settings, *, reader: Reader | None = None, now: Clock | None = None) -> None:
        self._limit = settings.freshness_limit
        self._reader = reader or Reader.of(settings)
        self._now = now or (lambda: datetime.now(UTC))
        self._copies = Copies()
        self._past = Past(settings, self._reader, self._now)

    def close(self) -> None:
        """Let the lake go."""
        self._copies.clear()
        self._past.close()
        self._reader.close()

    def state(self, actor: Actor) -> State:
        """Whether the numbers may be trusted now: the publication, replication's last sign of life, the audit."""
        newest = self._reader.newest()
        publication = Desk.of(self._reader.pin(), actor).publication if newest else None
        replicated_at = self._reader.replicated_at()
        audit = self._reader.audit()
        reason = self._stale_reason(publication is not None, replicated_at)
        return State(
            publication=publication,
            fresh=reason is None,
            replicated_at=replicated_at,
            stale_reason=reason,
            audit_passed=audit is not None and audit.passed,
            failed_checks=audit.failed if audit else (),
            audited_at=audit.at if audit else None,
        )

    def catalogue(self, actor: Actor) -> tuple[MetricDefinition, ...]:
        """The metrics and dimensions that the actor may ask."""
        return allowed_metrics(actor)

    def metric(self, actor: Actor, query: MetricQuery) -> MetricAnswer:
        """Answer a question; the errors of ``warehouse.gateway`` say what is wrong with it."""
        metric = definition(actor, query.name)
        return ask(self._desk(actor, query), metric, query)

    def prepare(self, moment: datetime | int, waiting: Callable[[], None] = lambda: None) -> None:
        """Build what was known at the moment that :class:`BeingPrepared` named; blocks for some seconds.

        ``waiting`` is called where somebody else's build has to end first. Raises :class:`NotKnown` where what was
        recorded by then does not pass the checks.
        """
        self._past.prepare(moment, waiting)

    def rows_behind(self, actor: Actor, query: MetricQuery, *, limit: int = 1000) -> FactRows:
        """The facts that a figure is made of, newest first; refused exactly where the figure would be."""
        metric = definition(actor, query.name)
        return rows_behind(self._desk(actor, query), actor, metric, query, limit)

    def record(self, actor: Actor, *, limit: int = 30) -> LakeRecord:
        """What the lake keeps about itself, for those who run the agency."""
        if not actor.may(Action.metric_leadership) or actor.client_ids is not None:
            raise UnknownMetric("There is no record of the lake.")
        published, audited = self._reader.history(limit)
        return LakeRecord(tuple(published), tuple(audited), self._reader.raw_rows(actor.workspace_id))

    def health(self, actor: Actor, *, on: date | None = None, client_id: UUID | None = None) -> HealthTable:
        """How clients are on a day (the data date unless said): all that the actor sees, or one."""
        return health_table(Desk.of(self._reader.pin(), actor), actor, on, client_id)

    def health_history(self, actor: Actor, client_id: UUID, *, first: date, last: date) -> list[HealthDay]:
        """A client's health day by day, without the days of which nothing is known."""
        return health_history(Desk.of(self._reader.pin(), actor), actor, client_id, first, last)

    def health_facts(self, actor: Actor, client_id: UUID, *, on: date, about: str) -> FactRows:
        """The facts that one input of a client's score stood on at the end of a day."""
        return health_facts(Desk.of(self._reader.pin(), actor), actor, client_id, on, about)

    def health_backtest(self, actor: Actor, *, days: int = 60) -> Backtest:
        """Whether scores told who would leave: before each departure, against clients who stayed."""
        return health_backtest(Desk.of(self._reader.pin(), actor), actor, days)

    def client_report(self, actor: Actor, client_id: UUID, first: date, last: date) -> ClientReportFigures | None:
        """The figures of one client's report, all of one publication; ``None`` for a client that is not seen."""
        desk = Desk.of(self._copies.of(self._reader.pin(), actor.workspace_id), actor)
        return client_report(desk, actor, client_id, first, last)

    def _desk(self, actor: Actor, query: MetricQuery) -> Desk:
        """The actor's desk on the newest publication, or on what was known when the question says."""
        desk = Desk.of(self._reader.pin(), actor)
        if query.known_at is None:
            return desk
        return Desk.of(self._past.pin(query.known_at, desk.house.zone, desk.publication), actor)

    def _stale_reason(self, published: bool, replicated_at: datetime | None) -> str | None:
        if replicated_at is None:
            return "Nothing has been replicated yet."
        silent = self._now() - replicated_at
        if silent > self._limit:
            return f"Replication has been silent for {int(silent.total_seconds() // 60)} minutes."
        if doubt := self._reader.doubt():
            return f"{doubt[0].upper()}{doubt[1:]}."
        if not published:
            return "Nothing has been published yet."
        return None
