"""Taking back a cancellation whose end is still to come.

Nothing that was agreed is rewritten: the rows keep the ends that they were given and the days on which these were
agreed, and successors of the same terms begin where they end. So the days in between still say what was known then.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.kit.rows import touch
from api.subscriptions import schedule
from api.subscriptions.errors import NotCancelled
from api.subscriptions.models import Subscription, SubscriptionItem
from api.subscriptions.schedule import Row
from api.subscriptions.service.shared import Book, facts, require_going, take, told
from imisofts.access import Actor

_TERMS = tuple(field.name for field in fields(Row) if field.name not in {"id", "started_on", "ended_on"})
_NAMES = (EventName.SUBSCRIPTION_CANCELLED, EventName.SUBSCRIPTION_CANCELLATION_WITHDRAWN)


async def withdraw_cancellation(
    session: AsyncSession, actor: Actor, subscription_id: UUID, if_match: str | None, clock: Clock
) -> Subscription:
    """Let every line that the cancellation ended go on as it was agreed before it."""
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    require_going(subscription, today)
    if subscription.ended_on is None:
        raise NotCancelled("No end is agreed for this subscription: there is nothing to withdraw.")
    was = _ends_before(await events.of_subject(session, subscription, _NAMES))
    before = facts(subscription)
    added = [item for line in book.lines for item in _going_on(book, line, was, today)]
    session.add_all(added)
    subscription.cancelled_on = subscription.ended_on = subscription.cancel_reason = None
    await touch(session, subscription, clock)
    after = facts(subscription) | {"items": told(added)}
    name = EventName.SUBSCRIPTION_CANCELLATION_WITHDRAWN
    await events.record(session, actor, name, subscription, before=before | {"items": []}, after=after)
    return subscription


def _ends_before(found: list[tuple[str, dict[str, Any]]]) -> dict[UUID, date | None]:
    """Row → its end before the cancellation that is in force, which may have been made sooner since; oldest first."""
    ends: dict[UUID, date | None] = {}
    for name, data in found:
        if name == EventName.SUBSCRIPTION_CANCELLATION_WITHDRAWN:
            ends.clear()
            continue
        for row in data["changed"].get("items", {}).get("before") or ():
            ends.setdefault(UUID(row["id"]), date.fromisoformat(row["ended_on"]) if row["ended_on"] else None)
    return ends


def _going_on(book: Book, line: UUID, was: Mapping[UUID, date | None], today: date) -> list[SubscriptionItem]:
    """The line's rows to add; none where it had ended otherwise. A line that came with the agreed end, or by an import
    that stated it, has no end of its own."""
    items = [item for item in book.items if item.line_id == line]
    own = {item.id: was[item.id] for item in items if item.id in was}
    if not own:
        own = {item.id: None for item in items if item.ended_on == book.subscription.ended_on}
    if not own:
        return []
    by_id = {item.id: item for item in items}
    return [_row(by_id[row.id], row, today) for row in schedule.continued(book.rows, own, line, today)]


def _row(source: SubscriptionItem, row: Row, today: date) -> SubscriptionItem:
    return SubscriptionItem(
        id=new_id(),
        workspace_id=source.workspace_id,
        subscription_id=source.subscription_id,
        client_id=source.client_id,
        service_id=source.service_id,
        description=source.description,
        currency=source.currency,
        started_on=row.started_on,
        ended_on=row.ended_on,
        decided_on=today,
        end_decided_on=today if row.ended_on else None,
        **{name: getattr(row, name) for name in _TERMS},
    )
