"""How the routes of a client's people are used rightly once."""

from uuid import uuid4

from api.events.schemas import EventName
from tests.api.agency import Agency
from tests.contracts.recipes import Options, Row, Write, _json, text


def _colleague(agency: Agency, client_id: str) -> Options:
    email = f"{uuid4().hex[:8]}@{agency.slug}.example"
    person = {"email": email, "name": text(agency), "client_id": client_id}
    return {"json": {**person, "role": "client_team", "rights": ["invoice.read"]}}


ROWS: dict[str, Row] = {}
WRITES = {
    "POST /v1/team": Write((EventName.USER_ADDED,), _colleague),
    "PATCH /v1/team/{user_id}": Write((EventName.USER_UPDATED,), _json(role="client_team", rights=["ticket.read"])),
    "DELETE /v1/team/{user_id}": Write((EventName.USER_REMOVED,)),
    "POST /v1/team/{user_id}/link": Write((EventName.LINK_REQUESTED,)),
}
