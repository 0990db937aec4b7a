"""The record of a workspace's own host is looked for again every day: a host stays proven only while somebody looks."""

import procrastinate

from api.identity import domains, service
from api.jobs.queue import RETRY, app
from api.kit.clock import Clock, SystemClock
from api.kit.database import Database
from api.migrations.catalogue import metadata
from imisofts import settings as settings_module
from imisofts.settings import Settings


@app.periodic(cron="47 4 * * *")
@app.task(name="identity.check_domains", retry=RETRY, pass_context=True, queueing_lock="identity.check_domains")
async def check_domains(context: procrastinate.JobContext, timestamp: int) -> None:
    """Once a day."""
    metadata()  # a worker imports no router: without every table known, a foreign key has nothing to point at
    settings = settings_module.load()
    database = Database(settings.app_database_url, pool_size=1)
    try:
        await look_again(database, SystemClock(), settings)
    finally:
        await database.close()


async def look_again(database: Database, clock: Clock, settings: Settings) -> None:
    """Every workspace's, one transaction each."""
    for workspace_id in await service.workspace_ids(database):
        await domains.look_again(database, clock, workspace_id, settings)
