"""The days of a subscription, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.subscriptions.schedule import (
    Ending,
    NotPossible,
    Row,
    Span,
    Status,
    change_line,
    check_line,
    end_line,
    later,
    next_charge,
    paid_until,
    period,
    status,
)

LINE = UUID(int=1)
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def row(ident: int, started: str, ended: str | None = None, **more: Any) -> Row:
    values: dict[str, Any] = {
        "quantity": Decimal(1), "unit_price": Decimal(100), "discount_rate": Decimal(0), "interval": "month",
        "interval_count": 1, "line_id": LINE, **more,
    }  # fmt: skip
    return Row(id=UUID(int=ident), started_on=day(started), ended_on=day(ended) if ended else None, **values)


@pytest.mark.parametrize(
    ("interval", "count", "times", "expected"),
    [
        ("month", 1, 1, "2026-02-28"),
        ("month", 1, 2, "2026-03-31"),
        ("month", 2, 1, "2026-03-31"),
        ("quarter", 1, 1, "2026-04-30"),
        ("year", 1, 2, "2028-01-31"),
        ("week", 2, 1, "2026-02-14"),
        ("day", 10, 3, "2026-03-02"),
    ],
)
def test_months_are_counted_from_the_anchor(interval: str, count: int, times: int, expected: str) -> None:
    assert later(date(2026, 1, 31), interval, count, times).isoformat() == expected


@given(DAYS, st.sampled_from(["day", "week", "month", "quarter", "year"]), st.integers(1, 5), DAYS)
def test_every_day_lies_in_exactly_one_period(anchor: date, interval: str, count: int, on: date) -> None:
    found = period(anchor, interval, count, max(anchor, on))
    assert found.holds(max(anchor, on))
    steps = [later(anchor, interval, count, n) for n in range(12)]
    assert all(one < two for one, two in pairwise(steps))
    assert period(anchor, interval, count, steps[3]) == Span(steps[3], steps[4])
    assert period(anchor, interval, count, steps[3] - timedelta(days=1)) == Span(steps[2], steps[3])


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("01-09", Status.scheduled),
        ("01-10", Status.trial),
        ("01-19", Status.trial),
        ("01-20", Status.active),
        ("02-01", Status.paused),
        ("02-28", Status.paused),
        ("03-01", Status.active),
    ],
)
def test_the_status_of_a_day(on: str, expected: Status) -> None:
    pauses = [Span(day("02-01"), day("03-01"))]
    assert status(day("01-10"), day("01-20"), None, pauses, day(on)) is expected


def test_an_agreed_end_is_said_before_anything_else() -> None:
    pauses = [Span(day("01-10"), None)]
    assert status(day("01-10"), day("06-01"), day("04-01"), pauses, day("02-01")) is Status.cancelled
    assert status(day("01-10"), day("06-01"), day("04-01"), pauses, day("04-01")) is Status.ended


def test_a_change_ends_the_row_and_its_successor_takes_the_remaining_days() -> None:
    rows = [row(1, "01-01", "06-01"), row(2, "06-01", quantity=Decimal(5))]
    found = change_line(rows, LINE, day("03-01"), {"quantity": Decimal(3)})
    assert found.endings == (Ending(UUID(int=1), day("03-01")),)
    assert found.successor == row(1, "03-01", "06-01", quantity=Decimal(3))
    assert change_line(rows, LINE, day("03-01"), {"quantity": Decimal(1)}).successor is None


def test_a_change_on_a_rows_first_day_leaves_it_no_day() -> None:
    found = change_line([row(1, "03-01")], LINE, day("03-01"), {"quantity": Decimal(2)})
    assert found.endings == (Ending(UUID(int=1), day("03-01")),)
    assert found.successor == row(1, "03-01", quantity=Decimal(2))
    left = [row(1, "03-01", "03-01"), row(2, "03-01", quantity=Decimal(2))]
    again = change_line(left, LINE, day("03-01"), {"quantity": Decimal(4)})
    assert again.endings == (Ending(UUID(int=2), day("03-01")),)


@pytest.mark.parametrize(("on", "field"), [("01-31", "effective_on"), ("05-01", "line_id")])
def test_a_line_changes_only_while_it_is_in_force(on: str, field: str) -> None:
    with pytest.raises(NotPossible) as caught:
        change_line([row(1, "02-01", "05-01")], LINE, day(on), {"quantity": Decimal(2)})
    assert caught.value.field == field


def test_ending_a_line_takes_agreed_changes_with_it() -> None:
    rows = [row(1, "01-01", "03-01"), row(2, "03-01", "06-01"), row(3, "06-01")]
    assert end_line(rows, LINE, day("04-01")) == (
        Ending(UUID(int=2), day("04-01")),
        Ending(UUID(int=3), day("06-01")),
    )
    assert end_line(rows[:2], LINE, day("06-01")) == ()


def test_rows_of_a_line_never_share_a_day() -> None:
    check_line([row(1, "01-01", "03-01"), row(2, "03-01", "03-01"), row(3, "03-01")], LINE)
    with pytest.raises(NotPossible):
        check_line([row(1, "01-01", "03-02"), row(3, "03-01")], LINE)


def test_a_change_of_quantity_keeps_the_days_of_charge_and_a_change_of_interval_begins_anew() -> None:
    more = row(2, "02-20", quantity=Decimal(2))
    found = next_charge([row(1, "01-15", "02-20"), more], [], day("01-15"), day("02-20"))
    assert found is not None
    assert (found.day, found.rows) == (day("03-15"), (more,))
    yearly = row(2, "02-20", interval="year")
    found = next_charge([row(1, "01-15", "02-20"), yearly], [], day("01-15"), day("02-20"))
    assert found is not None
    assert (found.day, found.rows) == (day("02-20"), (yearly,))


def test_the_next_charge_waits_for_trial_and_pause() -> None:
    rows = [row(1, "01-10")]

    def due(on: str, *pauses: Span, paid: str = "01-10") -> date | None:
        found = next_charge(rows, list(pauses), day(paid), day(on))
        return found.day if found else None

    assert due("01-10") == day("01-10")
    assert due("01-11") == day("02-10")
    assert due("01-11", paid="01-24") == day("01-24")
    assert due("01-25", paid="01-24") == day("02-24")
    assert due("02-01", Span(day("02-05"), day("03-10"))) == day("03-10")
    assert due("02-01", Span(day("02-05"), day("03-11"))) == day("04-10")
    assert due("02-01", Span(day("02-05"), None)) is None
    assert due("02-01", Span(day("02-11"), None)) == day("02-10")


def test_what_is_charged_once_is_due_on_its_first_day_and_never_again() -> None:
    setup, monthly = row(2, "02-10", interval=None, line_id=UUID(int=2)), row(1, "01-10")
    found = next_charge([monthly, setup], [], day("01-10"), day("02-01"))
    assert found is not None
    assert (found.day, set(found.rows)) == (day("02-10"), {monthly, setup})
    assert next_charge([setup], [], day("02-10"), day("02-11")) is None


@pytest.mark.parametrize(
    ("on", "pauses", "paid", "expected"),
    [
        ("03-10", [], "01-31", "03-31"),
        ("03-31", [], "01-31", "04-30"),
        ("03-10", [], "04-15", "04-15"),
        ("03-10", [Span(date(2026, 2, 20), None)], "01-31", "03-10"),
        ("03-10", [Span(date(2026, 3, 5), None)], "01-31", "03-31"),
    ],
)
def test_what_is_paid_lasts_to_the_end_of_its_period(on: str, pauses: list[Span], paid: str, expected: str) -> None:
    assert paid_until([row(1, "01-31")], LINE, pauses, day(paid), day(on)) == day(expected)


def test_a_line_that_is_not_in_force_is_paid_for_no_day() -> None:
    assert paid_until([row(1, "05-01")], LINE, [], day("05-01"), day("03-10")) == day("03-10")
    assert paid_until([row(1, "01-01", interval=None)], LINE, [], day("01-01"), day("03-10")) == day("03-10")


CHANGES = st.lists(st.tuples(DAYS, st.integers(0, 9)), max_size=12)


@given(CHANGES, DAYS)
def test_any_changes_leave_one_row_a_day_with_the_newest_value(changes: list[tuple[date, int]], end: date) -> None:
    """The rows say on every day what was agreed last about it, as a plain list of days would."""
    first = date(2024, 1, 1)
    rows = [Row(first, None, UUID(int=0), LINE, Decimal(100), Decimal(1), Decimal(0), "month", 1)]
    agreed: dict[date, int] = {first: 100}
    for n, (on, quantity) in enumerate(changes, start=1):
        found = change_line(rows, LINE, on, {"quantity": Decimal(quantity)})
        ends = {ending.row_id: ending.ended_on for ending in found.endings}
        rows = [replace(each, ended_on=ends.get(each.id, each.ended_on)) for each in rows]
        if found.successor:
            rows.append(replace(found.successor, id=UUID(int=n)))
            agreed[on] = quantity
    check_line(rows, LINE)
    for on, quantity in agreed.items():
        assert [int(each.quantity) for each in rows if each.holds(on)] == [quantity]
    for ending in end_line(rows, LINE, end):
        rows = [replace(each, ended_on=ending.ended_on) if each.id == ending.row_id else each for each in rows]
    assert not [each for each in rows if each.holds(end) or each.holds(date(2030, 1, 1))]
