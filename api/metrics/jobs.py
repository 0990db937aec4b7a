"""Building what was known: some seconds, which no request waits for."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from anyio import to_thread
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession

from api import jobs
from imisofts import settings as settings_module
from imisofts.settings import Settings
from warehouse.gateway import Gateway, NotKnown, known_at


@jobs.task("metrics.prepare", lock="metrics.prepare")
async def prepare(moment: str) -> None:
    """One build at a time, whoever asked for it."""
    await carry_out(settings_module.load(), moment)


async def carry_out(settings: Settings, moment: str) -> None:
    """Build what was known at an instant or by a publication; there already, nothing is done.

    That the checks refuse it is kept with it, and told to whoever asks: another try would end the same.
    """
    asked = known_at(moment)
    assert isinstance(asked, datetime | int), "an order names an instant: the day it came from ends in some zone"
    gateway = Gateway(settings)
    try:
        with suppress(NotKnown):
            await to_thread.run_sync(lambda: gateway.prepare(asked))
    finally:
        gateway.close()


async def order(session: AsyncSession, workspace_id: UUID, moment: str) -> None:
    """Have it built. One order of a workspace waits at a time: another one is made when it is asked for again."""
    with suppress(AlreadyEnqueued):
        async with session.begin_nested():
            waiting = f"metrics.prepare/{workspace_id}"
            await jobs.enqueue(session, prepare, queueing_lock=waiting, moment=moment)
