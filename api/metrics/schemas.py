"""What the figures look like over the wire. Money and other values are decimal strings, never floats."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from warehouse.gateway import ClientHealth, HealthTable, MetricAnswer, MetricDefinition, State

_EXAMPLE_ROW: JsonDict = {
    "period": "2026-10-01",
    "dimensions": {"client": "ACME-7", "client_name": "Acme"},
    "currency": "EUR",
    "value": "1240.00",
    "unit": "EUR",
    "incomplete": False,
}


class DimensionOut(BaseModel):
    """A way to split or narrow a metric."""

    name: str
    description: str
    values: tuple[str, ...]


class MetricOut(BaseModel):
    """One metric: what it means and what may be asked of it."""

    name: str
    label: str
    definition: str
    policy: tuple[str, ...]
    unit: str
    kind: str
    dimensions: tuple[DimensionOut, ...]

    @staticmethod
    def of(metric: MetricDefinition) -> "MetricOut":
        """The definition without its SQL."""
        dimensions = tuple(
            DimensionOut(name=item.name, description=item.description, values=item.values) for item in metric.dimensions
        )
        return MetricOut(
            name=metric.name,
            label=metric.label,
            definition=metric.definition,
            policy=metric.policy,
            unit=metric.unit,
            kind=metric.kind,
            dimensions=dimensions,
        )


class MetricsOut(BaseModel):
    """The metrics that the caller may ask."""

    items: tuple[MetricOut, ...]


class PublicationOut(BaseModel):
    """The audited set of figures that was read."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    published_at: datetime
    data_at: datetime
    data_on: date
    metric_version: str
    checks_passed: int


class KnownOut(BaseModel):
    """Up to where an answer knows, where `known_at` was asked: the newest commit in it, and its place in the log."""

    model_config = ConfigDict(from_attributes=True)

    known_at: datetime
    publication_id: int | None
    recorded_at: datetime
    data_on: date
    source_lsn: str
    metric_version: str


class RowOut(BaseModel):
    """One figure; ``incomplete`` while the period ends after the publication's data date."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_EXAMPLE_ROW]})

    period: date
    dimensions: dict[str, str | int | None]
    currency: str | None
    value: Decimal | None
    unit: str
    incomplete: bool


class AnswerOut(BaseModel):
    """The figures with the definition and the publication they stand in.

    With `known`, they are of what had been recorded by then, and the publication is the newest beside it.
    """

    definition: MetricOut
    publication: PublicationOut
    known: KnownOut | None = None
    rows: tuple[RowOut, ...]

    @staticmethod
    def of(answer: MetricAnswer) -> "AnswerOut":
        """The gateway's answer, value by value."""
        return AnswerOut(
            definition=MetricOut.of(answer.definition),
            publication=PublicationOut.model_validate(answer.publication),
            known=KnownOut.model_validate(answer.known) if answer.known else None,
            rows=tuple(RowOut.model_validate(row) for row in answer.rows),
        )


class StateOut(BaseModel):
    """Whether the figures may be trusted now."""

    publication: PublicationOut | None
    fresh: bool
    replicated_at: datetime | None
    stale_reason: str | None
    audit_passed: bool
    failed_checks: tuple[str, ...]
    audited_at: datetime | None

    @staticmethod
    def of(state: State) -> "StateOut":
        """The gateway's state."""
        publication = state.publication
        return StateOut(
            publication=PublicationOut.model_validate(publication) if publication else None,
            fresh=state.fresh,
            replicated_at=state.replicated_at,
            stale_reason=state.stale_reason,
            audit_passed=state.audit_passed,
            failed_checks=state.failed_checks,
            audited_at=state.audited_at,
        )


_EXAMPLE_HEALTH: JsonDict = {
    "client_id": "018f2f6e-0000-7000-8000-000000000001",
    "client": "ACME-7",
    "client_name": "Acme",
    "score": "62.5",
    "band": "watch",
    "coverage": "0.8",
    "change": "-7.5",
    "trend": "down",
    "inputs": [
        {
            "name": "payment",
            "weight": 20,
            "unit": "days",
            "value": "37",
            "score": 20,
            "contribution": "5",
            "lost": "20",
        }
    ],
    "explanation": ["Health is 62.5 of 100: to be watched, 7.5 points less than 30 days before."],
}


class HealthInputOut(BaseModel):
    """One of the six inputs: what was measured, what it scores, its part in the score and what it takes from 100."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    weight: int
    unit: str
    value: Decimal | None
    score: int | None
    contribution: Decimal | None
    lost: Decimal | None


class ClientHealthOut(BaseModel):
    """How a client is, from 0 to 100; without enough data there is no score. The explanation is English."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_EXAMPLE_HEALTH]})

    client_id: UUID
    client: str
    client_name: str
    score: Decimal | None
    band: str
    coverage: Decimal
    change: Decimal | None
    trend: str | None
    inputs: tuple[HealthInputOut, ...]
    explanation: tuple[str, ...]


class HealthOut(BaseModel):
    """A client's health at the end of the day ``on``; ``health`` is empty until the client has been published."""

    on: date
    publication: PublicationOut
    health: ClientHealthOut | None

    @staticmethod
    def of(table: HealthTable) -> "HealthOut":
        """The one row of a table."""
        found: ClientHealth | None = next(iter(table.clients), None)
        return HealthOut(
            on=table.on,
            publication=PublicationOut.model_validate(table.publication),
            health=ClientHealthOut.model_validate(found) if found else None,
        )


class HealthTableOut(BaseModel):
    """Every client's health at the end of the day ``on``, the lowest score first."""

    on: date
    publication: PublicationOut
    items: tuple[ClientHealthOut, ...]

    @staticmethod
    def of(table: HealthTable) -> "HealthTableOut":
        """The gateway's table, row by row."""
        return HealthTableOut(
            on=table.on,
            publication=PublicationOut.model_validate(table.publication),
            items=tuple(ClientHealthOut.model_validate(row) for row in table.clients),
        )
