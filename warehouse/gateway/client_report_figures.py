"""What a client report prints: frozen values that are kept with the report."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from warehouse.gateway.answers import InvoiceRow, Publication
from warehouse.metrics.definitions import MetricDefinition

UpcomingKind = Literal["milestone", "starts", "changes", "ends", "pauses", "resumes", "renews"]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of a client's series; ``month`` is its first day."""

    month: date
    invoiced: Decimal
    collected: Decimal
    incomplete: bool


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The flows of one range and the balances at its ends, in one currency.

    ``opening + invoiced - settled = closing``, where ``settled`` is all that left the receivables: payments, credit
    notes, voided invoices.
    """

    first: date
    last: date
    opening: Decimal
    invoiced: Decimal
    collected: Decimal
    credited: Decimal
    settled: Decimal
    closing: Decimal
    overdue: Decimal
    invoices: int
    days_to_pay: Decimal | None


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """All figures of one client in one currency."""

    currency: str
    period: PeriodFigures
    previous: PeriodFigures
    receivables_by_age: dict[str, Decimal]
    months: tuple[MonthFigures, ...]
    issued_invoices: tuple[InvoiceRow, ...]
    open_invoices: tuple[InvoiceRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One metric of the period and of the one before; ``None`` where it has no value."""

    unit: str
    now: Decimal | None
    before: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectHours:
    """Hours on one project: in the period, and all until its last day beside the budget (``None``: it has none)."""

    project_id: UUID
    name: str
    hours: Decimal
    used: Decimal
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A task or milestone that was completed in the period."""

    project_id: UUID
    project: str
    kind: Literal["task", "milestone"]
    title: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone as it stood on the period's last day: a completion that came later is not known yet."""

    project_id: UUID
    project: str
    title: str
    due_on: date | None
    completed_on: date | None


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """Tickets of one priority in the period; ``in_time`` is the share of first answers within the promise."""

    priority: str
    opened: Decimal
    resolved: Decimal
    in_time: Decimal | None


@dataclass(frozen=True, slots=True)
class UpcomingRow:
    """Something agreed for a day of the next period, as known on the last day of this one.

    ``amount`` is what an item costs for its interval (``interval_count`` of ``interval``) from then on, without tax;
    ``before`` what it cost until then, where that changes.
    """

    on: date
    kind: UpcomingKind
    name: str
    project: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    before: Decimal | None = None
    interval: str | None = None
    interval_count: int = 1


@dataclass(frozen=True, slots=True)
class ClientReportFigures:
    """What a client report prints. ``currencies`` has the client's own currency first and is never empty.

    ``numbers`` maps the name of a metric to its value now and before. Nothing here is for staff only: no rates of
    cost, no notes, nobody's name.
    """

    client_id: UUID
    client: str
    client_name: str
    first: date
    last: date
    incomplete: bool
    currencies: tuple[CurrencyFigures, ...]
    publication: Publication
    definitions: tuple[MetricDefinition, ...] = field(default=())
    numbers: dict[str, Change] = field(default_factory=dict)
    projects: tuple[ProjectHours, ...] = field(default=())
    done: tuple[DoneRow, ...] = field(default=())
    milestones: tuple[MilestoneRow, ...] = field(default=())
    priorities: tuple[PriorityRow, ...] = field(default=())
    upcoming: tuple[UpcomingRow, ...] = field(default=())
