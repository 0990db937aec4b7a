"""Rate limits by GCRA: one timestamp a key, one statement a request, in a table that needs no durability."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.database import Database
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

    @property
    def window(self) -> timedelta:
        """How long a whole burst takes at the steady rate."""
        return self.interval * self.burst


def counting(key: str, interval: str, source: str = "") -> str:
    """The one statement that counts a request of ``key``, by SQL for key and interval; gives the new ``allowed_from``,
    and no row where the request came too early. Its values are ``now`` and ``window``, the time of a whole burst.

    A time later than a burst can reach was written before the clock was set back: it is begun afresh, so that nobody is
    locked out until the old time has come.
    """
    return f"""insert into rate_limit as r (key, allowed_from) select {key}, %(now)s + {interval} {source}
    on conflict (key) do update set allowed_from = case
        when r.allowed_from > %(now)s + %(window)s then excluded.allowed_from
        else greatest(r.allowed_from, %(now)s) + (excluded.allowed_from - %(now)s)
    end
    where greatest(r.allowed_from, %(now)s) + (excluded.allowed_from - %(now)s) <= %(now)s + %(window)s
       or r.allowed_from > %(now)s + %(window)s
    returning allowed_from"""


_TAKE = counting("%(key)s::text", "%(interval)s")
_UNTIL = "select allowed_from from rate_limit where key = %(key)s"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit after a request: requests at once, and seconds until all of them are."""

    limit: Limit
    remaining: int
    reset: int

    def heads(self) -> dict[str, str]:
        """As the answer tells it: the heads that many programs know, and those of the IETF's draft."""
        burst, window = self.limit.burst, ceil(self.limit.window.total_seconds())
        return {
            "RateLimit-Limit": str(burst),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f'"token";q={burst};w={window}',
            "RateLimit": f'"token";r={self.remaining};t={self.reset}',
        }


async def take(session: AsyncSession, key: str, limit: Limit, now: datetime) -> Left:
    """Count one request of ``key``; 429 when it came too early (it is then not counted)."""
    connection = await session.connection()
    values = {"key": key, "now": now, "interval": limit.interval, "window": limit.window}
    until = (await connection.exec_driver_sql(_TAKE, values)).scalar()
    if until is None:
        full = (await connection.exec_driver_sql(_UNTIL, {"key": key})).scalar()
        raise too_early(limit, now, full)
    return left(limit, now, until)


async def counted(database: Database, key: str, limit: Limit, now: datetime, until: datetime | None) -> Left:
    """What is left of ``key`` after :func:`counting` gave ``until``; 429 where it gave nothing."""
    if until is None:
        row = await database.first(_UNTIL, {"key": key})
        raise too_early(limit, now, row["allowed_from"] if row else None)
    return left(limit, now, until)


def left(limit: Limit, now: datetime, until: datetime) -> Left:
    """What is left where the next request at the steady rate is that of ``until``."""
    ahead = until - now
    return Left(limit, limit.burst - ceil(ahead / limit.interval), ceil(ahead.total_seconds()))


def too_early(limit: Limit, now: datetime, full: datetime | None) -> TooMany:
    """The refusal of a request beyond a limit that is used up until ``full``."""
    wait = (full or now) + limit.interval * (1 - limit.burst) - now
    return TooMany("Wait a moment, then try again.", retry_after=max(1, ceil(wait.total_seconds())))


async def forget(session: AsyncSession, key: str) -> None:
    """Start ``key`` afresh."""
    await session.execute(text("delete from rate_limit where key = :key"), {"key": key})
