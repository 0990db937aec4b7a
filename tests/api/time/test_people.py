"""People, their working hours and rates through HTTP, on 18 March 2026."""

from typing import Any

import pytest

from imisofts.access import Role
from tests.api.agency import Agency

FULL = {f"{day}_minutes": 480 for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


def _hours(agency: Agency, person: str) -> list[tuple[str, str | None, int]]:
    rows = agency.api.ask("GET", f"/people/{person}/working-hours", agency.as_role[Role.member]).body
    return [(row["started_on"], row["ended_on"], row["friday_minutes"]) for row in rows]


def _events(agency: Agency, subject: str, who: Role = Role.owner) -> list[dict[str, Any]]:
    params = {"subject_id": subject, "limit": "200"}
    found = agency.api.ask("GET", "/events", agency.as_role[who], params=params).body["items"]
    return list(reversed(found))


def test_a_person_is_added_changed_and_archived(agency: Agency) -> None:
    owner, ask = agency.as_role[Role.owner], agency.api.ask
    body = {"name": "Ben Frei", "email": "ben@acme.example", "title": "Editor", "external_id": "P-1"}
    made = ask("POST", "/people", owner, json=body)
    path = f"/people/{made.body['id']}"
    assert (made.status, made.etag, made.body["is_billable_role"], made.body["archived"]) == (201, '"1"', True, False)
    assert agency.api.refusal("POST", "/people", owner, json=body).fields == {"external_id": "is taken"}
    assert agency.api.refusal("PATCH", path, owner, json={"title": "x"}).status == 428
    assert ask("PATCH", path, owner, json={"title": "Chief editor"}, if_match='"1"').etag == '"2"'
    ask("POST", f"{path}/working-hours", owner, json={"started_on": "2026-01-01", **FULL})
    ask("POST", f"{path}/working-hours", owner, json={"started_on": "2026-04-01", "monday_minutes": 240})
    assert ask("DELETE", path, owner, if_match='"2"').body["archived"] is True
    assert _hours(agency, made.body["id"]) == [("2026-01-01", "2026-03-19", 480), ("2026-04-01", "2026-04-01", 0)]
    refused = agency.api.refusal("POST", f"{path}/working-hours", owner, json={"started_on": "2026-04-01"})
    assert refused.code == "person_archived"
    told = [event["name"] for event in _events(agency, made.body["id"])]
    assert told == ["person.created", "person.updated", "person.archived"]
    assert "Ben" not in str(_events(agency, made.body["id"]))


def test_a_sign_in_belongs_to_one_person_of_the_staff(agency: Agency, member: str) -> None:
    owner, refusal = agency.as_role[Role.owner], agency.api.refusal
    users = {row["role"]: row["user_id"] for row in agency.api.ask("GET", "/users", owner).body["items"]}
    assert refusal("POST", "/people", owner, json={"name": "X", "user_id": users["member"]}).code == "user_taken"
    assert list(refusal("POST", "/people", owner, json={"name": "X", "user_id": users["client"]}).fields) == ["user_id"]


def test_new_working_hours_end_the_ones_before_and_closed_months_stay(agency: Agency, person: str) -> None:
    owner, path = agency.as_role[Role.owner], f"/people/{person}/working-hours"
    agency.api.ask("POST", path, owner, json={"started_on": "2024-01-01", **FULL})
    agency.api.ask("POST", path, owner, json={"started_on": "2026-03-16", **FULL, "friday_minutes": 0})
    agency.api.ask("POST", path, owner, json={"started_on": "2026-06-01", **FULL, "friday_minutes": 60})
    agency.api.ask("POST", path, owner, json={"started_on": "2026-05-01", **FULL, "friday_minutes": 120})
    spans = [("2024-01-01", "2026-03-16", 480), ("2026-03-16", "2026-05-01", 0), ("2026-05-01", "2026-06-01", 120)]
    assert _hours(agency, person) == [*spans, ("2026-06-01", None, 60)]
    closed = agency.api.refusal("POST", path, owner, json={"started_on": "2026-02-28", **FULL})
    assert (closed.status, closed.code, list(closed.fields)) == (409, "closed_month", ["started_on"])
    assert "correction" in closed.detail
    row = agency.api.ask("POST", path, owner, json={"started_on": "2024-01-01", "correction": True, **FULL}).body
    assert row["version"] == 2, "the same values change nothing"
    body = {"started_on": "2024-01-01", "correction": True, **FULL, "friday_minutes": 420}
    assert agency.api.ask("POST", path, owner, json=body).body["version"] == 3
    assert _hours(agency, person)[0] == ("2024-01-01", "2026-03-16", 420)
    last = _events(agency, row["id"])[-1]["data"]["changed"]
    assert last["friday_minutes"] == {"before": 480, "after": 420}
    assert last["correction"]["after"] is True


@pytest.mark.parametrize("who", [Role.member])
def test_what_somebody_costs_is_told_to_nobody_without_the_right(agency: Agency, person: str, who: Role) -> None:
    owner, path = agency.as_role[Role.owner], f"/people/{person}/rates"
    for kind, rate, day in (
        ("cost", "41.37", "2026-01-01"),
        ("bill", "120", "2026-01-01"),
        ("cost", "43.21", "2026-03-10"),
    ):
        agency.api.ask("POST", path, owner, json={"kind": kind, "hourly_rate": rate, "started_on": day})
    seen = [(row["kind"], row["hourly_rate"], row["ended_on"]) for row in agency.api.ask("GET", path, owner).body]
    assert sorted(seen) == [
        ("bill", "120.00000000", None), ("cost", "41.37000000", "2026-03-10"), ("cost", "43.21000000", None)
    ]  # fmt: skip
    less = agency.as_role[who]
    assert [row["kind"] for row in agency.api.ask("GET", path, less).body] == ["bill"]
    answers = [agency.api.ask("GET", f"/people/{person}", less), agency.api.ask("GET", "/people", less)]
    answers.append(agency.api.ask("GET", "/events", less, params={"limit": "200"}))
    assert "person_rate.set" in str(answers[-1].body)
    assert not [answer for answer in answers if b"41.37" in answer.content or b"43.21" in answer.content]
    refused = agency.api.refusal(
        "POST", path, less, json={"kind": "bill", "hourly_rate": "1", "started_on": "2026-03-01"}
    )
    assert refused.status == 403


def test_a_token_without_the_right_to_costs_sets_bill_rates_only(agency: Agency, person: str) -> None:
    owner = agency.as_role[Role.owner]
    scopes = ["person.read", "person.write"]
    made = agency.api.ask("POST", "/tokens", owner, json={"name": "Team", "scopes": scopes}).body
    token = type(owner)(bearer=made["token"])
    path, body = f"/people/{person}/rates", {"hourly_rate": "1", "started_on": "2026-03-01"}
    assert agency.api.ask("POST", path, token, json={"kind": "bill", **body}).status == 201
    assert agency.api.refusal("POST", path, token, json={"kind": "cost", **body}).status == 403
