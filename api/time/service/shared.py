"""What the verbs share: rows as events tell them, and whose time somebody may write."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.models import Base
from api.time import repository
from api.time.errors import NoPerson, NotYours, PersonArchived
from api.time.models import Holiday, Person, PersonRate, TimeEntry, TimeOff, WorkingHours
from api.time.schemas import WEEKDAYS
from imisofts.access import Action, Actor

# Why somebody is off is health data, so that no event tells it. Of personal columns events keep only the name.
_FACTS: dict[type[Base], tuple[str, ...]] = {
    Person: ("user_id", "external_id", "name", "email", "title", "is_billable_role", "region"),
    PersonRate: ("person_id", "kind", "hourly_rate", "currency", "started_on", "ended_on"),
    WorkingHours: ("person_id", "started_on", "ended_on", *(f"{day}_minutes" for day in WEEKDAYS)),
    Holiday: ("external_id", "on_date", "name", "region"),
    TimeOff: ("person_id", "external_id", "starts_on", "ends_on", "minutes_per_day"),
    TimeEntry: (
        "person_id", "project_id", "task_id", "client_id", "external_id", "worked_on", "minutes", "is_billable",
        "bill_rate", "currency", "note",
    ),
}  # fmt: skip


def facts(row: Base) -> dict[str, Any]:
    """A row as its events tell it. What somebody costs is pay: of a cost rate events tell the days, not the amount."""
    found = {name: getattr(row, name) for name in _FACTS[type(row)]}
    if isinstance(row, Person):
        found["archived"] = row.archived_at is not None
    if isinstance(row, PersonRate) and row.kind == "cost":
        del found["hourly_rate"], found["currency"]
    return found


async def usable(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """A person who takes new things, locked until the transaction ends."""
    person = await repository.lock_person(session, actor, person_id)
    if person.archived_at is not None:
        raise PersonArchived(f"{person.name} is archived and takes nothing new.")
    return person


async def writable(session: AsyncSession, actor: Actor, person_id: UUID | None) -> Person:
    """The person whose time is to be written, locked: oneself when nobody is named, others with ``time.manage``."""
    if person_id is None:
        person_id = await repository.own_person_id(session, actor)
        if person_id is None:
            detail = "No person is linked with your sign-in, so there is nobody to enter time for."
            raise NoPerson(detail, fields=[("person_id", "is missing")])
    person = await usable(session, actor, person_id)
    require_own(actor, person)
    return person


def require_own(actor: Actor, person: Person) -> None:
    """403 unless the time is one's own, or the actor manages everybody's."""
    is_own = person.user_id is not None and person.user_id == actor.user_id
    if not is_own and not actor.may(Action.time_manage):
        raise NotYours("You may write your own time only.")
