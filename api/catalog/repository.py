"""Reads of services. Every one begins at :func:`visible_to`; row-level security stands behind it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.catalog.models import Service
from api.kit.errors import NotFound
from api.kit.search import Findable
from imisofts.access import Action, Actor


def visible_to(actor: Actor) -> Select[Service]:
    """The services that ``actor`` may see: all of the workspace's; to clients, none."""
    query = select(Service).where(Service.workspace_id == actor.workspace_id)
    return query.where(false()) if actor.is_client else query


async def get(session: AsyncSession, actor: Actor, service_id: UUID) -> Service:
    """One visible service; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Service.id == service_id))
    if found is None:
        raise NotFound("There is no such service.")
    return found


async def lock(session: AsyncSession, actor: Actor, service_id: UUID) -> Service:
    """One visible service, locked until the transaction ends."""
    query = visible_to(actor).where(Service.id == service_id).with_for_update(key_share=True)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such service.")
    return found


async def lock_many(session: AsyncSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Service]:
    """The visible ones among ``ids``, by id, kept from being archived until the transaction ends."""
    if not ids:
        return {}
    query = visible_to(actor).where(Service.id.in_(ids)).order_by(Service.id).with_for_update(read=True)
    return {service.id: service for service in await session.scalars(query)}


def findable(actor: Actor) -> Findable:
    """Services by name and external id."""
    return Findable(
        kind="service",
        needs=Action.service_read,
        rows=visible_to(actor),
        ident=Service.id,
        title=Service.name,
        detail=Service.description,
        within=(Service.name, Service.external_id),
        archived=Service.archived_at.is_not(None),
    )
