"""Recurring revenue told in the agency's own currency; Fay of ``conftest.fill`` pays in dollars."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

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


RATES = {"EUR": Decimal(1), "USD": Decimal("0.40")}
"""What a unit is worth in euros from October 2025 on."""


def paid(figures: Gateway, on: str) -> dict[object, dict[str, Decimal]]:
    """Client → currency → MRR above 0 at the end of the day."""
    found: dict[object, dict[str, Decimal]] = {}
    for row in figures.metric(actor(HOUSE), MetricQuery("mrr", by=("client",), as_of=day(on))).rows:
        if row.value:
            found.setdefault(row.dimensions["client"], {})[str(row.currency)] = row.value
    return found


def euros(of_client: dict[str, Decimal]) -> Decimal:
    return sum((amount * RATES[code] for code, amount in of_client.items()), Decimal(0))


def added(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def whole(figures: Gateway, name: str, on: str, where: tuple[tuple[str, str], ...] = ()) -> Decimal:
    query = MetricQuery(name, where=where, as_of=day(on), currency="EUR")
    (row,) = figures.metric(actor(HOUSE), query).rows
    assert row.value is not None
    return row.value


def test_retention_in_euros_has_both_sides_at_the_rate_of_one_day(figures: Gateway) -> None:
    """A dollar fell from 50 to 40 cents in the year; of Fay's 12 dollars 7 are left, and so is their share."""
    assert whole(figures, "nrr_12", "2026-01-31", FAY).quantize(Decimal("0.0001")) == Decimal("0.5833")
    assert whole(figures, "grr_12", "2026-01-31", FAY).quantize(Decimal("0.0001")) == Decimal("0.5833")
    then, now = paid(figures, "2025-01-31"), paid(figures, "2026-01-31")
    assert {"EUR", "USD"} <= {code for amounts in then.values() for code in amounts}
    before = {client: euros(amounts) for client, amounts in then.items()}
    kept = {client: euros(now.get(client, {})) for client in before}
    total = added(before.values())
    places = Decimal("0.00000001")
    assert whole(figures, "nrr_12", "2026-01-31") == (added(kept.values()) / total).quantize(places)
    smaller = added(min(kept[client], before[client]) for client in before)
    assert whole(figures, "grr_12", "2026-01-31") == (smaller / total).quantize(places)


def test_averages_and_lifetime_in_euros_are_of_clients_and_not_of_currencies(figures: Gateway) -> None:
    ends = ["2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31"]
    clients = [set(paid(figures, on)) for on in ends]
    churn = added(Decimal(len(before - after)) / len(before) for before, after in pairwise(clients)) / 6
    now = paid(figures, "2026-02-28")
    average = added(euros(amounts) for amounts in now.values()) / len(now)
    cent = Decimal("0.01")
    assert whole(figures, "arpa", "2026-02-28") == average.quantize(cent)
    assert churn > 0
    assert whole(figures, "logo_churn_6", "2026-02-28") == churn.quantize(Decimal("0.00000001"))
    assert whole(figures, "ltv", "2026-02-28") == (average / churn).quantize(cent)


def test_only_what_is_made_of_money_is_converted_and_only_to_the_agencys_own_currency(figures: Gateway) -> None:
    for name, currency, words in (
        ("mrr", "USD", "in EUR, the agency's own currency"),
        ("paying_clients", "EUR", "cannot be converted"),
    ):
        with pytest.raises(BadQuery, match=words):
            figures.metric(actor(HOUSE), MetricQuery(name, currency=currency))


@pytest.mark.parametrize("currency", [None, "EUR"])
def test_net_new_mrr_is_its_five_movements_side_by_side(figures: Gateway, currency: str | None) -> None:
    span = (day("2025-01-01"), day("2026-06-30"))

    def cells(name: str, by: tuple[str, ...] = ()) -> dict[tuple[object, ...], Decimal]:
        rows = figures.metric(actor(HOUSE), MetricQuery(name, *span, by=by, currency=currency)).rows
        return {
            (row.period, row.currency, *(row.dimensions[one] for one in by)): row.value or Decimal(0) for row in rows
        }

    together, apart = cells("net_new_mrr"), cells("net_new_mrr", ("movement",))
    signs = {"new": 1, "expansion": 1, "reactivation": 1, "contraction": -1, "churned": -1}
    parts = {movement: cells(f"{movement}_mrr") for movement in signs}
    assert {movement for (_, _, movement), value in apart.items() if value} == set(signs)
    for month, code in together:
        for movement, sign in signs.items():
            assert apart.get((month, code, movement), 0) == sign * parts[movement][month, code], (month, code, movement)
        assert together[month, code] == added(apart.get((month, code, movement), Decimal(0)) for movement in signs)
