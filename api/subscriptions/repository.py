"""Reads and locks of subscriptions. Every read begins at :func:`visible_to`; row-level security stands behind it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.kit.errors import NotFound
from api.kit.search import Findable
from api.subscriptions.models import Subscription, SubscriptionItem, SubscriptionPause
from imisofts.access import Action, Actor


def visible_to(actor: Actor) -> Select[Subscription]:
    """The subscriptions that ``actor`` may see."""
    query = select(Subscription).where(Subscription.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(Subscription.client_id.in_(actor.client_ids))


def visible_with_client(actor: Actor) -> Select[Subscription]:
    """The same, joined to the client for its name."""
    return visible_to(actor).join(Client, Client.id == Subscription.client_id)


async def get(session: AsyncSession, actor: Actor, subscription_id: UUID) -> Subscription:
    """One visible subscription; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Subscription.id == subscription_id))
    if found is None:
        raise NotFound("There is no such subscription.")
    return found


async def lock_visible(session: AsyncSession, actor: Actor, subscription_id: UUID) -> Subscription:
    """One visible subscription, locked until the transaction ends: its rows are read and changed under this lock."""
    query = visible_to(actor).where(Subscription.id == subscription_id).with_for_update(key_share=True)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such subscription.")
    return found


async def client_name(session: AsyncSession, client_id: UUID) -> str:
    """The name that stands beside a subscription."""
    return (await session.execute(select(Client.name).where(Client.id == client_id))).scalar_one()


async def items(session: AsyncSession, ids: Collection[UUID]) -> list[SubscriptionItem]:
    """All rows of these subscriptions' lines: line by line in the order in which they came, each by its days."""
    query = select(SubscriptionItem).where(SubscriptionItem.subscription_id.in_(ids))
    ordered = query.order_by(SubscriptionItem.line_id, SubscriptionItem.started_on, SubscriptionItem.id)
    return list(await session.scalars(ordered))


async def pauses(session: AsyncSession, ids: Collection[UUID]) -> list[SubscriptionPause]:
    """All pauses of these subscriptions, by their days."""
    query = select(SubscriptionPause).where(SubscriptionPause.subscription_id.in_(ids))
    return list(await session.scalars(query.order_by(SubscriptionPause.started_on, SubscriptionPause.id)))


def findable(actor: Actor) -> Findable:
    """Subscriptions by name, external id, and client: one without a name goes by its client's."""
    return Findable(
        kind="subscription",
        needs=Action.subscription_read,
        rows=visible_with_client(actor),
        ident=Subscription.id,
        title=func.coalesce(Subscription.name, Client.name),
        detail=Client.name,
        within=(Subscription.name, Subscription.external_id, Client.name),
        archived=Subscription.ended_on.is_not(None),
    )
