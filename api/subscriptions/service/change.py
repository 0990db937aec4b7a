"""Changing lines: a row ends and another begins; nothing that was true before is rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.kit.rows import touch
from api.subscriptions import schedule
from api.subscriptions.errors import BadLine, LineConflict, NothingLeft
from api.subscriptions.models import Subscription, SubscriptionItem
from api.subscriptions.schedule import Ending, NotPossible, Row
from api.subscriptions.schemas import LineChange, SubscriptionChange
from api.subscriptions.service.rows import check_amount, new_rows, resolve
from api.subscriptions.service.shared import Book, end, require_going, require_open, take, told
from imisofts.access import Actor

_COPIED = ("workspace_id", "subscription_id", "client_id", "line_id", "service_id", "description", "currency")
_CHARGED = ("quantity", "unit_price", "discount_rate", "interval", "interval_count")


@dataclass(slots=True)
class _Plan:
    """What the lines' changes come to."""

    endings: list[Ending] = field(default_factory=list)
    successors: list[Row] = field(default_factory=list)


async def change(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    given: SubscriptionChange,
    if_match: str | None,
    clock: Clock,
) -> Subscription:
    """Lines change, end or begin on a day of the current month or later. Values that are there already change
    nothing and record nothing."""
    book, today = await take(session, actor, subscription_id, if_match, clock)
    subscription = book.subscription
    require_going(subscription, today)
    day = given.effective_on or max(today, subscription.started_on)
    require_open(subscription, day, today, "effective_on")
    plan = _plan(book, given.items, day)
    terms = await resolve(session, actor, given.add, subscription.currency, "add")
    added = new_rows(subscription, terms, today, day)
    if not plan.endings and not added:
        return subscription
    _require_rest(book, plan, added, day)
    touched = [item for item in book.items if item.id in {ending.row_id for ending in plan.endings}]
    before = told(touched)
    begun = [_successor(book, row, today) for row in plan.successors] + added
    end(touched, plan.endings, today)
    session.add_all(begun)
    await touch(session, subscription, clock)
    after = {"effective_on": day, "items": told([*touched, *begun])}
    await events.record(
        session, actor, EventName.SUBSCRIPTION_CHANGED, subscription, before={"items": before}, after=after
    )
    return subscription


def _plan(book: Book, given: Sequence[LineChange], day: date) -> _Plan:
    plan, rows, seen = _Plan(), book.rows, set[UUID]()
    for n, line in enumerate(given):
        if line.line_id not in book.lines or line.line_id in seen:
            words = "is named twice" if line.line_id in seen else "is no line of this subscription"
            raise BadLine("A line cannot be found.", fields=[(f"items.{n}.line_id", words)])
        seen.add(line.line_id)
        try:
            _plan_line(plan, rows, line, day)
        except NotPossible as error:
            place = error.field if error.field == "effective_on" else f"items.{n}.{error.field}"
            raise LineConflict(f"The line cannot change on {day}: {error}.", fields=[(place, str(error))]) from error
        for successor in plan.successors[-1:]:
            check_amount(successor, book.subscription.currency, f"items.{n}.quantity")
    return plan


def _plan_line(plan: _Plan, rows: Sequence[Row], line: LineChange, day: date) -> None:
    if line.remove:
        endings = schedule.end_line(rows, line.line_id, day)
        if not endings:
            raise NotPossible("line_id", f"this line has ended before {day}")
        plan.endings += endings
        return
    values = line.model_dump(exclude_none=True, exclude={"line_id", "remove"})
    change = schedule.change_line(rows, line.line_id, day, values)
    plan.endings += change.endings
    if change.successor is not None:
        plan.successors.append(change.successor)


def _require_rest(book: Book, plan: _Plan, added: Sequence[SubscriptionItem], day: date) -> None:
    ends = {ending.row_id: ending.ended_on for ending in plan.endings}
    stay = [row for row in book.rows if (found := ends.get(row.id, row.ended_on)) is None or found > day]
    if not stay and not plan.successors and not added:
        raise NothingLeft("No line would be left; cancel the subscription instead.", fields=[("items", "all end")])


def _successor(book: Book, row: Row, today: date) -> SubscriptionItem:
    follows = next(item for item in book.items if item.id == row.id)
    return SubscriptionItem(
        id=new_id(),
        **{name: getattr(follows, name) for name in _COPIED},
        **{name: getattr(row, name) for name in _CHARGED},
        started_on=row.started_on,
        ended_on=row.ended_on,
        decided_on=min(today, row.started_on),
        end_decided_on=follows.end_decided_on,
    )
