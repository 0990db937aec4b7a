"""Reads of reports; every one begins at :func:`visible_to`."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.clients.models import Client
from api.kit.ids import new_id
from api.reports.errors import UnknownReport, UnknownReportClient
from api.reports.models import ReportDefinition, ReportDelivery
from imisofts.access import Actor

STANDARD = "Client report"


def visible_to(actor: Actor) -> Select[ReportDelivery]:
    """Deliveries that ``actor`` may see, with their client; a client sees only what has been sent."""
    query = (
        select(ReportDelivery)
        .join(Client, (Client.workspace_id == ReportDelivery.workspace_id) & (Client.id == ReportDelivery.client_id))
        .where(ReportDelivery.workspace_id == actor.workspace_id)
    )
    if actor.client_ids is not None:
        query = query.where(ReportDelivery.client_id.in_(actor.client_ids), ReportDelivery.status == "sent")
    return query


async def get(session: AsyncSession, actor: Actor, report_id: UUID, *, whole: bool = False) -> ReportDelivery:
    """One visible delivery, ``whole`` with its PDF and frozen figures."""
    query = visible_to(actor).where(ReportDelivery.id == report_id)
    if whole:
        query = query.options(undefer(ReportDelivery.pdf), undefer(ReportDelivery.figures))
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


async def workspace(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Slug, name, time zone and brand of the actor's workspace."""
    query = text("select slug, name, timezone, currency, brand from workspace where id = :id")
    row = (await session.execute(query, {"id": actor.workspace_id})).mappings().one()
    return dict(row)


async def definition(session: AsyncSession, actor: Actor) -> ReportDefinition:
    """The workspace's report definition, made at its first use."""
    await session.execute(
        text(
            "insert into report_definition (id, workspace_id, name, template, locale)"
            " values (:id, :workspace, :name, 'client_report', 'en_GB') on conflict (workspace_id, name) do nothing"
        ),
        {"id": new_id(), "workspace": actor.workspace_id, "name": STANDARD},
    )
    found = await session.scalar(select(ReportDefinition).where(ReportDefinition.name == STANDARD))
    assert found is not None
    return found


async def clients_due(session: AsyncSession, period: str, first: object, last: object) -> list[UUID]:
    """Clients with an address and an invoice or a payment in the period, who have no report of it yet."""
    rows = await session.execute(
        text(
            "select c.id from client c where c.email is not null and c.archived_at is null"
            " and (exists (select from invoice i where i.workspace_id = c.workspace_id and i.client_id = c.id"
            "   and i.status not in ('draft', 'void') and i.issued_on between :first and :last)"
            "  or exists (select from payment p where p.workspace_id = c.workspace_id and p.client_id = c.id"
            "   and p.paid_on between :first and :last))"
            " and not exists (select from report_delivery d where d.workspace_id = c.workspace_id"
            "   and d.client_id = c.id and d.period = :period and d.deliver and d.status <> 'failed')"
            " order by c.id"
        ),
        {"period": period, "first": first, "last": last},
    )
    return [row.id for row in rows]


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
