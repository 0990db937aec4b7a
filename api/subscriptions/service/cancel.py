"""Cancelling: the end is agreed today and comes now, on a day, or when what is paid for has passed."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.errors import Malformed
from api.kit.rows import touch
from api.subscriptions import schedule
from api.subscriptions.errors import SubscriptionEnded
from api.subscriptions.models import Subscription
from api.subscriptions.schemas import SubscriptionCancel
from api.subscriptions.service.shared import Book, end, facts, require_going, require_open, take, told
from imisofts.access import Actor


async def cancel(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    given: SubscriptionCancel,
    if_match: str | None,
    clock: Clock,
) -> Subscription:
    """End all lines; one that is cancelled already may only end sooner."""
    if given.on is not None and given.at_period_end:
        detail = "Choose a day or the end of the period, not both."
        raise Malformed(detail, fields=[("on", "contradicts at_period_end")])
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    require_going(subscription, today)
    ends = _ends(book, today, given)
    last = max([subscription.started_on, *ends.values()])
    if subscription.ended_on is not None and last >= subscription.ended_on:
        detail = f"This subscription is cancelled and ends on {subscription.ended_on} already."
        raise SubscriptionEnded(detail, fields=[("on", f"does not lie before {subscription.ended_on}")])
    if given.on is not None:
        require_open(subscription, last, today, "on")
    before = facts(subscription)
    endings = [ending for line, day in ends.items() for ending in schedule.end_line(book.rows, line, day)]
    touched = [item for item in book.items if item.id in {ending.row_id for ending in endings}]
    before["items"] = told(touched)
    subscription.cancelled_on, subscription.ended_on, subscription.cancel_reason = today, last, given.reason
    end(touched, endings, today)
    await touch(session, subscription, clock)
    after = facts(subscription) | {"items": told(touched)}
    await events.record(session, actor, EventName.SUBSCRIPTION_CANCELLED, subscription, before=before, after=after)
    return subscription


def _ends(book: Book, today: date, given: SubscriptionCancel) -> dict[UUID, date]:
    """The first day without each line."""
    if given.at_period_end:
        return paid_lines(book, today)
    return dict.fromkeys(book.lines, given.on or today)


def paid_lines(book: Book, today: date) -> dict[UUID, date]:
    """Line → the first day that is not paid for, seen from today."""
    rows, spans, first = book.rows, book.spans, book.first_paid_on
    return {line: schedule.paid_until(rows, line, spans, first, today) for line in book.lines}


def period_end(book: Book, today: date) -> date | None:
    """The first day without the subscription if it were cancelled at period end today; None once an end is agreed."""
    if book.subscription.ended_on is not None:
        return None
    return max([book.subscription.started_on, *paid_lines(book, today).values()])
