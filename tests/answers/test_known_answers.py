"""Three years of the sample agency: every figure of every month equals what its rows say."""

import json
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from imisofts import sample
from imisofts.access import Actor, Role, actor_of_role
from imisofts.sample.rows import MONTHS, Calendar, Rows
from imisofts.settings import Settings
from tests.answers import replay
from tests.api.agency import Agency, found, running
from warehouse import pipeline
from warehouse.gateway import Gateway, MetricQuery

TODAY = date(2026, 11, 21)
KINDS = ("services", "clients", "subscriptions", "exchange-rates", "invoices", "payments", "credit-notes")
MOVEMENTS = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr")


@pytest.fixture(scope="module")
def rows() -> dict[str, Rows]:
    return {rows.kind: rows for rows in sample.business(TODAY)}


@pytest.fixture
def published(fresh_settings: Settings, rows: dict[str, Rows]) -> Iterator[tuple[Gateway, Agency]]:
    """The sample's money, imported and published once."""
    with running(fresh_settings) as api:
        agency = found(api)
        for kind in KINDS:
            _import(agency, rows[kind])
        outcome = pipeline.run(fresh_settings)
        assert outcome.published, [check for check in outcome.checks if not check.passed]
        gateway = Gateway(fresh_settings)
        yield gateway, agency
        gateway.close()


def _import(agency: Agency, rows: Rows) -> None:
    owner = agency.as_role[Role.owner]
    file = (f"{rows.kind}.csv", rows.as_csv(), "text/csv")
    sent = {"kind": rows.kind, "options": json.dumps({})}
    run = agency.api.ask("POST", "/imports", owner, data=sent, files={"file": file}).body
    while run["status"] == "running":
        time.sleep(0.1)
        run = agency.api.ask("GET", f"/imports/{run['id']}", owner).body
    assert (run["status"], run["result"]["created"]) == ("done", len(rows.rows)), run["result"]


def _as_dicts(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def _expected(rows: dict[str, Rows], months: list[date]) -> dict[str, replay.Cells]:
    invoices = _as_dicts(rows["invoices"])
    return {
        "invoiced": replay.invoiced(invoices),
        "collected": replay.collected(invoices, _as_dicts(rows["payments"])),
        **replay.recurring(_as_dicts(rows["subscriptions"]), months),
    }


@pytest.mark.slow
def test_every_month_of_the_sample_is_what_its_rows_say(
    published: tuple[Gateway, Agency], rows: dict[str, Rows]
) -> None:
    gateway, agency = published
    months = [Calendar(TODAY).month(number) for number in range(MONTHS)]
    actor = _owner(agency)
    expected = _expected(rows, months)
    assert {"mrr", "paying_clients", *MOVEMENTS} <= set(expected)
    for name, cells in expected.items():
        query = MetricQuery(name=name, first=months[0], last=replay.last_day(months[-1]))
        answered = {(row.period, row.currency): row.value for row in gateway.metric(actor, query).rows}
        wrong = {
            key: (answered.get(key), cells.get(key))
            for key in set(answered) | set(cells)
            if round(answered.get(key) or Decimal(0), 2) != round(cells.get(key, Decimal(0)), 2)
        }
        assert wrong == {}, name
        assert len(answered) == MONTHS * (1 if name == "paying_clients" else 3)


def _owner(agency: Agency) -> Actor:
    return actor_of_role(agency.workspace_id, Role.owner)
