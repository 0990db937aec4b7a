"""Frees the jobs of workers that were killed: without it they would count as running for ever."""

import logging
from datetime import UTC, datetime

import procrastinate

from api.jobs.queue import RETRY, app

SECONDS_SINCE_HEARTBEAT = 30
log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.sweep", retry=RETRY, pass_context=True, queueing_lock="jobs.sweep")
async def sweep(context: procrastinate.JobContext, timestamp: int) -> None:
    """Once a minute, put the jobs of silent workers back into the queue."""
    await free_stalled(context.app)


async def free_stalled(worker: procrastinate.App, *, silent_seconds: float = SECONDS_SINCE_HEARTBEAT) -> int:
    """Retry every job whose worker has been silent for ``silent_seconds``; returns how many."""
    stalled = list(await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in stalled:
        await worker.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        log.warning("job %s (%s) was left by a worker that died; it runs again", job.id, job.task_name)
    return len(stalled)
