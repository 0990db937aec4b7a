"""What may be done with a service: lock, check, change, record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.catalog import repository
from api.catalog.errors import ServiceArchived
from api.catalog.models import Service
from api.catalog.repository import findable
from api.catalog.schemas import ServiceCreate, ServiceUpdate
from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import Malformed
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from imisofts.access import Actor

__all__ = ["Service", "archive", "create", "facts", "findable", "restore", "sold", "update"]

_FACTS = ("name", "description", "external_id", "unit_price", "currency", "interval", "interval_count")
_NEVER_EMPTY = ("name", "currency", "interval_count")


def facts(service: Service) -> dict[str, Any]:
    """A service as its events tell it; the price as a decimal text."""
    told = {name: getattr(service, name) for name in _FACTS}
    return {**told, "archived": service.archived_at is not None}


async def sold(session: AsyncSession, actor: Actor, wanted: Mapping[str, UUID]) -> dict[UUID, Service]:
    """The services of ``wanted`` (place in the request → id) by id: all visible and not archived, or a refusal that
    names the place."""
    found = await repository.lock_many(session, actor, set(wanted.values()))
    for place, ident in wanted.items():
        if ident not in found:
            raise Malformed("There is no such service.", fields=[(place, "is no service of yours")])
        if found[ident].archived_at is not None:
            detail = f"{found[ident].name} is archived; it is not sold any more."
            raise ServiceArchived(detail, fields=[(place, "is archived")])
    return found


async def create(session: AsyncSession, actor: Actor, given: ServiceCreate) -> Service:
    """A new service of the workspace."""
    await require_free(session, Service, given.external_id)
    workspace = await clients.workspace_facts(session, actor)
    values = given.model_dump() | {"currency": given.currency or workspace.currency}
    service = Service(id=new_id(), workspace_id=actor.workspace_id, source="api", **values)
    session.add(service)
    await session.flush()
    await events.record(session, actor, EventName.SERVICE_CREATED, service, after=facts(service))
    return service


async def update(
    session: AsyncSession, actor: Actor, service_id: UUID, given: ServiceUpdate, if_match: str | None, clock: Clock
) -> Service:
    """Change what was sent; sending what is already there changes nothing and records nothing."""
    service = await repository.lock(session, actor, service_id)
    require_match(if_match, service.version)
    changed = changes(service, given.model_dump(exclude_unset=True), needed=_NEVER_EMPTY)
    await events.change(session, actor, EventName.SERVICE_UPDATED, service, changed, facts, clock)
    return service


async def archive(session: AsyncSession, actor: Actor, service_id: UUID, if_match: str | None, clock: Clock) -> Service:
    """Sell it no more; what was sold stays and goes on. Archiving twice is one archiving."""
    service = await repository.lock(session, actor, service_id)
    require_match(if_match, service.version)
    if service.archived_at is None:
        async with events.changing(session, actor, EventName.SERVICE_ARCHIVED, service, facts, clock):
            service.archived_at = clock.now()
    return service


async def restore(session: AsyncSession, actor: Actor, service_id: UUID, clock: Clock) -> Service:
    """Sell it again; one that is sold stays as it is."""
    service = await repository.lock(session, actor, service_id)
    if service.archived_at is not None:
        async with events.changing(session, actor, EventName.SERVICE_RESTORED, service, facts, clock):
            service.archived_at = None
    return service
