"""What may be done with an exchange rate. A wrong one is deleted and recorded again; both stay told by events."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.rates import repository
from api.rates.errors import BadPair, RateTaken
from api.rates.models import ExchangeRate
from api.rates.schemas import ExchangeRateCreate
from imisofts.access import Actor

__all__ = ["ExchangeRate", "delete", "facts", "record"]


def facts(rate: ExchangeRate) -> dict[str, Any]:
    """A rate as its events tell it."""
    return {name: getattr(rate, name) for name in ("from_currency", "to_currency", "rate_on", "rate")}


async def record(session: AsyncSession, actor: Actor, given: ExchangeRateCreate, clock: Clock) -> ExchangeRate:
    """A rate from its day until the pair's next one."""
    if given.from_currency == given.to_currency:
        raise BadPair("A currency has no rate against itself.", fields=[("to_currency", "is the same")])
    values = given.model_dump() | {"rate_on": given.rate_on or await clients.today(session, actor, clock)}
    day, pair = values["rate_on"], (given.from_currency, given.to_currency)
    taken = select(ExchangeRate.id).where(
        ExchangeRate.rate_on == day, ExchangeRate.from_currency == pair[0], ExchangeRate.to_currency == pair[1]
    )
    if await session.scalar(taken) is not None:
        detail = f"{pair[0]} to {pair[1]} has a rate of {day} already; delete it first."
        raise RateTaken(detail, fields=[("rate_on", "has a rate already")])
    rate = ExchangeRate(id=new_id(), workspace_id=actor.workspace_id, source="api", **values)
    session.add(rate)
    await session.flush()
    await events.record(session, actor, EventName.EXCHANGE_RATE_RECORDED, rate, after=facts(rate))
    return rate


async def delete(session: AsyncSession, actor: Actor, exchange_rate_id: UUID, if_match: str | None) -> None:
    """Take a rate away; the one before it holds again. Its event keeps what it was."""
    rate = await repository.lock(session, actor, exchange_rate_id)
    require_match(if_match, rate.version)
    await events.record(session, actor, EventName.EXCHANGE_RATE_DELETED, rate, before=facts(rate))
    await session.delete(rate)
    await session.flush()
