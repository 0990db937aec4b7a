"""Figures as the gateway gives them, made by hand: small, large, empty, in any currency."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from warehouse.gateway import (
    ClientReportFigures,
    CurrencyFigures,
    InvoiceRow,
    MetricDefinition,
    MonthFigures,
    PeriodFigures,
    Publication,
    State,
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


def definitions() -> tuple[MetricDefinition, ...]:
    texts = {
        "Invoiced": "Total with tax of issued, not void invoices, by issue date.",
        "Collected": "Payments less refunds, by payment date.",
        "Receivables": "Issued less paid less credited; open while issued on or before the day and not settled.",
        "Days to pay": "Mean days from issue to settlement over the invoices fully settled in the period.",
    }
    made = [
        SimpleNamespace(name=label.lower(), label=label, definition=text, policy=("Void invoices do not count.",))
        for label, text in texts.items()
    ]
    return cast(tuple[MetricDefinition, ...], tuple(made))


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
    }
    return ClientReportFigures(**{**values, **other})
