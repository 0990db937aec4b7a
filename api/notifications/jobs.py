"""The dispatcher's job: one event, told to whom it reaches."""

from uuid import UUID

from api.jobs import task
from api.kit.database import Database
from api.notifications import service
from imisofts import settings as settings_module


@task("notifications.tell")
async def tell(workspace_id: str, event_id: str) -> None:
    """Tell members of one event. Safe to run twice."""
    database = Database(settings_module.load().app_database_url, pool_size=1)
    try:
        async with database.begin(UUID(workspace_id)) as session:
            await service.tell(session, UUID(workspace_id), UUID(event_id))
    finally:
        await database.close()
