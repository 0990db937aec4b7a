"""Imports whose process was killed do not stay ``running`` for ever."""

import procrastinate

from api.imports import service
from api.jobs.queue import RETRY, app
from api.kit.clock import SystemClock
from api.kit.database import Database
from api.migrations.catalogue import metadata
from imisofts import settings as settings_module


@app.periodic(cron="* * * * *")
@app.task(name="imports.sweep", retry=RETRY, pass_context=True, queueing_lock="imports.sweep")
async def sweep(context: procrastinate.JobContext, timestamp: int) -> None:
    """Once a minute, fail the imports on which no process works."""
    metadata()  # a worker imports no router: without every table known, a foreign key has nothing to point at
    database = Database(settings_module.load().app_database_url, pool_size=1)
    try:
        await service.fail_abandoned(database, SystemClock().now())
    finally:
        await database.close()
