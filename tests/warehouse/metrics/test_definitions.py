"""Metrics made of metrics: arithmetic that is exact, definitions that fit together, refusals that say where."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from warehouse.gateway import cells
from warehouse.metrics import catalogue, marts
from warehouse.metrics.catalogue import BadDefinition
from warehouse.metrics.definitions import Formula, Measure, MetricDefinition
from warehouse.metrics.expressions import Expression

JANUARY = (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 31))


def meta(**more: object) -> dict[str, Any]:
    return {"meta": {"unit": "count", "kind": "flow", "empty": "zero", "action": "metric.read"} | more}


def metric(name: str, kind: str, parts: dict[str, str], **more: object) -> dict[str, Any]:
    texts = {"name": name, "label": name, "description": name}
    return texts | {"type": kind, "type_params": parts, "config": meta(**more)}


def model(name: str, mart: str, dated_by: str, *measures: dict[str, Any], **more: object) -> dict[str, Any]:
    entry = {"name": name, "model": mart, "defaults": {"agg_time_dimension": dated_by}, "dimensions": ["client"]}
    return entry | {"measures": list(measures)} | more


def read(*metrics: dict[str, Any]) -> catalogue._Files:
    invoices = model(
        "invoices",
        "fct_invoices",
        "issued_on",
        {"name": "total", "agg": "sum", "expr": "facts.total", "unit": "money"},
        {"name": "middle", "agg": "median", "expr": "facts.days_late", "divide_by": 60},
    )
    payments = model(
        "payments", "fct_payments", "paid_on", {"name": "paid", "agg": "sum", "expr": "facts.amount", "unit": "money"}
    )
    client = {"client": {"description": "Who.", "expr": "facts.client_id"}}
    return catalogue._Files(
        {"money": {"dimensions": client, "semantic_models": [invoices, payments], "metrics": list(metrics)}}
    )


def test_an_expression_is_exact_and_blank_where_a_part_is() -> None:
    margin = Expression("(fee - cost) / fee")
    assert margin.names == ("fee", "cost")
    assert margin.value({"fee": Decimal(3), "cost": Decimal(1)}) == Decimal(2) / Decimal(3)
    assert margin.value({"fee": Decimal(0), "cost": Decimal(1)}) is None
    assert margin.value({"fee": None, "cost": Decimal(1)}) is None
    assert Expression("2 * a + b").value({"a": Decimal("0.1"), "b": Decimal("0.2")}) == Decimal("0.4")


@pytest.mark.parametrize("text", ["__import__('os')", "a ** 2", "a.b", "a if b else c", "'a'", "0.1 * a", "-a"])
def test_an_expression_holds_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="names, whole numbers"):
        Expression(text)


def test_a_ratio_over_two_marts_sums_each_side_by_itself() -> None:
    names = {"numerator": "payments.paid", "denominator": "invoices.total"}
    found = read(metric("share", "ratio", names, unit="ratio", by_currency=True, empty="blank")).metric("share")
    assert isinstance(found.how, Formula)
    assert [(name, part.unit, part.by_currency) for name, part in found.how.parts] == [
        ("above", "money", True),
        ("below", "money", True),
    ]
    assert [measure.mart for measure in found.measures()] == ["fct_payments", "fct_invoices"]


def test_money_divided_has_a_figure_per_currency() -> None:
    names = {"numerator": "payments.paid", "denominator": "invoices.total"}
    with pytest.raises(BadDefinition, match="by_currency"):
        read(metric("share", "ratio", names, unit="ratio")).metric("share")


def test_a_derived_metric_has_the_grains_that_its_parts_have() -> None:
    files = read(
        metric("total", "simple", {"measure": "invoices.total"}, unit="money", grains=["month", "year"]),
        metric("paid", "simple", {"measure": "payments.paid"}, unit="money"),
        metric("open", "derived", {"expr": "total - paid"}, unit="money"),
    )
    assert files.metric("open").grains == ("month", "year")
    assert [item.name for item in files.metric("open").dimensions] == ["client"]


def test_a_unit_nobody_knows_and_a_name_that_stands_twice_are_refused() -> None:
    with pytest.raises(BadDefinition, match="no unit is called furlongs"):
        read(metric("far", "simple", {"measure": "invoices.total"}, unit="furlongs")).metric("far")
    twice = metric("total", "simple", {"measure": "invoices.total"}, unit="money")
    with pytest.raises(BadDefinition, match="total stands twice"):
        read(twice, twice)
    with pytest.raises(BadDefinition, match="no metric is called nothing"):
        read(metric("odd", "derived", {"expr": "nothing + 1"})).metric("odd")


def test_a_median_without_rows_is_blank_and_minutes_become_hours_once() -> None:
    found = read(metric("late", "simple", {"measure": "invoices.middle"}, unit="hours", empty="blank")).metric("late")
    assert isinstance(found.how, Measure)
    assert found.how.numerator == "median(facts.days_late)"
    assert cells.read((date(2026, 1, 1), None, 90.0, None), 0, found.how, found).value == Decimal("1.5")
    assert cells.read((date(2026, 1, 1), None, None, None), 0, found.how, found).value is None


def derived(expression: str, **units: str) -> MetricDefinition:
    names = {name: {"measure": "invoices.total"} for name in units}
    metrics = [metric(name, "simple", names[name], unit=unit) for name, unit in units.items()]
    return read(*metrics, metric("made", "derived", {"expr": expression}, unit="money")).metric("made")


def test_a_part_without_a_currency_counts_beside_each_currency() -> None:
    made = derived("fee / hours", fee="money", hours="hours")
    fees = [cells.Cell(JANUARY[0], (), (), code, Decimal(amount)) for code, amount in (("EUR", 100), ("JPY", 900))]
    hours = [cells.Cell(JANUARY[0], (), (), None, Decimal(4))]
    found = cells.combined(made, [fees, hours], [JANUARY])
    assert [(cell.currency, cell.value) for cell in found] == [("EUR", Decimal(25)), ("JPY", Decimal(225))]
    february = (date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 28))
    assert [cell.value for cell in cells.combined(made, [fees, hours], [february])] == [None, None]


def test_marts_say_by_their_contract_whose_rows_they_hold() -> None:
    assert marts.of_clients("fct_invoices")
    assert not marts.of_clients("dim_workspaces")
    with pytest.raises(LookupError, match="no mart is called fct_nothing"):
        marts.of_clients("fct_nothing")
