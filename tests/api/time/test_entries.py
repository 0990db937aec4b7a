"""Time entries, holidays and time off through HTTP, on 18 March 2026."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.client import Problem
from imisofts.access import Role
from tests.api.agency import Agency

DAY = "2026-03-17"


@pytest.fixture(scope="module")
def project(agency: Agency) -> str:
    body = {"name": "Relaunch", "client_id": agency.client_id}
    return str(agency.api.ask("POST", "/projects", agency.as_role[Role.owner], json=body).body["id"])


def _enter(agency: Agency, role: Role, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = agency.api.ask("POST", "/time-entries", agency.as_role[role], json=body).body
    return found


def test_a_member_writes_her_own_time_and_nobody_elses(agency: Agency, member: str, person: str, project: str) -> None:
    who, refusal = agency.as_role[Role.member], agency.api.refusal
    own = _enter(agency, Role.member, worked_on=DAY, minutes=90, project_id=project, note="Wireframes")
    assert (own["person_id"], own["client_id"], own["is_billable"]) == (member, agency.client_id, True)
    body = {"worked_on": DAY, "minutes": 60, "person_id": person}
    assert refusal("POST", "/time-entries", who, json=body).code == "not_yours"
    theirs = _enter(agency, Role.owner, **body)
    path = f"/time-entries/{theirs['id']}"
    assert agency.api.ask("GET", path, who).body["minutes"] == 60
    assert refusal("PATCH", path, who, json={"minutes": 1}, if_match='"1"').status == 403
    assert refusal("DELETE", path, who, if_match='"1"').status == 403
    changed = agency.api.ask("PATCH", f"/time-entries/{own['id']}", who, json={"minutes": 120}, if_match='"1"')
    assert (changed.body["minutes"], changed.etag) == (120, '"2"')
    agency.api.ask("DELETE", f"/time-entries/{own['id']}", who, if_match='"2"')
    events = agency.api.ask("GET", "/events", who, params={"subject_id": own["id"]}).body["items"]
    assert [event["name"] for event in events] == ["time_entry.deleted", "time_entry.updated", "time_entry.created"]
    assert events[0]["data"]["changed"]["minutes"] == {"before": 120, "after": None}
    assert "Wireframes" not in str(events)


def test_somebody_without_a_person_is_told_so(agency: Agency) -> None:
    problem = agency.api.refusal(
        "POST", "/time-entries", agency.as_role[Role.admin], json={"worked_on": DAY, "minutes": 1}
    )
    assert (problem.status, problem.code) == (409, "no_person")


def test_a_day_has_24_hours(agency: Agency, person: str) -> None:
    first = _enter(agency, Role.owner, person_id=person, worked_on=DAY, minutes=1000)
    body = {"person_id": person, "worked_on": DAY, "minutes": 441}
    problem = agency.api.refusal("POST", "/time-entries", agency.as_role[Role.owner], json=body)
    assert (problem.status, problem.code, list(problem.fields)) == (409, "day_full", ["minutes"])
    assert "7 h 20 min are left" in problem.detail
    second = _enter(agency, Role.owner, **{**body, "minutes": 440})
    grown = {"json": {"minutes": 1001}, "if_match": '"1"'}
    path = f"/time-entries/{first['id']}"
    assert agency.api.refusal("PATCH", path, agency.as_role[Role.owner], **grown).code == "day_full"
    moved = {"json": {"worked_on": "2026-03-16", "minutes": 1440}, "if_match": '"1"'}
    assert agency.api.ask("PATCH", path, agency.as_role[Role.owner], **moved).body["minutes"] == 1440
    assert second["minutes"] == 440


def test_entries_at_once_do_not_pass_24_hours_together(agency: Agency, person: str) -> None:
    def enter(_: int) -> int:
        try:
            return int(_enter(agency, Role.owner, person_id=person, worked_on=DAY, minutes=400)["minutes"])
        except Problem:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enter, range(8))) == 1200


def test_an_entry_that_contradicts_itself_is_refused(agency: Agency, person: str, project: str) -> None:
    owner = agency.as_role[Role.owner]
    internal = agency.api.ask("POST", "/projects", owner, json={"name": "Website of our own"}).body["id"]
    task = agency.api.ask("POST", f"/projects/{project}/tasks", owner, json={"title": "Design"}).body["id"]
    base = {"person_id": person, "worked_on": DAY, "minutes": 30}
    assert _enter(agency, Role.owner, **base, project_id=internal)["is_billable"] is False
    assert _enter(agency, Role.owner, **base, task_id=task)["project_id"] == project
    rated = _enter(agency, Role.owner, **base, project_id=project, bill_rate="99.5")
    assert (rated["bill_rate"], rated["currency"]) == ("99.50000000", "EUR")
    for more, field in (
        ({"project_id": internal, "is_billable": True}, "is_billable"),
        ({"is_billable": True}, "is_billable"),
        ({"project_id": internal, "task_id": task}, "task_id"),
        ({"worked_on": "2026-03-19"}, "worked_on"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
    ):
        problem = agency.api.refusal("POST", "/time-entries", owner, json={**base, **more})
        assert (problem.status, list(problem.fields)) == (422, [field]), more
    etag = agency.api.ask("GET", f"/projects/{internal}", owner).etag
    agency.api.ask("DELETE", f"/projects/{internal}", owner, if_match=etag)
    refused = agency.api.refusal("POST", "/time-entries", owner, json={**base, "project_id": internal})
    assert refused.code == "project_archived"


def test_another_project_takes_the_task_and_the_client_along(agency: Agency, person: str, project: str) -> None:
    owner = agency.as_role[Role.owner]
    internal = agency.api.ask("POST", "/projects", owner, json={"name": "Inside"}).body["id"]
    task = agency.api.ask("POST", f"/projects/{project}/tasks", owner, json={"title": "Text"}).body["id"]
    entry = _enter(agency, Role.owner, person_id=person, worked_on=DAY, minutes=30, task_id=task)
    body = {"project_id": internal, "is_billable": False}
    moved = agency.api.ask("PATCH", f"/time-entries/{entry['id']}", owner, json=body, if_match='"1"').body
    assert (moved["project_id"], moved["task_id"], moved["client_id"]) == (internal, None, None)


def test_totals_add_up_what_the_filters_leave(agency: Agency, person: str) -> None:
    owner = agency.as_role[Role.owner]
    of_client = agency.api.ask("POST", "/projects", owner, json={"name": "A", "client_id": agency.client_id}).body["id"]
    for day, minutes, project in ((DAY, 60, of_client), ("2026-03-16", 30, of_client), (DAY, 45, None)):
        _enter(agency, Role.owner, person_id=person, worked_on=day, minutes=minutes, project_id=project)
    asked = {"person_id": person}
    by_project = agency.api.ask("GET", "/time-entries/totals/project", owner, params=asked).body["items"]
    assert by_project == [
        {"key": of_client, "minutes": 90, "billable_minutes": 90}, {"key": None, "minutes": 45, "billable_minutes": 0}
    ]  # fmt: skip
    by_day = agency.api.ask("GET", "/time-entries/totals/day", owner, params={**asked, "worked_on.gte": DAY}).body
    assert by_day["items"] == [{"key": DAY, "minutes": 105, "billable_minutes": 60}]


def test_holidays_are_days_once_a_region(agency: Agency) -> None:
    owner, body = agency.as_role[Role.owner], {"on_date": "2026-12-25", "name": "Christmas Day"}
    made = agency.api.ask("POST", "/holidays", owner, json=body)
    assert agency.api.refusal("POST", "/holidays", owner, json=body).code == "holiday_exists"
    assert agency.api.ask("POST", "/holidays", owner, json={**body, "region": "BY"}).status == 201
    agency.api.ask("DELETE", f"/holidays/{made.body['id']}", owner, if_match=made.etag)
    found = agency.api.ask("GET", "/holidays", agency.as_role[Role.member], params={"on_date": "2026-12-25"}).body
    assert [row["region"] for row in found["items"]] == ["BY"]


def test_time_off_is_its_persons_business(agency: Agency, member: str, person: str) -> None:
    owner, who = agency.as_role[Role.owner], agency.as_role[Role.member]
    sick = {"person_id": person, "starts_on": "2026-03-02", "ends_on": "2026-03-04", "kind": "sick"}
    made = agency.api.ask("POST", "/time-off", owner, json=sick)
    path = f"/time-off/{made.body['id']}"
    assert agency.api.refusal("PATCH", path, who, json={"kind": "other"}, if_match='"1"').status == 404
    own = agency.api.ask("POST", "/time-off", who, json={"starts_on": "2026-04-01", "ends_on": "2026-04-02"}).body
    listed = agency.api.ask("GET", "/time-off", who).body["items"]
    assert [(row["id"], row["person_id"]) for row in listed] == [(own["id"], member)]
    events = agency.api.ask("GET", "/events", who, params={"subject_id": made.body["id"]}).body["items"]
    assert [event["name"] for event in events] == ["time_off.created"]
    assert "sick" not in str(events)
    half = {**sick, "minutes_per_day": 240}
    assert agency.api.refusal("POST", "/time-off", owner, json=half).code == "overlaps"
    back = {**sick, "ends_on": "2026-03-01"}
    assert list(agency.api.refusal("POST", "/time-off", owner, json=back).fields) == ["ends_on"]
    longer = agency.api.ask("PATCH", path, owner, json={"ends_on": "2026-03-06"}, if_match='"1"')
    assert (longer.body["ends_on"], longer.etag) == ("2026-03-06", '"2"')
    agency.api.ask("DELETE", path, owner, if_match='"2"')
