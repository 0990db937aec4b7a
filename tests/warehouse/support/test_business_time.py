"""Random tickets: the marts' business time equals the support room's own, second by second. ``SEED`` chooses others."""

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from api.support.business_time import Calendar, due, elapsed
from api.support.defaults import OPENING_HOURS, SLA_MINUTES
from api.support.states import Step, waiting_spans
from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.metrics import policy

SEED = int(os.environ.get("SEED", "7"))
TICKETS = 60
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = datetime(2026, 2, 20, tzinfo=UTC)
HOURS: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "default": {weekday: ((opens, closes),) for weekday, opens, closes in OPENING_HOURS},
    "break": dict.fromkeys(range(5), ((8 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))),
    "always": dict.fromkeys(range(7), ((0, 1440),)),
    "nights": {0: ((0, 200), (1300, 1440)), 5: ((60, 1381),), 6: ((0, 1440),)},
}
HOUSES = {
    "default": "Europe/Berlin",
    "break": "America/New_York",
    "always": "Asia/Beirut",
    "nights": "Europe/London",
}


OURS = (Step.answered, Step.answered, Step.waiting, Step.resolved, Step.resolved, Step.noted, Step.replied)
FOLLOWING = {
    Step.waiting: (Step.replied, Step.resumed, Step.resolved, Step.waiting, Step.noted),
    Step.resolved: (Step.reopened, Step.noted, Step.noted),
}


@dataclass
class Ticket:
    """A ticket with its steps in order."""

    house: str
    number: int
    priority: str
    opened: datetime
    answered: datetime | None = None
    steps: list[tuple[Step, datetime]] = field(default_factory=list)

    @property
    def resolved(self) -> datetime | None:
        turns = [(step, at) for step, at in self.steps if step is not Step.noted]
        step, at = turns[-1]
        return at if step is Step.resolved else None


def tickets(chance: random.Random) -> list[Ticket]:
    found = []
    for house in HOUSES:
        for number in range(TICKETS):
            opened = FIRST + timedelta(
                seconds=chance.randrange(int((NOW - FIRST).total_seconds())), microseconds=chance.randrange(10**6)
            )
            ticket = Ticket(house, number, chance.choice(list(SLA_MINUTES)), opened, steps=[(Step.opened, opened)])
            _history(chance, ticket)
            found.append(ticket)
    return found


def _history(chance: random.Random, ticket: Ticket) -> None:
    """Steps as they may follow each other; most tickets end resolved, and some of these are opened again."""
    at, state = ticket.opened, Step.opened
    for _ in range(chance.randrange(8)):
        lasted = chance.choice((chance.randrange(7_200), chance.randrange(1_000_000)))
        at += timedelta(seconds=lasted, microseconds=chance.randrange(10**6))
        if at > NOW:
            return
        step = chance.choice(FOLLOWING.get(state, OURS))
        if step is Step.answered and ticket.answered is None:
            ticket.answered = at
        ticket.steps.append((step, at))
        state = state if step in (Step.noted, Step.answered) else step


def holidays(house: str) -> list[tuple[date, str | None]]:
    """Some days that everybody has off, and one that only a region has."""
    chance = random.Random(house)
    days = {date(2026, 2, 1) + timedelta(days=chance.randrange(290)) for _ in range(12)}
    return [*((day, None) for day in sorted(days)), (date(2026, 6, 10), "BY")]


def write(lake: FixtureLake, found: list[Ticket]) -> None:
    lake.add("workspace", [business.workspace(house, "EUR", timezone=zone) for house, zone in HOUSES.items()])
    lake.add("client", [business.client(house, "acme") for house in HOUSES])
    lake.add("business_interval", _intervals())
    lake.add("holiday", [_holiday(house, day, region) for house in HOUSES for day, region in holidays(house)])
    lake.load("ticket", [_ticket(ticket) for ticket in found])
    lake.load("ticket_event", [row for ticket in found for row in _events(ticket)])


def _intervals() -> list[dict[str, object]]:
    """The hours of those who have their own."""
    return [
        {"id": key(f"{house}{day}{opens}"), "workspace_id": key(house), "weekday": day}
        | {"opens_minute": opens, "closes_minute": closes}
        for house, week in HOURS.items()
        if house != "default"
        for day, hours in week.items()
        for opens, closes in hours
    ]


def _holiday(house: str, day: date, region: str | None) -> dict[str, object]:
    row: dict[str, object] = {"id": key(f"{house}{day}{region}"), "workspace_id": key(house), "on_date": day}
    return row | {"name": "Closed", "region": region, "source": "api"}


def _ticket(ticket: Ticket) -> dict[str, object]:
    waits = any(span.end is None for span in waiting_spans(ticket.steps))
    status = "resolved" if ticket.resolved else "waiting" if waits else "open"
    row: dict[str, object] = {
        "id": _id(ticket),
        "workspace_id": key(ticket.house),
        "client_id": key(f"{ticket.house}/acme"),
    }
    row |= {"number": f"T-{ticket.number}", "subject": "x", "priority": ticket.priority, "status": status}
    reopened = sum(step is Step.reopened for step, _ in ticket.steps)
    row |= {"opened_at": ticket.opened, "first_response_at": ticket.answered, "resolved_at": ticket.resolved}
    return row | {"reopened_count": reopened, "source": "api"}


def _events(ticket: Ticket) -> list[dict[str, object]]:
    row = {"workspace_id": key(ticket.house), "ticket_id": _id(ticket), "client_id": key(f"{ticket.house}/acme")}
    return [
        row | {"id": key(f"{_id(ticket)}/{place:02d}"), "kind": step.value, "author_kind": "staff", "occurred_at": at}
        for place, (step, at) in enumerate(ticket.steps)
    ]


def _id(ticket: Ticket) -> object:
    return key(f"{ticket.house}/T{ticket.number}")


def _calendar(house: str) -> Calendar:
    closed = frozenset(day for day, region in holidays(house) if region is None)
    return Calendar(ZoneInfo(HOUSES[house]), HOURS[house], closed)


@pytest.mark.slow
def test_random_tickets_equal_the_rooms_own_business_time(tmp_path: Path) -> None:
    lake = FixtureLake(tmp_path, now=NOW)
    found = tickets(random.Random(SEED))
    write(lake, found)
    scratch = lake.computed({"ticket"})
    with duckdb.connect(str(scratch), read_only=True) as connection:
        rows = connection.execute(
            """select ticket_id, first_response_business_seconds, resolution_business_seconds,
                first_response_in_time, first_response_judged_on,
                case when resolved_on is not null then resolution_in_time end
            from marts.fct_tickets"""
        ).fetchall()
    assert {row[0]: tuple(row[1:]) for row in rows} == {_id(ticket): _expected(ticket) for ticket in found}


def _expected(ticket: Ticket) -> tuple[object, ...]:
    """What the room itself makes of the ticket's steps."""
    calendar, zone = _calendar(ticket.house), ZoneInfo(HOUSES[ticket.house])
    answer_minutes, resolution_minutes = SLA_MINUTES[ticket.priority]
    answered, resolved = ticket.answered, ticket.resolved
    answer = elapsed(calendar, ticket.opened, answered) if answered else None
    resolution = elapsed(calendar, ticket.opened, resolved, waiting_spans(ticket.steps)) if resolved else None
    answer_due = due(calendar, ticket.opened, answer_minutes)
    assert answer_due is not None
    due_on, today = answer_due.astimezone(zone).date(), NOW.astimezone(zone).date()
    if answered and answered <= answer_due:
        judged: tuple[bool | None, date | None] = True, answered.astimezone(zone).date()
    else:
        judged = (False, due_on) if answered or due_on < today else (None, None)
    resolution_due = due(calendar, ticket.opened, resolution_minutes, waiting_spans(ticket.steps))
    in_time = None if resolved is None else resolution_due is None or resolved <= resolution_due
    return _seconds(answer), _seconds(resolution), *judged, in_time


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(seconds=1)


def test_the_policys_defaults_are_the_supports() -> None:
    hours, levels = policy()["default_opening_hours"], policy()["default_service_levels"]
    assert tuple(map(tuple, hours["intervals"])) == OPENING_HOURS
    assert {priority: tuple(minutes) for priority, minutes in levels["minutes"].items()} == SLA_MINUTES
