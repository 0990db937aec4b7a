"""The lake kept small, every hour: by the replication worker, or by Dagster while that is away."""

from dataclasses import asdict
from datetime import timedelta

import dagster as dg

from imisofts.settings import Settings
from orchestration import control
from warehouse.maintenance import Maintained, maintain

GROUP = "lake"
KEY = dg.AssetKey([GROUP, "maintenance"])
JOB = "maintain"


def asset(settings: Settings) -> dg.AssetsDefinition:
    """One run of every step, with its counts."""

    @dg.asset(
        key=KEY,
        group_name=GROUP,
        description="Rows in the catalogue become files; dead rows and unneeded versions go; small files are joined.",
        owners=["team:platform"],
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3)),
    )
    def maintenance(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        done = maintain(settings)
        context.log.info(str(done))
        return dg.MaterializeResult(metadata=asdict(done))

    return maintenance


def event(done: Maintained) -> dg.AssetMaterialization:
    """What the worker did, for Dagster."""
    return dg.AssetMaterialization(KEY, description=str(done), metadata=asdict(done))


def schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Every hour, unless the replication worker sees to it."""
    return dg.ScheduleDefinition(
        name="hourly_maintenance",
        job_name=JOB,
        cron_schedule="20 * * * *",
        execution_timezone="UTC",
        should_execute=lambda _: not control.alive(settings),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Keeps the lake small while the replication worker is away; it does so itself while it lives.",
    )
