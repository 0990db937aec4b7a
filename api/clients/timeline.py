"""What happened with a client and everything of it."""

from uuid import UUID

from sqlalchemy import Select, or_, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from api.events.models import Event
from api.kit.models import Base
from imisofts.access import Actor


def of_client(actor: Actor, client_id: UUID) -> Select[Event]:
    """The events of the client and of every row that names it, whatever domain it belongs to."""
    query = select(Event).where(Event.workspace_id == actor.workspace_id)
    return query.where(or_(Event.subject_id == client_id, Event.subject_id.in_(_rows_of(client_id))))


def _rows_of(client_id: UUID) -> CompoundSelect[UUID]:
    """Ids of the rows with this client's id, in each table that has such a column."""
    tables = [t for t in Base.metadata.sorted_tables if "client_id" in t.columns and "id" in t.columns]
    return union_all(*(select(t.c.id).where(t.c.client_id == client_id) for t in tables))
