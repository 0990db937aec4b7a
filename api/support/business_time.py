"""Time as support counts it: several intervals a day, holidays, a time zone with its changes of the clock. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.support.states import Span

HORIZON_DAYS = 3660
"""A promise further away than ten years is none."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours: minutes since midnight by weekday (0 is Monday), in ``zone``; closed on ``holidays``."""

    zone: ZoneInfo
    hours: Mapping[int, Sequence[tuple[int, int]]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def openings(self, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The open intervals, in UTC, of ``days`` days from ``first`` on. A day of 23 hours is an hour shorter."""
        for number in range(days):
            day = first + timedelta(days=number)
            if day not in self.holidays:
                for opens, closes in self.hours.get(day.weekday(), ()):
                    yield self._instant(day, opens), self._instant(day, closes)

    def _instant(self, day: date, minute: int) -> datetime:
        """Midnight of the next day is minute 1440."""
        whole, rest = divmod(minute, 1440)
        local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC)


def elapsed(calendar: Calendar, start: datetime, end: datetime, paused: Iterable[Span] = ()) -> timedelta:
    """Business time from ``start`` to ``end``, less what of it lies in ``paused``."""
    whole = _open(calendar, start, end)
    for span in paused:
        first, last = max(span.start, start), min(span.end or end, end)
        whole -= _open(calendar, first, last)
    return whole


def due(calendar: Calendar, start: datetime, minutes: int, paused: Sequence[Span] = ()) -> datetime | None:
    """When ``minutes`` of business time have gone by; ``None`` if never, or while the clock stands still."""
    left = timedelta(minutes=minutes)
    if any(span.end is None for span in paused):
        return None
    for opens, closes in calendar.openings(_day(calendar, start), HORIZON_DAYS):
        for first, last in _without(max(opens, start), closes, paused):
            if last - first >= left:
                return first + left
            left -= last - first
    return None


def _open(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    if end <= start:
        return timedelta()
    day = _day(calendar, start)
    days = (_day(calendar, end) - day).days + 1
    spans = ((max(opens, start), min(closes, end)) for opens, closes in calendar.openings(day, days))
    return sum((last - first for first, last in spans if last > first), timedelta())


def _day(calendar: Calendar, instant: datetime) -> date:
    return instant.astimezone(calendar.zone).date()


def _without(start: datetime, end: datetime, paused: Sequence[Span]) -> Iterator[tuple[datetime, datetime]]:
    """The parts of one interval outside of ``paused``, which are in order and have ended."""
    at = start
    for span in paused:
        assert span.end is not None
        if span.end <= at or span.start >= end:
            continue
        if span.start > at:
            yield at, span.start
        at = max(at, span.end)
    if at < end:
        yield at, end
