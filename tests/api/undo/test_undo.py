"""What was deleted comes back as it was, once, soon, and to its own workspace only."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from imisofts.access import Role
from tests.api.agency import Agency, Api, found


def _post(agency: Agency, path: str, **body: Any) -> dict[str, Any]:
    made = agency.api.ask("POST", path, agency.as_role[Role.owner], json=body, idempotency_key=str(uuid4()))
    return dict(made.body)


def _delete(agency: Agency, path: str) -> None:
    agency.api.ask("DELETE", path, agency.as_role[Role.owner], if_match='"1"')


def _draft(agency: Agency) -> dict[str, Any]:
    lines = [
        {"description": "Design", "quantity": "0.12345678", "unit_price": "1234567890123.12345678", "tax_rate": "0.19"},
        {"description": "Care", "unit_price": "10.00"},
    ]
    return _post(agency, "/invoices", client_id=agency.client_id, note="By word", lines=lines)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"version", "updated_at"}}


def _project(agency: Agency) -> str:
    return str(_post(agency, "/projects", name="Relaunch", client_id=agency.client_id)["id"])


def _entry(agency: Agency, project_id: str, **more: Any) -> dict[str, Any]:
    person = _post(agency, "/people", name="Ada")["id"]
    body = {"person_id": person, "project_id": project_id, "worked_on": "2026-03-04", "minutes": 90, **more}
    return _post(agency, "/time-entries", **body)


def test_a_draft_comes_back_with_its_lines_to_the_last_digit(agency: Agency) -> None:
    draft = _draft(agency)
    path = f"/invoices/{draft['id']}"
    _delete(agency, path)
    assert agency.api.refusal("GET", path, agency.as_role[Role.owner]).status == 404
    back = _post(agency, f"{path}/restore")
    assert _plain(back) == _plain(draft)
    assert back["version"] == 2
    assert agency.api.refusal("POST", f"{path}/restore", agency.as_role[Role.owner]).status == 404, "once is enough"


def test_a_task_and_time_come_back(agency: Agency) -> None:
    project_id = _project(agency)
    task = _post(agency, f"/projects/{project_id}/tasks", title="Sketch", description="As agreed by telephone")
    entry = _entry(agency, project_id, bill_rate="0.12345678", note="At the client's")
    for path, row in ((f"/tasks/{task['id']}", task), (f"/time-entries/{entry['id']}", entry)):
        _delete(agency, path)
        assert _plain(_post(agency, f"{path}/restore")) == _plain(row)


def test_a_deletion_of_long_ago_is_final(agency: Agency) -> None:
    draft = _draft(agency)
    _delete(agency, f"/invoices/{draft['id']}")
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("set row_security = off")
        owner.execute("update deleted_row set deleted_at = deleted_at - interval '601 seconds'")
    refused = agency.api.refusal("POST", f"/invoices/{draft['id']}/restore", agency.as_role[Role.owner])
    assert (refused.status, refused.code) == (404, "not_found")


def test_nobody_else_brings_it_back(agency: Agency, api: Api) -> None:
    draft, other = _draft(agency), found(api)
    path = f"/invoices/{draft['id']}/restore"
    _delete(agency, f"/invoices/{draft['id']}")
    foreign = api.refusal("POST", path, other.as_role[Role.owner])
    unknown = api.refusal("POST", f"/invoices/{uuid4()}/restore", other.as_role[Role.owner])
    assert (foreign.status, foreign.detail) == (unknown.status, unknown.detail) == (404, unknown.detail)
    assert api.refusal("POST", path, agency.as_role[Role.client]).status == 403
    _post(agency, path)


def test_what_has_no_place_any_more_is_refused(agency: Agency) -> None:
    body = {"client_id": agency.client_id, "external_id": "D-1", "lines": []}
    first = _post(agency, "/invoices", **body)
    _delete(agency, f"/invoices/{first['id']}")
    _post(agency, "/invoices", **body)
    refused = agency.api.refusal("POST", f"/invoices/{first['id']}/restore", agency.as_role[Role.owner])
    assert (refused.status, refused.code) == (409, "place_taken")


def test_time_comes_back_only_to_a_day_that_has_room(agency: Agency) -> None:
    entry = _entry(agency, _project(agency))
    _delete(agency, f"/time-entries/{entry['id']}")
    _post(agency, "/time-entries", person_id=entry["person_id"], worked_on="2026-03-04", minutes=1440)
    refused = agency.api.refusal("POST", f"/time-entries/{entry['id']}/restore", agency.as_role[Role.owner])
    assert (refused.status, refused.code) == (409, "day_full")


@pytest.mark.parametrize("kind", ["clients", "projects", "services"])
def test_what_was_archived_is_used_again(agency: Agency, kind: str) -> None:
    made = _post(agency, f"/{kind}", name=f"Once more {uuid4().hex}")
    _delete(agency, f"/{kind}/{made['id']}")
    back = _post(agency, f"/{kind}/{made['id']}/restore")
    assert (back["archived"], back["version"]) == (False, 3)
    assert _post(agency, f"/{kind}/{made['id']}/restore")["version"] == 3, "again changes nothing"


def test_a_milestone_comes_back_and_its_tasks_lead_to_it_again(agency: Agency) -> None:
    project = _project(agency)
    milestone = _post(agency, f"/projects/{project}/milestones", title="Design approved", due_on="2026-03-31")
    left, moved = (
        _post(agency, f"/projects/{project}/tasks", title=title, milestone_id=milestone["id"])
        for title in ("Sketch", "Print")
    )
    _delete(agency, f"/milestones/{milestone['id']}")
    other = _post(agency, f"/projects/{project}/milestones", title="Printed")
    owner = agency.as_role[Role.owner]
    agency.api.ask("PATCH", f"/tasks/{moved['id']}", owner, if_match='"2"', json={"milestone_id": other["id"]})
    back = _post(agency, f"/milestones/{milestone['id']}/restore")
    assert _plain(back) == _plain(milestone)
    leads = [agency.api.ask("GET", f"/tasks/{task['id']}", owner).body["milestone_id"] for task in (left, moved)]
    assert leads == [milestone["id"], other["id"]], "what leads elsewhere by now stays there"


def test_a_contact_comes_back_and_leaves_the_first_place_to_who_has_it_now(agency: Agency) -> None:
    at = f"/clients/{agency.client_id}/contacts"
    contact = _post(agency, at, name="Hannelore", phone="+43 512 998877", is_primary=True)
    _delete(agency, f"/contacts/{contact['id']}")
    again = _post(agency, f"/contacts/{contact['id']}/restore")
    assert _plain(again) == _plain(contact)
    agency.api.ask("DELETE", f"/contacts/{contact['id']}", agency.as_role[Role.owner], if_match='"2"')
    _post(agency, at, name="Jo", is_primary=True)
    assert _post(agency, f"/contacts/{contact['id']}/restore")["is_primary"] is False


def test_days_off_come_back_where_no_others_were_entered(agency: Agency) -> None:
    person = _post(agency, "/people", name="Ada")["id"]
    days = {"person_id": person, "starts_on": "2026-08-03", "ends_on": "2026-08-14"}
    off = _post(agency, "/time-off", **days)
    _delete(agency, f"/time-off/{off['id']}")
    assert _plain(_post(agency, f"/time-off/{off['id']}/restore")) == _plain(off)
    agency.api.ask("DELETE", f"/time-off/{off['id']}", agency.as_role[Role.owner], if_match='"2"')
    _post(agency, "/time-off", **days)
    refused = agency.api.refusal("POST", f"/time-off/{off['id']}/restore", agency.as_role[Role.owner])
    assert refused.status in {409, 422}


def test_an_archived_person_comes_back_with_the_week_that_ended(agency: Agency) -> None:
    person = f"/people/{_post(agency, '/people', name='Ada')['id']}"
    for day in ("2026-01-01", "2090-01-01"):
        _post(agency, f"{person}/working-hours", started_on=day, monday_minutes=480)
    owner = agency.as_role[Role.owner]

    def ends() -> list[str | None]:
        return [row["ended_on"] for row in agency.api.ask("GET", f"{person}/working-hours", owner).body]

    agreed = ends()
    _delete(agency, person)
    assert None not in ends()
    assert _post(agency, f"{person}/restore")["archived"] is False
    assert ends() == agreed
