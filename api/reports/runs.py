"""Reports as runs see them: whose there can be, which are due, what became of them, and one made now.

A run names a report by its workspace's slug, its client's id and its period: ids, and nothing personal.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.reports import delivery, repository, service
from api.reports.errors import UnknownReportClient
from api.reports.office import Office, opened, system
from api.reports.period import Period
from api.reports.schemas import ReportCreate
from imisofts.settings import Settings

MONTHS = 36
"""How far back a report may be made after the fact."""
EASTMOST = "Pacific/Kiritimati"
"""Where a period ends first; from then on there may be reports of it."""
PATIENCE = 300
"""Seconds to wait for another process that is at work on the same report."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Run:
    """One report as it stands. ``reason`` says why it is held or failed."""

    slug: str
    client_id: UUID
    period: str
    status: str = "none"
    report_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """All clients (slug and id) and periods of which there can be reports, those that are due, and the newest report of
    each client and period that has one."""

    clients: tuple[tuple[str, UUID], ...]
    periods: tuple[str, ...]
    due: tuple[Run, ...]
    made: tuple[Run, ...]


def overview(settings: Settings) -> Overview:
    """What the database says now; one transaction a workspace."""
    return asyncio.run(_in_office(settings, look))


def make(settings: Settings, slug: str, client_id: UUID, period: str, *, deliver: bool) -> Run:
    """Make one report now and answer how it stands; one that is there already is not made again."""

    async def work(office: Office) -> Run:
        return await make_one(office, slug, client_id, period, deliver=deliver)

    return asyncio.run(_in_office(settings, work))


def periods_until(today: date) -> tuple[str, ...]:
    """The months and quarters that are over, the newest first."""
    months, quarters = [Period.before(today)], [Period.quarter_before(today)]
    while len(months) < MONTHS:
        months.append(Period.before(months[-1].first))
    while len(quarters) < MONTHS // 3:
        quarters.append(Period.quarter_before(quarters[-1].first))
    return tuple(one.text for one in (*months, *quarters))


async def look(office: Office) -> Overview:
    """See :func:`overview`."""
    clients: list[tuple[str, UUID]] = []
    due: list[Run] = []
    made: list[Run] = []
    for workspace_id in await office.workspace_ids():
        async with office.database.begin(workspace_id, read_only=True) as session:
            house = await repository.workspace(session, system(workspace_id))
            slug, zone = house["slug"], house["timezone"]
            ids = await session.scalars(text("select id from client where archived_at is null order by id"))
            clients += [(slug, client_id) for client_id in ids]
            for period in service.ended(office, zone):
                found = await repository.clients_due(session, period, zone)
                due += [Run(slug, client_id, period.text) for client_id in found]
            rows = await session.execute(text(_MADE))
            made += [Run(slug, row.client_id, row.period, row.status, row.id, row.reason) for row in rows]
    return Overview(tuple(clients), periods_until(office.clock.today(EASTMOST)), tuple(due), tuple(made))


_MADE = """
    select distinct on (client_id, period) client_id, period, status, id, coalesce(held_reason, failure) as reason
    from report_delivery order by client_id, period, deliver desc, created_at desc, id desc"""


async def make_one(office: Office, slug: str, client_id: UUID, period: str, *, deliver: bool) -> Run:
    """See :func:`make`. Raises ``UnknownReportClient`` and ``BadPeriod``."""
    async with office.database.begin(None, read_only=True) as session:
        workspace_id = await session.scalar(text("select signin.workspace_by_slug(:slug)"), {"slug": slug})
    if workspace_id is None:
        raise UnknownReportClient("There is no such client.")
    async with office.database.begin(workspace_id) as session:
        report_id = await _existing(session, client_id, Period.parse(period).text, deliver)
        if report_id is None:
            given = ReportCreate(client=str(client_id), period=period, deliver=deliver)
            report_id = (await service.request(session, system(workspace_id), given)).id
    status = await delivery.carry_out(office, workspace_id, report_id)
    for _ in range(PATIENCE):
        if status not in ("queued", "sending"):
            break
        await asyncio.sleep(1)
        status = await delivery.carry_out(office, workspace_id, report_id)
    async with office.database.begin(workspace_id, read_only=True) as session:
        row = await repository.get(session, system(workspace_id), report_id)
        return Run(slug, row.client_id, row.period, row.status, row.id, row.held_reason or row.failure)


async def _existing(session: AsyncSession, client_id: UUID, period: str, deliver: bool) -> UUID | None:
    """The client's report of the period. Where none is to be sent, any will do; a failed or withdrawn one will not."""
    query = (
        "select id from report_delivery where client_id = :client and period = :period and (deliver or not :deliver)"
        " and status not in ('failed', 'withdrawn') order by deliver desc, created_at desc limit 1"
    )
    asked = {"client": client_id, "period": period, "deliver": deliver}
    found: UUID | None = await session.scalar(text(query), asked)
    return found


async def _in_office(settings: Settings, work: Callable[[Office], Awaitable[Answer]]) -> Answer:
    async with opened(settings) as office:
        return await work(office)
