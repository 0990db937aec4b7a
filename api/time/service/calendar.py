"""Days without work: holidays of everybody, time off of one person."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from api.time import repository
from api.time.errors import BadDate, HolidayExists, Overlaps
from api.time.models import Holiday, TimeOff
from api.time.schemas import HolidayCreate, TimeOffCreate, TimeOffUpdate
from api.time.service.shared import facts, require_own, writable
from api.undo import service as undo
from imisofts.access import Actor


async def create_holiday(session: AsyncSession, actor: Actor, given: HolidayCreate) -> Holiday:
    """A day on which nobody works, or nobody of one region."""
    await require_free(session, Holiday, given.external_id)
    if await repository.holiday_exists(session, actor, given.on_date, given.region):
        detail = f"{given.on_date} is a holiday already."
        raise HolidayExists(detail, fields=[("on_date", "is a holiday already")])
    holiday = Holiday(id=new_id(), workspace_id=actor.workspace_id, source="api", **given.model_dump())
    session.add(holiday)
    await session.flush()
    await events.record(session, actor, EventName.HOLIDAY_CREATED, holiday, after=facts(holiday))
    return holiday


async def delete_holiday(session: AsyncSession, actor: Actor, holiday_id: UUID, if_match: str | None) -> None:
    """A working day after all."""
    holiday = await repository.lock_holiday(session, actor, holiday_id)
    require_match(if_match, holiday.version)
    await events.record(session, actor, EventName.HOLIDAY_DELETED, holiday, before=facts(holiday))
    await session.delete(holiday)
    await session.flush()


async def create_time_off(session: AsyncSession, actor: Actor, given: TimeOffCreate) -> TimeOff:
    """Days off, one's own or with the right to manage time anybody's."""
    person = await writable(session, actor, given.person_id)
    await require_free(session, TimeOff, given.external_id)
    time_off = TimeOff(
        id=new_id(), workspace_id=actor.workspace_id, person_id=person.id, source="api",
        **given.model_dump(exclude={"person_id"}),
    )  # fmt: skip
    await _check(session, time_off)
    session.add(time_off)
    await session.flush()
    await events.record(session, actor, EventName.TIME_OFF_CREATED, time_off, after=facts(time_off))
    return time_off


async def update_time_off(
    session: AsyncSession, actor: Actor, time_off_id: UUID, given: TimeOffUpdate, if_match: str | None, clock: Clock
) -> TimeOff:
    """Change what was sent."""
    time_off = await repository.lock_time_off(session, actor, time_off_id)
    await writable(session, actor, time_off.person_id)
    require_match(if_match, time_off.version)
    needed = ("starts_on", "ends_on", "kind")
    changed = changes(time_off, given.model_dump(exclude_unset=True), needed=needed)
    if changed:
        async with events.changing(session, actor, EventName.TIME_OFF_UPDATED, time_off, facts, clock):
            with session.no_autoflush:
                for name, value in changed.items():
                    setattr(time_off, name, value)
                await _check(session, time_off)
    return time_off


async def delete_time_off(session: AsyncSession, actor: Actor, time_off_id: UUID, if_match: str | None) -> None:
    """Somebody works after all; for ten minutes the days off can be brought back."""
    time_off = await repository.lock_time_off(session, actor, time_off_id)
    require_own(actor, await repository.lock_person(session, actor, time_off.person_id))
    require_match(if_match, time_off.version)
    await undo.keep(session, TimeOff, time_off.id)
    await events.record(session, actor, EventName.TIME_OFF_DELETED, time_off, before=facts(time_off))
    await session.delete(time_off)
    await session.flush()


async def restore_time_off(session: AsyncSession, actor: Actor, time_off_id: UUID) -> TimeOff:
    """Bring back days off that were just deleted, where no others were entered for them since."""
    await undo.bring_back(session, TimeOff, time_off_id)
    time_off = await repository.lock_time_off(session, actor, time_off_id)
    require_own(actor, await repository.lock_person(session, actor, time_off.person_id))
    await _check(session, time_off)
    await events.record(session, actor, EventName.TIME_OFF_RESTORED, time_off, after=facts(time_off))
    return time_off


async def _check(session: AsyncSession, time_off: TimeOff) -> None:
    if time_off.ends_on < time_off.starts_on:
        raise BadDate("It would end before it begins.", fields=[("ends_on", "lies before starts_on")])
    other = await repository.overlapping(session, time_off)
    if other is not None:
        detail = f"There is time off from {other.starts_on} to {other.ends_on} already."
        raise Overlaps(detail, fields=[("starts_on", "overlaps with other time off")])
