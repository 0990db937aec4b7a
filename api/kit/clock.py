"""Time comes from one injected clock per process, so that a test or a sandbox may shift it."""

from datetime import UTC, date, datetime
from typing import Annotated, Protocol, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request


class Clock(Protocol):
    """Where the service reads the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def today(self, zone: str) -> date:
        """The calendar date of this moment in an IANA time zone."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    def today(self, zone: str) -> date:
        """The calendar date of this moment in an IANA time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()


def _clock(request: Request) -> Clock:
    return cast(Clock, request.app.state.clock)


AppClock = Annotated[Clock, Depends(_clock)]
"""The process' clock, as a route's parameter."""
