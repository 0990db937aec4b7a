"""Support worked out from the tickets' rows alone, minute by open minute."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from tests.answers.cells import Cells, Row, last_day, month_of, share

ZONE = ZoneInfo("Europe/Berlin")
PROMISED = {"urgent": (60, 480), "high": (240, 960), "normal": (480, 2400), "low": (960, 4800)}
"""Business minutes to the first answer and to the resolution."""


class Desk:
    """Open Monday to Friday from nine to five, but not on holidays."""

    def __init__(self, holidays: list[Row]) -> None:
        self._closed = {row["date"] for row in holidays}

    def _opening(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() > 4 or day in self._closed:
            return None
        return datetime.combine(day, time(9), ZONE), datetime.combine(day, time(17), ZONE)

    def seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds between two instants."""
        day, found = start.date(), timedelta()
        while day <= end.date():
            opening = self._opening(day)
            if opening is not None:
                found += max(min(end, opening[1]) - max(start, opening[0]), timedelta())
            day += timedelta(days=1)
        return int(found.total_seconds())

    def after(self, start: datetime, minutes: int) -> datetime:
        """The instant at which that many open minutes have passed."""
        left, day = timedelta(minutes=minutes), start.date()
        while True:
            opening = self._opening(day)
            if opening is not None:
                begins = max(start, opening[0])
                if begins + left <= opening[1]:
                    return begins + left
                left -= max(opening[1] - begins, timedelta())
            day += timedelta(days=1)


def answers(tickets: list[Row], holidays: list[Row], months: list[date]) -> dict[str, Cells]:
    """Every figure of support for every month."""
    desk = Desk(holidays)
    instants = ("opened_at", "first_response_at", "resolved_at")
    rows = [row | {name: _instant(row[name]) for name in instants} for row in tickets]
    answered, resolved = _by_month(rows, "first_response_at"), _by_month(rows, "resolved_at")
    rated = _by_month([row for row in rows if row["satisfied"]], "resolved_at")
    found: dict[str, Cells] = {
        "tickets_opened": {key: Decimal(len(those)) for key, those in _by_month(rows, "opened_at").items()},
        "tickets_resolved": {key: Decimal(len(those)) for key, those in resolved.items()},
        "first_response_hours": _median(answered, lambda row: _between(row, "first_response_at")),
        "resolution_hours": _median(resolved, lambda row: _between(row, "resolved_at")),
        "first_response_hours_business": _median(
            answered, lambda row: desk.seconds(row["opened_at"], row["first_response_at"])
        ),
        "resolution_hours_business": _median(resolved, lambda row: desk.seconds(row["opened_at"], row["resolved_at"])),
        "reopen_rate": _share(resolved, lambda row: row["reopened"] > 0),
        "csat": _share(rated, lambda row: row["satisfied"] == "yes"),
        "csat_n": {key: Decimal(len(those)) for key, those in rated.items()},
        "sla_met": _kept(rows, desk, 0, "first_response_at"),
        "resolution_sla_met": _kept(rows, desk, 1, "resolved_at"),
        "tickets_open": {},
        "tickets_unanswered": {},
    }
    for month in months:
        opened = (row for row in rows if row["opened_at"].date() <= last_day(month))
        open_then = [row for row in opened if _missing(row, "resolved_at", month)]
        found["tickets_open"][month, None] = Decimal(len(open_then))
        unanswered = [row for row in open_then if _missing(row, "first_response_at", month)]
        found["tickets_unanswered"][month, None] = Decimal(len(unanswered))
    return found


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(ZONE) if text else None


def _missing(row: Row, name: str, month: date) -> bool:
    return row[name] is None or row[name].date() > last_day(month)


def _between(row: Row, name: str) -> int:
    # Subtracting two times of one zone would count the wall clock and not what passed.
    return int(row[name].timestamp()) - int(row["opened_at"].timestamp())


def _by_month(rows: list[Row], name: str) -> dict[tuple[date, str | None], list[Row]]:
    found: dict[tuple[date, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        if row[name] is not None:
            found[month_of(row[name].date()), None].append(row)
    return found


def _median(groups: dict[tuple[date, str | None], list[Row]], seconds: Callable[[Row], int]) -> Cells:
    return {key: Decimal(str(median(map(seconds, those)))) / 3600 for key, those in groups.items()}


def _share(groups: dict[tuple[date, str | None], list[Row]], counts: Callable[[Row], bool]) -> Cells:
    return {key: share(sum(map(counts, those)), len(those)) for key, those in groups.items()}


def _kept(rows: list[Row], desk: Desk, promise: int, name: str) -> Cells:
    """By the day on which a promise was kept, or on which it was broken."""
    kept: dict[tuple[date, str | None], list[bool]] = defaultdict(list)
    for row in rows:
        due = desk.after(row["opened_at"], PROMISED[row["priority"]][promise])
        in_time = row[name] is not None and row[name] <= due
        kept[month_of((row[name] if in_time else due).date()), None].append(in_time)
    return {key: share(sum(those), len(those)) for key, those in kept.items()}
