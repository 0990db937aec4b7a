"""Pausing and resuming: days without charges."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.kit.rows import touch
from api.subscriptions.errors import AlreadyPaused, BadDate, NotPaused
from api.subscriptions.models import Subscription, SubscriptionPause
from api.subscriptions.schedule import Span
from api.subscriptions.schemas import SubscriptionPauseFrom, SubscriptionResume
from api.subscriptions.service.shared import require_going, require_open, take, told_pauses
from imisofts.access import Actor


async def pause(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    given: SubscriptionPauseFrom,
    if_match: str | None,
    clock: Clock,
) -> Subscription:
    """Charge nothing for some days; without ``until``, until it is resumed."""
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    require_going(subscription, today)
    first = given.from_ or max(today, subscription.started_on)
    require_open(subscription, first, today, "from")
    if given.until is not None and given.until <= first:
        raise BadDate("A pause has at least one day.", fields=[("until", f"does not lie after {first}")])
    wanted = Span(first, given.until)
    for other in book.spans:
        if wanted.meets(other):
            until = f"until {other.ended_on}" if other.ended_on else "until it is resumed"
            detail = f"It is paused already from {other.started_on} {until}."
            raise AlreadyPaused(detail, fields=[("from", "meets another pause")])
    made = SubscriptionPause(
        id=new_id(),
        workspace_id=subscription.workspace_id,
        subscription_id=subscription.id,
        client_id=subscription.client_id,
        started_on=first,
        ended_on=given.until,
    )
    session.add(made)
    await touch(session, subscription, clock)
    after = {"pauses": told_pauses([made])}
    await events.record(session, actor, EventName.SUBSCRIPTION_PAUSED, subscription, after=after)
    return subscription


async def resume(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    given: SubscriptionResume,
    if_match: str | None,
    clock: Clock,
) -> Subscription:
    """Charge again from a day on; the pause that holds this day ends there."""
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    require_going(subscription, today)
    day = given.on or today
    require_open(subscription, day, today, "on")
    held = [each for each in book.pauses if Span(each.started_on, each.ended_on).holds(day)]
    if not held:
        raise NotPaused(f"It is not paused on {day}.", fields=[("on", "lies in no pause")])
    before = told_pauses(held)
    held[0].ended_on = day
    await touch(session, subscription, clock)
    await events.record(
        session,
        actor,
        EventName.SUBSCRIPTION_RESUMED,
        subscription,
        before={"pauses": before},
        after={"pauses": told_pauses(held)},
    )
    return subscription
