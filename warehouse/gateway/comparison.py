"""Comparison periods: the same question, asked of an earlier range. Computed here, so that no page invents its own."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from warehouse.gateway.answers import MetricQuery

Comparison = Literal["previous period", "same period last year"]


def shifted(query: MetricQuery, to: Comparison) -> MetricQuery:
    """``query`` moved to the period it is compared with; it needs ``first`` and ``last``.

    The previous period of whole months is as many whole months before; of any other range, as many days before.
    """
    if query.first is None or query.last is None:
        raise ValueError("a comparison needs a range: give first and last")
    if to == "same period last year":
        return replace(query, first=_months(query.first, -12), last=_months_end(query.last, -12))
    if query.first.day == 1 and (query.last + timedelta(days=1)).day == 1:
        length = (query.last.year - query.first.year) * 12 + query.last.month - query.first.month + 1
        return replace(query, first=_months(query.first, -length), last=query.first - timedelta(days=1))
    days = (query.last - query.first).days + 1
    return replace(query, first=query.first - timedelta(days=days), last=query.first - timedelta(days=1))


def _months(day: date, by: int) -> date:
    """The same day of another month, or that month's last day."""
    months = day.year * 12 + day.month - 1 + by
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, _last_day(year, month + 1).day))


def _months_end(day: date, by: int) -> date:
    """Like :func:`_months`, but the last day of a month stays the last day (28 February → 29 February)."""
    moved = _months(day, by)
    return _last_day(moved.year, moved.month) if day == _last_day(day.year, day.month) else moved


def _last_day(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
