"""Recurring revenue told in the agency's own currency; Fay of ``conftest.fill`` pays in dollars."""

from decimal import Decimal

import pytest

from tests.warehouse.gateway.business import actor
from tests.warehouse.recurring.rows import HOUSE, day
from warehouse.gateway import BadQuery, Gateway, MetricQuery

FAY = (("client", "FAY"),)
MOVEMENTS = ("new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr", "fx_mrr")


def in_euros(
    figures: Gateway, name: str, first: str, last: str, where: tuple[tuple[str, str], ...] = FAY
) -> list[str | None]:
    query = MetricQuery(name, day(first), day(last), where=where, currency="EUR")
    rows = figures.metric(actor(HOUSE), query).rows
    assert {row.currency for row in rows} == {"EUR"}
    return [None if row.value is None else format(row.value, "f") for row in rows]


def test_told_in_euros_a_movement_has_the_rate_of_the_month_before(figures: Gateway) -> None:
    # 12 dollars from January; 0.50 until 10 March, then 0.60; 5 dollars end in April; paused over August's and
    # September's end; back in October, when a dollar is worth 0.40.
    year = ("2025-01-01", "2025-11-30")
    assert in_euros(figures, "mrr", *year) == [
        "6.00", "6.00", "7.20", *["4.20"] * 4, "0.00", "0.00", "2.80", "2.80",
    ]  # fmt: skip
    found = {name: in_euros(figures, name, *year) for name in MOVEMENTS}
    moved = {
        name: {place + 1: value for place, value in enumerate(row) if value != "0.00"} for name, row in found.items()
    }
    assert moved == {
        "new_mrr": {1: "6.00"},
        "expansion_mrr": {},
        "reactivation_mrr": {10: "4.20"},
        "contraction_mrr": {4: "3.00"},
        "churned_mrr": {8: "4.20"},
        "fx_mrr": {3: "1.20", 10: "-1.40"},
    }


def test_told_in_euros_every_month_of_all_clients_balances(figures: Gateway) -> None:
    asked = ("2025-01-01", "2026-08-31", ())
    mrr = [Decimal(value or 0) for value in in_euros(figures, "mrr", *asked)]
    rows = [[Decimal(value or 0) for value in in_euros(figures, name, *asked)] for name in MOVEMENTS]
    new, more, back, less, lost, fx = rows
    for place, closing in enumerate(mrr):
        opening = mrr[place - 1] if place else Decimal(0)
        assert opening + new[place] + more[place] + back[place] - less[place] - lost[place] + fx[place] == closing
    assert sum(fx) == Decimal("-0.20")


def test_without_a_rate_a_figure_is_blank_and_never_a_part_of_it(figures: Gateway) -> None:
    # Nobody has recorded what a franc is worth, and Gina pays in francs from September on.
    for where in ((), (("client", "GINA"),)):
        mrr = in_euros(figures, "mrr", "2026-08-01", "2026-09-30", where)
        assert (mrr[0] is not None, mrr[1]) == (True, None)
        assert in_euros(figures, "new_mrr", "2026-09-01", "2026-09-30", where) == [None]
    # Dollars had no worth either before 20 December 2024, but nothing was sold then.
    assert in_euros(figures, "mrr", "2024-11-01", "2025-01-31", ()) == ["0.00", "0.00", "56.00"]


def test_only_sums_of_money_are_converted_and_only_to_the_agencys_own_currency(figures: Gateway) -> None:
    for name, currency, words in (
        ("mrr", "USD", "in EUR, the agency's own currency"),
        ("nrr_12", "EUR", "cannot be converted"),
        ("paying_clients", "EUR", "cannot be converted"),
    ):
        with pytest.raises(BadQuery, match=words):
            figures.metric(actor(HOUSE), MetricQuery(name, currency=currency))
