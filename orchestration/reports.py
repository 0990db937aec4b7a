"""Report runs: what is due goes out by schedule, what was held goes out once the data allows it.

The work is `api.reports.service`'s; here is only when it happens.
"""

import asyncio
import importlib
import inspect
from typing import Any

import dagster as dg

from imisofts.settings import Settings


def release_held(settings: Settings) -> Any:
    """Let go what was held, where data and audit allow it now; the service decides."""
    return _service(settings, "release_held")


def deliver_due(settings: Settings) -> Any:
    """Enqueue every report whose period has ended and that was not delivered yet."""
    return _service(settings, "deliver_due")


def job(settings: Settings) -> dg.JobDefinition:
    @dg.op(name="deliver_due_reports", description="Deliver every report that is due.")
    def deliver_due_reports(context: dg.OpExecutionContext) -> None:
        context.log.info("due reports: %s", deliver_due(settings))

    @dg.job(name="reports", description="Deliver the client reports that are due; stale data holds them.")
    def reports() -> None:
        deliver_due_reports()

    return reports


def schedule() -> dg.ScheduleDefinition:
    """Hourly, because every workspace's month ends in its own time zone; what is not due is skipped."""
    return dg.ScheduleDefinition(
        name="due_reports",
        job_name="reports",
        cron_schedule="15 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Client reports of the periods that have ended.",
    )


def _service(settings: Settings, verb: str) -> Any:
    service = importlib.import_module("api.reports.service")
    answer = getattr(service, verb)(settings)
    return asyncio.run(answer) if inspect.iscoroutine(answer) else answer
