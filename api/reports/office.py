"""What delivering a report needs at hand: the database, the gateway, the settings, the clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import text

from api.kit.clock import Clock, SystemClock
from api.kit.database import Database
from api.migrations.catalogue import metadata
from api.paper.fonts import folder_of
from imisofts.access import Actor, Role, actor_of_role
from imisofts.settings import Settings
from warehouse.gateway import ClientReportFigures, Gateway, State

Answer = TypeVar("Answer")


class Figures(Protocol):
    """The part of the gateway that reports ask."""

    def state(self, actor: Actor) -> State: ...

    def client_report(self, actor: Actor, client_id: UUID, first: date, last: date) -> ClientReportFigures | None: ...


@dataclass(frozen=True, slots=True)
class Office:
    """One per process or command; ``gateway`` blocks, so it is always asked in a thread."""

    settings: Settings
    database: Database
    gateway: Figures
    clock: Clock = field(default_factory=SystemClock)

    @property
    def fonts(self) -> Path:
        """Where the TTF files lie."""
        return folder_of(self.settings)

    async def workspace_ids(self) -> list[UUID]:
        """Every workspace, for work that goes through all of them, one transaction each."""
        async with self.database.begin(None, read_only=True) as session:
            rows = await session.execute(text("select signin.workspace_ids() as id"))
            return [row.id for row in rows]


def system(workspace_id: UUID) -> Actor:
    """The service itself, acting in one workspace."""
    return actor_of_role(workspace_id, Role.owner, kind="system")


async def in_thread(call: Callable[..., Answer], *arguments: object) -> Answer:
    """Run what blocks (gateway, Typst, SMTP) beside the event loop."""
    return await asyncio.to_thread(call, *arguments)


_kept: ContextVar[Office | None] = ContextVar("kept_office", default=None)


@asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[None]:
    """Within the block, :func:`opened` gives one office that stays: opening the lake takes longer than drawing a
    report, and what was asked of it for one client's report is at hand for the next.
    """
    async with opened(settings) as office:
        token = _kept.set(office)
        try:
            yield
        finally:
            _kept.reset(token)


@asynccontextmanager
async def opened(settings: Settings, gateway: Figures | None = None) -> AsyncIterator[Office]:
    """An office for one command, or the one that is :func:`kept`; closes what it opened."""
    if gateway is None and (own_office := _kept.get()) is not None:
        yield own_office
        return
    metadata()  # a worker imports no router: without every table known, a foreign key has nothing to point at
    database = Database(settings.app_database_url, pool_size=4)
    own = Gateway(settings) if gateway is None else None
    try:
        yield Office(settings, database, gateway or own or Gateway(settings))
    finally:
        if own is not None:
            own.close()
        await database.close()
