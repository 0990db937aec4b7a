"""Tickets through HTTP."""

from typing import Any

from imisofts.access import Role
from tests.api.agency import Agency


def opened(agency: Agency, role: Role = Role.client, **more: Any) -> dict[str, Any]:
    """A fresh ticket of the agency's client."""
    body = {"subject": "The form does not send", "body": "Since this morning.", **more}
    if role is not Role.client:
        body["client_id"] = agency.client_id
    found: dict[str, Any] = agency.api.ask("POST", "/tickets", agency.as_role[role], json=body).body
    return found


def does(agency: Agency, role: Role, ticket: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    """One step by somebody of ``role``."""
    path = f"/tickets/{ticket['id']}/{verb}"
    found: dict[str, Any] = agency.api.ask("POST", path, agency.as_role[role], json=body or None).body
    return found


def test_a_ticket_goes_from_question_to_rating(agency: Agency) -> None:
    ticket = opened(agency)
    assert (ticket["status"], ticket["number"][:2]) == ("open", "T-")
    assert ticket["first_response_due_at"] is not None
    answered = does(agency, Role.member, ticket, "answer", body="Could you try again?")
    assert (answered["status"], answered["first_response_due_at"], answered["resolution_due_at"]) == (
        "waiting", None, None,
    )  # fmt: skip
    replied = does(agency, Role.client, ticket, "reply", body="Still broken.")
    assert (replied["status"], replied["resolution_due_at"] is None) == ("open", False)
    resolved = does(agency, Role.member, ticket, "answer", body="Fixed.", then="resolve")
    assert (resolved["status"], resolved["first_response_at"]) == ("resolved", answered["first_response_at"])
    rated = does(agency, Role.client, ticket, "rate", is_satisfied=True)
    assert rated["is_satisfied"] is True
    assert [step["kind"] for step in rated["events"]] == [
        "opened", "answered", "waiting", "replied", "answered", "resolved", "rated",
    ]  # fmt: skip


def test_a_reply_opens_a_resolved_ticket_again(agency: Agency) -> None:
    ticket = opened(agency)
    does(agency, Role.member, ticket, "resolve")
    again = does(agency, Role.client, ticket, "reply", body="No, it is not.")
    assert (again["status"], again["resolved_at"], again["reopened_count"]) == ("open", None, 1)


def test_a_resolved_ticket_takes_no_answer_and_an_open_one_no_rating(agency: Agency) -> None:
    ticket, owner = opened(agency), agency.as_role[Role.owner]
    path = f"/tickets/{ticket['id']}"
    assert agency.api.refusal("POST", f"{path}/rate", owner, json={"is_satisfied": True}).code == "ticket_not_resolved"
    assert agency.api.refusal("POST", f"{path}/resume", owner).code == "ticket_not_waiting"
    does(agency, Role.member, ticket, "resolve")
    for verb, body in (("answer", {"body": "x"}), ("wait", None), ("resolve", None)):
        assert agency.api.refusal("POST", f"{path}/{verb}", owner, json=body).code == "ticket_resolved"


def test_a_client_never_sees_what_staff_note(agency: Agency) -> None:
    ticket = opened(agency)
    noted = does(agency, Role.member, ticket, "note", body="They are difficult.")
    assert noted["events"][-1]["body"] == "They are difficult."
    seen = agency.api.ask("GET", f"/tickets/{ticket['id']}", agency.as_role[Role.client]).body
    assert [step["kind"] for step in seen["events"]] == ["opened"]
    assert agency.api.refusal("POST", f"/tickets/{ticket['id']}/note", agency.as_role[Role.client]).status == 403


def test_a_client_opens_tickets_for_itself_alone(agency: Agency) -> None:
    owner, client = agency.as_role[Role.owner], agency.as_role[Role.client]
    other = agency.api.ask("POST", "/clients", owner, json={"name": "Unseen"}).body["id"]
    body = {"subject": "x", "body": "y", "client_id": other}
    assert agency.api.refusal("POST", "/tickets", client, json=body).status == 404
    theirs = agency.api.ask("POST", "/tickets", owner, json=body).body
    assert agency.api.refusal("GET", f"/tickets/{theirs['id']}", client).status == 404
    assert theirs["id"] not in str(agency.api.ask("GET", "/tickets", client).body)
    problem = agency.api.refusal("POST", "/tickets", owner, json={"subject": "x", "body": "y"})
    assert (problem.status, list(problem.fields)) == (422, ["client_id"])


def test_a_ticket_is_edited_under_its_etag_and_assigned_to_people_who_work_here(agency: Agency) -> None:
    ticket, owner = opened(agency, Role.member), agency.as_role[Role.owner]
    path = f"/tickets/{ticket['id']}"
    problem = agency.api.refusal("PATCH", path, owner, json={"assignee_id": ticket["id"]}, if_match='"1"')
    assert (problem.code, list(problem.fields)) == ("unknown_assignee", ["assignee_id"])
    changed = agency.api.ask("PATCH", path, owner, json={"priority": "urgent"}, if_match='"1"')
    assert (changed.body["priority"], changed.etag) == ("urgent", '"2"')
    assert changed.body["resolution_due_at"] < ticket["resolution_due_at"]
    assert agency.api.refusal("PATCH", path, owner, json={"priority": "low"}, if_match='"1"').status == 412


def test_opening_hours_are_replaced_and_fall_back_to_the_default(agency: Agency) -> None:
    admin = agency.as_role[Role.admin]
    default = agency.api.ask("GET", "/support/business-hours", admin).body
    assert (default["is_default"], len(default["intervals"])) == (True, 5)
    overlapping = [
        {"weekday": 0, "opens_minute": 480, "closes_minute": 720},
        {"weekday": 0, "opens_minute": 700, "closes_minute": 900},
    ]
    refused = agency.api.refusal("PUT", "/support/business-hours", admin, json={"intervals": overlapping})
    assert refused.code == "bad_hours"
    own = agency.api.ask("PUT", "/support/business-hours", admin, json={"intervals": overlapping[:1]}).body
    assert (own["is_default"], own["intervals"]) == (False, overlapping[:1])
    assert agency.api.ask("PUT", "/support/business-hours", admin, json={"intervals": []}).body == default
    member = agency.as_role[Role.member]
    assert agency.api.refusal("PUT", "/support/business-hours", member, json={"intervals": []}).status == 403


def test_promising_what_is_the_default_changes_nothing(agency: Agency) -> None:
    admin = agency.as_role[Role.admin]
    before = agency.api.ask("GET", "/support/service-levels", admin).body
    assert agency.api.ask("PUT", "/support/service-levels", admin, json=before).body == before


def test_what_is_promised_for_one_priority_leaves_the_others(agency: Agency) -> None:
    admin = agency.as_role[Role.admin]
    target = {"priority": "low", "first_response_minutes": 10, "resolution_minutes": 20}
    found = agency.api.ask("PUT", "/support/service-levels", admin, json={"targets": [target]}).body["targets"]
    assert [each["priority"] for each in found] == ["urgent", "high", "normal", "low"]
    assert (found[3], found[0]["first_response_minutes"]) == (target, 60)
