"""The gateway: pins the newest publication, binds the viewer, compiles and runs the question."""

from datetime import date
from uuid import UUID

from imisofts.access import Actor
from imisofts.settings import Settings
from warehouse.gateway.answers import (
    ClientReportFigures,
    InvoiceRow,
    Measure,
    MetricAnswer,
    MetricQuery,
    State,
)
from warehouse.metrics.definitions import MetricDefinition


class Gateway:
    """Synchronous and thread-safe; one per process."""

    def __init__(self, settings: Settings) -> None: ...

    def close(self) -> None: ...

    def state(self, actor: Actor) -> State:
        raise NotImplementedError

    def catalogue(self, actor: Actor) -> tuple[MetricDefinition, ...]:
        raise NotImplementedError

    def metric(self, actor: Actor, query: MetricQuery) -> MetricAnswer:
        raise NotImplementedError

    def invoices(
        self,
        actor: Actor,
        *,
        first: date,
        last: date,
        client_id: UUID | None = None,
        measure: Measure = "invoiced",
        as_of: date | None = None,
        limit: int = 1000,
    ) -> list[InvoiceRow]:
        raise NotImplementedError

    def client_report(self, actor: Actor, client_id: UUID, first: date, last: date) -> ClientReportFigures | None:
        raise NotImplementedError
