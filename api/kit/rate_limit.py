"""Rate limits by GCRA: one timestamp a key, one statement a request, in a table that needs no durability."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

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
    returning allowed_from
    """
)
_UNTIL = text("select allowed_from from rate_limit where key = :key")


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit after a request: requests at once, and seconds until all of them are."""

    limit: Limit
    remaining: int
    reset: int

    def heads(self) -> dict[str, str]:
        """As the answer tells it: the heads that many programs know, and those of the IETF's draft."""
        burst, window = self.limit.burst, ceil((self.limit.interval * self.limit.burst).total_seconds())
        return {
            "RateLimit-Limit": str(burst),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f'"token";q={burst};w={window}',
            "RateLimit": f'"token";r={self.remaining};t={self.reset}',
        }


async def take(session: AsyncSession, key: str, limit: Limit, now: datetime) -> Left:
    """Count one request of ``key``; 429 when it came too early (it is then not counted).

    A time later than ``burst`` requests can reach was written before the clock was set back: it is begun afresh, so
    that nobody is locked out until the old time has come.
    """
    values = {"key": key, "now": now, "interval": limit.interval, "burst": limit.burst}
    until = await session.scalar(_TAKE, values)
    if until is None:
        full = await session.scalar(_UNTIL, {"key": key}) or now
        wait = full + limit.interval * (1 - limit.burst) - now
        raise TooMany("Wait a moment, then try again.", retry_after=max(1, ceil(wait.total_seconds())))
    ahead = until - now
    return Left(limit, limit.burst - ceil(ahead / limit.interval), ceil(ahead.total_seconds()))


async def forget(session: AsyncSession, key: str) -> None:
    """Start ``key`` afresh."""
    await session.execute(text("delete from rate_limit where key = :key"), {"key": key})
