"""Business time, on the cases of the definitions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.support.business_time import Calendar, due, elapsed
from api.support.states import Span, Step, waiting_spans

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(BERLIN, dict.fromkeys(range(5), ((9 * 60, 17 * 60),)))
WITH_A_BREAK = Calendar(BERLIN, dict.fromkeys(range(5), ((8 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))))
AROUND_THE_CLOCK = Calendar(BERLIN, dict.fromkeys(range(7), ((0, 1440),)))


def at(text: str) -> datetime:
    """A local instant in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "end"),
    [
        (OFFICE, "2026-03-06T16:30", 60, "2026-03-09T09:30"),
        (WITH_A_BREAK, "2026-03-05T12:30", 60, "2026-03-05T14:30"),
        (WITH_A_BREAK, "2026-03-05T11:30", 60, "2026-03-05T14:00"),
        (OFFICE, "2026-03-07T11:00", 30, "2026-03-09T09:30"),
        (OFFICE, "2026-03-05T09:00", 480, "2026-03-05T17:00"),
    ],
)
def test_a_promise_is_kept_in_opening_hours_only(calendar: Calendar, start: str, minutes: int, end: str) -> None:
    assert due(calendar, at(start), minutes) == at(end)
    assert elapsed(calendar, at(start), at(end)) == timedelta(minutes=minutes)


def test_a_holiday_is_closed() -> None:
    closed = Calendar(BERLIN, OFFICE.hours, frozenset({date(2026, 3, 9)}))
    assert due(closed, at("2026-03-06T16:30"), 60) == at("2026-03-10T09:30")


def test_the_day_on_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    start, end = at("2026-03-28T12:00"), at("2026-03-29T12:00")
    assert elapsed(AROUND_THE_CLOCK, start, end) == timedelta(hours=23)
    assert elapsed(AROUND_THE_CLOCK, at("2026-10-24T12:00"), at("2026-10-25T12:00")) == timedelta(hours=25)


def test_waiting_for_the_client_stops_the_clock() -> None:
    paused = [Span(at("2026-03-05T10:00"), at("2026-03-05T15:00"))]
    assert elapsed(OFFICE, at("2026-03-05T09:00"), at("2026-03-05T17:00"), paused) == timedelta(hours=3)
    assert due(OFFICE, at("2026-03-05T09:00"), 120, paused) == at("2026-03-05T16:00")
    assert due(OFFICE, at("2026-03-05T09:00"), 120, [Span(at("2026-03-05T10:00"), None)]) is None


def test_a_support_that_never_opens_promises_nothing() -> None:
    assert due(Calendar(BERLIN, {}), at("2026-03-05T09:00"), 1) is None


def test_waiting_ends_with_a_reply_or_with_our_own_turn() -> None:
    steps = [
        (Step.opened, at("2026-03-05T09:00")),
        (Step.waiting, at("2026-03-05T10:00")),
        (Step.noted, at("2026-03-05T10:30")),
        (Step.replied, at("2026-03-05T11:00")),
        (Step.waiting, at("2026-03-05T12:00")),
    ]
    assert waiting_spans(steps) == [
        Span(at("2026-03-05T10:00"), at("2026-03-05T11:00")),
        Span(at("2026-03-05T12:00"), None),
    ]
