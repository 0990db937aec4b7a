"""Recipes of projects, people and time."""

from uuid import uuid4

from api.events.schemas import EventName
from imisofts.access import Role
from tests.api.agency import Agency
from tests.contracts.recipes import Body, Make, Options, Row, Write, _json, _post, gone, text

DAY = "2026-03-04"
_KEPT: dict[tuple[str, str, str], str] = {}


def _project(agency: Agency, client_id: str) -> Options:
    return {"json": {"name": text(agency), "client_id": client_id, "budget_minutes": 600, "external_id": text(agency)}}


def _a_project(agency: Agency, client_id: str) -> str:
    return _post(agency, "/projects", **_project(agency, client_id))


def _completed(agency: Agency, client_id: str) -> str:
    return _post(agency, f"/projects/{_a_project(agency, client_id)}/complete")


def _milestone(agency: Agency, client_id: str) -> str:
    body = {"title": text(agency), "due_on": DAY}
    return _post(agency, f"/projects/{_a_project(agency, client_id)}/milestones", json=body)


def _task(agency: Agency, client_id: str) -> str:
    body = {"title": text(agency), "description": text(agency), "assignee_id": _a_person(agency)}
    return _post(agency, f"/projects/{_a_project(agency, client_id)}/tasks", json=body)


def _person(agency: Agency, _: str = "") -> Options:
    return {"json": {"name": text(agency), "email": f"{uuid4().hex[:8]}@{agency.slug}.example", "title": text(agency)}}


def _a_person(agency: Agency, _: str = "") -> str:
    return _post(agency, "/people", **_person(agency))


def _paid_person(agency: Agency, _: str = "") -> str:
    """Somebody with rates and working hours."""
    person_id = _a_person(agency)
    for kind in ("cost", "bill"):
        rate = {"kind": kind, "hourly_rate": "80", "started_on": "2026-01-01"}
        _post(agency, f"/people/{person_id}/rates", json=rate)
    _post(agency, f"/people/{person_id}/working-hours", json={"started_on": "2026-01-01", "monday_minutes": 480})
    return person_id


def _holiday(agency: Agency, _: str) -> str:
    return _post(agency, "/holidays", json={"on_date": "2026-12-25", "name": text(agency), "region": text(agency)})


def _off(agency: Agency, _: str) -> Options:
    return {"json": {"person_id": _a_person(agency), "starts_on": DAY, "ends_on": DAY}}


def _an_off(agency: Agency, client_id: str) -> str:
    return _post(agency, "/time-off", **_off(agency, client_id))


def _entry(agency: Agency, client_id: str) -> Options:
    worked = {"person_id": _a_person(agency), "project_id": _a_project(agency, client_id), "worked_on": DAY}
    return {"json": {**worked, "minutes": 90, "note": text(agency)}}


def _an_entry(agency: Agency, client_id: str) -> str:
    return _post(agency, "/time-entries", **_entry(agency, client_id))


def _kept(use: str) -> Make:
    """The same project for the body and the path of one route: a body names rows of the path's project."""

    def make(agency: Agency, client_id: str) -> str:
        place = (agency.slug, client_id, use)
        if place not in _KEPT:
            _KEPT[place] = _a_project(agency, client_id)
        return _KEPT[place]

    return make


def _into(use: str) -> Body:
    """A task's links: a milestone of the kept project and somebody."""

    def body(agency: Agency, client_id: str) -> Options:
        due = {"title": text(agency), "due_on": DAY}
        milestone_id = _post(agency, f"/projects/{_kept(use)(agency, client_id)}/milestones", json=due)
        return {"json": {"title": text(agency), "milestone_id": milestone_id, "assignee_id": _a_person(agency)}}

    return body


def _moved_task(agency: Agency, client_id: str) -> str:
    path = f"/projects/{_kept('move')(agency, client_id)}/tasks"
    return _post(agency, path, json={"title": text(agency)})


def _user(agency: Agency) -> str:
    """Somebody who may sign in."""
    body = {"email": f"{uuid4().hex[:8]}@{agency.slug}.example", "name": text(agency), "role": "member"}
    return str(agency.api.ask("POST", "/users", agency.as_role[Role.owner], json=body).body["user_id"])


def _moved_entry(agency: Agency, client_id: str) -> Options:
    project_id = _a_project(agency, client_id)
    task_id = _post(agency, f"/projects/{project_id}/tasks", json={"title": text(agency)})
    return {"json": {"minutes": 120, "project_id": project_id, "task_id": task_id}}


ROWS = {
    "project_id": Row("project", _a_project),
    "milestone_id": Row("milestone", _milestone),
    "task_id": Row("task", _task),
    "person_id": Row("person", _paid_person),
    "holiday_id": Row("holiday", _holiday),
    "time_off_id": Row("time_off", _an_off),
    "time_entry_id": Row("time_entry", _an_entry),
}

WRITES = {
    "POST /v1/projects": Write((EventName.PROJECT_CREATED,), _project),
    "PATCH /v1/projects/{project_id}": Write((EventName.PROJECT_UPDATED,), _json(name="Relaunch")),
    "DELETE /v1/projects/{project_id}": Write((EventName.PROJECT_ARCHIVED,)),
    "POST /v1/projects/{project_id}/complete": Write((EventName.PROJECT_UPDATED,)),
    "POST /v1/projects/{project_id}/reopen": Write((EventName.PROJECT_UPDATED,), row=_completed),
    "POST /v1/projects/{project_id}/restore": Write((EventName.PROJECT_RESTORED,), row=gone("/projects", _a_project)),
    "POST /v1/projects/{project_id}/milestones": Write((EventName.MILESTONE_CREATED,), _json(title="Approved")),
    "PATCH /v1/milestones/{milestone_id}": Write((EventName.MILESTONE_UPDATED,), _json(completed_on=DAY)),
    "DELETE /v1/milestones/{milestone_id}": Write((EventName.MILESTONE_DELETED,)),
    "POST /v1/milestones/{milestone_id}/restore": Write(
        (EventName.MILESTONE_RESTORED,), row=gone("/milestones", _milestone)
    ),
    "POST /v1/projects/{project_id}/tasks": Write((EventName.TASK_CREATED,), _into("new"), row=_kept("new")),
    "PATCH /v1/tasks/{task_id}": Write((EventName.TASK_UPDATED,), _into("move"), row=_moved_task),
    "DELETE /v1/tasks/{task_id}": Write((EventName.TASK_DELETED,)),
    "POST /v1/tasks/{task_id}/restore": Write((EventName.TASK_RESTORED,), row=gone("/tasks", _task)),
    "POST /v1/people": Write(
        (EventName.PERSON_CREATED,),
        lambda agency, _: {"json": {**_person(agency)["json"], "user_id": _user(agency)}},
    ),
    "PATCH /v1/people/{person_id}": Write(
        (EventName.PERSON_UPDATED,), lambda agency, _: {"json": {"title": "Lead", "user_id": _user(agency)}}
    ),
    "DELETE /v1/people/{person_id}": Write((EventName.PERSON_ARCHIVED,), row=_a_person),
    "POST /v1/people/{person_id}/restore": Write((EventName.PERSON_RESTORED,), row=gone("/people", _a_person)),
    "POST /v1/people/{person_id}/rates": Write(
        (EventName.PERSON_RATE_SET,), _json(kind="cost", hourly_rate="50", started_on="2026-01-01"), row=_a_person
    ),
    "POST /v1/people/{person_id}/working-hours": Write(
        (EventName.WORKING_HOURS_SET,), _json(started_on="2026-01-01", monday_minutes=480), row=_a_person
    ),
    "POST /v1/holidays": Write((EventName.HOLIDAY_CREATED,), _json(on_date="2026-12-26", name="Boxing Day")),
    "DELETE /v1/holidays/{holiday_id}": Write((EventName.HOLIDAY_DELETED,)),
    "POST /v1/time-off": Write((EventName.TIME_OFF_CREATED,), _off),
    "PATCH /v1/time-off/{time_off_id}": Write((EventName.TIME_OFF_UPDATED,), _json(ends_on="2026-03-06")),
    "DELETE /v1/time-off/{time_off_id}": Write((EventName.TIME_OFF_DELETED,)),
    "POST /v1/time-off/{time_off_id}/restore": Write((EventName.TIME_OFF_RESTORED,), row=gone("/time-off", _an_off)),
    "POST /v1/time-entries": Write(
        (EventName.TIME_ENTRY_CREATED,),
        lambda agency, client_id: {
            "json": {**_entry(agency, client_id)["json"], **_moved_entry(agency, client_id)["json"]}
        },
    ),
    "PATCH /v1/time-entries/{time_entry_id}": Write((EventName.TIME_ENTRY_UPDATED,), _moved_entry),
    "DELETE /v1/time-entries/{time_entry_id}": Write((EventName.TIME_ENTRY_DELETED,)),
    "POST /v1/time-entries/{time_entry_id}/restore": Write(
        (EventName.TIME_ENTRY_RESTORED,), row=gone("/time-entries", _an_entry)
    ),
}
