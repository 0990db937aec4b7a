"""What a client report says of the days to come: only what was agreed by the last day of its period.

An item of a subscription is a chain of times in which it is paid for (``fct_mrr_items``). It is charged on its anchor
and again every ``interval_count`` intervals; a new interval begins a new count, pauses do not shift it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

from warehouse.gateway import periods
from warehouse.gateway.client_report_figures import MilestoneRow, UpcomingKind, UpcomingRow
from warehouse.gateway.questions import Desk
from warehouse.gateway.series import money

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}
_ITEMS = """
    select line_id, item_id, description, currency, interval_price, billing_interval, interval_count, started_on,
        case when released_on <= $last then ended_on end as ended_on
    from {fct_mrr_items}
    where client_id = cast($client_id as uuid) and committed_on <= $last
    order by line_id, started_on, item_id"""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which an item is paid for: ``started_on`` until before ``ended_on``."""

    line_id: UUID
    item_id: UUID
    name: str
    currency: str
    price: Decimal
    interval: str
    interval_count: int
    started_on: date
    ended_on: date | None

    def row(self, on: date, kind: UpcomingKind, before: "Span | None" = None) -> UpcomingRow:
        """What happens to this item on a day."""
        same = before is not None and (before.interval, before.interval_count) == (self.interval, self.interval_count)
        return UpcomingRow(
            on=on,
            kind=kind,
            name=self.name,
            currency=self.currency,
            amount=money(self.price, self.currency),
            before=money(before.price, before.currency) if same and before is not None else None,
            interval=self.interval,
            interval_count=self.interval_count,
        )


def upcoming(
    desk: Desk, client_id: UUID, milestones: tuple[MilestoneRow, ...], first: date, last: date
) -> tuple[UpcomingRow, ...]:
    """What is agreed for the period that follows ``first`` to ``last``, by day."""
    until = _following(first, last)
    rows = desk.pin.rows(desk.scope, _ITEMS, {"client_id": str(client_id), "last": last})
    due = [
        UpcomingRow(one.due_on, "milestone", one.title, project=one.project)
        for one in milestones
        if one.completed_on is None and one.due_on is not None and last < one.due_on <= until
    ]
    agreed = [row for line in lines(Span(*row) for row in rows) for row in events(line, last, until)]
    return tuple(sorted([*due, *agreed], key=lambda row: (row.on, row.kind, row.name)))


def _following(first: date, last: date) -> date:
    """The last day of the range of the same length that comes next."""
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return periods.months_after(last, months + 1) - timedelta(days=1)
    return last + (last - first) + timedelta(days=1)


def lines(spans: Iterator[Span]) -> Iterator[list[Span]]:
    """The spans of each line, in order."""
    for _, line in groupby(spans, key=lambda span: span.line_id):
        yield list(line)


def events(line: list[Span], last: date, until: date) -> Iterator[UpcomingRow]:
    """What happens to one line after ``last`` and not after ``until``. Pure."""
    for n, span in enumerate(line):
        before, after = (line[n - 1] if n else None), (line[n + 1] if n + 1 < len(line) else None)
        if last < span.started_on <= until:
            yield span.row(span.started_on, _beginning(span, before), before)
        if span.ended_on is not None and last < span.ended_on <= until:
            if after is None:
                yield span.row(span.ended_on, "ends")
            elif after.started_on > span.ended_on:
                yield span.row(span.ended_on, "pauses")
        if (day := _next_charge(span, _anchor(line, n), last)) is not None and day <= until:
            yield span.row(day, "renews")


def _beginning(span: Span, before: Span | None) -> UpcomingKind:
    if before is None:
        return "starts"
    return "changes" if before.ended_on == span.started_on else "resumes"


def _anchor(line: list[Span], n: int) -> date:
    """The first day of the run of spans before ``n`` that are charged by the same interval."""
    first = n
    while first and (line[first - 1].interval, line[first - 1].interval_count) == (
        line[n].interval,
        line[n].interval_count,
    ):
        first -= 1
    return line[first].started_on


def _next_charge(span: Span, anchor: date, last: date) -> date | None:
    """The first charge after ``last`` that lies in the span and is not its beginning."""
    times = 1
    while (day := _later(anchor, span.interval, span.interval_count * times)) <= max(last, span.started_on):
        times += 1
    return day if span.ended_on is None or day < span.ended_on else None


def _later(anchor: date, interval: str, count: int) -> date:
    """``count`` intervals later; a day that the month does not have is its last one."""
    if interval in _DAYS:
        return anchor + timedelta(days=_DAYS[interval] * count)
    month = periods.months_after(anchor, _MONTHS[interval] * count)
    return min(month + timedelta(days=anchor.day - 1), periods.months_after(month, 1) - timedelta(days=1))
