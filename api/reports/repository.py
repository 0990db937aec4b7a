"""Reads of reports; every one begins at :func:`visible_to`."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.brand.service import with_logo
from api.clients.models import Client
from api.kit.ids import new_id
from api.kit.search import Findable
from api.reports.errors import UnknownReport, UnknownReportClient
from api.reports.models import ReportDefinition, ReportDelivery
from api.reports.period import Period
from imisofts.access import Action, Actor

STANDARD = "Client report"
LOCALE = "en_GB"


def visible_to(actor: Actor) -> Select[ReportDelivery]:
    """Deliveries that ``actor`` may see, with their client; a client sees only what has been sent."""
    query = (
        select(ReportDelivery)
        .join(Client, (Client.workspace_id == ReportDelivery.workspace_id) & (Client.id == ReportDelivery.client_id))
        .where(ReportDelivery.workspace_id == actor.workspace_id)
    )
    if actor.client_ids is not None:
        query = query.where(ReportDelivery.client_id.in_(actor.client_ids))
    return query.where(ReportDelivery.status == "sent") if actor.is_client else query


async def get(session: AsyncSession, actor: Actor, report_id: UUID, *, whole: bool = False) -> ReportDelivery:
    """One visible delivery, ``whole`` with its PDF and frozen figures."""
    query = visible_to(actor).where(ReportDelivery.id == report_id)
    if whole:
        query = query.options(
            *(undefer(column) for column in (ReportDelivery.pdf, ReportDelivery.figures, ReportDelivery.brand))
        )
    found = await session.scalar(query)
    if found is None:
        raise UnknownReport("There is no such report.")
    return found


async def lock(session: AsyncSession, actor: Actor, report_id: UUID) -> ReportDelivery:
    """One visible delivery, locked until the transaction ends."""
    query = visible_to(actor).where(ReportDelivery.id == report_id).with_for_update(of=ReportDelivery)
    query = query.options(undefer(ReportDelivery.pdf)).execution_options(populate_existing=True)
    found = await session.scalar(query)
    if found is None:
        raise UnknownReport("There is no such report.")
    return found


async def client(session: AsyncSession, actor: Actor, wanted: str) -> Client:
    """The visible client with this external id, else with this id."""
    query = select(Client).where(Client.workspace_id == actor.workspace_id)
    if actor.client_ids is not None:
        query = query.where(Client.id.in_(actor.client_ids))
    found = await session.scalar(query.where(Client.external_id == wanted))
    if found is None and (parsed := _uuid(wanted)) is not None:
        found = await session.scalar(query.where(Client.id == parsed))
    if found is None:
        raise UnknownReportClient("There is no such client.")
    return found


async def lock_client(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """The visible client with this id, locked until the transaction ends."""
    query = select(Client).where(Client.workspace_id == actor.workspace_id, Client.id == client_id)
    if actor.client_ids is not None:
        query = query.where(Client.id.in_(actor.client_ids))
    found = await session.scalar(query.with_for_update())
    if found is None:
        raise UnknownReportClient("There is no such client.")
    return found


async def workspace(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Slug, name, time zone and brand of the actor's workspace, the logo's bytes with it."""
    query = text("select slug, host, name, timezone, currency, brand from workspace where id = :id")
    row = (await session.execute(query, {"id": actor.workspace_id})).mappings().one()
    return {**row, "brand": await with_logo(session, row["brand"], row["timezone"])}


async def locale(session: AsyncSession) -> str:
    """The workspace's language of reports; the usual one before its first report."""
    query = select(ReportDefinition.locale).where(ReportDefinition.name == STANDARD)
    return await session.scalar(query) or LOCALE


async def definition(session: AsyncSession, actor: Actor) -> ReportDefinition:
    """The workspace's report definition, made at its first use."""
    await session.execute(
        text(
            "insert into report_definition (id, workspace_id, name, template, locale)"
            " values (:id, :workspace, :name, 'client_report', :locale) on conflict (workspace_id, name) do nothing"
        ),
        {"id": new_id(), "workspace": actor.workspace_id, "name": STANDARD, "locale": LOCALE},
    )
    found = await session.scalar(select(ReportDefinition).where(ReportDefinition.name == STANDARD))
    assert found is not None
    return found


_DUE = """
    select c.id from client c
    left join report_setting s on s.workspace_id = c.workspace_id and s.client_id = c.id
    where c.email is not null and c.archived_at is null and coalesce(s.cadence, 'monthly') = :cadence
        and (exists (select from invoice i where i.workspace_id = c.workspace_id and i.client_id = c.id
                and i.status not in ('draft', 'void') and i.issued_on between :first and :last)
            or exists (select from payment p where p.workspace_id = c.workspace_id and p.client_id = c.id
                and p.paid_on between :first and :last)
            or exists (select from time_entry e where e.workspace_id = c.workspace_id and e.client_id = c.id
                and e.worked_on between :first and :last)
            or exists (select from ticket t where t.workspace_id = c.workspace_id and t.client_id = c.id
                and (t.opened_at between :opens and :closes or t.resolved_at between :opens and :closes)))
        and not exists (select from report_delivery d where d.workspace_id = c.workspace_id
            and d.client_id = c.id and d.period = :period and d.deliver
            and (d.status <> 'failed' or d.updated_at >= c.updated_at))
    order by c.id"""


async def clients_due(session: AsyncSession, period: Period, zone: str) -> list[UUID]:
    """Clients with an address whose cadence has such periods, with anything in this one, who have no report of it yet.

    A report that failed is its client's report: it waits for a person, and is made anew by itself only once the
    client was changed since (a refused address was mended).
    """
    opens = datetime.combine(period.first, time(), ZoneInfo(zone))
    closes = datetime.combine(period.last + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(microseconds=1)
    asked = {"period": period.text, "cadence": period.cadence, "first": period.first, "last": period.last}
    rows = await session.execute(text(_DUE), {**asked, "opens": opens, "closes": closes})
    return [row.id for row in rows]


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def findable(actor: Actor) -> Findable:
    """Reports that can be opened, by client and period."""
    return Findable(
        kind="report",
        needs=Action.report_read,
        rows=visible_to(actor).where(ReportDelivery.pdf.is_not(None)),
        ident=ReportDelivery.id,
        title=Client.name,
        detail=ReportDelivery.period,
        within=(Client.name, ReportDelivery.period),
        archived=ReportDelivery.status == "withdrawn",
    )
