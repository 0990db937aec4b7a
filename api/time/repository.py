"""Reads and locks of people and time. Every read begins at a ``visible…`` select; row security stands behind it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.errors import NotFound
from api.kit.narrow import narrowed
from api.kit.search import Findable
from api.projects.models import Project, Task
from api.time.models import Holiday, Person, PersonRate, TimeEntry, TimeOff, WorkingHours
from api.time.schemas import TimeTotal
from imisofts.access import Action, Actor

Row = TypeVar("Row", Person, Holiday, TimeOff, TimeEntry)
Dated = TypeVar("Dated", PersonRate, WorkingHours)


def visible_people(actor: Actor) -> Select[Person]:
    """The people of the workspace."""
    return select(Person).where(Person.workspace_id == actor.workspace_id)


def visible_rates(actor: Actor) -> Select[PersonRate]:
    """Rates; what people cost only to those who may see it."""
    query = select(PersonRate).where(PersonRate.workspace_id == actor.workspace_id)
    return query if actor.may(Action.cost_read) else query.where(PersonRate.kind != "cost")


def visible_working_hours(actor: Actor) -> Select[WorkingHours]:
    """Working hours of everybody."""
    return select(WorkingHours).where(WorkingHours.workspace_id == actor.workspace_id)


def visible_holidays(actor: Actor) -> Select[Holiday]:
    """The holidays of all regions."""
    return select(Holiday).where(Holiday.workspace_id == actor.workspace_id)


def visible_time_off(actor: Actor) -> Select[TimeOff]:
    """One's own time off, or everybody's to those who manage time: why somebody is off is nobody else's business."""
    query = select(TimeOff).join(Person, Person.id == TimeOff.person_id)
    query = query.where(TimeOff.workspace_id == actor.workspace_id)
    return query if actor.may(Action.time_manage) else query.where(Person.user_id == actor.user_id)


def visible_entries(actor: Actor) -> Select[TimeEntry]:
    """Time entries, with person, project and task; to a narrowed actor those of its clients and projects, and its own
    hours for no client."""
    query = select(TimeEntry).join(Person, Person.id == TimeEntry.person_id)
    query = query.outerjoin(Project, Project.id == TimeEntry.project_id).outerjoin(Task, Task.id == TimeEntry.task_id)
    query = query.where(TimeEntry.workspace_id == actor.workspace_id)
    own = (Person.user_id == actor.user_id) & TimeEntry.client_id.is_(None)
    return narrowed(query, actor, TimeEntry.client_id, TimeEntry.project_id, *(() if actor.is_client else (own,)))


async def _lock(session: AsyncSession, query: Select[Row], model: type[Row], row_id: UUID, what: str) -> Row:
    query = query.where(model.id == row_id).with_for_update(of=model, key_share=True)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found


async def lock_person(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """One visible person, locked: whoever writes this person's time next waits and reads the result."""
    return await _lock(session, visible_people(actor), Person, person_id, "person")


async def lock_holiday(session: AsyncSession, actor: Actor, holiday_id: UUID) -> Holiday:
    """One holiday, locked."""
    return await _lock(session, visible_holidays(actor), Holiday, holiday_id, "holiday")


async def lock_time_off(session: AsyncSession, actor: Actor, time_off_id: UUID) -> TimeOff:
    """One visible time off, locked."""
    return await _lock(session, visible_time_off(actor), TimeOff, time_off_id, "time off")


async def lock_entry(session: AsyncSession, actor: Actor, entry_id: UUID) -> TimeEntry:
    """One visible time entry, locked."""
    return await _lock(session, visible_entries(actor), TimeEntry, entry_id, "time entry")


async def own_person_id(session: AsyncSession, actor: Actor) -> UUID | None:
    """The person whose sign-in asks, when there is one."""
    if actor.user_id is None:
        return None
    return await session.scalar(
        visible_people(actor).with_only_columns(Person.id).where(Person.user_id == actor.user_id)
    )


async def require_person(session: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """:class:`NotFound` unless there is such a person."""
    if await session.scalar(visible_people(actor).with_only_columns(Person.id).where(Person.id == person_id)) is None:
        raise NotFound("There is no such person.")


async def dated(session: AsyncSession, query: Select[Dated], model: type[Dated]) -> Sequence[Dated]:
    """Dated rows in their order."""
    return (await session.scalars(query.order_by(model.started_on, model.id))).all()


async def is_staff(session: AsyncSession, actor: Actor, user_id: UUID) -> bool:
    """Whether the sign-in is one of a member of staff of this workspace."""
    query = text("select 1 from membership where workspace_id = :w and user_id = :u and client_id is null")
    return await session.scalar(query, {"w": actor.workspace_id, "u": user_id}) is not None


async def user_taken(session: AsyncSession, actor: Actor, user_id: UUID, by_other_than: UUID) -> bool:
    """Whether another person has this sign-in."""
    query = visible_people(actor).with_only_columns(Person.id)
    return await session.scalar(query.where(Person.user_id == user_id, Person.id != by_other_than)) is not None


async def holiday_exists(session: AsyncSession, actor: Actor, on_date: date, region: str | None) -> bool:
    """Whether the day is a holiday of this very region already."""
    query = visible_holidays(actor).with_only_columns(Holiday.id).where(Holiday.on_date == on_date)
    return await session.scalar(query.where(Holiday.region.is_not_distinct_from(region)).limit(1)) is not None


async def overlapping(session: AsyncSession, time_off: TimeOff) -> TimeOff | None:
    """Another time off of the person on one of the days; two that each take part of a day are no overlap."""
    query = select(TimeOff).where(
        TimeOff.person_id == time_off.person_id,
        TimeOff.id != time_off.id,
        TimeOff.starts_on <= time_off.ends_on,
        TimeOff.ends_on >= time_off.starts_on,
    )
    if time_off.minutes_per_day is not None:
        query = query.where(TimeOff.minutes_per_day.is_(None))
    return await session.scalar(query.order_by(TimeOff.starts_on).limit(1))


async def minutes_of_day(session: AsyncSession, person_id: UUID, worked_on: date, without: UUID | None) -> int:
    """Minutes that a person has entered for a day, but for the entry ``without``. Read under the person's lock."""
    query = select(func.coalesce(func.sum(TimeEntry.minutes), 0))
    query = query.where(TimeEntry.person_id == person_id, TimeEntry.worked_on == worked_on)
    return int(await session.scalar(query if without is None else query.where(TimeEntry.id != without)) or 0)


async def totals(
    session: AsyncSession, actor: Actor, key: Any, conditions: Sequence[ColumnElement[bool]]
) -> list[TimeTotal]:
    """Minutes of the visible entries that ``conditions`` leave, added up by ``key``, in its order."""
    billable = func.sum(case((TimeEntry.is_billable, TimeEntry.minutes), else_=0))
    query = visible_entries(actor).with_only_columns(
        key, func.sum(TimeEntry.minutes), billable, maintain_column_froms=True
    )
    rows: Any = await session.execute(query.where(*conditions).group_by(key).order_by(key.asc().nulls_last()))
    return [
        TimeTotal(key=None if found is None else str(found), minutes=minutes, billable_minutes=of_it)
        for found, minutes, of_it in rows
    ]


def findable(actor: Actor) -> Findable:
    """People by name, e-mail and external id."""
    return Findable(
        kind="person",
        needs=Action.person_read,
        rows=visible_people(actor),
        ident=Person.id,
        title=Person.name,
        detail=Person.title,
        within=(Person.name, Person.email, Person.external_id),
        archived=Person.archived_at.is_not(None),
    )
