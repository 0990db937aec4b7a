"""Reads of exchange rates. Every one begins at :func:`visible_to`; row-level security stands behind it."""

from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.errors import NotFound
from api.rates.models import ExchangeRate
from imisofts.access import Actor


def visible_to(actor: Actor) -> Select[ExchangeRate]:
    """The rates that ``actor`` may see: all of the workspace's; to clients, none."""
    query = select(ExchangeRate).where(ExchangeRate.workspace_id == actor.workspace_id)
    return query.where(false()) if actor.is_client else query


async def lock(session: AsyncSession, actor: Actor, exchange_rate_id: UUID) -> ExchangeRate:
    """One visible rate, locked until the transaction ends; :class:`NotFound` for every other id."""
    query = visible_to(actor).where(ExchangeRate.id == exchange_rate_id).with_for_update()
    found = await session.scalar(query)
    if found is None:
        raise NotFound("There is no such exchange rate.")
    return found
