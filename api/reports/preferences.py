"""How one client's reports are made: its own settings, else the defaults."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.reports import repository
from api.reports.models import ReportSetting
from api.reports.schemas import EVERY, ReportSettingsOut, ReportSettingsSet
from imisofts.access import Actor


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a report is made by; ``sections`` are names of :data:`api.reports.sections.PARTS`."""

    sections: tuple[str, ...]
    locale: str
    review: bool


async def of(session: AsyncSession, client_id: UUID, locale: str) -> Preferences:
    """A client's preferences; ``locale`` is the workspace's, for a client that has none of its own."""
    row = await _row(session, client_id)
    if row is None:
        return Preferences(EVERY, locale, review=False)
    return Preferences(tuple(row.sections), row.locale, row.review)


async def read(session: AsyncSession, actor: Actor, client_id: UUID) -> ReportSettingsOut:
    """The settings in force. Raises ``UnknownReportClient``."""
    await repository.client(session, actor, str(client_id))
    row = await _row(session, client_id)
    if row is None:
        locale = await repository.locale(session)
        return ReportSettingsOut(sections=list(EVERY), locale=locale, cadence="monthly", review=False, version=0)
    return ReportSettingsOut.model_validate(row, from_attributes=True)


async def change(
    session: AsyncSession, actor: Actor, client_id: UUID, given: ReportSettingsSet, if_match: str | None
) -> ReportSettingsOut:
    """Set all of them; the next report is made by them. The client is locked, so that two cannot both be first."""
    await repository.lock_client(session, actor, client_id)
    now = await read(session, actor, client_id)
    require_match(if_match, now.version)
    before, after = now.model_dump(exclude={"version"}), given.model_dump()
    if before == after and now.version:
        return now
    row = await _row(session, client_id)
    if row is None:
        row = ReportSetting(id=new_id(), workspace_id=actor.workspace_id, client_id=client_id, version=0, **after)
        session.add(row)
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    await events.record(session, actor, EventName.REPORT_SETTINGS_SET, row, before=before, after=after)
    return ReportSettingsOut(**after, version=row.version)


async def _row(session: AsyncSession, client_id: UUID) -> ReportSetting | None:
    found: ReportSetting | None = await session.scalar(
        select(ReportSetting).where(ReportSetting.client_id == client_id)
    )
    return found
