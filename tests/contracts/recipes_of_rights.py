"""How the routes of roles and networks are used rightly once."""

from api.events.schemas import EventName
from imisofts.access import Role
from tests.api.agency import Agency
from tests.contracts.recipes import Options, Row, Write, _json, _post, text


def _role(agency: Agency, _: str = "") -> Options:
    actions = ["invoice.read", "client.read"]
    return {"json": {"name": text(agency), "description": text(agency), "kind": "staff", "actions": actions}}


def _network(agency: Agency, _: str = "") -> Options:
    """One that holds the address of the tests, so that they are not locked out; each wider than the one before."""
    known = agency.api.ask("GET", "/networks", agency.as_role[Role.owner]).body["networks"]
    return {"json": {"network": f"127.0.0.1/{24 - len(known)}", "note": text(agency)}}


ROWS = {
    "role_id": Row("workspace_role", lambda agency, _: _post(agency, "/roles", **_role(agency))),
    "network_id": Row("workspace_network", lambda agency, _: _post(agency, "/networks", **_network(agency))),
}
WRITES = {
    "POST /v1/roles": Write((EventName.ROLE_CREATED,), _role),
    "PATCH /v1/roles/{role_id}": Write((EventName.ROLE_UPDATED,), _json(actions=["ticket.read"])),
    "DELETE /v1/roles/{role_id}": Write((EventName.ROLE_DELETED,)),
    "POST /v1/networks": Write((EventName.NETWORK_ADDED,), _network),
    "DELETE /v1/networks/{network_id}": Write((EventName.NETWORK_REMOVED,)),
}
