"""Kinds with rows that hold from a day until the next one: what somebody's hour costs, and the hours of a week."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from api.imports import generic, references
from api.imports.plan import Change, Context, Plan
from api.imports.subject import Row, Subject, blank
from api.kit.ids import new_id
from api.time.models import PersonRate, WorkingHours

BEGINNING: Final = date(1970, 1, 1)
"""From when the first imported cost rate of a person counts: before any hour that could be imported."""
Place = tuple[UUID, date]


async def plan_people(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """People, with their cost rate: another one ends the present rate today, and hours before keep their cost."""
    made = Plan()
    present = await generic.present(context, subject, rows)
    rates = await _cost_rates(context, [ours.id for ours in present.values()])
    for row in rows:
        ours = present.get(generic.key_of(subject, row))
        theirs = rates[ours.id] if ours is not None else []
        now = next((r for r in theirs if r.started_on <= context.today and _open(r, context.today)), None)
        cost = row.get("cost_rate")
        differs = cost is not None and (now is None or (now.hourly_rate, now.currency) != (cost, context.currency))
        change = generic.decide(context, subject, row, ours, made, differs=differs)
        if change is not None and differs:
            _set_cost_rate(context, change, row["cost_rate"], theirs, now, made)
    return made


def _open(rate: Any, on: date) -> bool:
    return rate.ended_on is None or rate.ended_on > on


async def _cost_rates(context: Context, people: list[UUID]) -> dict[UUID, list[Any]]:
    query = select(*PersonRate.__table__.columns).where(PersonRate.person_id.in_(people), PersonRate.kind == "cost")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for rate in await context.session.execute(query.order_by(PersonRate.started_on).with_for_update()):
        found[rate.person_id].append(rate)
    return found


def _set_cost_rate(context: Context, change: Change, cost: Any, theirs: list[Any], now: Any, made: Plan) -> None:
    """The dry run shows the amounts. The event, which every member reads, says only from when the rate counts."""
    money = {"hourly_rate": cost, "currency": context.currency}
    if now is not None and now.started_on == context.today:
        started_on = context.today
        made.updates[PersonRate].append({"id": now.id, **money, "ended_on": now.ended_on})
    else:
        started_on = context.today if theirs else BEGINNING
        later = [rate.started_on for rate in theirs if rate.started_on > context.today]
        ended_on = now.ended_on if now is not None else min(later, default=None)
        identity = {"id": new_id(), "workspace_id": context.actor.workspace_id, "person_id": change.id, "kind": "cost"}
        made.inserts[PersonRate].append(
            {**blank(PersonRate), **identity, **money, "started_on": started_on, "ended_on": ended_on}
        )
        if now is not None:
            ended = {"hourly_rate": now.hourly_rate, "currency": now.currency, "ended_on": context.today}
            made.updates[PersonRate].append({"id": now.id, **ended})
    change.shown["cost_rate"] = (now.hourly_rate if now is not None else None, cost)
    change.after["cost_rate_from"] = started_on
    if change.before is not None:
        change.before["cost_rate_from"] = now.started_on if now is not None else None


async def plan_weeks(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Weeks of people. Each ends where the person's next begins, and so may one that the file does not name."""
    made = Plan()
    rows = await references.resolve(context, subject, rows, made)
    present = await generic.present(context, subject, rows)
    people = {row["person_id"] for row in rows} | {ours.person_id for ours in present.values()}
    weeks = await _weeks(context, people)
    replaced = {ours.id for ours in present.values() if _follows(ours)}
    taken: set[Place] = {(week.person_id, week.started_on) for week in weeks if week.id not in replaced}
    rows = [row for row in rows if _placed(row, present.get(generic.key_of(subject, row)), taken, made)]
    starts: dict[UUID, list[date]] = defaultdict(list)
    for person_id, started_on in sorted(taken):
        starts[person_id].append(started_on)
    for row in rows:
        row["ended_on"] = _next(starts[row["person_id"]], row["started_on"])
        generic.decide(context, subject, row, present.get(generic.key_of(subject, row)), made)
    for week in weeks:
        if week.id not in replaced:
            _end(subject, week, _next(starts[week.person_id], week.started_on), made)
    return made


async def _weeks(context: Context, people: set[UUID]) -> list[Any]:
    query = select(*WorkingHours.__table__.columns).where(WorkingHours.person_id.in_(people))
    return list(await context.session.execute(query.order_by(WorkingHours.id).with_for_update()))


def _follows(week: Any) -> bool:
    return week.source == "import" and week.touched_at is None


def _placed(row: Row, ours: Any, taken: set[Place], made: Plan) -> bool:
    """Whether the row's week may begin where it says: a person has one week from a day."""
    if ours is not None and not _follows(ours):
        return True
    place = (row["person_id"], row["started_on"])
    if place in taken:
        made.refuse(row, "starts_on", f"{row['person']!r} has another week from this day")
        return False
    taken.add(place)
    return True


def _next(starts: list[date], after: date) -> date | None:
    place = bisect_right(starts, after)
    return starts[place] if place < len(starts) else None


def _end(subject: Subject, week: Any, following: date | None, made: Plan) -> None:
    """A week that no row is about ends where another now begins; one made here keeps an earlier end of its own."""
    own = None if _follows(week) else week.ended_on
    ended_on = min((day for day in (own, following) if day is not None), default=None)
    if ended_on != week.ended_on:
        values = {"id": week.id, "ended_on": ended_on}
        before, after = {"ended_on": week.ended_on}, {"ended_on": ended_on}
        change = Change(subject.model, subject.event, 0, week.external_id or "", values, before, after)
        made.followed.append(change)
