"""Recipes of how people look at lists, and of what they are told."""

from uuid import uuid4

import psycopg

from api.events.schemas import EventName
from tests.api.agency import Agency
from tests.contracts.recipes import Options, Row, Write, _json, _post, text


def _view(agency: Agency, _: str) -> Options:
    filters = {"q": text(agency), "show": "archived"}
    return {"json": {"list_name": "clients", "name": text(agency), "filters": filters, "shared": True}}


def _a_view(agency: Agency, client_id: str) -> str:
    return _post(agency, "/views", **_view(agency, client_id))


def _a_notification(agency: Agency, client_id: str) -> str:
    """The owner is told of a ticket: what the dispatcher's job writes."""
    body = {"client_id": client_id, "subject": text(agency), "body": text(agency)}
    ticket_id, ident = _post(agency, "/tickets", json=body), str(uuid4())
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute(
            "insert into notification (id, workspace_id, user_id, event_id, kind, client_id, subject_kind, subject_id,"
            " label, occurred_at) select %s, e.workspace_id, m.user_id, e.id, e.name, %s, 'ticket', e.subject_id, %s,"
            " e.occurred_at from event e join membership m on m.workspace_id = e.workspace_id and m.role = 'owner'"
            " where e.subject_id = %s and e.name = 'ticket.opened' limit 1",
            (ident, client_id, text(agency), ticket_id),
        )
    return ident


ROWS = {"view_id": Row("saved_view", _a_view), "notification_id": Row("notification", _a_notification)}

WRITES = {
    "POST /v1/views": Write((EventName.VIEW_CREATED,), _view),
    "PATCH /v1/views/{view_id}": Write((EventName.VIEW_UPDATED,), lambda agency, _: {"json": {"name": text(agency)}}),
    "DELETE /v1/views/{view_id}": Write((EventName.VIEW_DELETED,)),
    "POST /v1/notifications/read-all": Write(()),
    "POST /v1/notifications/{notification_id}/read": Write(()),
    "PUT /v1/notification-choices": Write((), _json(kinds={"invoice.paid": False})),
    "PUT /v1/list-columns": Write((), _json(list_name="clients", columns=["name", "email"])),
}
