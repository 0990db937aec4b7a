"""Routes of subscriptions. A verb takes If-Match where a lost update matters to the caller, and then answers 412."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.kit import lists
from api.kit.access import allowed
from api.kit.acting import Act, Acting
from api.kit.clock import AppClock, Clock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, documented
from api.kit.idempotency import IdempotentRoute
from api.subscriptions import listing, repository, service
from api.subscriptions.models import Subscription
from api.subscriptions.schemas import (
    ItemOut,
    PauseOut,
    SubscriptionCancel,
    SubscriptionChange,
    SubscriptionCorrect,
    SubscriptionCreate,
    SubscriptionListed,
    SubscriptionOut,
    SubscriptionPauseFrom,
    SubscriptionResume,
)
from imisofts.access import Action, Actor

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.subscription_read)]
CanWrite = Annotated[Actor, allowed(Action.subscription_write)]
VERB = documented(NotFound, Conflict, PreconditionFailed)
_DERIVED = {"client_name", "status", "next_charge_on", "next_charge_minor", "period_ends_on", "items", "pauses"}
_PLAIN = frozenset(SubscriptionOut.model_fields) - _DERIVED
Params = Annotated[lists.ListParams, Depends(lists.parameters(listing.subscriptions(date.min)))]


async def _answer(
    session: AsyncSession, actor: Actor, subscription: Subscription, clock: Clock, response: Response
) -> SubscriptionOut:
    response.headers["ETag"] = etag(subscription.version)
    today = await clients.today(session, actor, clock)
    book = await service.read(session, subscription)
    charge = service.next_charge(book, today)
    plain = {name: getattr(subscription, name) for name in _PLAIN}
    if actor.is_client:
        plain["cancel_reason"] = None
    return SubscriptionOut(
        **plain,
        client_name=await repository.client_name(session, subscription.client_id),
        status=book.status(today),
        next_charge_on=charge.on,
        next_charge_minor=charge.minor,
        period_ends_on=service.period_end(book, today),
        items=[ItemOut.model_validate(item) for item in book.items],
        pauses=[PauseOut.model_validate(pause) for pause in book.pauses],
    )


async def _done(actor: Actor, subscription: Subscription, act: Act) -> SubscriptionOut:
    return await _answer(act.session, actor, subscription, act.clock, act.response)


@router.get("", response_model=lists.Page[SubscriptionListed])
async def list_subscriptions(actor: CanRead, session: ReadSession, clock: AppClock, params: Params) -> Response:
    """Subscriptions, newest first unless sorted otherwise; ``q`` looks through name, client and external id."""
    today = await clients.today(session, actor, clock)
    spec = listing.subscriptions(today)
    complete = partial(service.complete, session, today=today)
    return await lists.page(session, repository.visible_with_client(actor), spec, params, complete)


@router.post("", status_code=201, responses=VERB)
async def create_subscription(actor: CanWrite, given: SubscriptionCreate, act: Acting) -> SubscriptionOut:
    """Start a subscription."""
    subscription = await service.create(act.session, actor, given, act.clock)
    act.response.headers["Location"] = f"/v1/subscriptions/{subscription.id}"
    return await _done(actor, subscription, act)


@router.get("/{subscription_id}", responses=documented(NotFound))
async def read_subscription(
    actor: CanRead, session: ReadSession, clock: AppClock, subscription_id: UUID, response: Response
) -> SubscriptionOut:
    """One subscription with its rows, its pauses and its ETag."""
    subscription = await repository.get(session, actor, subscription_id)
    return await _answer(session, actor, subscription, clock, response)


@router.post("/{subscription_id}/change", responses=VERB)
async def change_subscription(
    actor: CanWrite, subscription_id: UUID, given: SubscriptionChange, act: Acting, if_match: IfMatch = None
) -> SubscriptionOut:
    """Change, end or add lines from a day on: each change ends a row and adds one. Not before the current month."""
    changed = await service.change(act.session, actor, subscription_id, given, if_match, act.clock)
    return await _done(actor, changed, act)


@router.post("/{subscription_id}/pause", responses=VERB)
async def pause_subscription(
    actor: CanWrite,
    subscription_id: UUID,
    act: Acting,
    given: SubscriptionPauseFrom | None = None,
    if_match: IfMatch = None,
) -> SubscriptionOut:
    """Charge nothing from a day on. The body may be left out."""
    changed = await service.pause(
        act.session, actor, subscription_id, given or SubscriptionPauseFrom(), if_match, act.clock
    )
    return await _done(actor, changed, act)


@router.post("/{subscription_id}/resume", responses=VERB)
async def resume_subscription(
    actor: CanWrite,
    subscription_id: UUID,
    act: Acting,
    given: SubscriptionResume | None = None,
    if_match: IfMatch = None,
) -> SubscriptionOut:
    """Charge again from a day on. The body may be left out."""
    changed = await service.resume(
        act.session, actor, subscription_id, given or SubscriptionResume(), if_match, act.clock
    )
    return await _done(actor, changed, act)


@router.post("/{subscription_id}/cancel", responses=VERB)
async def cancel_subscription(
    actor: CanWrite,
    subscription_id: UUID,
    act: Acting,
    given: SubscriptionCancel | None = None,
    if_match: IfMatch = None,
) -> SubscriptionOut:
    """End it: now, on a day, or when what is paid for has passed. The body may be left out."""
    changed = await service.cancel(
        act.session, actor, subscription_id, given or SubscriptionCancel(), if_match, act.clock
    )
    return await _done(actor, changed, act)


@router.post("/{subscription_id}/withdraw-cancellation", responses=VERB)
async def withdraw_cancellation_of_subscription(
    actor: CanWrite, subscription_id: UUID, act: Acting, if_match: IfMatch = None
) -> SubscriptionOut:
    """Take back a cancellation whose end is still to come: what it ended goes on. The body is empty."""
    changed = await service.withdraw_cancellation(act.session, actor, subscription_id, if_match, act.clock)
    return await _done(actor, changed, act)


@router.post("/{subscription_id}/correct", responses=VERB)
async def correct_subscription(
    actor: CanWrite, subscription_id: UUID, given: SubscriptionCorrect, act: Acting, if_match: IfMatch = None
) -> SubscriptionOut:
    """Put right what was recorded wrongly about one row, closed months included; the reason stands in its event."""
    changed = await service.correct(act.session, actor, subscription_id, given, if_match, act.clock)
    return await _done(actor, changed, act)
