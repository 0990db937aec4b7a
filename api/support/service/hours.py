"""Opening hours and promised times: the workspace's own, else the defaults."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.identity.models import Workspace
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.support import repository
from api.support.business_time import Calendar, due
from api.support.defaults import OPENING_HOURS, SLA_MINUTES
from api.support.errors import BadHours
from api.support.models import BusinessInterval, SlaTarget, Ticket, TicketEvent
from api.support.schemas import BusinessHours, BusinessHoursSet, OpeningHours, Priority, Promise, ServiceLevels
from api.support.states import Step, waiting_spans
from imisofts.access import Actor


async def business_hours(session: AsyncSession) -> BusinessHours:
    """When support is open."""
    own = [OpeningHours.model_validate(row) for row in await repository.intervals(session)]
    default = [OpeningHours(weekday=day, opens_minute=first, closes_minute=last) for day, first, last in OPENING_HOURS]
    return BusinessHours(intervals=own or default, is_default=not own)


async def set_business_hours(session: AsyncSession, actor: Actor, given: BusinessHoursSet) -> BusinessHours:
    """Replace the opening hours; setting what is there already changes nothing."""
    wanted = sorted(given.intervals, key=lambda each: (each.weekday, each.opens_minute))
    for number, (one, next_one) in enumerate(pairwise(wanted), 1):
        if one.weekday == next_one.weekday and one.closes_minute > next_one.opens_minute:
            raise BadHours("Two intervals of a day overlap.", fields=[(f"intervals.{number}", "overlaps another")])
    before = await business_hours(session)
    if wanted == ([] if before.is_default else before.intervals):
        return before
    await repository.clear_intervals(session)
    for each in wanted:
        session.add(BusinessInterval(id=new_id(), workspace_id=actor.workspace_id, **each.model_dump()))
    await session.flush()
    after = await business_hours(session)
    await events.record(
        session,
        actor,
        EventName.BUSINESS_HOURS_SET,
        Workspace(id=actor.workspace_id),
        before={"intervals": [each.model_dump() for each in before.intervals]},
        after={"intervals": [each.model_dump() for each in after.intervals]},
    )
    return after


async def service_levels(session: AsyncSession) -> ServiceLevels:
    """What is promised for each priority, the most urgent first."""
    own = {
        row.priority: (row.first_response_minutes, row.resolution_minutes) for row in await repository.targets(session)
    }
    promised = {**SLA_MINUTES, **own}
    order = list(SLA_MINUTES)
    return ServiceLevels(
        targets=[
            Promise(priority=Priority(name), first_response_minutes=first, resolution_minutes=last)
            for name, (first, last) in sorted(promised.items(), key=lambda pair: order.index(pair[0]))
        ]
    )


async def set_service_levels(session: AsyncSession, actor: Actor, given: ServiceLevels) -> ServiceLevels:
    """Set what is promised for the priorities given; the others stay. The same again changes nothing."""
    before = await service_levels(session)
    now = {each.priority: each for each in before.targets}
    rows = {row.priority: row for row in await repository.targets(session)}
    for promise in given.targets:
        if now[promise.priority] == promise:
            continue  # also where that is the default: a row of its own would be a change that changes nothing
        now[promise.priority] = promise
        facts = promise.model_dump(exclude={"priority"})
        row = rows.get(promise.priority)
        if row is None:
            row = SlaTarget(id=new_id(), workspace_id=actor.workspace_id, priority=promise.priority.value, **facts)
            session.add(row)
            rows[promise.priority] = row
            continue
        for name, value in facts.items():
            setattr(row, name, value)
    await session.flush()
    after = await service_levels(session)
    if after != before:
        await events.record(
            session,
            actor,
            EventName.SLA_TARGET_SET,
            Workspace(id=actor.workspace_id),
            before={"targets": [each.model_dump(mode="json") for each in before.targets]},
            after={"targets": [each.model_dump(mode="json") for each in after.targets]},
        )
    return after


async def calendar(session: AsyncSession, actor: Actor, clock: Clock, since: date | None = None) -> Calendar:
    """The workspace's calendar of support, with the holidays from ``since`` (else from today) on."""
    facts = await clients.workspace_facts(session, actor)
    hours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in (await business_hours(session)).intervals:
        hours[each.weekday].append((each.opens_minute, each.closes_minute))
    closed = await repository.holidays(session, since or clock.today(facts.timezone))
    return Calendar(ZoneInfo(facts.timezone), hours, closed)


@dataclass(frozen=True, slots=True)
class Promised:
    """By when a ticket should be answered and resolved; ``None`` once it is, or while we wait for the client."""

    first_response_at: datetime | None
    resolved_at: datetime | None


async def promised(
    session: AsyncSession, actor: Actor, ticket: Ticket, steps: Sequence[TicketEvent], clock: Clock
) -> Promised:
    """What is promised for a ticket with these steps; waiting for the client pauses the resolution alone."""
    if ticket.resolved_at is not None:
        return Promised(None, None)
    levels = {target.priority: target for target in (await service_levels(session)).targets}
    target = levels[Priority(ticket.priority)]
    hours = await calendar(session, actor, clock, since=ticket.opened_at.date())
    waited = waiting_spans((Step(step.kind), step.occurred_at) for step in steps)
    first = None
    if ticket.first_response_at is None:
        first = due(hours, ticket.opened_at, target.first_response_minutes)
    return Promised(first, due(hours, ticket.opened_at, target.resolution_minutes, waited))
