"""Rate limits by GCRA: one timestamp a key, one statement a request, in a table that needs no durability."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.errors import TooMany
from api.kit.models import Base


class RateLimit(Base):
    """``allowed_from`` is the theoretical arrival time of the next request at the steady rate."""

    __tablename__ = "rate_limit"
    __table_args__ = (
        {
            "prefixes": ["UNLOGGED"],
            "info": {
                "lake_excluded": "counters that live for minutes",
                "eventless": "no one's fact",
                "ends": "allowed_from < :now",
            },
        },
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    allowed_from: Mapped[datetime] = mapped_column()


@dataclass(frozen=True, slots=True)
class Limit:
    """``burst`` requests at once, then one each ``interval``."""

    burst: int
    interval: timedelta


_TAKE = text(
    """
    insert into rate_limit as r (key, allowed_from) values (:key, :now + :interval)
    on conflict (key) do update set allowed_from = case
        when r.allowed_from > :now + :interval * :burst then :now + :interval
        else greatest(r.allowed_from, :now) + :interval
    end
    where greatest(r.allowed_from, :now) + :interval <= :now + :interval * :burst
       or r.allowed_from > :now + :interval * :burst
    returning 1
    """
)


async def take(session: AsyncSession, key: str, limit: Limit, now: datetime) -> None:
    """Count one request of ``key``; 429 when it came too early (it is then not counted).

    A time later than ``burst`` requests can reach was written before the clock was set back: it is begun afresh, so
    that nobody is locked out until the old time has come.
    """
    values = {"key": key, "now": now, "interval": limit.interval, "burst": limit.burst}
    if (await session.execute(_TAKE, values)).first() is None:
        raise TooMany("Wait a moment, then try again.")


async def forget(session: AsyncSession, key: str) -> None:
    """Start ``key`` afresh."""
    await session.execute(text("delete from rate_limit where key = :key"), {"key": key})
