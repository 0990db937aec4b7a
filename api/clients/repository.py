"""Reads of clients. Every one begins at :func:`visible_to`; row-level security stands behind it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.kit.errors import NotFound
from api.kit.search import Findable
from imisofts.access import Action, Actor


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """What a new row takes from its workspace."""

    currency: str
    timezone: str


def visible_to(actor: Actor) -> Select[Client]:
    """The clients that ``actor`` may see."""
    query = select(Client).where(Client.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(Client.id.in_(actor.client_ids))


async def get(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """One visible client; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Client.id == client_id))
    if found is None:
        raise NotFound("There is no such client.")
    return found


async def lock(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """One visible client, locked until the transaction ends."""
    query = visible_to(actor).where(Client.id == client_id).with_for_update(key_share=True)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such client.")
    return found


async def workspace_facts(session: AsyncSession, actor: Actor) -> WorkspaceFacts:
    """Reporting currency and time zone of the actor's workspace."""
    query = text("select currency, timezone from workspace where id = :id")
    row = (await session.execute(query, {"id": actor.workspace_id})).one()
    return WorkspaceFacts(row.currency, row.timezone)


def findable(actor: Actor) -> Findable:
    """Clients by name, e-mail and external id."""
    return Findable(
        kind="client",
        needs=Action.client_read,
        rows=visible_to(actor),
        ident=Client.id,
        title=Client.name,
        detail=Client.email,
        within=(Client.name, Client.email, Client.external_id),
        archived=Client.archived_at.is_not(None),
    )
