"""Recipes of support, contacts, tags and the weights of health."""

from typing import Any

from api.events.schemas import EventName
from imisofts.access import Role
from tests.api.agency import Agency
from tests.contracts.recipes import Options, Row, Write, _json, _post, gone, text
from tests.contracts.recipes_of_work import _a_person


def _ticket(agency: Agency, client_id: str) -> Options:
    return {
        "json": {"client_id": client_id, "subject": text(agency), "body": text(agency), "external_id": text(agency)}
    }


def _a_ticket(agency: Agency, client_id: str) -> str:
    return _post(agency, "/tickets", **_ticket(agency, client_id))


def _answered(agency: Agency, client_id: str) -> str:
    ticket_id = _a_ticket(agency, client_id)
    return _post(agency, f"/tickets/{ticket_id}/answer", json={"body": text(agency), "then": "wait"})


def _resolved(agency: Agency, client_id: str) -> str:
    return _post(agency, f"/tickets/{_a_ticket(agency, client_id)}/resolve")


def _says(agency: Agency, _: str) -> Options:
    return {"json": {"body": text(agency)}}


def _contact(agency: Agency, _: str) -> Options:
    return {"json": {"name": text(agency), "email": f"ada@{agency.slug}.example"}}


def _a_contact(agency: Agency, client_id: str) -> str:
    return _post(agency, f"/clients/{client_id}/contacts", **_contact(agency, client_id))


def _other_than(agency: Agency, path: str, field: str, value: Any) -> Options:
    """A setting that is not the present one, so that setting it is a change."""
    body = agency.api.ask("GET", path, agency.as_role[Role.owner]).body
    return {"json": {field: value if body[field] != value else []}}


ROWS = {"ticket_id": Row("ticket", _a_ticket), "contact_id": Row("contact", _a_contact)}

WRITES = {
    "POST /v1/tickets": Write((EventName.TICKET_OPENED,), _ticket),
    "PATCH /v1/tickets/{ticket_id}": Write(
        (EventName.TICKET_UPDATED,),
        lambda agency, _: {"json": {"priority": "high", "assignee_id": _a_person(agency)}},
    ),
    "POST /v1/tickets/{ticket_id}/answer": Write((EventName.TICKET_ANSWERED, EventName.TICKET_WAITING), _says),
    "POST /v1/tickets/{ticket_id}/reply": Write((EventName.TICKET_REPLIED,), _says),
    "POST /v1/tickets/{ticket_id}/note": Write((EventName.TICKET_NOTED,), _says),
    "POST /v1/tickets/{ticket_id}/wait": Write((EventName.TICKET_WAITING,)),
    "POST /v1/tickets/{ticket_id}/resume": Write((EventName.TICKET_RESUMED,), row=_answered),
    "POST /v1/tickets/{ticket_id}/resolve": Write((EventName.TICKET_RESOLVED,)),
    "POST /v1/tickets/{ticket_id}/reopen": Write((EventName.TICKET_REOPENED,), row=_resolved),
    "POST /v1/tickets/{ticket_id}/rate": Write((EventName.TICKET_RATED,), _json(is_satisfied=True), row=_resolved),
    "PUT /v1/support/business-hours": Write(
        (EventName.BUSINESS_HOURS_SET,),
        lambda agency, _: _other_than(
            agency,
            "/support/business-hours",
            "intervals",
            [{"weekday": 0, "opens_minute": 480, "closes_minute": 720}],
        ),
    ),
    "PUT /v1/support/service-levels": Write(
        (EventName.SLA_TARGET_SET,),
        _json(targets=[{"priority": "high", "first_response_minutes": 30, "resolution_minutes": 600}]),
    ),
    "PUT /v1/health-weights": Write((EventName.HEALTH_WEIGHT_SET,), _json(payment=40)),
    "POST /v1/clients/{client_id}/contacts": Write((EventName.CONTACT_CREATED,), _contact),
    "PATCH /v1/contacts/{contact_id}": Write((EventName.CONTACT_UPDATED,), _json(title="Director")),
    "DELETE /v1/contacts/{contact_id}": Write((EventName.CONTACT_DELETED,)),
    "POST /v1/contacts/{contact_id}/restore": Write((EventName.CONTACT_RESTORED,), row=gone("/contacts", _a_contact)),
    "PUT /v1/clients/{client_id}/tags": Write((EventName.CLIENT_TAGGED,), _json(tags=["hotel"])),
}
