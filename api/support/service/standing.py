"""Which tickets wait, and for whom."""

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.rows import first_id
from api.support import repository
from api.support.models import Ticket
from api.support.schemas import TicketsStanding
from api.support.states import Status
from imisofts.access import Actor


async def tickets(session: AsyncSession, actor: Actor) -> TicketsStanding:
    """The visible tickets that are not resolved; *unanswered* are open and had no first answer yet."""
    is_open, waits = Ticket.status == Status.open, Ticket.status == Status.waiting
    unanswered = is_open & Ticket.first_response_at.is_(None)
    counts = (
        func.count().filter(is_open).label("open"),
        func.count().filter(waits).label("waiting"),
        func.count().filter(unanswered).label("unanswered"),
        func.count().filter(is_open & Ticket.assignee_id.is_(None)).label("unassigned"),
        first_id(Ticket.id, Ticket.opened_at, waits).label("waiting_id"),
        first_id(Ticket.id, Ticket.opened_at, unanswered).label("unanswered_id"),
    )
    query = repository.visible_to(actor).where(Ticket.status != Status.resolved).with_only_columns(*counts)
    return TicketsStanding(**(await session.execute(query)).mappings().one())
