"""What callers ask of the gateway and what they get back: frozen values, no frames, no connections."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from warehouse.metrics.definitions import Grain, MetricDefinition

Measure = Literal["invoiced", "collected", "receivables"]
KnownAt = date | datetime | int
"""A day, to its end in the workspace's zone; an instant; or a publication's id."""


class GatewayError(Exception):
    """A question that has no answer; ``str(error)`` is a sentence for whoever asked."""


class UnknownMetric(GatewayError):
    """No such metric for this actor: one that is not allowed answers exactly like one that does not exist."""


class UnknownDimension(GatewayError):
    """The metric has no such dimension for this actor."""


class BadQuery(GatewayError):
    """The range, grain or size of a question makes no sense."""


class BadKnownAt(BadQuery):
    """What ``known_at`` says is no instant, has not come yet, or is not on record."""


class NothingPublished(GatewayError):
    """There is no audited publication yet: the pipeline has not run, or has never passed its checks."""


class BeingPrepared(GatewayError):
    """What was known at ``moment`` (an instant, or a publication's id) has to be built first: some seconds."""

    def __init__(self, moment: datetime | int) -> None:
        super().__init__("What was known then is being prepared: ask again in a moment.")
        self.moment = moment


class NotKnown(GatewayError):
    """What was recorded by then does not pass the checks of today's figures: no answer stands on it."""


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
class Known:
    """Up to where an answer knows: everything committed up to ``source_lsn``, the newest of it at ``recorded_at``.

    ``known_at`` is the instant asked for, or that of the publication asked for. ``data_on`` is the last day, in the
    workspace's zone, that the data covers.
    """

    known_at: datetime
    publication_id: int | None
    recorded_at: datetime
    data_on: date
    source_lsn: str
    metric_version: str


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
    ``currency`` asks for money converted to it at dated rates; it is the workspace's own, or refused. ``known_at`` is
    the other axis beside ``as_of``: only what had been recorded by then.
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
    known_at: KnownAt | None = None


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
    """The definition that was used, the publication that was read, and the figures, by period.

    With ``known``, the figures are of what was recorded by then, and the publication is the newest beside it.
    """

    definition: MetricDefinition
    publication: Publication
    rows: list[MetricRow]
    known: Known | None = None


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
