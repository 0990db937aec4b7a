"""Routes of time: holidays, time off, time entries and their sums."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, Forbidden, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.time import repository, service
from api.time.listing import HOLIDAYS, TIME_ENTRIES, TIME_OFF, TOTALS_BY
from api.time.schemas import (
    HolidayCreate,
    HolidayOut,
    TimeEntryCreate,
    TimeEntryOut,
    TimeEntryUpdate,
    TimeOffCreate,
    TimeOffOut,
    TimeOffUpdate,
    TimeTotals,
    TotalBy,
)
from imisofts.access import Action, Actor

router = APIRouter(tags=["time"], route_class=IdempotentRoute)

CanReadPeople = Annotated[Actor, allowed(Action.person_read)]
CanWritePeople = Annotated[Actor, allowed(Action.person_write)]
CanRead = Annotated[Actor, allowed(Action.time_read)]
CanWrite = Annotated[Actor, allowed(Action.time_write)]
EDIT = documented(NotFound, Forbidden, Conflict, PreconditionFailed, PreconditionRequired)
MADE = documented(NotFound, Forbidden, Conflict)
HolidayParams = Annotated[lists.ListParams, Depends(lists.parameters(HOLIDAYS))]
TimeOffParams = Annotated[lists.ListParams, Depends(lists.parameters(TIME_OFF))]
EntryParams = Annotated[lists.ListParams, Depends(lists.parameters(TIME_ENTRIES))]


async def _time_off(session: AsyncSession, actor: Actor, time_off_id: UUID, response: Response) -> TimeOffOut:
    missing = "There is no such time off."
    row = await lists.one(session, repository.visible_time_off(actor), TIME_OFF, time_off_id, missing)
    response.headers["ETag"] = etag(row["version"])
    return TimeOffOut(**row)


async def _entry(session: AsyncSession, actor: Actor, entry_id: UUID, response: Response) -> TimeEntryOut:
    missing = "There is no such time entry."
    row = await lists.one(session, repository.visible_entries(actor), TIME_ENTRIES, entry_id, missing)
    response.headers["ETag"] = etag(row["version"])
    return TimeEntryOut(**row)


@router.get("/holidays", response_model=lists.Page[HolidayOut])
async def list_holidays(actor: CanReadPeople, session: ReadSession, params: HolidayParams) -> Response:
    """Holidays, the earliest first unless sorted otherwise."""
    return await lists.page(session, repository.visible_holidays(actor), HOLIDAYS, params)


@router.post("/holidays", status_code=201, responses=documented(Conflict))
async def create_holiday(
    actor: CanWritePeople, session: WriteSession, given: HolidayCreate, response: Response, _: IdempotencyKey = None
) -> HolidayOut:
    """Add a holiday."""
    holiday = await service.create_holiday(session, actor, given)
    response.headers["ETag"] = etag(holiday.version)
    return HolidayOut(**{name: getattr(holiday, name) for name in HolidayOut.model_fields})


@router.delete("/holidays/{holiday_id}", status_code=204, responses=EDIT)
async def delete_holiday(
    actor: CanWritePeople, session: WriteSession, holiday_id: UUID, if_match: IfMatch = None
) -> None:
    """Delete a holiday; needs If-Match."""
    await service.delete_holiday(session, actor, holiday_id, if_match)


@router.get("/time-off", response_model=lists.Page[TimeOffOut])
async def list_time_off(actor: CanRead, session: ReadSession, params: TimeOffParams) -> Response:
    """One's own time off, or with the right to manage time everybody's; the latest first unless sorted otherwise."""
    return await lists.page(session, repository.visible_time_off(actor), TIME_OFF, params)


@router.post("/time-off", status_code=201, responses=MADE)
async def create_time_off(
    actor: CanWrite, session: WriteSession, given: TimeOffCreate, response: Response, _: IdempotencyKey = None
) -> TimeOffOut:
    """Add time off."""
    time_off = await service.create_time_off(session, actor, given)
    return await _time_off(session, actor, time_off.id, response)


@router.patch("/time-off/{time_off_id}", responses=EDIT)
async def update_time_off(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    time_off_id: UUID,
    given: TimeOffUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> TimeOffOut:
    """Change time off; needs If-Match."""
    await service.update_time_off(session, actor, time_off_id, given, if_match, clock)
    return await _time_off(session, actor, time_off_id, response)


@router.delete("/time-off/{time_off_id}", status_code=204, responses=EDIT)
async def delete_time_off(actor: CanWrite, session: WriteSession, time_off_id: UUID, if_match: IfMatch = None) -> None:
    """Delete time off; needs If-Match."""
    await service.delete_time_off(session, actor, time_off_id, if_match)


@router.post("/time-off/{time_off_id}/restore", responses=MADE)
async def restore_time_off(
    actor: CanWrite, session: WriteSession, time_off_id: UUID, response: Response, _: IdempotencyKey = None
) -> TimeOffOut:
    """Bring back time off deleted in the last ten minutes."""
    await service.restore_time_off(session, actor, time_off_id)
    return await _time_off(session, actor, time_off_id, response)


@router.get("/time-entries", response_model=lists.Page[TimeEntryOut])
async def list_time_entries(actor: CanRead, session: ReadSession, params: EntryParams) -> Response:
    """Time entries, the newest day first unless sorted otherwise; ``q`` looks through note, project and task."""
    return await lists.page(session, repository.visible_entries(actor), TIME_ENTRIES, params)


@router.get("/time-entries/totals/{by}")
async def total_time_entries(actor: CanRead, session: ReadSession, by: TotalBy, params: EntryParams) -> TimeTotals:
    """Minutes of the entries that the list's filters leave, added up. Paging and sorting have no effect."""
    conditions = lists.conditions(TIME_ENTRIES, params)
    return TimeTotals(items=await repository.totals(session, actor, TOTALS_BY[by], conditions))


@router.post("/time-entries", status_code=201, responses=MADE)
async def create_time_entry(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    given: TimeEntryCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> TimeEntryOut:
    """Enter time: one's own, or with the right to manage time anybody's. A day takes 24 hours."""
    entry = await service.create_entry(session, actor, given, clock)
    response.headers["Location"] = f"/v1/time-entries/{entry.id}"
    return await _entry(session, actor, entry.id, response)


@router.get("/time-entries/{time_entry_id}", responses=documented(NotFound))
async def read_time_entry(
    actor: CanRead, session: ReadSession, time_entry_id: UUID, response: Response
) -> TimeEntryOut:
    """One time entry, with its ETag."""
    return await _entry(session, actor, time_entry_id, response)


@router.patch("/time-entries/{time_entry_id}", responses=EDIT)
async def update_time_entry(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    time_entry_id: UUID,
    given: TimeEntryUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> TimeEntryOut:
    """Change a time entry; needs If-Match."""
    await service.update_entry(session, actor, time_entry_id, given, if_match, clock)
    return await _entry(session, actor, time_entry_id, response)


@router.delete("/time-entries/{time_entry_id}", status_code=204, responses=EDIT)
async def delete_time_entry(
    actor: CanWrite, session: WriteSession, time_entry_id: UUID, if_match: IfMatch = None
) -> None:
    """Delete a time entry; needs If-Match."""
    await service.delete_entry(session, actor, time_entry_id, if_match)


@router.post("/time-entries/{time_entry_id}/restore", responses=MADE)
async def restore_time_entry(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    time_entry_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> TimeEntryOut:
    """Bring back time that was deleted in the last ten minutes."""
    await service.restore_entry(session, actor, time_entry_id, clock)
    return await _entry(session, actor, time_entry_id, response)
