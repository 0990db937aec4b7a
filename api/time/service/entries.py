"""Time entries: entered, changed, deleted. The person's row is locked meanwhile: a day stays within 24 hours."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from api.projects import service as projects
from api.time import repository
from api.time.errors import BadDate, BadEntry, DayFull
from api.time.models import Person, TimeEntry
from api.time.schemas import TimeEntryCreate, TimeEntryUpdate
from api.time.service.shared import facts, require_own, usable, writable
from api.undo import service as undo
from imisofts.access import Actor

MINUTES_OF_A_DAY = 24 * 60


async def create_entry(session: AsyncSession, actor: Actor, given: TimeEntryCreate, clock: Clock) -> TimeEntry:
    """Time worked on one day, one's own or with the right to manage time anybody's."""
    person = await writable(session, actor, given.person_id)
    await require_free(session, TimeEntry, given.external_id)
    entry = TimeEntry(
        id=new_id(), workspace_id=actor.workspace_id, person_id=person.id, source="api",
        **given.model_dump(exclude={"person_id"}),
    )  # fmt: skip
    await _point(session, actor, entry)
    if given.is_billable is None:
        entry.is_billable = entry.client_id is not None
    await _check(session, actor, person, entry, clock)
    session.add(entry)
    await session.flush()
    await events.record(session, actor, EventName.TIME_ENTRY_CREATED, entry, after=facts(entry))
    return entry


async def update_entry(
    session: AsyncSession, actor: Actor, entry_id: UUID, given: TimeEntryUpdate, if_match: str | None, clock: Clock
) -> TimeEntry:
    """Change what was sent. Another project takes the task away unless a task is sent along."""
    entry = await repository.lock_entry(session, actor, entry_id)
    person = await usable(session, actor, entry.person_id)
    require_own(actor, person)
    require_match(if_match, entry.version)
    needed = ("worked_on", "minutes", "is_billable")
    changed = changes(entry, given.model_dump(exclude_unset=True), needed=needed)
    if not changed:
        return entry
    async with events.changing(session, actor, EventName.TIME_ENTRY_UPDATED, entry, facts, clock):
        with session.no_autoflush:
            if "project_id" in changed and "task_id" not in given.model_fields_set:
                entry.task_id = None
            for name, value in changed.items():
                setattr(entry, name, value)
            if changed.keys() & {"project_id", "task_id", "bill_rate", "currency"}:
                await _point(session, actor, entry)
            await _check(session, actor, person, entry, clock)
    return entry


async def delete_entry(session: AsyncSession, actor: Actor, entry_id: UUID, if_match: str | None) -> None:
    """Throw time away that nobody was billed for; its event stays."""
    entry = await repository.lock_entry(session, actor, entry_id)
    require_own(actor, await repository.lock_person(session, actor, entry.person_id))
    require_match(if_match, entry.version)
    await undo.keep(session, TimeEntry, entry.id)
    await events.record(session, actor, EventName.TIME_ENTRY_DELETED, entry, before=facts(entry))
    await session.delete(entry)
    await session.flush()


async def restore_entry(session: AsyncSession, actor: Actor, entry_id: UUID, clock: Clock) -> TimeEntry:
    """Bring back time that was just deleted, as long as its day and its project still take it."""
    await undo.bring_back(session, TimeEntry, entry_id)
    entry = await repository.lock_entry(session, actor, entry_id)
    person = await usable(session, actor, entry.person_id)
    require_own(actor, person)
    await _point(session, actor, entry)
    await _check(session, actor, person, entry, clock)
    await events.record(session, actor, EventName.TIME_ENTRY_RESTORED, entry, after=facts(entry))
    return entry


async def _point(session: AsyncSession, actor: Actor, entry: TimeEntry) -> None:
    """Bring project, task, client and the rate's currency in line."""
    if entry.task_id is not None:
        of_task = await projects.project_of_task(session, actor, entry.task_id)
        if entry.project_id is not None and entry.project_id != of_task:
            raise BadEntry("The task belongs to another project.", fields=[("task_id", "is none of this project's")])
        entry.project_id = of_task
    project = None if entry.project_id is None else await projects.usable(session, actor, entry.project_id)
    entry.client_id = project.client_id if project else None
    if entry.bill_rate is None:
        entry.currency = None
    elif entry.currency is None:
        entry.currency = project.currency if project else (await clients.workspace_facts(session, actor)).currency


async def _check(session: AsyncSession, actor: Actor, person: Person, entry: TimeEntry, clock: Clock) -> None:
    if entry.is_billable and entry.client_id is None:
        detail = "Only time for a client's project is billable."
        raise BadEntry(detail, fields=[("is_billable", "needs a project with a client")])
    if entry.worked_on > await clients.today(session, actor, clock):
        raise BadDate("Time is entered once it was worked.", fields=[("worked_on", "lies in the future")])
    there = await repository.minutes_of_day(session, person.id, entry.worked_on, entry.id)
    if there + entry.minutes > MINUTES_OF_A_DAY:
        left = MINUTES_OF_A_DAY - there
        raise DayFull(
            f"A day has 24 hours: {_hours(there)} stand on {entry.worked_on} already, so {_hours(left)} are left.",
            fields=[("minutes", f"at most {left} on this day")],
        )


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d} min"
