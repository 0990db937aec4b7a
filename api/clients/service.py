"""What may be done with a client: lock, check, change, record."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import repository
from api.clients.errors import ClientArchived, ExternalIdTaken
from api.clients.models import Client
from api.clients.repository import findable, get, workspace_facts
from api.clients.schemas import ClientCreate, ClientUpdate
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import Forbidden
from api.kit.ids import new_id
from api.kit.rows import changes
from api.plans import service as plans
from imisofts.access import Actor

__all__ = [
    "Client",
    "archive",
    "create",
    "facts",
    "findable",
    "get",
    "restore",
    "today",
    "update",
    "usable",
    "workspace_facts",
]


def facts(client: Client) -> dict[str, Any]:
    """A client as its events tell it; of name and e-mail, which are personal, they keep only that they changed."""
    return {
        "name": client.name,
        "email": client.email,
        "external_id": client.external_id,
        "currency": client.currency,
        "created_on": client.created_on,
        "archived": client.archived_at is not None,
    }


async def today(session: AsyncSession, actor: Actor, clock: Clock) -> date:
    """The calendar date of this moment in the workspace's zone."""
    return clock.today((await repository.workspace_facts(session, actor)).timezone)


async def zone(session: AsyncSession, actor: Actor) -> ZoneInfo:
    """The workspace's time zone, in which its days begin."""
    return ZoneInfo((await repository.workspace_facts(session, actor)).timezone)


async def usable(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """A visible client that takes new documents, kept from being archived until the transaction ends."""
    client = await repository.lock(session, actor, client_id)
    if client.archived_at is not None:
        raise ClientArchived("This client is archived; it takes no new documents.")
    return client


async def create(session: AsyncSession, actor: Actor, given: ClientCreate, clock: Clock) -> Client:
    """A new client of the workspace; not for who works for chosen clients, and would not see it."""
    if actor.client_ids is not None:
        raise Forbidden("You work for chosen clients. Somebody who sees all of them adds a new one.")
    if given.external_id is not None:
        taken = select(Client.id).where(Client.external_id == given.external_id)
        if await session.scalar(taken):
            detail = f"A client with the external id {given.external_id!r} exists already."
            raise ExternalIdTaken(detail, fields=[("external_id", "is taken")])
    workspace = await repository.workspace_facts(session, actor)
    client = Client(
        id=new_id(),
        workspace_id=actor.workspace_id,
        external_id=given.external_id,
        name=given.name,
        email=given.email,
        currency=given.currency or workspace.currency,
        created_on=given.created_on or clock.today(workspace.timezone),
        source="api",
    )
    session.add(client)
    await session.flush()
    await events.record(session, actor, EventName.CLIENT_CREATED, client, after=facts(client))
    await plans.hold(session, "clients")
    return client


async def update(
    session: AsyncSession, actor: Actor, client_id: UUID, given: ClientUpdate, if_match: str | None, clock: Clock
) -> Client:
    """Change what was sent; sending what is already there changes nothing and records nothing."""
    client = await repository.lock(session, actor, client_id)
    require_match(if_match, client.version)
    changed = changes(client, given.model_dump(exclude_unset=True), needed=("name", "currency"))
    await events.change(session, actor, EventName.CLIENT_UPDATED, client, changed, facts, clock)
    return client


async def archive(session: AsyncSession, actor: Actor, client_id: UUID, if_match: str | None, clock: Clock) -> Client:
    """Take the client out of daily use; its documents and figures stay. Archiving twice is one archiving."""
    client = await repository.lock(session, actor, client_id)
    require_match(if_match, client.version)
    if client.archived_at is None:
        async with events.changing(session, actor, EventName.CLIENT_ARCHIVED, client, facts, clock):
            client.archived_at = clock.now()
    return client


async def restore(session: AsyncSession, actor: Actor, client_id: UUID, clock: Clock) -> Client:
    """Bring an archived client back into daily use; one in use stays as it is."""
    client = await repository.lock(session, actor, client_id)
    if client.archived_at is not None:
        async with events.changing(session, actor, EventName.CLIENT_RESTORED, client, facts, clock):
            client.archived_at = None
        await plans.hold(session, "clients")
    return client
