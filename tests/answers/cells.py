"""What the replays answer in, and the days they share."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Cells = dict[tuple[date, str | None], Decimal | None]
"""Month and currency to a figure; a count has no currency, a ratio of nothing no value."""


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_day(month: date) -> date:
    """The last day of the month that begins on ``month``."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1) - timedelta(days=1)


def before(month: date, months: int) -> date:
    """The first day of the month that many months earlier."""
    index = month.year * 12 + month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A ratio; nothing where the whole is nothing."""
    return Decimal(part) / Decimal(whole) if whole else None
