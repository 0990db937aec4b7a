"""Reads and locks of support. Every read begins at :func:`visible_to`; row-level security stands behind it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.kit.errors import NotFound
from api.kit.search import Findable
from api.support.models import BusinessInterval, SlaTarget, Ticket, TicketEvent
from api.time.models import Holiday, Person
from imisofts.access import Action, Actor


def visible_to(actor: Actor) -> Select[Ticket]:
    """The tickets that ``actor`` may see."""
    query = select(Ticket).where(Ticket.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(Ticket.client_id.in_(actor.client_ids))


def visible_with_client(actor: Actor) -> Select[Ticket]:
    """The same, joined to the client for its name."""
    return visible_to(actor).join(Client, Client.id == Ticket.client_id)


async def get(session: AsyncSession, actor: Actor, ticket_id: UUID) -> Ticket:
    """One visible ticket; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Ticket.id == ticket_id))
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


async def lock(session: AsyncSession, actor: Actor, ticket_id: UUID) -> Ticket:
    """One visible ticket, locked until the transaction ends."""
    query = visible_to(actor).where(Ticket.id == ticket_id).with_for_update()
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


async def client_name(session: AsyncSession, client_id: UUID) -> str:
    """The name that stands beside a ticket."""
    return (await session.execute(select(Client.name).where(Client.id == client_id))).scalar_one()


async def steps(session: AsyncSession, actor: Actor, ticket_id: UUID) -> Sequence[TicketEvent]:
    """A ticket's steps in their order; notes among staff are not a client's."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id)
    if actor.is_client:
        query = query.where(TicketEvent.kind != "noted")
    return (await session.scalars(query.order_by(TicketEvent.occurred_at, TicketEvent.id))).all()


async def works_here(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the person exists and has not left."""
    query = select(Person.id).where(Person.id == person_id, Person.archived_at.is_(None))
    return await session.scalar(query) is not None


async def intervals(session: AsyncSession) -> Sequence[BusinessInterval]:
    """The workspace's own opening hours, Monday first."""
    query = select(BusinessInterval).order_by(BusinessInterval.weekday, BusinessInterval.opens_minute)
    return (await session.scalars(query)).all()


async def clear_intervals(session: AsyncSession) -> None:
    """Forget the workspace's own opening hours."""
    await session.execute(delete(BusinessInterval))


async def targets(session: AsyncSession) -> Sequence[SlaTarget]:
    """What the workspace itself promises."""
    return (await session.scalars(select(SlaTarget))).all()


async def holidays(session: AsyncSession, first: date) -> frozenset[date]:
    """Days from ``first`` on when nobody works."""
    query = select(Holiday.on_date).where(Holiday.region.is_(None), Holiday.on_date >= first)
    return frozenset(await session.scalars(query))


def findable(actor: Actor) -> Findable:
    """Tickets by number and subject."""
    return Findable(
        kind="ticket",
        needs=Action.ticket_read,
        rows=visible_with_client(actor),
        ident=Ticket.id,
        title=Ticket.subject,
        detail=Ticket.number.concat(" · ").concat(Client.name),
        within=(Ticket.number, Ticket.subject, Ticket.external_id),
        archived=Ticket.resolved_at.is_not(None),
    )
