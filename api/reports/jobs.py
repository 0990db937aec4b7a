"""The job that carries a report out. Arguments are ids; running it twice sends once."""

from uuid import UUID

from api import jobs as queue
from api.reports import delivery
from api.reports.office import opened
from imisofts import settings as settings_module


@queue.task("reports.deliver")
async def deliver_report(workspace_id: str, report_id: str) -> None:
    """Hold, or freeze, draw and send. :class:`delivery.TryAgain` lets the queue's retries have another go."""
    async with opened(settings_module.load()) as office:
        await delivery.carry_out(office, UUID(workspace_id), UUID(report_id))
