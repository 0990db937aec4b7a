"""Figures as the gateway gives them, made by hand: small, large, empty, in any currency."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from warehouse.gateway import (
    Change,
    ClientReportFigures,
    CurrencyFigures,
    DoneRow,
    InvoiceRow,
    MetricDefinition,
    MilestoneRow,
    MonthFigures,
    PeriodFigures,
    PriorityRow,
    ProjectHours,
    Publication,
    State,
    UpcomingRow,
)

CLIENT = UUID("0190a000-0000-7000-8000-000000000001")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def publication(number: int = 12, data_on: date = date(2026, 11, 14)) -> Publication:
    at = datetime(data_on.year, data_on.month, data_on.day, 9, 30, tzinfo=UTC)
    return Publication(number, at, at, data_on, "0/1A2B3C", 40 + number, "2026.1", 57)


def state(*, fresh: bool = True, audit: bool = True, data_on: date = date(2026, 11, 14), number: int = 12) -> State:
    published = publication(number, data_on)
    return State(
        publication=published,
        fresh=fresh,
        replicated_at=published.data_at,
        stale_reason=None if fresh else "Replication has been silent for 42 minutes.",
        audit_passed=audit,
        failed_checks=() if audit else ("invoices_reconcile",),
        audited_at=published.published_at,
    )


def invoice(n: int, unit: Decimal, currency: str, *, paid: bool) -> InvoiceRow:
    issued = FIRST + timedelta(days=n % 31)
    total = unit * (n + 1)
    return InvoiceRow(
        invoice_id=UUID(int=n + 1),
        client_id=CLIENT,
        client="C-1",
        client_name="",
        number=f"2026-{n + 1:04}",
        external_id=None,
        status="paid" if paid else "issued",
        currency=currency,
        issued_on=issued,
        due_on=issued + timedelta(days=14),
        settled_on=None,
        total=total,
        paid=total if paid else Decimal(0),
        credited=Decimal(0),
        open=Decimal(0) if paid else total,
        amount=total,
    )


def currency_figures(currency: str, invoices: int, unit: Decimal) -> CurrencyFigures:
    rows = tuple(invoice(n, unit, currency, paid=n % 3 == 0) for n in range(invoices))
    zero = Decimal(0)
    invoiced = sum((row.total for row in rows), zero)
    collected = sum((row.paid for row in rows), zero)
    opening = unit * 2 if invoices else zero
    closing = opening + invoiced - collected
    now = PeriodFigures(
        FIRST,
        LAST,
        opening,
        invoiced,
        collected,
        zero,
        collected,
        closing,
        unit if invoices else zero,
        invoices,
        Decimal("17.25") if invoices else None,
    )
    before = PeriodFigures(
        date(2026, 9, 1),
        date(2026, 9, 30),
        zero,
        invoiced * 9 / 10,
        zero,
        zero,
        zero,
        opening,
        zero,
        invoices,
        Decimal("21.5") if invoices else None,
    )
    months = tuple(
        MonthFigures(
            date(2025 + (m // 12), m % 12 + 1, 1), invoiced * (m % 5 + 4) / 10, collected * (m % 4 + 5) / 10, False
        )
        for m in range(10, 22)
    )
    ages = {"not_due": closing - unit if invoices else zero, "1-30": unit if invoices else zero, "31-60": zero}
    still_open = tuple(row for row in rows if row.open)
    return CurrencyFigures(currency, now, before, {**ages, "61-90": zero, "over_90": zero}, months, rows, still_open)


TEXTS = {
    "invoiced": ("Invoiced", "Total with tax of issued, not void invoices, by issue date."),
    "collected": ("Collected", "Payments less refunds, by payment date."),
    "receivables": ("Receivables", "Issued less paid less credited, of what is open on the day."),
    "days_to_pay": ("Days to pay", "Mean days from issue to settlement."),
    "project_hours": ("Hours on projects", "Hours of the time entries on projects."),
    "tasks_completed": ("Tasks completed", "Tasks completed in the period."),
    "tickets_resolved": ("Tickets resolved", "Tickets by the day of their last resolution."),
    "milestones_on_time": ("Milestones on time", "Of those due, the share completed by the day."),
}


def definitions() -> tuple[MetricDefinition, ...]:
    made = [
        SimpleNamespace(name=name, label=label, definition=text, policy=("Void invoices do not count.",))
        for name, (label, text) in TEXTS.items()
    ]
    return cast(tuple[MetricDefinition, ...], tuple(made))


UNITS = {
    "project_hours": "hours",
    "tasks_completed": "count",
    "milestones_on_time": "ratio",
    "tickets_opened": "count",
    "tickets_resolved": "count",
    "tickets_open": "count",
    "first_response_hours_business": "hours",
    "resolution_hours_business": "hours",
    "sla_met": "ratio",
    "resolution_sla_met": "ratio",
    "csat": "ratio",
    "csat_n": "count",
}


def numbers(**known: tuple[str | None, str | None]) -> dict[str, Change]:
    """Every metric of a report; those not named are 0, or blank where they are shares and medians."""
    made = {}
    for name, unit in UNITS.items():
        nothing = "0" if unit == "count" or name == "project_hours" else None
        now, before = known.get(name, (nothing, nothing))
        made[name] = Change(unit, Decimal(now) if now else None, Decimal(before) if before else None)
    return made


def busy(name: str = "Website relaunch", tasks: int = 3, projects: int = 2) -> dict[str, Any]:
    """A month of work, tickets and agreements, for :func:`figures`; ``name`` stands in every title."""
    ids = [UUID(int=100 + n) for n in range(projects)]
    named = [f"{name} {n + 1}" for n in range(projects)]
    both = list(zip(ids, named, strict=True))
    done = [DoneRow(at, title, "milestone", f"Concept of {title}", FIRST + timedelta(days=6)) for at, title in both]
    done += [
        DoneRow(at, title, "task", f"Step {n + 1} of {title}", FIRST + timedelta(days=n % 31))
        for at, title in both
        for n in range(tasks)
    ]
    retainer: dict[str, Any] = {"name": f"Care of {name}", "currency": "GBP", "interval": "month"}
    return {
        "numbers": numbers(
            project_hours=("52.5", "40"),
            tasks_completed=(str(tasks * projects), "2"),
            milestones_on_time=("0.5", "1"),
            tickets_opened=("4", "6"),
            tickets_resolved=("5", "5"),
            tickets_open=("1", "2"),
            first_response_hours_business=("1.5", "3.25"),
            sla_met=("0.75", "1"),
            csat=("1", None),
            csat_n=("2", "0"),
        ),
        "projects": tuple(
            ProjectHours(at, title, Decimal("26.25"), Decimal(45 + n), Decimal(40) if n % 3 < 2 else None)
            for n, (at, title) in enumerate(both)
        ),
        "done": tuple(sorted(done, key=lambda row: (row.project, row.kind))),
        "milestones": (
            MilestoneRow(ids[0], named[0], "Concept", date(2026, 10, 9), date(2026, 10, 7)),
            MilestoneRow(ids[0], named[0], "Design", date(2026, 10, 20), None),
            MilestoneRow(ids[0], named[0], "Launch", date(2026, 11, 20), None),
        ),
        "priorities": (PriorityRow("urgent", Decimal(1), Decimal(2), None), *_normal()),
        "upcoming": (
            UpcomingRow(
                date(2026, 11, 15), "changes", amount=Decimal(450), before=Decimal(400), interval_count=1, **retainer
            ),
            UpcomingRow(date(2026, 11, 20), "milestone", "Launch", project=named[0]),
        ),
    }


def _normal() -> tuple[PriorityRow, ...]:
    return (PriorityRow("normal", Decimal(3), Decimal(3), Decimal("0.75")),)


def figures(
    name: str = "Blue Harbour Ltd",
    *,
    currencies: tuple[str, ...] = ("GBP",),
    invoices: int = 8,
    unit: Decimal = Decimal("420.50"),
    **other: Any,
) -> ClientReportFigures:
    """A client's report for October 2026."""
    values: dict[str, Any] = {
        "client_id": CLIENT,
        "client": "C-1",
        "client_name": name,
        "first": FIRST,
        "last": LAST,
        "incomplete": False,
        "currencies": tuple(currency_figures(currency, invoices, unit) for currency in currencies),
        "publication": publication(),
        "definitions": definitions(),
        "numbers": numbers(),
    }
    return ClientReportFigures(**{**values, **other})
