"""What the verbs share: a subscription with its rows under lock, the checks of days, and rows as events tell them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.kit.clock import Clock
from api.kit.concurrency import check_match
from api.subscriptions import repository, schedule
from api.subscriptions.errors import BadDate, MonthClosed, SubscriptionEnded
from api.subscriptions.models import Subscription, SubscriptionItem, SubscriptionPause
from api.subscriptions.schedule import Ending, Row, Span
from imisofts.access import Actor

_ROW = tuple(field.name for field in fields(Row))
_TOLD = ("id", "line_id", "description", "interval", "interval_count", "started_on", "ended_on")
_NUMBERS = ("quantity", "unit_price", "discount_rate")


@dataclass(frozen=True, slots=True)
class Book:
    """A subscription with all rows of its lines and all its pauses."""

    subscription: Subscription
    items: list[SubscriptionItem]
    pauses: list[SubscriptionPause]

    @property
    def rows(self) -> list[Row]:
        """The lines' rows as the schedule takes them."""
        return [row_of(item) for item in self.items]

    @property
    def spans(self) -> list[Span]:
        """The pauses' days."""
        return [Span(pause.started_on, pause.ended_on) for pause in self.pauses]

    @property
    def first_paid_on(self) -> date:
        """The first day after a trial, or the first day at all."""
        return self.subscription.trial_ends_on or self.subscription.started_on

    @property
    def lines(self) -> list[UUID]:
        """The lines, in the order in which they came."""
        return list(dict.fromkeys(item.line_id for item in self.items))

    def status(self, day: date) -> schedule.Status:
        """Where the subscription stands on ``day``."""
        about = self.subscription
        return schedule.status(about.started_on, about.trial_ends_on, about.ended_on, self.spans, day)


def row_of(item: SubscriptionItem) -> Row:
    """A stored row as the schedule takes it."""
    return Row(**{name: getattr(item, name) for name in _ROW})


async def read(session: AsyncSession, subscription: Subscription) -> Book:
    """The subscription with its rows."""
    ids = [subscription.id]
    return Book(subscription, await repository.items(session, ids), await repository.pauses(session, ids))


async def take(
    session: AsyncSession, actor: Actor, subscription_id: UUID, if_match: str | None, clock: Clock
) -> tuple[Book, date]:
    """The locked subscription with its rows, and today in the workspace's zone. A version that is named must be the
    present one; an ended subscription is given too, see :func:`require_going`."""
    subscription = await repository.lock_visible(session, actor, subscription_id)
    check_match(if_match, subscription.version)
    return await read(session, subscription), await clients.today(session, actor, clock)


def require_going(subscription: Subscription, today: date) -> None:
    """Refuse when it has ended."""
    if subscription.ended_on is not None and subscription.ended_on <= today:
        raise SubscriptionEnded(f"This subscription ended on {subscription.ended_on}; start a new one.")


def require_open(subscription: Subscription, day: date, today: date, field: str) -> None:
    """Refuse a day in a closed month, before the subscription begins, or after its end."""
    if day < schedule.open_from(today):
        detail = (
            f"{day} lies in a closed month. What was recorded wrongly is put right by "
            f"POST /v1/subscriptions/{subscription.id}/correct, with a reason."
        )
        raise MonthClosed(detail, fields=[(field, f"lies before {schedule.open_from(today)}; use correct")])
    if day < subscription.started_on:
        detail = f"The subscription begins on {subscription.started_on}."
        raise BadDate(detail, fields=[(field, f"lies before {subscription.started_on}")])
    if subscription.ended_on is not None and day >= subscription.ended_on:
        detail = f"The subscription ends on {subscription.ended_on}."
        raise BadDate(detail, fields=[(field, f"does not lie before {subscription.ended_on}")])


def end(items: Iterable[SubscriptionItem], endings: Iterable[Ending], today: date) -> None:
    """Give rows their new ends, agreed on ``today``."""
    ends = {ending.row_id: ending.ended_on for ending in endings}
    for item in items:
        if item.id in ends:
            item.ended_on, item.end_decided_on = ends[item.id], today


def facts(subscription: Subscription) -> dict[str, Any]:
    """A subscription as its events tell it, without its rows."""
    names = ("name", "external_id", "currency", "started_on", "trial_ends_on")
    ends = ("cancelled_on", "cancel_reason", "ended_on")
    return {"client_id": subscription.client_id, **{name: getattr(subscription, name) for name in (*names, *ends)}}


def told(items: Iterable[SubscriptionItem]) -> list[dict[str, Any]]:
    """Rows as events tell them; numbers as decimal texts without needless zeros."""
    return [
        {name: getattr(item, name) for name in _TOLD}
        | {name: f"{getattr(item, name).normalize():f}" for name in _NUMBERS}
        for item in items
    ]


def told_pauses(pauses: Iterable[SubscriptionPause]) -> list[dict[str, Any]]:
    """Pauses as events tell them."""
    return [{"id": each.id, "started_on": each.started_on, "ended_on": each.ended_on} for each in pauses]
