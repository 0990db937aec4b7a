"""What callers ask of the gateway and what they get back: frozen values, no frames, no connections."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from warehouse.metrics.definitions import Grain, MetricDefinition

Measure = Literal["invoiced", "collected", "receivables"]


class GatewayError(Exception):
    """A question that has no answer; ``str(error)`` is a sentence for whoever asked."""


class UnknownMetric(GatewayError):
    """No such metric for this actor: one that is not allowed answers exactly like one that does not exist."""


class UnknownDimension(GatewayError):
    """The metric has no such dimension for this actor."""


class BadQuery(GatewayError):
    """The range, grain or size of a question makes no sense."""


class NothingPublished(GatewayError):
    """There is no audited publication yet: the pipeline has not run, or has never passed its checks."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One audited set of marts. ``data_on`` is the last day, in the workspace's zone, that the data covers."""

    id: int
    published_at: datetime
    data_at: datetime
    data_on: date
    source_lsn: str
    lake_snapshot: int
    metric_version: str
    checks_passed: int


@dataclass(frozen=True, slots=True)
class State:
    """Whether numbers may be trusted now. ``stale_reason`` is a sentence when ``fresh`` is false."""

    publication: Publication | None
    fresh: bool
    replicated_at: datetime | None
    stale_reason: str | None
    audit_passed: bool
    failed_checks: tuple[str, ...]
    audited_at: datetime | None


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A question. ``first`` and ``last`` are dates, both inclusive; ``as_of`` is a business date.

    ``whole`` asks for the range as one period, whatever the grain: a rate over a year is no sum of monthly rates.
    ``currency`` asks for money converted to it at dated rates; it is the workspace's own, or refused.
    """

    name: str
    first: date | None = None
    last: date | None = None
    grain: Grain = "month"
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    whole: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure. ``period`` is the period's first day (with ``as_of`` a stock metric's own day).

    ``n`` is how many things a rate, mean or median is made of (clients, tickets, milestones); ``None`` where it is not
    made of counted things.
    """

    period: date
    dimensions: dict[str, str | int | None]
    currency: str | None
    value: Decimal | None
    unit: str
    incomplete: bool
    n: int | None = None


@dataclass(frozen=True, slots=True)
class MetricAnswer:
    """The definition that was used, the publication that was read, and the figures, by period."""

    definition: MetricDefinition
    publication: Publication
    rows: list[MetricRow]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice behind a figure. ``amount`` is its part in that figure; the money is in units of ``currency``."""

    invoice_id: UUID
    client_id: UUID
    client: str
    client_name: str
    number: str | None
    external_id: str | None
    status: str
    currency: str
    issued_on: date
    due_on: date
    settled_on: date | None
    total: Decimal
    paid: Decimal
    credited: Decimal
    open: Decimal
    amount: Decimal
