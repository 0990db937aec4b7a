"""Figures worked out by hand, and the rules by which they are given. The cases stand in ``business.fill``."""

from datetime import date
from decimal import Decimal

import pytest

from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import key
from warehouse.gateway import BadQuery, Gateway, MetricQuery, UnknownDimension, UnknownMetric

NORTH = actor("northlight")
EUR = ("currency", "EUR")


def series(figures: Gateway, query: MetricQuery) -> dict[str, Decimal | None]:
    rows = figures.metric(NORTH, query).rows
    return {f"{row.period}": row.value for row in rows}


def test_invoiced_by_issue_date_without_void_and_draft(figures: Gateway) -> None:
    months = series(figures, MetricQuery("invoiced", where=(EUR,)))
    assert months == {
        "2026-01-01": Decimal("130.00"),
        "2026-02-01": Decimal("250.50"),
        "2026-03-01": Decimal("0.00"),
        "2026-04-01": Decimal("0.00"),
        "2026-05-01": Decimal("0.00"),
    }


def test_as_of_a_day_before_it_was_voided_an_invoice_still_stands(figures: Gateway) -> None:
    query = MetricQuery("invoiced", date(2026, 3, 1), date(2026, 3, 31), where=(EUR,), as_of=date(2026, 4, 9))
    assert series(figures, query) == {"2026-03-01": Decimal("70.00")}


def test_collected_is_payments_less_refunds_by_payment_date(figures: Gateway) -> None:
    months = series(figures, MetricQuery("collected"))
    assert months == {
        "2026-01-01": Decimal("40.00"),
        "2026-02-01": Decimal("60.00"),
        "2026-03-01": Decimal("100.50"),
        "2026-04-01": Decimal("-10.50"),
    }


@pytest.mark.parametrize(
    ("on", "owed"),
    [
        ("2026-01-09", "0.00"),  # nothing yet
        ("2026-01-31", "90.00"),  # N1 60 left, N7 30 stated as paid later
        ("2026-02-13", "230.00"),  # N1 settled on the 9th; N2 200, N7 30
        ("2026-02-14", "200.00"),  # N7 settles on its due date: paid, without payments
        ("2026-02-28", "250.50"),  # + N3
        ("2026-03-15", "220.00"),  # N3 paid, N2 150 left, N4 70
        ("2026-04-09", "230.50"),  # refund opens N3 by 10.50
        ("2026-04-10", "160.50"),  # N4 voided
        ("2026-04-20", "135.50"),  # credit note on N2
        ("2026-12-31", "135.50"),
    ],
)
def test_receivables_at_any_day(figures: Gateway, on: str, owed: str) -> None:
    query = MetricQuery("receivables", where=(EUR,), as_of=date.fromisoformat(on))
    assert series(figures, query) == {on: Decimal(owed)}


@pytest.mark.parametrize(
    ("on", "buckets"),
    [
        ("2026-02-28", ("250.50", "0.00", "0.00", "0.00", "0.00")),  # N2 due that very day
        ("2026-03-30", ("70.00", "150.00", "0.00", "0.00", "0.00")),  # N2 30 days late, N4 due tomorrow
        ("2026-03-31", ("70.00", "0.00", "150.00", "0.00", "0.00")),  # 31 days late
        ("2026-04-29", ("0.00", "0.00", "135.50", "0.00", "0.00")),  # N2 125 is 60 late, N3 10.50 is 40 late
        ("2026-05-29", ("0.00", "0.00", "0.00", "135.50", "0.00")),  # 90 and 70 late
        ("2026-05-30", ("0.00", "0.00", "0.00", "10.50", "125.00")),  # 91 late
    ],
)
def test_ageing_at_any_day(figures: Gateway, on: str, buckets: tuple[str, ...]) -> None:
    query = MetricQuery("receivables", by=("age_bucket",), where=(EUR,), as_of=date.fromisoformat(on))
    rows = figures.metric(NORTH, query).rows
    assert [row.dimensions["age_bucket"] for row in rows] == ["not_due", "1-30", "31-60", "61-90", "over_90"]
    assert [row.value for row in rows] == [Decimal(bucket) for bucket in buckets]


def test_stock_series_stand_at_each_periods_last_day(figures: Gateway) -> None:
    query = MetricQuery("receivables", date(2026, 1, 1), date(2026, 4, 30), where=(EUR,))
    assert list(series(figures, query).values()) == [
        Decimal("90.00"),
        Decimal("250.50"),
        Decimal("220.00"),
        Decimal("135.50"),
    ]


def test_days_to_pay_is_the_mean_over_invoices_settled_in_the_period(figures: Gateway) -> None:
    """N1: 30 days, in February. N3 was opened again, N7's day is unknown, N6 owed nothing: none of them counts."""
    months = series(figures, MetricQuery("days_to_pay", date(2026, 1, 1), date(2026, 3, 31)))
    assert months == {"2026-01-01": None, "2026-02-01": Decimal(30), "2026-03-01": None}


def test_active_clients_count_zero_value_invoices_and_not_void_ones(figures: Gateway) -> None:
    months = series(figures, MetricQuery("active_clients"))
    assert list(months.values()) == [Decimal(2), Decimal(2), Decimal(1), Decimal(0), Decimal(1)]


def test_a_cohort_is_a_triangle_with_zeros(figures: Gateway) -> None:
    query = MetricQuery("cohort_active_clients", by=("cohort", "month_number"))
    rows = figures.metric(NORTH, query).rows
    assert [(row.dimensions["cohort"], row.dimensions["month_number"], row.value) for row in rows] == [
        ("2026-01", number, Decimal(count)) for number, count in enumerate([2, 2, 1, 0, 1])
    ]


def test_money_has_a_row_per_currency_in_its_own_decimals(figures: Gateway) -> None:
    rows = figures.metric(NORTH, MetricQuery("invoiced", date(2026, 2, 1), date(2026, 3, 31))).rows
    assert [(row.period.month, row.currency, str(row.value)) for row in rows] == [
        (2, "EUR", "250.50"),
        (2, "JPY", "0"),
        (3, "EUR", "0.00"),
        (3, "JPY", "900"),
    ]


def test_a_range_without_rows_is_zero_in_the_workspaces_currency(figures: Gateway) -> None:
    rows = figures.metric(NORTH, MetricQuery("invoiced", date(2020, 1, 1), date(2020, 3, 31))).rows
    assert [(row.currency, str(row.value)) for row in rows] == [("EUR", "0.00")] * 3


def test_dimensions_print_external_ids_with_the_name_beside(figures: Gateway) -> None:
    rows = figures.metric(NORTH, MetricQuery("invoiced", date(2026, 1, 1), date(2026, 1, 31), by=("client",))).rows
    assert [row.dimensions for row in rows if row.currency == "EUR"] == [
        {"client": "ACME", "client_name": "acme"},
        {"client": "BIRCH", "client_name": "birch"},
    ]


@pytest.mark.parametrize("value", ["ACME", str(key("northlight/acme"))])
def test_a_filter_takes_the_external_id_or_the_id(figures: Gateway, value: str) -> None:
    query = MetricQuery("invoiced", date(2026, 1, 1), date(2026, 1, 31), where=(("client", value),))
    assert series(figures, query) == {"2026-01-01": Decimal("100.00")}


def test_a_filters_value_is_never_sql(figures: Gateway) -> None:
    query = MetricQuery("invoiced", date(2026, 1, 1), date(2026, 1, 31), where=(("client", "x' or true --"),))
    assert series(figures, query) == {"2026-01-01": Decimal("0.00")}


@pytest.mark.parametrize(
    ("grain", "periods"),
    [("day", 59), ("week", 9), ("month", 2), ("quarter", 1), ("year", 1)],
)
def test_every_period_of_the_range_is_a_row(figures: Gateway, grain: str, periods: int) -> None:
    query = MetricQuery("collected", date(2026, 1, 1), date(2026, 2, 28), grain)  # type: ignore[arg-type]
    values = series(figures, query)
    assert len(values) == periods
    assert sum(value or 0 for value in values.values()) == Decimal("100.00")


def test_weeks_start_when_the_workspace_says(figures: Gateway) -> None:
    query = MetricQuery("invoiced", date(2026, 2, 1), date(2026, 2, 1), "week")
    assert figures.metric(NORTH, query).rows[0].period == date(2026, 1, 26)
    assert figures.metric(actor("southbay"), query).rows[0].period == date(2026, 2, 1)


def test_a_period_is_incomplete_while_it_ends_after_the_data_date(figures: Gateway) -> None:
    rows = figures.metric(NORTH, MetricQuery("active_clients", date(2026, 4, 1), date(2026, 6, 30))).rows
    assert [row.incomplete for row in rows] == [False, False, True]


def test_refusals_say_what_is_wrong(figures: Gateway) -> None:
    with pytest.raises(UnknownMetric, match="margin"):
        figures.metric(NORTH, MetricQuery("margin"))
    with pytest.raises(UnknownDimension, match=r"It has: client, currency\."):
        figures.metric(NORTH, MetricQuery("invoiced", by=("colour",)))
    with pytest.raises(BadQuery, match="before it begins"):
        figures.metric(NORTH, MetricQuery("invoiced", date(2026, 2, 1), date(2026, 1, 1)))
    with pytest.raises(BadQuery, match="periods"):
        figures.metric(NORTH, MetricQuery("invoiced", date(1, 1, 1), date(9999, 1, 1), "day"))


def test_a_clients_report_balances(figures: Gateway) -> None:
    report = figures.client_report(NORTH, key("northlight/acme"), date(2026, 3, 1), date(2026, 3, 31))
    assert report is not None
    euro, yen = report.currencies
    assert (euro.currency, yen.currency) == ("EUR", "JPY")
    assert (euro.period.opening, euro.period.invoiced, euro.period.collected) == (
        Decimal("200.00"),
        Decimal("0.00"),
        Decimal("50.00"),
    )
    assert (euro.period.closing, euro.period.overdue, euro.period.settled) == (
        Decimal("150.00"),
        Decimal("150.00"),
        Decimal("50.00"),
    )
    assert euro.receivables_by_age["31-60"] == Decimal("150.00")
    assert [invoice.number for invoice in euro.open_invoices] == ["N2"]
    assert (euro.previous.first, euro.previous.invoiced, euro.previous.days_to_pay) == (
        date(2026, 2, 1),
        Decimal("200.00"),
        Decimal(30),
    )
    assert len(euro.months) == 12
    assert yen.period.closing == Decimal(900)


def test_a_report_made_later_tells_what_was_open_then(figures: Gateway) -> None:
    """Half of the invoice is paid by today, nothing of it was on the period's last day."""
    report = figures.client_report(NORTH, key("northlight/acme"), date(2026, 2, 1), date(2026, 2, 28))
    assert report is not None
    euro = report.currencies[0]
    assert euro.period.closing == Decimal("200.00")
    assert [row.open for row in euro.open_invoices] == [Decimal("200.00")]
    assert [row.open for row in euro.issued_invoices] == [Decimal("200.00")]
