"""People: added, changed, archived, brought back."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import Malformed
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from api.time import repository
from api.time.errors import UserTaken
from api.time.models import Person, WorkingHours
from api.time.schemas import PersonCreate, PersonUpdate
from api.time.service.shared import facts
from api.undo import service as undo
from imisofts.access import Actor


async def create(session: AsyncSession, actor: Actor, given: PersonCreate) -> Person:
    """Somebody new."""
    await require_free(session, Person, given.external_id)
    person = Person(id=new_id(), workspace_id=actor.workspace_id, source="api", **given.model_dump())
    await _check_user(session, actor, person.id, given.user_id)
    session.add(person)
    await session.flush()
    await events.record(session, actor, EventName.PERSON_CREATED, person, after=facts(person))
    return person


async def update(
    session: AsyncSession, actor: Actor, person_id: UUID, given: PersonUpdate, if_match: str | None, clock: Clock
) -> Person:
    """Change what was sent; sending what is already there changes nothing and records nothing."""
    person = await repository.lock_person(session, actor, person_id)
    require_match(if_match, person.version)
    changed = changes(person, given.model_dump(exclude_unset=True), needed=("name", "is_billable_role"))
    await _check_user(session, actor, person.id, changed.get("user_id"))
    await events.change(session, actor, EventName.PERSON_UPDATED, person, changed, facts, clock)
    return person


async def archive(session: AsyncSession, actor: Actor, person_id: UUID, if_match: str | None, clock: Clock) -> Person:
    """Somebody works here no more: from tomorrow on without working hours; time and figures stay."""
    person = await repository.lock_person(session, actor, person_id)
    require_match(if_match, person.version)
    if person.archived_at is None:
        async with events.changing(session, actor, EventName.PERSON_ARCHIVED, person, facts, clock):
            person.archived_at = clock.now()
            await undo.forget(session, person.id)
            await undo.keep(session, Person, person.id, {WorkingHours: "person_id"})
            await _end_hours(session, actor, person, clock)
    return person


async def restore(session: AsyncSession, actor: Actor, person_id: UUID, clock: Clock) -> Person:
    """Bring an archived person back; within ten minutes with the working hours that archiving ended."""
    person = await repository.lock_person(session, actor, person_id)
    if person.archived_at is not None:
        await _check_user(session, actor, person.id, person.user_id)
        ended = await undo.kept(session, Person, person.id, WorkingHours)
        ends = {UUID(row["id"]): row["ended_on"] for row in ended}
        async with events.changing(session, actor, EventName.PERSON_RESTORED, person, facts, clock):
            person.archived_at = None
            await undo.forget(session, person.id)
            await _reopen_hours(session, actor, person, ends, clock)
    return person


async def _reopen_hours(
    session: AsyncSession, actor: Actor, person: Person, ends: Mapping[UUID, str | None], clock: Clock
) -> None:
    """Give each week the end that it had."""
    query = repository.visible_working_hours(actor).where(WorkingHours.person_id == person.id)
    for row in await repository.dated(session, query, WorkingHours):
        earlier = ends.get(row.id, row.ended_on and row.ended_on.isoformat())
        ended_on = date.fromisoformat(earlier) if earlier else None
        if ended_on != row.ended_on:
            async with events.changing(session, actor, EventName.WORKING_HOURS_SET, row, facts, clock):
                row.ended_on = ended_on


async def _end_hours(session: AsyncSession, actor: Actor, person: Person, clock: Clock) -> None:
    """Whoever is gone has no capacity: every week that runs on ends tomorrow, one agreed for later never begins."""
    tomorrow = await clients.today(session, actor, clock) + timedelta(days=1)
    query = repository.visible_working_hours(actor).where(WorkingHours.person_id == person.id)
    for row in await repository.dated(session, query, WorkingHours):
        if row.ended_on is None or row.ended_on > tomorrow:
            async with events.changing(session, actor, EventName.WORKING_HOURS_SET, row, facts, clock):
                row.ended_on = max(row.started_on, min(tomorrow, row.ended_on or tomorrow))


async def _check_user(session: AsyncSession, actor: Actor, person_id: UUID, user_id: UUID | None) -> None:
    """A linked sign-in is one of this workspace's staff, and nobody else's."""
    if user_id is None:
        return
    if not await repository.is_staff(session, actor, user_id):
        raise Malformed("This is no member of your staff.", fields=[("user_id", "is nobody of your staff")])
    if await repository.user_taken(session, actor, user_id, person_id):
        raise UserTaken("This sign-in is linked with another person.", fields=[("user_id", "is taken")])
