"""Dated values of a person: rates and working hours. A new one ends the one before; closed months need a correction."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.errors import Forbidden
from api.kit.ids import new_id
from api.kit.rows import touch
from api.time import dated, repository
from api.time.errors import ClosedMonth
from api.time.models import PersonRate, WorkingHours
from api.time.schemas import RateKind, RateSet, WorkingHoursSet
from api.time.service.shared import facts, usable
from imisofts.access import Action, Actor

Dated = TypeVar("Dated", PersonRate, WorkingHours)


async def set_rate(session: AsyncSession, actor: Actor, person_id: UUID, given: RateSet, clock: Clock) -> PersonRate:
    """What an hour of the person costs or is billed at, from a day on. What it costs needs ``cost.read`` as well."""
    if given.kind is RateKind.cost and not actor.may(Action.cost_read):
        raise Forbidden(f"This needs the right “{Action.cost_read}”.")
    person = await usable(session, actor, person_id)
    currency = given.currency or (await clients.workspace_facts(session, actor)).currency
    values = {"hourly_rate": given.hourly_rate, "currency": currency}
    new = PersonRate(
        id=new_id(), workspace_id=actor.workspace_id, person_id=person.id, kind=given.kind, started_on=given.started_on,
        **values,
    )  # fmt: skip
    query = repository.visible_rates(actor).where(PersonRate.person_id == person.id, PersonRate.kind == given.kind)
    writer = _Writer(session, actor, clock, EventName.PERSON_RATE_SET, given.correction)
    return await writer.put(query, PersonRate, new, values)


async def set_working_hours(
    session: AsyncSession, actor: Actor, person_id: UUID, given: WorkingHoursSet, clock: Clock
) -> WorkingHours:
    """The person's week from a day on."""
    person = await usable(session, actor, person_id)
    values = given.model_dump(exclude={"started_on", "correction"})
    new = WorkingHours(
        id=new_id(), workspace_id=actor.workspace_id, person_id=person.id, started_on=given.started_on, source="api",
        **values,
    )  # fmt: skip
    query = repository.visible_working_hours(actor).where(WorkingHours.person_id == person.id)
    writer = _Writer(session, actor, clock, EventName.WORKING_HOURS_SET, given.correction)
    return await writer.put(query, WorkingHours, new, values)


class _Writer:
    """Puts one dated row in its place, under the person's lock, with an event for each row that changes."""

    def __init__(
        self, session: AsyncSession, actor: Actor, clock: Clock, event: EventName, is_correction: bool
    ) -> None:
        self.session = session
        self.actor = actor
        self.clock = clock
        self.event = event
        self.is_correction = is_correction

    async def put(self, query: Select[Dated], model: type[Dated], new: Dated, values: dict[str, Any]) -> Dated:
        """``new`` among the rows of ``query``; a row that began on the same day takes its ``values`` instead."""
        rows = await repository.dated(self.session, query, model)
        await self._require_open(rows, new.started_on)
        place = dated.place(rows, new.started_on)
        if place.replaces is not None:
            return await self._change(rows[place.replaces], values)
        if place.ends is not None:
            await self._change(rows[place.ends], {"ended_on": new.started_on})
        new.ended_on = place.ended_on
        self.session.add(new)
        await self.session.flush()
        await events.record(self.session, self.actor, self.event, new, after=self._told(new))
        return new

    async def _require_open(self, rows: Any, started_on: date) -> None:
        month = (await clients.today(self.session, self.actor, self.clock)).replace(day=1)
        if not self.is_correction and dated.reaches_back(rows, started_on, month):
            raise ClosedMonth(
                f"Months before {month:%B %Y} are closed. Let the change begin on {month} or later, or send "
                "“correction: true” to correct what was recorded.",
                fields=[("started_on", f"lies before {month}")],
            )

    async def _change(self, row: Dated, values: dict[str, Any]) -> Dated:
        if all(getattr(row, name) == value for name, value in values.items()):
            return row
        before = facts(row)
        for name, value in values.items():
            setattr(row, name, value)
        await touch(self.session, row, self.clock)
        await events.record(self.session, self.actor, self.event, row, before=before, after=self._told(row))
        return row

    def _told(self, row: PersonRate | WorkingHours) -> dict[str, Any]:
        return {**facts(row), "correction": True} if self.is_correction else facts(row)
