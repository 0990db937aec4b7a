"""When a line is delivered: its service period as two instants, from what was sent."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

LONGEST_YEARS = 10


class BadPeriodError(ValueError):
    """A service period that is none; ``field`` is the end of it that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def service_period(
    begins: date | datetime | None, ends: date | datetime | None, zone: ZoneInfo
) -> tuple[datetime, datetime] | tuple[None, None]:
    """Both ends of the period, the second exclusive; a date is the beginning of its day in ``zone``."""
    if begins is None and ends is None:
        return None, None
    if begins is None or ends is None:
        raise BadPeriodError("service_from" if begins is None else "service_until", "is missing: a period has two ends")
    first, last = _instant(begins, zone), _instant(ends, zone)
    if last <= first:
        raise BadPeriodError("service_until", "does not lie after service_from")
    if last > _years_after(first, LONGEST_YEARS):
        raise BadPeriodError("service_until", f"lies more than {LONGEST_YEARS} years after service_from")
    return first, last


def _instant(given: date | datetime, zone: ZoneInfo) -> datetime:
    return given if isinstance(given, datetime) else datetime.combine(given, time(), zone)


def _years_after(moment: datetime, years: int) -> datetime:
    """The same day of the year; 29 February is 28 February in other years."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year + years, day=day)
