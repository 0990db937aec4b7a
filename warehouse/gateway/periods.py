"""Calendar arithmetic: which periods a range has, and when each ends. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from warehouse.metrics.definitions import Grain

_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}


def months_after(month: date, count: int) -> date:
    """The first day of the month that lies ``count`` months after ``month``'s."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def start(day: date, grain: Grain, week_starts_on_sunday: bool = False) -> date:
    """The first day of the period that holds ``day``."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=(day.isoweekday() % 7) if week_starts_on_sunday else day.weekday())
    months = _MONTHS[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def following(period: date, grain: Grain) -> date:
    """The first day of the next period."""
    if grain in _MONTHS:
        return months_after(period, _MONTHS[grain])
    return period + timedelta(days=7 if grain == "week" else 1)


def end(period: date, grain: Grain) -> date:
    """The last day of the period."""
    return following(period, grain) - timedelta(days=1)


def count(first: date, last: date, grain: Grain) -> int:
    """About how many periods a range has, without listing them; never too few."""
    return (last - first).days // {"day": 1, "week": 7, "month": 28, "quarter": 89, "year": 365}[grain] + 2


def spans(
    first: date, last: date, grain: Grain, week_starts_on_sunday: bool = False
) -> Iterator[tuple[date, date, date]]:
    """Every period of the range as (its first day, first day inside the range, last day inside the range)."""
    period = start(first, grain, week_starts_on_sunday)
    while period <= last:
        yield period, max(period, first), min(end(period, grain), last)
        period = following(period, grain)


def before(first: date, last: date) -> tuple[date, date]:
    """The range of the same length just before: whole months before whole months, else as many days."""
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return months_after(first, -months), first - timedelta(days=1)
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)
