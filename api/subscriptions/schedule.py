"""The days of a subscription, in prose and in code. Pure: dates and rows in, dates and rows out.

* Every day range has its first day in it and its last day not: ``started_on`` ≤ day < ``ended_on``.
* A line is a chain of rows with one ``line_id``. A change on a day ends the row in force there and adds one that
  begins there; the chain's days never overlap. A row that is superseded on its own first day keeps no day.
* A line is charged in advance: on its anchor, and again every ``interval_count`` intervals. The anchor is its first
  paid day; a change of the interval begins a new count, a change of quantity or price does not. Months are counted
  from the anchor, so a line that began on 31 January is charged on 28 February and on 31 March.
* Nothing is charged on the days of a pause, and pauses do not shift the count.
* A row without an interval is charged once, on its first day.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
DAYS_OF = {"day": 1, "week": 7}


class Status(StrEnum):
    """Where a subscription stands on a day; ``cancelled``: its end is agreed and still to come."""

    scheduled = "scheduled"
    trial = "trial"
    active = "active"
    paused = "paused"
    cancelled = "cancelled"
    ended = "ended"


class NotPossible(ValueError):
    """The dates at hand do not allow this. ``field`` names what the caller would have to choose differently."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``started_on`` until before ``ended_on``; without an end, for good."""

    started_on: date
    ended_on: date | None

    def holds(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)

    def meets(self, other: "Span") -> bool:
        """Whether the two have a day in common."""
        first = max(self.started_on, other.started_on)
        return self.holds(first) and other.holds(first)


@dataclass(frozen=True, slots=True)
class Row(Span):
    """One row of a line: what is charged on its days. In a result, ``id`` is that of the row it comes from."""

    id: UUID
    line_id: UUID
    quantity: Decimal
    unit_price: Decimal
    discount_rate: Decimal
    interval: str | None
    interval_count: int


@dataclass(frozen=True, slots=True)
class Ending:
    """The row ``row_id`` gets a new first day without it."""

    row_id: UUID
    ended_on: date


@dataclass(frozen=True, slots=True)
class LineChange:
    """What a change does to a line's rows; ``successor`` is the row to add, copied from the row with its id."""

    endings: tuple[Ending, ...] = ()
    successor: Row | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """The next charge: its day and the rows that are charged on it."""

    day: date
    rows: tuple[Row, ...]


def open_from(today: date) -> date:
    """The first day that a change may still reach: earlier months are closed, and only corrected."""
    return today.replace(day=1)


def status(
    started_on: date, trial_ends_on: date | None, ended_on: date | None, pauses: Iterable[Span], day: date
) -> Status:
    """Where the subscription stands on ``day``; an agreed end is said before a pause, a pause before a trial."""
    if ended_on is not None and ended_on <= day:
        return Status.ended
    if ended_on is not None:
        return Status.cancelled
    if started_on > day:
        return Status.scheduled
    if any(pause.holds(day) for pause in pauses):
        return Status.paused
    return Status.trial if trial_ends_on is not None and day < trial_ends_on else Status.active


def later(anchor: date, interval: str, count: int, times: int) -> date:
    """``times`` × ``count`` intervals after ``anchor``; a day that the month lacks is its last one."""
    if interval in DAYS_OF:
        return anchor + timedelta(days=DAYS_OF[interval] * count * times)
    months = anchor.year * 12 + anchor.month - 1 + MONTHS_OF[interval] * count * times
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))


def _times(anchor: date, interval: str, count: int, day: date) -> int:
    """How many whole periods lie between ``anchor`` and ``day`` (not before it)."""
    if interval in DAYS_OF:
        return (day - anchor).days // (DAYS_OF[interval] * count)
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    found = months // (MONTHS_OF[interval] * count)
    return found if later(anchor, interval, count, found) <= day else found - 1


def period(anchor: date, interval: str, count: int, day: date) -> Span:
    """The period that holds ``day``; before the anchor, the first one."""
    times = _times(anchor, interval, count, max(day, anchor))
    return Span(later(anchor, interval, count, times), later(anchor, interval, count, times + 1))


def chain(rows: Iterable[Row], line_id: UUID) -> list[Row]:
    """The rows of a line that have a day, in order."""
    own = (row for row in rows if row.line_id == line_id and row.ended_on != row.started_on)
    return sorted(own, key=lambda row: row.started_on)


def anchor(rows: Iterable[Row], row: Row, first_paid_on: date) -> date:
    """The day from which the row's periods are counted: where its unbroken chain of the same interval began."""
    began = row.started_on
    for earlier in reversed(chain(rows, row.line_id)):
        same = (earlier.interval, earlier.interval_count) == (row.interval, row.interval_count)
        if earlier.ended_on == began and same:
            began = earlier.started_on
    return max(began, first_paid_on)


def _first_charge(rows: Sequence[Row], row: Row, pauses: Sequence[Span], first_paid_on: date, day: date) -> date | None:
    """The first day from ``day`` on which the row is charged."""
    if row.interval is None:
        on = row.started_on
        return on if on >= day and row.holds(on) and not any(pause.holds(on) for pause in pauses) else None
    counted_from = anchor(rows, row, first_paid_on)
    earliest = max(day, row.started_on)
    while True:
        found = period(counted_from, row.interval, row.interval_count, earliest)
        due = found.started_on if found.started_on >= earliest else found.ended_on
        assert due is not None
        if not row.holds(due):
            return None
        pause = next((pause for pause in pauses if pause.holds(due)), None)
        if pause is None:
            return due
        if pause.ended_on is None:
            return None
        earliest = pause.ended_on


def next_charge(rows: Sequence[Row], pauses: Sequence[Span], first_paid_on: date, day: date) -> Charge | None:
    """The first day from ``day`` on which something is charged, and what; None when nothing is to come."""
    due = [(_first_charge(rows, row, pauses, first_paid_on, day), row) for row in rows]
    days = [found for found, _ in due if found is not None]
    if not days:
        return None
    first = min(days)
    return Charge(first, tuple(row for found, row in due if found == first))


def paid_until(rows: Sequence[Row], line_id: UUID, pauses: Sequence[Span], first_paid_on: date, day: date) -> date:
    """The first day of a line that is not paid for, seen from ``day``.

    The end of the period that holds ``day``, or ``day`` itself when nothing was charged for that period: the line is
    still in trial, paused on the day of the charge, not recurring, or not in force.
    """
    row = next((row for row in chain(rows, line_id) if row.holds(day)), None)
    if row is None or row.interval is None:
        return day
    if day < first_paid_on:
        return first_paid_on
    found = period(anchor(rows, row, first_paid_on), row.interval, row.interval_count, day)
    assert found.ended_on is not None
    return day if any(pause.holds(found.started_on) for pause in pauses) else found.ended_on


def end_line(rows: Iterable[Row], line_id: UUID, day: date) -> tuple[Ending, ...]:
    """The line has no day from ``day`` on; rows that would begin later keep none."""
    open_rows = [row for row in chain(rows, line_id) if row.ended_on is None or row.ended_on > day]
    return tuple(Ending(row.id, max(day, row.started_on)) for row in open_rows)


def continued(rows: Iterable[Row], was: Mapping[UUID, date | None], line_id: UUID, today: date) -> tuple[Row, ...]:
    """The rows to add so that a line that was cut short goes on as it was agreed before.

    ``was`` has the end before it was cut of each row of the line. What begins again does so where the line now ends,
    not before ``today``, by the terms that it ends with; changes that were agreed for later come as they were.
    """
    own = [row for row in rows if row.line_id == line_id]  # also those that kept no day
    kept = [row.ended_on for row in own if row.ended_on is not None and row.started_on < row.ended_on]
    cut = max(kept, default=min(row.started_on for row in own))
    last = max((row for row in own if row.ended_on == cut and row.started_on < cut), key=_begins, default=None)
    added = []
    for row in sorted((row for row in own if row.id in was), key=_begins):
        first, end = max(row.started_on, cut, today), was[row.id]
        if end is None or first < end:
            terms = last if last is not None and row.started_on < cut else row
            added.append(replace(terms, started_on=first, ended_on=end))
    return tuple(added)


def _begins(row: Row) -> date:
    return row.started_on


def change_line(rows: Iterable[Row], line_id: UUID, day: date, values: Mapping[str, Any]) -> LineChange:
    """The line has other ``values`` (fields of :class:`Row`) from ``day`` on, until its next agreed change.

    The row in force ends on ``day`` and a successor takes over its remaining days. Values that it has already change
    nothing. :class:`NotPossible` when no row is in force on ``day``.
    """
    own = chain(rows, line_id)
    row = next((row for row in own if row.holds(day)), None)
    if row is None:
        if own and own[0].started_on > day:
            raise NotPossible("effective_on", f"this line begins only on {own[0].started_on}")
        raise NotPossible("line_id", f"this line has ended before {day}")
    if all(getattr(row, name) == value for name, value in values.items()):
        return LineChange()
    return LineChange((Ending(row.id, day),), replace(row, started_on=day, **values))


def check_line(rows: Iterable[Row], line_id: UUID) -> None:
    """:class:`NotPossible` when two rows of the line share a day."""
    for one, next_one in pairwise(chain(rows, line_id)):
        if one.meets(next_one):
            raise NotPossible("started_on", f"the line has two rows on {next_one.started_on}")
