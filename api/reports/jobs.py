"""The job that carries a report out. Arguments are ids; running it twice sends once."""

from uuid import UUID

import procrastinate

from api.jobs import RETRY, app
from api.reports import delivery
from api.reports.office import Office, opened
from imisofts import settings as settings_module


@app.task(name="reports.deliver", retry=RETRY, pass_context=True)
async def deliver_report(context: procrastinate.JobContext, workspace_id: str, report_id: str) -> None:
    """Hold, or freeze, draw and send. :class:`delivery.TryAgain` lets the queue's retries have another go."""
    async with opened(settings_module.load()) as office:
        await attempt(office, UUID(workspace_id), UUID(report_id), last=_is_last(context.job))


async def attempt(office: Office, workspace_id: UUID, report_id: UUID, *, last: bool) -> None:
    """One try; what fails in the ``last`` one is written on the delivery, for a person to decide about."""
    try:
        await delivery.carry_out(office, workspace_id, report_id)
    except Exception as error:
        if last:
            await delivery.give_up(office, workspace_id, report_id, error)
        raise


def _is_last(job: procrastinate.jobs.Job) -> bool:
    """Whether the queue will not try again after this; ``attempts`` counts the tries before it."""
    return RETRY.max_attempts is not None and job.attempts >= RETRY.max_attempts
