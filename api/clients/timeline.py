"""What happened with a client and everything of it."""

from uuid import UUID

from sqlalchemy import Select, select

from api.events.models import Event
from api.events.service import of_rows
from imisofts.access import Actor


def of_client(actor: Actor, client_id: UUID) -> Select[Event]:
    """The events of the client and of every row that names it, whatever domain it belongs to."""
    return select(Event).where(Event.workspace_id == actor.workspace_id, of_rows("client_id", {client_id}))
