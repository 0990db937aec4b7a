"""Projects, milestones and tasks through HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from imisofts.access import Role
from tests.api.agency import Agency

TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


def _make(agency: Agency, path: str, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = agency.api.ask("POST", path, agency.as_role[Role.member], json=body).body
    return found


def test_a_project_is_made_changed_completed_and_archived(agency: Agency) -> None:
    who, ask, refusal = agency.as_role[Role.member], agency.api.ask, agency.api.refusal
    body = {"name": "Relaunch", "client_id": agency.client_id, "budget_minutes": 6000, "fixed_fee": "12000.50"}
    made = ask("POST", "/projects", who, json={**body, "external_id": "R-1"})
    path = f"/projects/{made.body['id']}"
    shown = {name: made.body[name] for name in ("client_name", "fixed_fee_minor", "currency", "status", "tasks_total")}
    assert shown == {
        "client_name": "Zebra", "fixed_fee_minor": 1200050, "currency": "EUR", "status": "active", "tasks_total": 0
    }  # fmt: skip
    assert refusal("POST", "/projects", who, json={**body, "external_id": "R-1"}).code == "external_id_taken"
    assert list(refusal("POST", "/projects", who, json={**body, "fixed_fee": "0.001"}).fields) == ["fixed_fee"]
    dates = {"started_on": "2026-02-01", "due_on": "2026-01-01"}
    assert list(refusal("PATCH", path, who, json=dates, if_match='"1"').fields) == ["due_on"]
    dates["due_on"] = "2026-05-01"
    assert ask("PATCH", path, who, json={**dates, "fixed_fee": None}, if_match='"1"').body["fixed_fee_minor"] is None
    assert list(refusal("POST", f"{path}/complete", who, json={"completed_on": TOMORROW}).fields) == ["completed_on"]
    assert list(refusal("POST", f"{path}/complete", who, json={"completed_on": "2026-01-31"}).fields) == [
        "completed_on"
    ]
    assert ask("POST", f"{path}/complete", who, json={"completed_on": "2026-04-30"}).body["status"] == "completed"
    assert refusal("POST", f"{path}/complete", who).code == "project_completed"
    assert ask("POST", f"{path}/reopen", who).body["completed_on"] is None
    assert ask("DELETE", path, who, if_match='"4"').body["archived"] is True
    assert refusal("POST", f"{path}/tasks", who, json={"title": "Late"}).code == "project_archived"
    events = ask("GET", "/events", who, params={"subject_id": made.body["id"]}).body["items"]
    assert [event["name"].partition(".")[2] for event in events] == [
        "archived",
        "updated",
        "updated",
        "updated",
        "created",
    ]


def test_the_list_searches_sorts_and_filters(agency: Agency) -> None:
    who = agency.as_role[Role.member]
    first = _make(agency, "/projects", name="Quartz B", budget_minutes=1)
    _make(agency, "/projects", name="Quartz A", client_id=agency.client_id, budget_minutes=2)
    agency.api.ask("POST", f"/projects/{first['id']}/complete", who)

    def names(**params: str) -> list[str]:
        found = agency.api.ask("GET", "/projects", who, params={"q": "quartz", **params}).body["items"]
        return [row["name"] for row in found]

    assert names() == ["Quartz A", "Quartz B"]
    assert names(sort="budget_minutes") == ["Quartz B", "Quartz A"]
    assert names(status="completed") == ["Quartz B"]
    assert names(client_id=agency.client_id) == ["Quartz A"]
    page = agency.api.ask("GET", "/projects", who, params={"q": "quartz", "limit": "1", "sort": "-client_name"}).body
    rest = {"q": "quartz", "sort": "-client_name", "cursor": page["next_cursor"]}
    assert [row["name"] for row in agency.api.ask("GET", "/projects", who, params=rest).body["items"]] == ["Quartz B"]


def test_a_tasks_state_follows_from_its_dates(agency: Agency) -> None:
    who, ask = agency.as_role[Role.member], agency.api.ask
    project = _make(agency, "/projects", name="States")["id"]
    other = _make(agency, "/projects", name="Others")["id"]
    milestone = _make(agency, f"/projects/{project}/milestones", title="Approved", due_on="2026-05-01")["id"]
    strange = _make(agency, f"/projects/{other}/milestones", title="Elsewhere")["id"]
    task = _make(agency, f"/projects/{project}/tasks", title="Draw", milestone_id=milestone, description="Secret")
    path = f"/tasks/{task['id']}"
    assert (task["status"], task["priority"], task["project_name"]) == ("todo", "normal", "States")
    assert ask("PATCH", path, who, json={"started_on": "2026-01-05"}, if_match='"1"').body["status"] == "in_progress"
    assert ask("PATCH", path, who, json={"completed_on": "2026-01-09"}, if_match='"2"').body["status"] == "done"
    for body in (
        {"completed_on": TOMORROW},
        {"milestone_id": strange},
        {"assignee_id": milestone},
        {"due_on": "2026-01-04"},
    ):
        refused = agency.api.refusal("PATCH", path, who, json=body, if_match='"3"')
        assert (refused.status, list(refused.fields)) == (422, list(body))
    done = ask("GET", "/tasks", who, params={"status": "done", "project_id": project}).body["items"]
    assert [row["id"] for row in done] == [task["id"]]
    counts = ask("GET", f"/projects/{project}", who).body
    assert [counts[name] for name in ("tasks_total", "tasks_done", "milestones_total", "milestones_done")] == [
        1,
        1,
        1,
        0,
    ]
    ask("DELETE", f"/milestones/{milestone}", who, if_match='"1"')
    left = ask("GET", path, who)
    assert (left.body["milestone_id"], left.etag) == (None, '"4"')
    events = ask("GET", "/events", who, params={"subject_id": task["id"]}).body["items"]
    assert [event["name"] for event in events] == ["task.updated"] * 3 + ["task.created"]
    assert "Secret" not in str(events)


def test_a_task_with_time_stays(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    project = _make(agency, "/projects", name="Worked on")["id"]
    task = _make(agency, f"/projects/{project}/tasks", title="Draw")["id"]
    person = agency.api.ask("POST", "/people", owner, json={"name": "Ann"}).body["id"]
    body = {"person_id": person, "task_id": task, "worked_on": "2026-03-02", "minutes": 30}
    entry = agency.api.ask("POST", "/time-entries", owner, json=body).body
    assert agency.api.refusal("DELETE", f"/tasks/{task}", owner, if_match='"1"').code == "task_has_time"
    agency.api.ask("DELETE", f"/time-entries/{entry['id']}", owner, if_match='"1"')
    agency.api.ask("DELETE", f"/tasks/{task}", owner, if_match='"1"')
    assert agency.api.refusal("GET", f"/tasks/{task}", owner).status == 404


def test_a_client_sees_the_progress_of_its_own_projects_and_nothing_internal(agency: Agency) -> None:
    owner, client, ask = agency.as_role[Role.owner], agency.as_role[Role.client], agency.api.ask
    stranger = ask("POST", "/clients", owner, json={"name": "Stranger"}).body["id"]
    own = _make(
        agency, "/projects", name="Mine", client_id=agency.client_id, budget_minutes=4711, fixed_fee="815.00",
        external_id="secret key",
    )["id"]  # fmt: skip
    hidden = [_make(agency, "/projects", name=name, client_id=of)["id"] for name, of in (("S", stranger), ("I", None))]
    person = ask("POST", "/people", owner, json={"name": "Ann Hidden"}).body["id"]
    body = {"title": "Draw", "description": "internal note", "estimate_minutes": 4712, "assignee_id": person}
    task = _make(agency, f"/projects/{own}/tasks", **body, priority="urgent", started_on="2026-01-05")
    _make(agency, f"/projects/{own}/milestones", title="Approved", due_on="2026-05-01")
    strange = _make(agency, f"/projects/{hidden[0]}/tasks", title="Else")["id"]
    entry = {"person_id": person, "task_id": task["id"], "worked_on": "2026-03-02", "minutes": 30}
    ask("POST", "/time-entries", owner, json=entry)
    answers = [
        ask("GET", path, client)
        for path in ("/projects", f"/projects/{own}", f"/projects/{own}/tasks", f"/projects/{own}/milestones",
                     "/tasks", f"/tasks/{task['id']}")
    ]  # fmt: skip
    assert own in {row["id"] for row in answers[0].body["items"]}
    assert not {row["id"] for row in answers[0].body["items"]} & set(hidden)
    assert (answers[1].body["tasks_total"], answers[1].body["budget_minutes"]) == (1, None)
    assert (answers[5].body["status"], answers[5].body["assignee_name"]) == ("in_progress", None)
    for secret in (b"4711", b"4712", b"81500", b"internal note", b"Ann Hidden", b"urgent", b"secret key", b"Else"):
        assert not [answer for answer in answers if secret in answer.content], secret
    found = ask("GET", "/tasks", client, params={"assignee_id": person}).body["items"]
    assert found == [], "a filter must not tell what the answer hides"
    assert ask("GET", "/projects", client, params={"q": "secret"}).body["items"] == []
    for path in (
        f"/projects/{hidden[0]}",
        f"/projects/{hidden[1]}",
        f"/projects/{hidden[0]}/tasks",
        f"/tasks/{strange}",
    ):
        assert agency.api.refusal("GET", path, client).status == 404
    for path in ("/time-entries", "/time-entries/totals/project", "/people", f"/people/{person}/rates", "/time-off"):
        assert agency.api.refusal("GET", path, client).status == 403
