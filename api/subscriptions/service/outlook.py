"""What stands beside a subscription and is not stored: its state today and its next charge."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.subscriptions import repository, schedule
from api.subscriptions.models import Subscription
from api.subscriptions.service.rows import charged_minor
from api.subscriptions.service.shared import Book

_ABOUT = ("id", "currency", "started_on", "trial_ends_on", "ended_on")


@dataclass(frozen=True, slots=True)
class NextCharge:
    """The day and the amount in minor units, without tax; both None when nothing is to come."""

    on: date | None = None
    minor: int | None = None


def next_charge(book: Book, today: date) -> NextCharge:
    """The next charge from today on."""
    found = schedule.next_charge(book.rows, book.spans, book.first_paid_on, today)
    if found is None:
        return NextCharge()
    return NextCharge(found.day, sum(charged_minor(row, book.subscription.currency) for row in found.rows))


async def complete(session: AsyncSession, rows: Sequence[dict[str, Any]], today: date) -> None:
    """Add the next charge to listed subscriptions: two queries for the whole page."""
    ids = [row["id"] for row in rows]
    items, pauses = defaultdict(list), defaultdict(list)
    for item in await repository.items(session, ids):
        items[item.subscription_id].append(item)
    for pause in await repository.pauses(session, ids):
        pauses[pause.subscription_id].append(pause)
    for row in rows:
        about = Subscription(**{name: row[name] for name in _ABOUT})
        charge = next_charge(Book(about, items[about.id], pauses[about.id]), today)
        row["next_charge_on"], row["next_charge_minor"] = charge.on, charge.minor
