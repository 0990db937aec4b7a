"""Deletes what has had its time: sessions and links that ended, kept answers, counters.

A table says in its own ``info`` when a row of it has ended (``"ends"``, an SQL condition over columns and ``:now``); a
table that says nothing keeps its rows.
"""

import logging
from datetime import datetime
from uuid import UUID

import procrastinate
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import service as identity
from api.jobs.queue import RETRY, app
from api.kit.clock import SystemClock
from api.kit.database import Database
from api.migrations.catalogue import metadata
from imisofts import settings as settings_module

log = logging.getLogger(__name__)


def ending_tables() -> list[Table]:
    """The tables whose rows end, by name."""
    return sorted((table for table in metadata().tables.values() if "ends" in table.info), key=lambda table: table.name)


@app.periodic(cron="17 * * * *")
@app.task(name="jobs.expire", retry=RETRY, pass_context=True, queueing_lock="jobs.expire")
async def expire(context: procrastinate.JobContext, timestamp: int) -> None:
    """Once an hour, delete the rows that have ended."""
    database = Database(settings_module.load().app_database_url, pool_size=1)
    try:
        await delete_ended(database, SystemClock().now())
    finally:
        await database.close()


async def delete_ended(database: Database, now: datetime) -> dict[str, int]:
    """Delete every row that had ended by ``now``, in one transaction a workspace; how many, by table."""
    tables = ending_tables()
    deleted = await _delete(database, None, [table for table in tables if "workspace_id" not in table.columns], now)
    theirs = [table for table in tables if "workspace_id" in table.columns]
    for workspace_id in await identity.workspace_ids(database):
        for name, count in (await _delete(database, workspace_id, theirs, now)).items():
            deleted[name] = deleted.get(name, 0) + count
    if any(deleted.values()):
        log.info("deleted what had ended: %s", ", ".join(f"{count} of {name}" for name, count in deleted.items()))
    return deleted


async def _delete(database: Database, workspace_id: UUID | None, tables: list[Table], now: datetime) -> dict[str, int]:
    """One transaction; row security keeps it inside its workspace."""
    async with database.begin(workspace_id) as session:
        return {table.name: await _delete_from(session, table, now) for table in tables}


async def _delete_from(session: AsyncSession, table: Table, now: datetime) -> int:
    statement = (
        f"with gone as (delete from {table.name} where {table.info['ends']} returning 1) select count(*) from gone"
    )
    return int(await session.scalar(text(statement), {"now": now}))
