"""Routes of support."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit import lists
from api.kit.access import allowed
from api.kit.acting import Act, Acting
from api.kit.clock import AppClock, Clock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotentRoute
from api.support import repository, service
from api.support.listing import TICKETS
from api.support.models import Ticket
from api.support.schemas import (
    Answer,
    BusinessHours,
    BusinessHoursSet,
    Message,
    Rating,
    ServiceLevels,
    TicketEventOut,
    TicketListed,
    TicketOpen,
    TicketOut,
    TicketUpdate,
)
from imisofts.access import Action, Actor

router = APIRouter(tags=["support"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.ticket_read)]
CanOpen = Annotated[Actor, allowed(Action.ticket_open)]
CanWrite = Annotated[Actor, allowed(Action.ticket_write)]
CanManage = Annotated[Actor, allowed(Action.support_manage)]
VERB = documented(NotFound, Conflict)
_PLAIN = frozenset(TicketListed.model_fields) - {"client_name"}


async def _answer(session: AsyncSession, actor: Actor, ticket: Ticket, clock: Clock, response: Response) -> TicketOut:
    response.headers["ETag"] = etag(ticket.version)
    steps = await repository.steps(session, actor, ticket.id)
    promise = await service.promised(session, actor, ticket, steps, clock)
    return TicketOut(
        **{name: getattr(ticket, name) for name in _PLAIN},
        client_name=await repository.client_name(session, ticket.client_id),
        first_response_due_at=promise.first_response_at,
        resolution_due_at=promise.resolved_at,
        events=[TicketEventOut.model_validate(step) for step in steps],
    )


async def _done(actor: Actor, ticket: Ticket, act: Act) -> TicketOut:
    return await _answer(act.session, actor, ticket, act.clock, act.response)


@router.get("/tickets", response_model=lists.Page[TicketListed])
async def list_tickets(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(TICKETS))]
) -> Response:
    """Tickets, newest first unless sorted otherwise; ``q`` looks through number, subject, client and external id."""
    return await lists.page(session, repository.visible_with_client(actor), TICKETS, params)


@router.post("/tickets", status_code=201, responses=VERB)
async def open_ticket(actor: CanOpen, given: TicketOpen, act: Acting) -> TicketOut:
    """Open a ticket: a client's user for her own client, staff for any."""
    ticket = await service.open_ticket(act.session, actor, given, act.clock)
    act.response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return await _done(actor, ticket, act)


@router.get("/tickets/{ticket_id}", responses=documented(NotFound))
async def read_ticket(
    actor: CanRead, session: ReadSession, clock: AppClock, ticket_id: UUID, response: Response
) -> TicketOut:
    """One ticket with its steps, its promises and its ETag."""
    return await _answer(session, actor, await repository.get(session, actor, ticket_id), clock, response)


@router.patch("/tickets/{ticket_id}", responses=documented(NotFound, PreconditionFailed, PreconditionRequired))
async def update_ticket(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    ticket_id: UUID,
    given: TicketUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> TicketOut:
    """Change subject, priority or assignee; needs If-Match."""
    ticket = await service.update(session, actor, ticket_id, given, if_match, clock)
    return await _answer(session, actor, ticket, clock, response)


@router.post("/tickets/{ticket_id}/answer", responses=VERB)
async def answer_ticket(actor: CanWrite, ticket_id: UUID, given: Answer, act: Acting) -> TicketOut:
    """Answer the client, and say whose turn it is then."""
    return await _done(actor, await service.answer(act.session, actor, ticket_id, given, act.clock), act)


@router.post("/tickets/{ticket_id}/reply", responses=VERB)
async def reply_to_ticket(actor: CanOpen, ticket_id: UUID, given: Message, act: Acting) -> TicketOut:
    """The client's word; it opens a resolved ticket again."""
    return await _done(actor, await service.reply(act.session, actor, ticket_id, given, act.clock), act)


@router.post("/tickets/{ticket_id}/note", responses=VERB)
async def note_on_ticket(actor: CanWrite, ticket_id: UUID, given: Message, act: Acting) -> TicketOut:
    """A word among staff."""
    return await _done(actor, await service.note(act.session, actor, ticket_id, given, act.clock), act)


@router.post("/tickets/{ticket_id}/wait", responses=VERB)
async def wait_for_client(actor: CanWrite, ticket_id: UUID, act: Acting) -> TicketOut:
    """Wait for the client: the clock of the resolution stands still."""
    return await _done(actor, await service.wait(act.session, actor, ticket_id, act.clock), act)


@router.post("/tickets/{ticket_id}/resume", responses=VERB)
async def resume_ticket(actor: CanWrite, ticket_id: UUID, act: Acting) -> TicketOut:
    """Stop waiting for the client."""
    return await _done(actor, await service.resume(act.session, actor, ticket_id, act.clock), act)


@router.post("/tickets/{ticket_id}/resolve", responses=VERB)
async def resolve_ticket(actor: CanWrite, ticket_id: UUID, act: Acting) -> TicketOut:
    """The matter is settled."""
    return await _done(actor, await service.resolve(act.session, actor, ticket_id, act.clock), act)


@router.post("/tickets/{ticket_id}/reopen", responses=VERB)
async def reopen_ticket(actor: CanWrite, ticket_id: UUID, act: Acting) -> TicketOut:
    """The matter was not settled after all."""
    return await _done(actor, await service.reopen(act.session, actor, ticket_id, act.clock), act)


@router.post("/tickets/{ticket_id}/rate", responses=VERB)
async def rate_ticket(actor: CanOpen, ticket_id: UUID, given: Rating, act: Acting) -> TicketOut:
    """Say whether the client is satisfied with a resolved ticket."""
    return await _done(actor, await service.rate(act.session, actor, ticket_id, given, act.clock), act)


@router.get("/support/business-hours")
async def read_business_hours(_: CanRead, session: ReadSession) -> BusinessHours:
    """When support is open."""
    return await service.business_hours(session)


@router.put("/support/business-hours")
async def set_business_hours(actor: CanManage, session: WriteSession, given: BusinessHoursSet) -> BusinessHours:
    """Replace the opening hours; an empty list goes back to the default."""
    return await service.set_business_hours(session, actor, given)


@router.get("/support/service-levels")
async def read_service_levels(_: CanRead, session: ReadSession) -> ServiceLevels:
    """What is promised for each priority."""
    return await service.service_levels(session)


@router.put("/support/service-levels")
async def set_service_levels(actor: CanManage, session: WriteSession, given: ServiceLevels) -> ServiceLevels:
    """Set what is promised for the priorities given; the others stay."""
    return await service.set_service_levels(session, actor, given)
