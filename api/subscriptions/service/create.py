"""A new subscription."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.kit.rows import require_free
from api.subscriptions.errors import BadDate
from api.subscriptions.models import Subscription
from api.subscriptions.schemas import SubscriptionCreate
from api.subscriptions.service.rows import new_rows, resolve
from api.subscriptions.service.shared import facts, told
from imisofts.access import Actor


async def create(session: AsyncSession, actor: Actor, given: SubscriptionCreate, clock: Clock) -> Subscription:
    """A standing agreement with a visible, not archived client: its lines begin with it."""
    client = await clients.usable(session, actor, given.client_id)
    await require_free(session, Subscription, given.external_id)
    if given.trial_ends_on is not None and given.trial_ends_on < given.started_on:
        detail = "A trial does not end before the subscription begins."
        raise BadDate(detail, fields=[("trial_ends_on", "lies before started_on")])
    subscription = Subscription(
        id=new_id(),
        workspace_id=actor.workspace_id,
        client_id=client.id,
        name=given.name,
        external_id=given.external_id,
        currency=given.currency or client.currency,
        started_on=given.started_on,
        trial_ends_on=given.trial_ends_on,
        source="api",
    )
    terms = await resolve(session, actor, given.items, subscription.currency, "items")
    items = new_rows(subscription, terms, await clients.today(session, actor, clock))
    session.add(subscription)
    await session.flush()
    session.add_all(items)
    after = facts(subscription) | {"items": told(items)}
    await events.record(session, actor, EventName.SUBSCRIPTION_CREATED, subscription, after=after)
    return subscription
