"""Queries of plans, and the counts that limits are compared with."""

from datetime import date, datetime

from sqlalchemy import bindparam, delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.plans.models import Entitlement

_SEATS = "select count(*) from membership where role not in ('client', 'client_team')"
_CLIENTS = "select count(*) from client where archived_at is null"
_SEATS_SINCE = """
select count(distinct who) from (
    select user_id as who from membership where role not in ('client', 'client_team')
    union
    select (data #>> '{changed,user_id,before}')::uuid from event
    where name = 'user.removed' and occurred_at >= :since
      and coalesce(data #>> '{changed,role,before}', 'client') not in ('client', 'client_team')
) as anybody
"""

_IN_FORCE = select(Entitlement).where(
    Entitlement.started_on <= bindparam("day"),
    or_(Entitlement.ended_on.is_(None), Entitlement.ended_on > bindparam("day")),
)


async def on(session: AsyncSession, day: date, *, lock: bool = False) -> Entitlement | None:
    """The workspace's row in force on ``day``."""
    return await session.scalar(_IN_FORCE.with_for_update() if lock else _IN_FORCE, {"day": day})


async def history(session: AsyncSession) -> list[Entitlement]:
    """All rows, the newest first."""
    return list(await session.scalars(select(Entitlement).order_by(Entitlement.started_on.desc())))


async def drop_from(session: AsyncSession, day: date) -> None:
    """Forget what was to begin on ``day`` or later."""
    await session.execute(delete(Entitlement).where(Entitlement.started_on >= day))


async def seats(session: AsyncSession) -> int:
    """Staff members, the invited among them."""
    return int(await session.scalar(text(_SEATS)) or 0)


async def seats_since(session: AsyncSession, since: datetime) -> int:
    """Everybody who was a staff member at any time since."""
    return int(await session.scalar(text(_SEATS_SINCE), {"since": since}) or 0)


async def clients(session: AsyncSession) -> int:
    """Clients that are not archived."""
    return int(await session.scalar(text(_CLIENTS)) or 0)


async def timezone(session: AsyncSession) -> str:
    """The workspace's zone, in which its days begin."""
    return str(await session.scalar(text("select timezone from workspace")))
