"""Subscriptions, people's time, a project and tickets go in by the API as they happen; its metrics tell the figures."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Api, found, running
from tests.e2e.house import BERLIN, Hands, House
from warehouse import build, lake, pipeline
from warehouse.models import dbt

FULL_WEEK = {f"{day}_minutes": 480 for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
FOUR_DAYS = {**FULL_WEEK, "friday_minutes": 0}
HOLIDAY, SICK = date(2026, 3, 11), date(2026, 3, 24)


@pytest.fixture(scope="module")
def installation(module_settings: Settings) -> Iterator[tuple[Api, Hands]]:
    clock = Hands()
    with running(module_settings, clock) as api:
        yield api, clock


@pytest.fixture(scope="module")
def houses(installation: tuple[Api, Hands], module_settings: Settings) -> tuple[House, House]:
    """Two agencies: one with the usual hours and a month of work, one that closes at noon and has subscriptions."""
    api, clock = installation
    with_a_break = House(found(api), clock)
    _recurs(with_a_break)
    _is_paid_ahead(with_a_break)
    clock.at = datetime(2026, 3, 5, 9, tzinfo=BERLIN)
    usual = House(found(api), clock)
    _support(usual)
    _closes_at_noon(with_a_break)
    usual.ticket("2026-03-30T16:45")
    _works(usual)
    result = pipeline.run(module_settings)
    assert result.published, [check for check in result.checks if not check.passed]
    for house in (usual, with_a_break):
        house.when("2026-04-01T09:00")
    return usual, with_a_break


def _recurs(house: House) -> None:
    """One client pays 50, 50, 0, 0, 50, 80, 60 dollars; three others open March 2026 with 100 euros, of which 10 churn
    and 10 are cut, while 10 are added."""
    house.when("2025-09-10T09:00")
    first = _subscribes(house, "Series", "50", "USD")
    house.when("2025-11-01T09:00")
    house.does(f"/subscriptions/{first['id']}/cancel", {"on": "2025-11-01"})
    house.when("2026-01-05T09:00")
    second = _subscribes(house, "Series", "50", "USD")
    house.when("2026-02-03T09:00")
    _now_costs(house, second, "80")
    lost, less, more = (
        _subscribes(house, name, price, "EUR") for name, price in (("L", "10"), ("S", "40"), ("M", "50"))
    )
    house.when("2026-03-02T09:00")
    _now_costs(house, second, "60")
    house.does(f"/subscriptions/{lost['id']}/cancel", {"on": "2026-03-02"})
    _now_costs(house, less, "30")
    _now_costs(house, more, "60")


def _subscribes(house: House, client: str, price: str, currency: str) -> dict[str, Any]:
    """A monthly subscription of the client of that external id, from the day that the clock shows."""
    known = house.does(f"/clients?q={client}", method="GET")["items"]
    owner = known[0] if known else house.does("/clients", {"name": client, "external_id": client, "currency": currency})
    item = {"description": "Care", "unit_price": price, "interval": "month"}
    body = {"client_id": owner["id"], "currency": currency, "started_on": house.clock.at.date().isoformat()}
    made: dict[str, Any] = house.does("/subscriptions", {**body, "items": [item]})
    return made


def _now_costs(house: House, subscription: dict[str, Any], price: str) -> None:
    line = {"line_id": subscription["items"][0]["line_id"], "unit_price": price}
    body = {"effective_on": house.clock.at.date().isoformat(), "items": [line]}
    house.does(f"/subscriptions/{subscription['id']}/change", body)


def _is_paid_ahead(house: House) -> None:
    """120.00 without tax from 15 June noon to 13 October noon; ten of it, and their tax, are given back."""
    body = {"name": "Ahead", "external_id": "AHEAD", "currency": "EUR"}
    line = {"description": "Summer", "unit_price": "120.00", "tax_rate": "0.19"}
    line |= {"service_from": "2026-06-15T12:00:00+02:00", "service_until": "2026-10-13T12:00:00+02:00"}
    draft = house.does("/invoices", {"client_id": house.does("/clients", body)["id"], "lines": [line]})
    house.does(f"/invoices/{draft['id']}/issue", {"issued_on": "2026-03-02"})
    path, note = f"/invoices/{draft['id']}/credit-notes", {"amount": "11.90", "issued_on": "2026-03-02"}
    house.agency.api.ask("POST", path, house.agency.as_role[Role.owner], json=note, idempotency_key="given-back")


def _closes_at_noon(house: House) -> None:
    house.when("2026-03-19T09:00")
    hours = [
        {"weekday": day, "opens_minute": opens, "closes_minute": closes}
        for day in range(5)
        for opens, closes in ((480, 720), (810, 1080))
    ]
    house.does("/support/business-hours", {"intervals": hours}, method="PUT")
    house.does("/holidays", {"on_date": "2026-03-23", "name": "Founders' day"})
    over_noon = house.ticket("2026-03-19T12:30")
    house.when("2026-03-19T14:30")
    house.does(f"{over_noon}/answer", {"body": "Done.", "then": "resolve"})
    over_a_holiday = house.ticket("2026-03-20T17:30", "high")
    house.when("2026-03-24T08:30")
    house.does(f"{over_a_holiday}/answer", {"body": "Done.", "then": "resolve"})


def _support(house: House) -> None:
    over_the_weekend = house.ticket("2026-03-06T16:30")
    house.when("2026-03-09T09:30")
    house.does(f"{over_the_weekend}/answer", {"body": "Which browser?"})
    house.when("2026-03-09T15:00")
    house.does(f"{over_the_weekend}/reply", {"body": "This one."}, Role.client)
    house.when("2026-03-09T17:00")
    house.does(f"{over_the_weekend}/resolve")
    house.does(f"{over_the_weekend}/rate", {"is_satisfied": True}, Role.client)
    again = house.ticket("2026-03-12T10:00", "normal")
    house.when("2026-03-12T13:00")
    house.does(f"{again}/answer", {"body": "Done.", "then": "resolve"})
    house.does(f"{again}/reply", {"body": "It is not."}, Role.client)
    house.does(f"{again}/resolve")
    house.does(f"{again}/rate", {"is_satisfied": False}, Role.client)


def _works(house: House) -> None:
    """Ann's March of 136 hours, 108 of them billable; Otto keeps the office and is in no utilization."""
    house.when("2026-03-31T18:00")
    ann = house.does("/people", {"name": "Ann Weber", "external_id": "ANN"})["id"]
    otto = house.does("/people", {"name": "Otto Office", "external_id": "OTTO", "is_billable_role": False})["id"]
    house.does(f"/people/{ann}/working-hours", {"started_on": "2026-03-01", **FULL_WEEK})
    house.does(f"/people/{ann}/working-hours", {"started_on": "2026-03-16", **FOUR_DAYS})
    house.does(f"/people/{otto}/working-hours", {"started_on": "2026-03-01", **FULL_WEEK})
    for kind, rate in (("bill", "100"), ("cost", "50")):
        body = {"kind": kind, "hourly_rate": rate, "started_on": "2026-03-01"}
        house.does(f"/people/{ann}/rates", body)
    house.does("/holidays", {"on_date": HOLIDAY.isoformat(), "name": "Founders' day"})
    sick = {"person_id": ann, "starts_on": SICK.isoformat(), "ends_on": SICK.isoformat(), "kind": "sick"}
    house.does("/time-off", sick)
    project = house.does("/projects", _project(house))["id"]
    for place, day in enumerate(_days()):
        entry = {"person_id": ann, "worked_on": day.isoformat()}
        house.does("/time-entries", {**entry, "project_id": project, "minutes": 360})
        if place < 14:
            house.does("/time-entries", {**entry, "minutes": 120, "is_billable": False})
    other = house.does("/projects", {"name": "Print", "client_id": house.agency.client_id})["id"]
    entry = {"person_id": otto, "project_id": other, "worked_on": "2026-03-02"}
    house.does("/time-entries", {**entry, "minutes": 600, "is_billable": True})
    _delivers(house, project)
    line = {"description": "March", "unit_price": "8640.00", "tax_rate": "0.19"}
    draft = house.does("/invoices", {"client_id": house.agency.client_id, "lines": [line]})
    house.does(f"/invoices/{draft['id']}/issue", {"issued_on": "2026-03-31"})


def _project(house: House) -> dict[str, Any]:
    budget = {"started_on": "2026-03-01", "due_on": "2026-03-20", "budget_minutes": 6000}
    return {"name": "Relaunch", "external_id": "R", "client_id": house.agency.client_id, **budget}


def _days() -> list[date]:
    """The eighteen days on which Ann could work."""
    month = (date(2026, 3, 1) + timedelta(days=number) for number in range(31))
    return [day for day in month if day.weekday() < (5 if day.day < 16 else 4) and day not in (HOLIDAY, SICK)]


def _delivers(house: House, project: str) -> None:
    for title, due, done in (
        ("Draft", "2026-03-10", "2026-03-10"),
        ("Design", "2026-03-17", "2026-03-18"),
        ("Launch", "2026-03-20", None),
    ):
        made = house.does(f"/projects/{project}/milestones", {"title": title, "due_on": due})
        if done:
            path, who = f"/milestones/{made['id']}", house.agency.as_role[Role.owner]
            house.agency.api.ask("PATCH", path, who, json={"completed_on": done}, if_match='"1"')
    task = house.does(f"/projects/{project}/tasks", {"title": "Forms", "started_on": "2026-03-02"})
    path, who = f"/tasks/{task['id']}", house.agency.as_role[Role.owner]
    house.agency.api.ask("PATCH", path, who, json={"completed_on": "2026-03-04"}, if_match='"1"')


def test_the_known_series_and_what_moved_it(houses: tuple[House, House]) -> None:
    house = houses[1]

    def months(name: str) -> list[str]:
        path = f"/metrics/{name}?from=2025-09-01&to=2026-03-31&where=client:Series&where=currency:USD"
        return [row["value"] for row in house.does(path, method="GET")["rows"]]

    assert months("mrr") == ["50.00", "50.00", "0.00", "0.00", "50.00", "80.00", "60.00"]
    moved = {"new": 0, "churned": 2, "reactivation": 4, "expansion": 5, "contraction": 6}
    assert {
        name: [place for place, value in enumerate(months(f"{name}_mrr")) if value != "0.00"] for name in moved
    } == {name: [place] for name, place in moved.items()}


def test_churn_of_a_month_that_opened_with_a_hundred(houses: tuple[House, House]) -> None:
    house = houses[1]
    euros = "&where=currency:EUR"
    assert house.figure("gross_mrr_churn", euros) == "0.2"
    assert house.figure("net_mrr_churn", euros) == "0.1"
    assert house.figure("mrr", euros) == "90.00"


def test_revenue_is_recognised_as_it_is_earned(houses: tuple[House, House]) -> None:
    path = "/metrics/recognised_revenue?from=2026-03-01&to=2026-11-30&where=client:AHEAD"
    rows = houses[1].does(path, method="GET")["rows"]
    months = ["-10.00", "0.00", "0.00", "16.00", "31.00", "31.00", "30.00", "12.00", "0.00"]
    assert [row["value"] for row in rows] == months
    assert rows[-1]["incomplete"], "agreed, and ahead of the data"
    cut = houses[1].does(f"{path}&grain=year".replace("03-01", "06-20").replace("11-30", "06-21"), method="GET")
    assert [row["value"] for row in cut["rows"]] == ["2.00"], "a range that cuts a month takes its own days"


@pytest.mark.parametrize(
    ("choice", "months"),
    [
        ("by_second", ["15.50", "31.00", "31.00", "30.00", "12.50"]),
        ("by_month", ["30.00", "30.00", "30.00", "30.00"]),
        ("by_month_with_shares", ["15.50", "30.66", "30.66", "30.68", "12.50"]),
    ],
)
def test_revenue_is_recognised_by_the_policys_other_choices(
    houses: tuple[House, House],
    module_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    months: list[str],
) -> None:
    """The same invoice, in by the API; the mart of an agency whose policy says otherwise."""
    project = tmp_path / "transforms"
    shutil.copytree(dbt.PROJECT, project)
    file = project / "dbt_project.yml"
    file.write_text(file.read_text().replace("value: by_day\n", f"value: {choice}\n"))
    monkeypatch.setattr(dbt, "PROJECT", project)
    with closing(lake.connect(module_settings)) as connection:
        snapshot = lake.current_snapshot(connection)
    built = build.build(module_settings, snapshot, data_at=houses[1].clock.at, changed={"invoice_line"})
    assert built.ok, built.results
    with closing(duckdb.connect(str(built.scratch), read_only=True)) as scratch:
        found = scratch.execute(
            "select cast(sum(amount) as decimal(24, 2)) from marts.fct_recognised_revenue"
            " where kind = 'line' and recognised_on >= date '2026-06-01'"
            " group by date_trunc('month', recognised_on) order by date_trunc('month', recognised_on)"
        ).fetchall()
    build.discard(built)
    assert [str(amount) for (amount,) in found] == months


def test_march_2026_of_one_person(houses: tuple[House, House]) -> None:
    house, ann = houses[0], "&where=person:ANN"
    hours = ("capacity_hours", "available_hours", "hours_worked", "hours_billable")
    assert [house.figure(name, ann) for name in hours] == ["160", "144", "136", "108"]
    shares = ("billable_of_worked", "billable_of_available", "client_of_available")
    assert [house.figure(name) for name in shares] == ["0.79411765", "0.75", "0.75"]
    first_half = {row["period"]: row["value"] for row in house.rows("available_hours", f"{ann}&grain=week")}
    assert first_half["2026-03-09"] == "32", "a holiday"
    assert (first_half["2026-03-16"], first_half["2026-03-23"]) == ("32", "24"), "four days a week; one of them sick"


def test_who_is_not_billable_is_listed_and_in_no_utilization(houses: tuple[House, House]) -> None:
    house = houses[0]
    listed = house.rows("capacity_hours", "&by=person&by=billable_role")
    assert [(row["dimensions"]["person_name"], row["dimensions"]["billable_role"], row["value"]) for row in listed] == [
        ("Ann Weber", "billable", "160"),
        ("Otto Office", "not_billable", "176"),
    ]
    utilized = house.rows("billable_of_available", "&by=person")
    assert [row["dimensions"]["person"] for row in utilized] == ["ANN"]
    assert house.figure("hours_worked") == "146"


def test_nobody_available_is_blank_and_more_than_all_is_legal(houses: tuple[House, House]) -> None:
    house = houses[0]
    days = {row["period"]: row["value"] for row in house.rows("billable_of_available", "&grain=day")}
    assert (days["2026-03-11"], days["2026-03-24"], days["2026-03-20"]) == (None, None, None)
    assert days["2026-03-10"] == "0.75"
    assert house.rows("client_of_available", "&where=person:OTTO")[0]["value"] is None


def test_fees_are_without_tax_against_hours_at_their_rates(houses: tuple[House, House]) -> None:
    house = houses[0]
    assert house.figure("realization") == "0.8"
    assert house.figure("effective_rate") == "73.22", "over 118 hours, Otto's ten among them"
    assert house.figure("hours_billable_without_rate") == "10", "Otto's"
    assert [house.figure(name) for name in ("client_fees", "time_cost", "client_margin")] == [
        "8640.00",
        "5400.00",
        "3240.00",
    ]


def test_a_project_is_over_its_budget_and_late(houses: tuple[House, House]) -> None:
    house = houses[0]
    assert house.figure("project_hours", "&where=project:R") == "108"
    assert house.figure("project_budget_used", "&where=project:R") == "1.08"
    assert house.figure("projects_on_time") == "0", "due on the 20th and still open"
    assert house.figure("milestones_on_time") == "0.33333333"
    assert house.figure("tasks_completed") == "1"


def test_support_counts_and_medians_in_both_times(houses: tuple[House, House]) -> None:
    house, urgent = houses[0], "&where=priority:urgent"
    assert (house.figure("tickets_opened"), house.figure("tickets_resolved")) == ("3", "2")
    # Friday 16:30 to Monday 9:30 is an hour in 9–17, and just in time.
    assert house.figure("first_response_hours", urgent) == "65"
    assert house.figure("first_response_hours_business", urgent) == "1"
    # To Monday 17:00: half an hour on Friday and eight on Monday, less five and a half of waiting.
    assert house.figure("resolution_hours", urgent) == "72.5"
    assert house.figure("resolution_hours_business", urgent) == "3"
    assert house.figure("first_response_hours_business") == "2", "the median of one hour and three"
    assert house.figure("reopen_rate") == "0.5"
    assert (house.figure("csat"), house.figure("csat_n")) == ("0.5", "2")


def test_a_ticket_without_an_answer_counts_as_soon_as_its_promise_is_broken(houses: tuple[House, House]) -> None:
    house = houses[0]
    days = {row["period"]: row["value"] for row in house.rows("sla_met", "&grain=day&where=priority:urgent")}
    assert days["2026-03-09"] == "1"
    # Monday 30 March, 16:45, one business hour: broken on Tuesday at 9:45.
    assert (days["2026-03-30"], days["2026-03-31"]) == (None, "0")
    assert (house.figure("tickets_open"), house.figure("tickets_unanswered")) == ("1", "1")


def test_a_break_at_noon_and_a_holiday_are_not_opening_hours(houses: tuple[House, House]) -> None:
    house = houses[1]
    assert house.figure("first_response_hours", "&where=priority:urgent") == "2"
    assert house.figure("first_response_hours_business", "&where=priority:urgent") == "1", "12:30 to 14:30"
    assert house.figure("resolution_hours_business", "&where=priority:high") == "1", "Friday 17:30 to Tuesday 8:30"
    assert house.figure("sla_met") == "1"


def test_health_is_made_of_what_went_in(houses: tuple[House, House]) -> None:
    """At the end of March: nothing past due, one milestone of three on time, both answers in time and one ticket
    reopened, the client signed in that day, the later of two ratings the bad one, no recurring revenue."""
    house = houses[0]
    parts = {"payment": "23.52941176", "delivery": "0", "support": "14.11764706", "engagement": "17.64705883"}
    assert {name: house.figure(f"health_{name}") for name in parts} == parts
    assert (house.figure("health_sentiment"), house.figure("health_coverage")) == ("0", "0.85")
    assert house.figure("health_score") == "55.29411765"
    one = house.does(f"/clients/{house.agency.client_id}/health?on=2026-03-31", method="GET")["health"]
    measured = {item["name"]: (item["value"], item["score"]) for item in one["inputs"]}
    assert measured == {
        "payment": ("0", 100),
        "delivery": ("0.33333333", 0),
        "support": ("0.95", 80),
        "engagement": ("0", 100),
        "sentiment": ("0.49422403", 0),
        "commercial": (None, None),
    }
    assert (one["score"], one["band"]) == ("55.29411765", "watch")
    assert one["explanation"][0] == "Health is 55.3 of 100: to be watched."
    bands = {row["dimensions"]["band"]: row["value"] for row in house.rows("clients_by_band", "&by=band")}
    assert bands["watch"] == "1"


def test_people_are_no_business_of_a_client(houses: tuple[House, House]) -> None:
    house = houses[0]
    who = house.agency.as_role[Role.client]
    hidden = ("hours_worked", "billable_of_available", "realization", "client_margin", "project_budget_used")
    for name in (*hidden, "health_score", "health_payment", "clients_by_band"):
        refused = house.agency.api.refusal("GET", f"/metrics/{name}", who)
        assert (refused.status, refused.code) == (404, "unknown_metric")
    assert house.agency.api.refusal("GET", "/metrics/tasks_completed?by=person", who).code == "unknown_dimension"
    assert [row["value"] for row in house.rows("tickets_opened", role=Role.client)] == ["3"]
