"""The published figures of two public data sets, to the penny."""

import csv
import json
from datetime import date

import pytest

from tests.warehouse.gateway.business import DATA, actor
from warehouse.gateway import Gateway, MetricQuery


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, object]]:
    document: dict[str, dict[str, object]] = json.loads((DATA / "online-retail" / "expected.json").read_text())
    return document


@pytest.mark.parametrize("metric", ["invoiced", "active_clients"])
def test_months_equal_the_published_ones(figures: Gateway, expected: dict[str, dict[str, object]], metric: str) -> None:
    rows = figures.metric(actor("retail"), MetricQuery(metric)).rows
    assert {f"{row.period:%Y-%m}": str(row.value) for row in rows} == {
        month: str(value) for month, value in expected[f"{metric}_by_month"].items()
    }


def test_every_cohort_equals_the_published_one(figures: Gateway, expected: dict[str, dict[str, object]]) -> None:
    rows = figures.metric(actor("retail"), MetricQuery("cohort_active_clients", by=("cohort", "month_number"))).rows
    cohorts: dict[str, list[int]] = {}
    for row in rows:
        series = cohorts.setdefault(str(row.dimensions["cohort"]), [])
        assert row.dimensions["month_number"] == len(series)
        series.append(int(row.value or 0))
    assert cohorts == expected["cohorts_active_clients"]


@pytest.mark.parametrize(
    ("metric", "column"), [("purchase_days_repeated", "frequency"), ("recency_weeks", "recency"), ("tenure_weeks", "T")]
)
def test_each_customer_equals_the_published_summary(figures: Gateway, metric: str, column: str) -> None:
    with (DATA / "cdnow" / "expected-customer-summary.csv").open() as file:
        published = {int(row["ID"]): float(row[column]) for row in csv.DictReader(file)}
    query = MetricQuery(metric, by=("client",), as_of=date(1997, 9, 30))
    rows = figures.metric(actor("cdnow"), query).rows
    found = {int(str(row.dimensions["client"])): round(float(row.value or 0), 2) for row in rows}
    assert len(rows) == 2357
    assert found == published
