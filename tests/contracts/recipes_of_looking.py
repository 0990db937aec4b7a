"""Recipes of how people look at lists, and of what they are told."""

from api.events.schemas import EventName
from tests.api.agency import Agency
from tests.contracts.recipes import Options, Row, Write, _json, _post, text


def _view(agency: Agency, _: str) -> Options:
    filters = {"q": text(agency), "show": "archived"}
    return {"json": {"list_name": "clients", "name": text(agency), "filters": filters, "shared": True}}


def _a_view(agency: Agency, client_id: str) -> str:
    return _post(agency, "/views", **_view(agency, client_id))


ROWS = {"view_id": Row("saved_view", _a_view)}

WRITES = {
    "POST /v1/views": Write((EventName.VIEW_CREATED,), _view),
    "PATCH /v1/views/{view_id}": Write((EventName.VIEW_UPDATED,), lambda agency, _: {"json": {"name": text(agency)}}),
    "DELETE /v1/views/{view_id}": Write((EventName.VIEW_DELETED,)),
    "PUT /v1/list-columns": Write((), _json(list_name="clients", columns=["name", "email"])),
}
