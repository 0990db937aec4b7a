"""Recurring revenue worked out by hand; the stories stand in ``conftest.fill``."""

from datetime import date
from decimal import Decimal

import pytest

from imisofts.access import Role
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import key
from tests.warehouse.recurring.rows import HOUSE, day
from warehouse.gateway import BadQuery, Gateway, Grain, MetricQuery

EUR = ("currency", "EUR")
ANNA = ("client", "ANNA")
MOVEMENTS = ("new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr")


def values(
    figures: Gateway, name: str, first: str, last: str, *where: tuple[str, str], grain: Grain = "month"
) -> list[str | None]:
    query = MetricQuery(name, day(first), day(last), grain, where=(where or (EUR,)))
    rows = figures.metric(actor(HOUSE), query).rows
    return [None if row.value is None else format(row.value, "f") for row in rows]


def test_the_known_series_has_its_known_movements(figures: Gateway) -> None:
    year = ("2025-01-01", "2025-07-31", ANNA)
    assert values(figures, "mrr", *year) == ["50.00", "50.00", "0.00", "0.00", "50.00", "80.00", "60.00"]
    found = {name: values(figures, name, *year) for name in MOVEMENTS}
    assert {name: [place for place, value in enumerate(row) if value != "0.00"] for name, row in found.items()} == {
        "new_mrr": [0],
        "churned_mrr": [2],
        "reactivation_mrr": [4],
        "expansion_mrr": [5],
        "contraction_mrr": [6],
    }


def test_a_trial_is_not_revenue_and_one_of_two_cancelled_contracts(figures: Gateway) -> None:
    assert values(figures, "mrr", "2025-02-01", "2025-03-31", ("client", "BRUNO")) == ["0.00", "100.00"]
    fay = ("2025-03-01", "2025-11-30", ("client", "FAY"))
    assert values(figures, "contraction_mrr", *fay)[1] == "5.00"
    # Paused from mid August until 2 October: nothing on the last day of August and of September.
    assert values(figures, "mrr", *fay) == ["12.00", *["7.00"] * 4, "0.00", "0.00", "7.00", "7.00"]
    assert values(figures, "churned_mrr", *fay)[5] == "7.00"
    assert values(figures, "reactivation_mrr", *fay)[7] == "7.00"


def test_every_month_balances_in_every_currency(figures: Gateway) -> None:
    for currency in ("EUR", "USD"):
        asked = ("2025-01-01", "2026-12-31", ("currency", currency))
        mrr = [Decimal(value or 0) for value in values(figures, "mrr", *asked)]
        new, more, back, less, lost = (list(map(Decimal, values(figures, name, *asked))) for name in MOVEMENTS)  # type: ignore[arg-type]
        for place, closing in enumerate(mrr):
            opening = mrr[place - 1] if place else Decimal(0)
            assert opening + new[place] + more[place] + back[place] - less[place] - lost[place] == closing


def test_retention_compares_with_the_same_clients_a_year_before(figures: Gateway) -> None:
    # January 2025: Anna 50, a year on 60. February: Anna 50 to 60. March: Bruno 100 to nothing.
    assert values(figures, "nrr_12", "2025-12-01", "2026-03-31") == [None, "1.2", "1.2", "0"]
    assert values(figures, "grr_12", "2025-12-01", "2026-03-31") == [None, "1", "1", "0"]


def test_churn_is_what_was_lost_of_what_there_was(figures: Gateway) -> None:
    # 2026 opens with 60 + 100 + 80; Cleo's leave two a month until April, Bruno in March.
    assert values(figures, "gross_mrr_churn", "2026-01-01", "2026-01-31") == ["0.08333333"]
    assert values(figures, "gross_mrr_churn", "2026-01-01", "2026-03-31", grain="quarter") == ["0.66666667"]
    assert values(figures, "net_mrr_churn", "2025-06-01", "2025-06-30") == ["-0.2"]
    # Eleven clients, Fay among them: two of Cleo's are lost in January.
    assert values(figures, "logo_churn", "2026-01-01", "2026-01-31", ("client", "CLEO0")) == ["1"]
    rows = figures.metric(actor(HOUSE), MetricQuery("logo_churn", day("2026-01-01"), day("2026-01-31"))).rows
    assert [(row.currency, row.value) for row in rows] == [(None, (Decimal(2) / 11).quantize(Decimal("1e-8")))]


def test_nothing_lost_is_blank_and_never_infinite(figures: Gateway) -> None:
    assert values(figures, "quick_ratio", "2025-05-01", "2025-07-31") == [None, None, "0"]
    assert values(figures, "gross_mrr_churn", "2025-01-01", "2025-01-31") == [None]


def test_lifetime_value_needs_six_months_and_churn(figures: Gateway) -> None:
    # 160 for two clients in August 2025; of February to July only March lost one, of one: a mean of 1/6.
    assert values(figures, "ltv", "2025-07-01", "2025-08-31") == [None, "480.00"]
    assert values(figures, "logo_churn_6", "2025-08-01", "2025-08-31") == ["0.16666667"]
    # From October on no month before had any churn: no lifetime, and not an infinite one.
    assert values(figures, "ltv", "2025-11-01", "2025-11-30") == [None]


def test_committed_revenue_knows_what_is_agreed_and_not_before(figures: Gateway) -> None:
    dora = ("client", "DORA")
    assert values(figures, "committed_mrr", "2026-06-01", "2026-12-31", dora) == [
        "20.00",
        "0.00",  # on 10 July the end in December was agreed
        *["30.00"] * 5,  # since August a start in October is agreed
    ]
    assert values(figures, "mrr", "2026-08-01", "2026-12-31", dora) == ["20.00", "20.00", "50.00", "50.00", "30.00"]


def test_revenue_at_risk_is_that_of_clients_with_an_invoice_past_due(figures: Gateway) -> None:
    emil = ("client", "EMIL")
    assert values(figures, "at_risk_mrr", "2026-01-31", "2026-02-01", emil, grain="day") == ["0.00", "12.00"]
    assert values(figures, "at_risk_mrr", "2026-04-09", "2026-04-10", emil, grain="day") == ["12.00", "0.00"]


def test_averages_are_by_currency_and_clients_are_counted_once(figures: Gateway) -> None:
    assert values(figures, "arpa", "2025-12-01", "2025-12-31") == ["24.00"]
    rows = figures.metric(actor(HOUSE), MetricQuery("paying_clients", day("2025-12-01"), day("2025-12-31"))).rows
    assert [(row.currency, row.value) for row in rows] == [(None, Decimal(11))]


def test_movements_are_known_by_month(figures: Gateway) -> None:
    with pytest.raises(BadQuery, match="month, quarter, year, not by week"):
        values(figures, "new_mrr", "2025-01-01", "2025-03-31", grain="week")
    assert values(figures, "churned_mrr", "2025-03-10", "2025-03-12") == ["50.00"], "a cut month is taken whole"
    query = MetricQuery("churned_mrr", where=(EUR,), as_of=date(2025, 3, 20))
    rows = figures.metric(actor(HOUSE), query).rows
    assert [row.period.month for row in rows] == [1, 2], "March was not complete by then"


def test_a_series_without_an_end_reaches_to_the_data_date(figures: Gateway) -> None:
    rows = figures.metric(actor(HOUSE), MetricQuery("mrr", where=(ANNA,))).rows
    assert (rows[0].period, rows[-1].period, rows[-1].incomplete) == (day("2025-01-01"), day("2026-08-01"), True)


def test_a_client_sees_its_own_revenue_alone(figures: Gateway) -> None:
    me = actor(HOUSE, Role.client, frozenset({key(f"{HOUSE}/anna")}))
    rows = figures.metric(me, MetricQuery("mrr", day("2025-12-01"), day("2025-12-31"), by=("client",))).rows
    assert [(row.dimensions["client"], row.value) for row in rows] == [("ANNA", Decimal("60.00"))]
