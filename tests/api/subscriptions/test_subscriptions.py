"""Subscriptions through HTTP: 10 March 2026 in Berlin, unless a test says another day."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from api.client import Credentials
from imisofts.access import Role
from tests.api.agency import Agency
from tests.api.subscriptions.conftest import Make, SetClock


def days(subscription: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Quantity, first day and end of each row."""
    rows = subscription["items"]
    return [(f"{float(row['quantity']):g}", row["started_on"], row["ended_on"]) for row in rows]


def events(agency: Agency, staff: Credentials, subject: str) -> list[dict[str, Any]]:
    asked = {"subject_id": subject, "sort": "occurred_at"}
    found: list[dict[str, Any]] = agency.api.ask("GET", "/events", staff, params=asked).body["items"]
    return found


def test_a_subscription_tells_its_state_and_next_charge(agency: Agency, subscribe: Make) -> None:
    setup = {"description": "Set-up", "unit_price": "500", "interval": None}
    care = {"description": "Care", "quantity": "3", "unit_price": "33.335", "discount_rate": "0.1"}
    made = subscribe(started_on="2026-03-15", trial_ends_on="2026-03-20", items=[care, setup])
    assert (made["status"], made["currency"], made["client_name"]) == ("scheduled", "EUR", "Zebra")
    assert (made["next_charge_on"], made["next_charge_minor"]) == ("2026-03-15", 50000)
    assert [item["decided_on"] for item in made["items"]] == ["2026-03-10", "2026-03-10"]
    begun = subscribe(trial_ends_on="2026-03-20", items=[care])
    assert (begun["status"], begun["next_charge_on"], begun["next_charge_minor"]) == ("trial", "2026-03-20", 9000)
    assert begun["items"][0]["decided_on"] == "2026-01-01"
    assert subscribe()["period_ends_on"] == "2026-04-01"


def test_a_line_takes_what_it_does_not_say_from_its_service(
    agency: Agency, staff: Credentials, subscribe: Make
) -> None:
    body = {"name": "Hosting", "unit_price": "20", "interval": "quarter", "interval_count": 2}
    service = agency.api.ask("POST", "/services", staff, json=body)
    path = f"/services/{service.body['id']}"
    item = subscribe(items=[{"service_id": service.body["id"]}])["items"][0]
    assert (item["description"], float(item["unit_price"])) == ("Hosting", 20)
    assert (item["interval"], item["interval_count"]) == ("quarter", 2)
    send = {"client_id": agency.client_id, "started_on": "2026-01-01", "currency": "USD"}
    body = {**send, "items": [{"service_id": service.body["id"]}]}
    problem = agency.api.refusal("POST", "/subscriptions", staff, json=body)
    assert problem.fields == {"items.0.unit_price": "enter a price in USD"}
    agency.api.ask("DELETE", path, staff, if_match=service.etag)
    problem = agency.api.refusal("POST", "/subscriptions", staff, json=body)
    assert (problem.code, problem.fields) == ("service_archived", {"items.0.service_id": "is archived"})


def test_a_change_ends_a_row_and_adds_one(agency: Agency, staff: Credentials, subscribe: Make, act: Make) -> None:
    made = subscribe()
    line = made["items"][0]["line_id"]
    now = act(made, "change", effective_on="2026-04-01", items=[{"line_id": line, "quantity": "3"}])
    assert days(now) == [("1", "2026-01-01", "2026-04-01"), ("3", "2026-04-01", None)]
    assert {row["line_id"] for row in now["items"]} == {line}
    assert [row["end_decided_on"] for row in now["items"]] == ["2026-03-10", None]
    assert (now["next_charge_on"], now["next_charge_minor"], now["version"]) == ("2026-04-01", 30000, 2)
    add = [{"description": "Extra seats", "unit_price": "10"}]
    now = act(made, "change", items=[{"line_id": line, "unit_price": "90"}], add=add)
    assert days(now) == [
        ("1", "2026-01-01", "2026-03-10"),
        ("1", "2026-03-10", "2026-04-01"),
        ("3", "2026-04-01", None),
        ("1", "2026-03-10", None),
    ]
    told = events(agency, staff, made["id"])
    assert [event["name"] for event in told] == ["subscription.created", *["subscription.changed"] * 2]
    rows = told[1]["data"]["changed"]["items"]
    assert [(row["quantity"], row["ended_on"]) for row in rows["before"]] == [("1", None)]
    assert [(row["quantity"], row["ended_on"]) for row in rows["after"]] == [("1", "2026-04-01"), ("3", None)]
    act(made, "change", items=[{"line_id": line, "unit_price": "90"}])
    assert len(events(agency, staff, made["id"])) == 3


def test_a_removed_line_ends_and_the_last_one_is_cancelled_instead(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make
) -> None:
    lines = [{"description": name, "unit_price": "10"} for name in ("One", "Two")]
    made = subscribe(items=lines)
    first, second = made["items"]
    now = act(made, "change", items=[{"line_id": first["line_id"], "remove": True}])
    assert days(now) == [("1", "2026-01-01", "2026-03-10"), ("1", "2026-01-01", None)]
    path, body = f"/subscriptions/{made['id']}/change", {"items": [{"line_id": second["line_id"], "remove": True}]}
    assert agency.api.refusal("POST", path, staff, json=body).code == "nothing_left"


@pytest.mark.parametrize(
    ("verb", "field", "body"),
    [
        ("change", "effective_on", {"effective_on": "2026-02-28"}),
        ("pause", "from", {"from": "2026-02-28"}),
        ("cancel", "on", {"on": "2026-02-28"}),
    ],
)
def test_a_closed_month_is_only_corrected(
    agency: Agency, staff: Credentials, subscribe: Make, verb: str, field: str, body: dict[str, Any]
) -> None:
    made = subscribe()
    path = f"/subscriptions/{made['id']}"
    if verb == "change":
        body = {**body, "items": [{"line_id": made["items"][0]["line_id"], "quantity": "2"}]}
    problem = agency.api.refusal("POST", f"{path}/{verb}", staff, json=body)
    assert (problem.status, problem.code, list(problem.fields)) == (409, "month_closed", [field])
    assert f"/v1{path}/correct" in problem.detail
    body[field] = "2026-03-01"
    assert agency.api.ask("POST", f"{path}/{verb}", staff, json=body).status == 200


def test_the_month_is_that_of_the_workspaces_zone(
    agency: Agency, staff: Credentials, subscribe: Make, clock: SetClock
) -> None:
    made = subscribe()
    body = {"effective_on": "2026-03-31", "items": [{"line_id": made["items"][0]["line_id"], "quantity": "2"}]}
    clock.at = clock.at.replace(month=3, day=31, hour=22, minute=30)  # 1 April in Berlin
    path = f"/subscriptions/{made['id']}/change"
    assert agency.api.refusal("POST", path, staff, json=body).code == "month_closed"


def test_a_correction_rewrites_a_closed_month_and_says_why(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make
) -> None:
    made = subscribe()
    item = made["items"][0]
    path = f"/subscriptions/{made['id']}/correct"
    body = {"item_id": item["id"], "quantity": "2", "started_on": "2026-02-01"}
    assert "reason" in agency.api.refusal("POST", path, staff, json=body).fields
    now = act(made, "correct", reason="Typed wrongly", **body)
    assert days(now) == [("2", "2026-02-01", None)]
    told = events(agency, staff, made["id"])[-1]
    changed = told["data"]["changed"]
    assert told["name"] == "subscription.corrected"
    assert changed["reason"]["after"] == "Typed wrongly"
    assert (changed["items"]["before"][0]["quantity"], changed["items"]["after"][0]["quantity"]) == ("1", "2")
    assert changed["items"]["before"][0]["started_on"] == "2026-01-01"
    wrong = {"reason": "Why not", "item_id": item["id"], "started_on": "2025-12-31"}
    assert agency.api.refusal("POST", path, staff, json=wrong).fields.keys() == {"started_on"}


def test_a_corrected_row_never_meets_its_neighbour(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make
) -> None:
    made = subscribe()
    item = made["items"][0]
    act(made, "change", items=[{"line_id": item["line_id"], "quantity": "2"}])
    body = {"reason": "Wrong end", "item_id": item["id"], "ended_on": None}
    problem = agency.api.refusal("POST", f"/subscriptions/{made['id']}/correct", staff, json=body)
    assert (problem.status, problem.code) == (409, "line_conflict")


def test_a_pause_stops_the_charges_until_it_is_resumed(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make, clock: SetClock
) -> None:
    made = subscribe()
    now = act(made, "pause")
    assert (now["status"], now["next_charge_on"]) == ("paused", None)
    assert now["pauses"][0]["ended_on"] is None
    path = f"/subscriptions/{made['id']}"
    assert agency.api.refusal("POST", f"{path}/pause", staff, json={"from": "2026-06-01"}).code == "subscription_paused"
    clock.on("2026-05-20")
    now = act(made, "resume")
    assert (now["status"], now["next_charge_on"], now["pauses"][0]["ended_on"]) == (
        "active",
        "2026-06-01",
        "2026-05-20",
    )
    assert agency.api.refusal("POST", f"{path}/resume", staff).code == "subscription_not_paused"
    now = act(made, "pause", **{"from": "2026-06-01", "until": "2026-08-01"})
    assert (now["status"], now["next_charge_on"]) == ("active", "2026-08-01")
    names = [event["name"] for event in events(agency, staff, made["id"])]
    assert names[1:] == ["subscription.paused", "subscription.resumed", "subscription.paused"]
    pause = {"pause_id": now["pauses"][0]["id"], "ended_on": "2026-05-01"}
    assert act(made, "correct", reason="They came back sooner", pause=pause)["pauses"][0]["ended_on"] == "2026-05-01"


@pytest.mark.parametrize(
    ("body", "ends", "status"),
    [
        ({}, "2026-03-10", "ended"),
        ({"on": "2026-06-15"}, "2026-06-15", "cancelled"),
        ({"at_period_end": True}, "2026-04-01", "cancelled"),
    ],
)
def test_cancelling_now_on_a_day_or_at_period_end(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make, body: dict[str, Any], ends: str, status: str
) -> None:
    now = act(subscribe(), "cancel", reason="Moves in house", **body)
    assert (now["ended_on"], now["status"], now["cancelled_on"]) == (ends, status, "2026-03-10")
    assert days(now) == [("1", "2026-01-01", ends)]
    assert now["items"][0]["end_decided_on"] == "2026-03-10"
    told = events(agency, staff, now["id"])[-1]["data"]["changed"]
    assert told["ended_on"] == {"before": None, "after": ends}
    assert told["items"]["before"][0]["ended_on"] is None
    client = agency.api.ask("GET", f"/subscriptions/{now['id']}", agency.as_role[Role.client]).body
    assert (client["status"], client["cancel_reason"], now["cancel_reason"]) == (status, None, "Moves in house")


def test_at_period_end_each_line_runs_as_long_as_it_is_paid(subscribe: Make, act: Make) -> None:
    yearly = {"description": "Domain", "unit_price": "50", "interval": "year"}
    made = subscribe(items=[{"description": "Care", "unit_price": "10"}, yearly])
    now = act(made, "cancel", at_period_end=True)
    assert [row["ended_on"] for row in now["items"]] == ["2026-04-01", "2027-01-01"]
    assert now["ended_on"] == "2027-01-01"


def test_a_cancelled_subscription_may_only_end_sooner(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make
) -> None:
    made = subscribe()
    act(made, "cancel", on="2026-06-01")
    path = f"/subscriptions/{made['id']}"
    assert agency.api.refusal("POST", f"{path}/cancel", staff, json={"on": "2026-07-01"}).code == "subscription_ended"
    assert act(made, "cancel", on="2026-05-01")["ended_on"] == "2026-05-01"
    assert act(made, "cancel")["status"] == "ended"
    for verb in ("cancel", "pause", "resume"):
        assert agency.api.refusal("POST", f"{path}/{verb}", staff).code == "subscription_ended"


def test_a_cancellation_is_withdrawn_and_what_was_known_in_between_stays(
    agency: Agency, staff: Credentials, subscribe: Make, act: Make, clock: SetClock
) -> None:
    """The cancelled row keeps its end and the day it was agreed; a successor of the same terms begins there."""
    made = subscribe()
    act(made, "change", effective_on="2026-05-01", items=[{"line_id": made["items"][0]["line_id"], "quantity": "3"}])
    assert act(made, "cancel", on="2026-04-01")["status"] == "cancelled"
    clock.on("2026-03-20")
    now = act(made, "withdraw-cancellation")
    assert (now["status"], now["ended_on"], now["cancelled_on"], now["cancel_reason"]) == ("active", None, None, None)
    lasting = [row for row in now["items"] if row["started_on"] != row["ended_on"]]
    assert [
        (f"{Decimal(row['quantity']):f}"[0], row["started_on"], row["ended_on"], row["decided_on"]) for row in lasting
    ] == [
        ("1", "2026-01-01", "2026-04-01", "2026-01-01"),
        ("1", "2026-04-01", "2026-05-01", "2026-03-20"),
        ("3", "2026-05-01", None, "2026-03-20"),
    ]
    assert lasting[0]["end_decided_on"] == "2026-03-10"
    assert len({row["line_id"] for row in now["items"]}) == 1
    assert now["next_charge_on"] == "2026-04-01"
    assert events(agency, staff, made["id"])[-1]["name"] == "subscription.cancellation_withdrawn"
    path = f"/subscriptions/{made['id']}/withdraw-cancellation"
    assert agency.api.refusal("POST", path, staff).code == "subscription_not_cancelled"
    act(made, "cancel", on="2026-06-01")
    assert act(made, "cancel", on="2026-04-15")["ended_on"] == "2026-04-15"
    again = act(made, "withdraw-cancellation")
    assert [row["started_on"] for row in again["items"] if row["ended_on"] is None] == ["2026-05-01"]
    act(made, "cancel")
    assert agency.api.refusal("POST", path, staff).code == "subscription_ended"


def test_a_line_that_ended_otherwise_does_not_come_back(subscribe: Make, act: Make) -> None:
    yearly = {"description": "Domain", "unit_price": "50", "interval": "year"}
    made = subscribe(items=[{"description": "Care", "unit_price": "10"}, yearly])
    line = made["items"][0]["line_id"]
    act(made, "change", effective_on="2026-04-01", items=[{"line_id": line, "remove": True}])
    act(made, "cancel", at_period_end=True)
    now = act(made, "withdraw-cancellation")
    assert [row["description"] for row in now["items"] if row["ended_on"] is None] == ["Domain"]


def test_cancelling_in_the_trial_ends_with_the_trial(subscribe: Make, act: Make) -> None:
    now = act(subscribe(trial_ends_on="2026-04-15"), "cancel", at_period_end=True)
    assert (now["ended_on"], now["next_charge_on"]) == ("2026-04-15", None)


def test_the_list_filters_by_state_and_searches(agency: Agency, staff: Credentials, subscribe: Make, act: Make) -> None:
    word = uuid4().hex[:8]
    made = {
        name: subscribe(name=f"{name} {word}", **more)
        for name, more in {
            "active": {}, "trial": {"trial_ends_on": "2026-04-01"}, "scheduled": {"started_on": "2026-03-11"},
            "paused": {}, "cancelled": {}, "ended": {},
        }.items()
    }  # fmt: skip
    act(made["paused"], "pause")
    act(made["cancelled"], "cancel", on="2026-04-01")
    act(made["ended"], "cancel")
    for status in made:
        asked = {"q": word, "status": status}
        rows = agency.api.ask("GET", "/subscriptions", staff, params=asked).body["items"]
        assert [row["name"].split()[0] for row in rows] == [status]
        one = agency.api.ask("GET", f"/subscriptions/{rows[0]['id']}", staff).body
        assert {name: one[name] for name in rows[0]} == rows[0]


def test_a_client_reads_its_own_and_changes_nothing(agency: Agency, staff: Credentials, subscribe: Make) -> None:
    client = agency.as_role[Role.client]
    other = agency.api.ask("POST", "/clients", staff, json={"name": "Other"}).body["id"]
    mine, foreign = subscribe(), subscribe(client_id=other)
    listed = agency.api.ask("GET", "/subscriptions", client, params={"limit": 200}).body["items"]
    ids = {row["id"] for row in listed}
    assert mine["id"] in ids
    assert foreign["id"] not in ids
    assert agency.api.refusal("GET", f"/subscriptions/{foreign['id']}", client).status == 404
    for verb in ("change", "pause", "resume", "cancel", "correct"):
        assert agency.api.refusal("POST", f"/subscriptions/{mine['id']}/{verb}", client, json={}).status == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"unit_price": "1"}]}, "items.0.description"),
        ({"items": [{"description": "x", "unit_price": "-1"}]}, "items.0.unit_price"),
        ({"items": [{"description": "x", "unit_price": "1", "interval": "hour"}]}, "items.0.interval"),
        ({"items": [{"description": "x", "unit_price": "1", "discount_rate": "1.1"}]}, "items.0.discount_rate"),
        ({"items": [{"description": "x", "unit_price": "9" * 16, "quantity": "9" * 16}]}, "items.0.unit_price"),
        ({"items": [{"description": "x", "unit_price": "1", "service_id": str(uuid4())}]}, "items.0.service_id"),
        ({"trial_ends_on": "2025-12-31"}, "trial_ends_on"),
        ({"currency": "EURO"}, "currency"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_by_field(
    agency: Agency, staff: Credentials, wrong: dict[str, Any], field: str
) -> None:
    items = [{"description": "Care", "unit_price": "100"}]
    body = {"client_id": agency.client_id, "started_on": "2026-01-01", "items": items, **wrong}
    problem = agency.api.refusal("POST", "/subscriptions", staff, json=body)
    assert (problem.status, field in problem.fields) == (422, True), problem.fields


def test_a_repeated_post_makes_one_subscription(agency: Agency, staff: Credentials, clock: SetClock) -> None:
    items = [{"description": "Care", "unit_price": "100"}]
    body = {"client_id": agency.client_id, "started_on": "2026-01-01", "items": items}
    key = uuid4().hex
    ids = {agency.api.ask("POST", "/subscriptions", staff, json=body, idempotency_key=key).body["id"] for _ in range(2)}
    assert len(ids) == 1
