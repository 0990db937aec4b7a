"""The life of a ticket. Every step is a row of its own; the ticket repeats what they come to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit import numbers
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import Malformed
from api.kit.ids import new_id
from api.kit.rows import changes, require_free, touch
from api.support import repository
from api.support.errors import TicketNotResolved, TicketNotWaiting, TicketResolved, UnknownAssignee
from api.support.models import Ticket, TicketEvent
from api.support.schemas import Answer, Message, Rating, TicketOpen, TicketUpdate
from api.support.states import Status, Step
from imisofts.access import Actor

_FACTS = (
    "external_id",
    "number",
    "subject",
    "priority",
    "status",
    "opened_at",
    "first_response_at",
    "resolved_at",
    "reopened_count",
    "is_satisfied",
)


def facts(ticket: Ticket) -> dict[str, Any]:
    """A ticket as its events tell it; of the subject, which is personal, they keep only that it changed."""
    people = {
        "client_id": str(ticket.client_id),
        "assignee_id": str(ticket.assignee_id) if ticket.assignee_id else None,
    }
    return {**people, **{name: getattr(ticket, name) for name in _FACTS}}


async def open_ticket(session: AsyncSession, actor: Actor, given: TicketOpen, clock: Clock) -> Ticket:
    """A new ticket with its first message; staff open one for a client, a client's user for her own."""
    client = await clients.usable(session, actor, _client_of(actor, given))
    await require_free(session, Ticket, given.external_id)
    ticket = Ticket(
        id=new_id(),
        workspace_id=actor.workspace_id,
        client_id=client.id,
        external_id=given.external_id,
        number=await numbers.next_number(session, actor.workspace_id, "T"),
        subject=given.subject,
        priority=given.priority.value,
        status=Status.open.value,
        opened_at=clock.now(),
        reopened_count=0,
        source="api",
    )
    session.add(ticket)
    await session.flush()
    _step(session, actor, ticket, Step.opened, clock.now(), given.body)
    await events.record(session, actor, EventName.TICKET_OPENED, ticket, after=facts(ticket))
    return ticket


def _client_of(actor: Actor, given: TicketOpen) -> UUID:
    if given.client_id is not None:
        return given.client_id
    if actor.is_client and actor.client_ids:
        return next(iter(actor.client_ids))
    raise Malformed("Say for which client the ticket is.", fields=[("client_id", "is missing")])


async def update(
    session: AsyncSession, actor: Actor, ticket_id: UUID, given: TicketUpdate, if_match: str | None, clock: Clock
) -> Ticket:
    """Change what was sent; the assignee may be taken away by null."""
    ticket = await repository.lock(session, actor, ticket_id)
    require_match(if_match, ticket.version)
    changed = changes(ticket, given.model_dump(exclude_unset=True, mode="python"), needed=("subject", "priority"))
    assignee = changed.get("assignee_id")
    if assignee is not None and not await repository.works_here(session, assignee):
        raise UnknownAssignee(
            "There is no such person.", fields=[("assignee_id", "works here no longer, or never did")]
        )
    await events.change(session, actor, EventName.TICKET_UPDATED, ticket, changed, facts, clock)
    return ticket


async def answer(session: AsyncSession, actor: Actor, ticket_id: UUID, given: Answer, clock: Clock) -> Ticket:
    """Answer the client; the first answer is what the promise is measured by."""
    ticket = await _unresolved(session, actor, ticket_id)
    before = facts(ticket)
    ticket.first_response_at = ticket.first_response_at or clock.now()
    _step(session, actor, ticket, Step.answered, clock.now(), given.body)
    await _record(session, actor, EventName.TICKET_ANSWERED, ticket, before, clock)
    if given.then == "resolve":
        return await _turn(session, actor, ticket, Status.resolved, clock)
    wanted = Status.waiting if given.then == "wait" else Status.open
    return ticket if ticket.status == wanted else await _turn(session, actor, ticket, wanted, clock)


async def reply(session: AsyncSession, actor: Actor, ticket_id: UUID, given: Message, clock: Clock) -> Ticket:
    """The client's word: it ends our waiting, and opens a resolved ticket again."""
    ticket = await repository.lock(session, actor, ticket_id)
    before, was = facts(ticket), Status(ticket.status)
    _step(session, actor, ticket, Step.replied, clock.now(), given.body, author_kind="client")
    if was is Status.waiting:
        ticket.status = Status.open.value
    await _record(session, actor, EventName.TICKET_REPLIED, ticket, before, clock)
    return await _reopen(session, actor, ticket, clock) if was is Status.resolved else ticket


async def note(session: AsyncSession, actor: Actor, ticket_id: UUID, given: Message, clock: Clock) -> Ticket:
    """A word among staff; the client never sees it."""
    ticket = await repository.lock(session, actor, ticket_id)
    _step(session, actor, ticket, Step.noted, clock.now(), given.body)
    await _record(session, actor, EventName.TICKET_NOTED, ticket, facts(ticket), clock)
    return ticket


async def wait(session: AsyncSession, actor: Actor, ticket_id: UUID, clock: Clock) -> Ticket:
    """It is the client's turn; the clock of the resolution stands still."""
    ticket = await _unresolved(session, actor, ticket_id)
    return ticket if ticket.status == Status.waiting else await _turn(session, actor, ticket, Status.waiting, clock)


async def resume(session: AsyncSession, actor: Actor, ticket_id: UUID, clock: Clock) -> Ticket:
    """It is our turn again."""
    ticket = await _unresolved(session, actor, ticket_id)
    if ticket.status != Status.waiting:
        raise TicketNotWaiting("This ticket does not wait for its client.")
    return await _turn(session, actor, ticket, Status.open, clock)


async def resolve(session: AsyncSession, actor: Actor, ticket_id: UUID, clock: Clock) -> Ticket:
    """The matter is settled."""
    return await _turn(session, actor, await _unresolved(session, actor, ticket_id), Status.resolved, clock)


async def reopen(session: AsyncSession, actor: Actor, ticket_id: UUID, clock: Clock) -> Ticket:
    """The matter was not settled after all."""
    ticket = await repository.lock(session, actor, ticket_id)
    if ticket.status != Status.resolved:
        raise TicketNotResolved("Only a resolved ticket is reopened.")
    return await _reopen(session, actor, ticket, clock)


async def rate(session: AsyncSession, actor: Actor, ticket_id: UUID, given: Rating, clock: Clock) -> Ticket:
    """How the client liked it; rating again replaces the rating."""
    ticket = await repository.lock(session, actor, ticket_id)
    if ticket.status != Status.resolved:
        raise TicketNotResolved("A ticket is rated once it is resolved.")
    if ticket.is_satisfied == given.is_satisfied:
        return ticket
    before = facts(ticket)
    ticket.is_satisfied, ticket.rated_at = given.is_satisfied, clock.now()
    _step(session, actor, ticket, Step.rated, clock.now())
    await _record(session, actor, EventName.TICKET_RATED, ticket, before, clock)
    return ticket


async def _unresolved(session: AsyncSession, actor: Actor, ticket_id: UUID) -> Ticket:
    ticket = await repository.lock(session, actor, ticket_id)
    if ticket.status == Status.resolved:
        raise TicketResolved(f"Ticket {ticket.number} is resolved; reopen it first.")
    return ticket


_TURNS = {
    Status.open: (Step.resumed, EventName.TICKET_RESUMED),
    Status.waiting: (Step.waiting, EventName.TICKET_WAITING),
    Status.resolved: (Step.resolved, EventName.TICKET_RESOLVED),
}


async def _turn(session: AsyncSession, actor: Actor, ticket: Ticket, to: Status, clock: Clock) -> Ticket:
    before = facts(ticket)
    step, name = _TURNS[to]
    ticket.status = to.value
    ticket.resolved_at = clock.now() if to is Status.resolved else None
    _step(session, actor, ticket, step, clock.now())
    await _record(session, actor, name, ticket, before, clock)
    return ticket


async def _reopen(session: AsyncSession, actor: Actor, ticket: Ticket, clock: Clock) -> Ticket:
    before = facts(ticket)
    ticket.status, ticket.resolved_at = Status.open.value, None
    ticket.reopened_count += 1
    _step(session, actor, ticket, Step.reopened, clock.now())
    await _record(session, actor, EventName.TICKET_REOPENED, ticket, before, clock)
    return ticket


async def _record(
    session: AsyncSession, actor: Actor, name: EventName, ticket: Ticket, before: dict[str, Any], clock: Clock
) -> None:
    await touch(session, ticket, clock)
    await events.record(session, actor, name, ticket, before=before, after=facts(ticket))


def _step(
    session: AsyncSession,
    actor: Actor,
    ticket: Ticket,
    kind: Step,
    at: datetime,
    body: str | None = None,
    *,
    author_kind: str | None = None,
) -> None:
    """``author_kind``: who says it; staff who pass on a client's word write it in the client's name."""
    by = "client" if actor.is_client else "staff"
    session.add(
        TicketEvent(
            id=new_id(),
            workspace_id=ticket.workspace_id,
            ticket_id=ticket.id,
            client_id=ticket.client_id,
            kind=kind.value,
            author_kind=author_kind or by,
            author_id=actor.user_id,
            occurred_at=at,
            body=body,
        )
    )
