"""Routes of people, their dated rates and working hours."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, Forbidden, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.time import repository, service
from api.time.listing import PEOPLE
from api.time.models import Person, PersonRate, WorkingHours
from api.time.schemas import (
    PersonCreate,
    PersonUpdate,
    RateOut,
    RateSet,
    TeamPersonOut,
    WorkingHoursOut,
    WorkingHoursSet,
)
from imisofts.access import Action, Actor

router = APIRouter(prefix="/people", tags=["people"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.person_read)]
CanWrite = Annotated[Actor, allowed(Action.person_write)]
EDIT = documented(NotFound, Conflict, PreconditionFailed, PreconditionRequired)
PeopleParams = Annotated[lists.ListParams, Depends(lists.parameters(PEOPLE))]


def _answer(person: Person, response: Response) -> TeamPersonOut:
    response.headers["ETag"] = etag(person.version)
    named = {name: getattr(person, name) for name in TeamPersonOut.model_fields if name != "archived"}
    return TeamPersonOut(**named, archived=person.archived_at is not None)


@router.get("", response_model=lists.Page[TeamPersonOut])
async def list_people(actor: CanRead, session: ReadSession, params: PeopleParams) -> Response:
    """People, by name unless sorted otherwise; ``q`` looks through name, e-mail, title and external id."""
    return await lists.page(session, repository.visible_people(actor), PEOPLE, params)


@router.post("", status_code=201, responses=documented(Conflict))
async def create_person(
    actor: CanWrite, session: WriteSession, given: PersonCreate, response: Response, _: IdempotencyKey = None
) -> TeamPersonOut:
    """Add somebody."""
    person = await service.create(session, actor, given)
    response.headers["Location"] = f"/v1/people/{person.id}"
    return _answer(person, response)


@router.get("/{person_id}", responses=documented(NotFound))
async def read_person(actor: CanRead, session: ReadSession, person_id: UUID, response: Response) -> TeamPersonOut:
    """One person, with its ETag."""
    missing = "There is no such person."
    row = await lists.one(session, repository.visible_people(actor), PEOPLE, person_id, missing)
    response.headers["ETag"] = etag(row["version"])
    return TeamPersonOut(**row)


@router.patch("/{person_id}", responses=EDIT)
async def update_person(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    person_id: UUID,
    given: PersonUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> TeamPersonOut:
    """Change a person; needs If-Match."""
    return _answer(await service.update(session, actor, person_id, given, if_match, clock), response)


@router.delete("/{person_id}", responses=EDIT)
async def archive_person(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    person_id: UUID,
    response: Response,
    if_match: IfMatch = None,
) -> TeamPersonOut:
    """Archive a person: no working hours from tomorrow on, time and figures stay. Needs If-Match."""
    return _answer(await service.archive(session, actor, person_id, if_match, clock), response)


@router.post("/{person_id}/restore", responses=documented(NotFound, Conflict))
async def restore_person(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    person_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> TeamPersonOut:
    """Bring back an archived person; within ten minutes with the working hours that ended with it."""
    return _answer(await service.restore(session, actor, person_id, clock), response)


@router.get("/{person_id}/rates", responses=documented(NotFound))
async def list_rates(actor: CanRead, session: ReadSession, person_id: UUID) -> list[RateOut]:
    """Every rate of a person in its order; what an hour costs only with the right ``cost.read``."""
    await repository.require_person(session, actor, person_id)
    query = repository.visible_rates(actor).where(PersonRate.person_id == person_id)
    rows: Sequence[PersonRate] = await repository.dated(session, query, PersonRate)
    return [RateOut.model_validate(row) for row in rows]


@router.post("/{person_id}/rates", status_code=201, responses=documented(NotFound, Conflict, Forbidden))
async def set_rate(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    person_id: UUID,
    given: RateSet,
    _: IdempotencyKey = None,
) -> RateOut:
    """A rate from a day on. A cost rate needs the right ``cost.read`` as well."""
    return RateOut.model_validate(await service.set_rate(session, actor, person_id, given, clock))


@router.get("/{person_id}/working-hours", responses=documented(NotFound))
async def list_working_hours(actor: CanRead, session: ReadSession, person_id: UUID) -> list[WorkingHoursOut]:
    """Every week that was agreed with a person, in its order."""
    await repository.require_person(session, actor, person_id)
    query = repository.visible_working_hours(actor).where(WorkingHours.person_id == person_id)
    return [WorkingHoursOut.model_validate(row) for row in await repository.dated(session, query, WorkingHours)]


@router.post("/{person_id}/working-hours", status_code=201, responses=documented(NotFound, Conflict))
async def set_working_hours(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    person_id: UUID,
    given: WorkingHoursSet,
    _: IdempotencyKey = None,
) -> WorkingHoursOut:
    """A week from a day on; the one before ends there."""
    return WorkingHoursOut.model_validate(await service.set_working_hours(session, actor, person_id, given, clock))
