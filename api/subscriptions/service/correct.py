"""Correcting: the one verb that rewrites a dated row in place. It needs a reason, and its event keeps both versions."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.rows import changes, touch
from api.subscriptions import schedule
from api.subscriptions.errors import BadDate, BadLine, LineConflict
from api.subscriptions.models import Subscription, SubscriptionItem, SubscriptionPause
from api.subscriptions.schedule import NotPossible, Span
from api.subscriptions.schemas import SubscriptionCorrect
from api.subscriptions.service.rows import check_amount
from api.subscriptions.service.shared import Book, take, told, told_pauses
from imisofts.access import Actor

_ABOUT = {"reason", "item_id", "pause"}


async def correct(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    given: SubscriptionCorrect,
    if_match: str | None,
    clock: Clock,
) -> Subscription:
    """Put right what was recorded wrongly about a row or a pause; closed months change with it. Values that are there
    already change nothing and record nothing."""
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    before: dict[str, Any] = {}
    after: dict[str, Any] = {"reason": given.reason}
    item, pause = _named(book, given)
    if item is not None and (changed := _changes(item, given, _ABOUT)):
        before["items"] = told([item])
        _apply(item, changed)
        _check_item(book, item, today)
        after["items"] = told([item])
    if pause is not None and given.pause and (changed := _changes(pause, given.pause, {"pause_id"})):
        before["pauses"] = told_pauses([pause])
        _apply(pause, changed)
        _check_pause(book, pause)
        after["pauses"] = told_pauses([pause])
    if before:
        await touch(session, subscription, clock)
        await events.record(session, actor, EventName.SUBSCRIPTION_CORRECTED, subscription, before=before, after=after)
    return subscription


def _named(book: Book, given: SubscriptionCorrect) -> tuple[SubscriptionItem | None, SubscriptionPause | None]:
    """The rows that the request names; one that is not of this subscription is refused."""
    if given.item_id is None and (given.pause is None or given.model_fields_set - {"reason", "pause"}):
        raise BadLine("Name the row.", fields=[("item_id", "is needed for these fields")])
    item = next((item for item in book.items if item.id == given.item_id), None)
    if given.item_id is not None and item is None:
        raise BadLine("There is no such row.", fields=[("item_id", "is no row of this subscription")])
    pause = next((pause for pause in book.pauses if given.pause and pause.id == given.pause.pause_id), None)
    if given.pause is not None and pause is None:
        raise BadLine("There is no such row.", fields=[("pause.pause_id", "is no pause of this subscription")])
    return item, pause


def _changes(row: object, given: BaseModel, about: set[str]) -> dict[str, Any]:
    """What was sent and differs; only an end may be taken back by sending null."""
    sent = given.model_dump(exclude_unset=True, exclude=about)
    return changes(row, {name: value for name, value in sent.items() if value is not None or name == "ended_on"})


def _apply(row: object, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(row, name, value)


def _check_days(subscription: Subscription, row: SubscriptionItem | SubscriptionPause, place: str) -> None:
    if row.started_on < subscription.started_on:
        detail = f"The subscription begins on {subscription.started_on}."
        raise BadDate(detail, fields=[(f"{place}started_on", f"lies before {subscription.started_on}")])
    if row.ended_on is not None and row.ended_on < row.started_on:
        raise BadDate("A row does not end before it begins.", fields=[(f"{place}ended_on", "lies before started_on")])


def _check_item(book: Book, item: SubscriptionItem, today: date) -> None:
    """Refuse days that contradict the subscription's or another row's; what is agreed follows the days."""
    subscription = book.subscription
    _check_days(subscription, item, "")
    if subscription.ended_on is not None and (item.ended_on is None or item.ended_on > subscription.ended_on):
        detail = f"The subscription ends on {subscription.ended_on}."
        raise BadDate(detail, fields=[("ended_on", f"lies after {subscription.ended_on}")])
    item.decided_on = min(item.decided_on, item.started_on)
    item.end_decided_on = (item.end_decided_on or today) if item.ended_on is not None else None
    check_amount(item, item.currency, "quantity")
    try:
        schedule.check_line(book.rows, item.line_id)
    except NotPossible as error:
        raise LineConflict(f"The rows of the line collide: {error}.", fields=[(error.field, str(error))]) from error


def _check_pause(book: Book, pause: SubscriptionPause) -> None:
    """Refuse days that contradict the subscription's or another pause's."""
    _check_days(book.subscription, pause, "pause.")
    mine = Span(pause.started_on, pause.ended_on)
    others = [Span(each.started_on, each.ended_on) for each in book.pauses if each is not pause]
    if any(mine.meets(other) for other in others):
        raise LineConflict("Two pauses share a day.", fields=[("pause.started_on", "meets another pause")])
